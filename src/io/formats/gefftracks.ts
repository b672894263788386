import { CorruptFile } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import { type GeffAxis, type GeffFile, hasGeff, placeAxes, readGeff } from "../geff/gefffile.js";
import { framesOfTimes, unevenTimes } from "../frametimes.js";
import { micrometresPer, positive, secondsPer } from "../image/unitnames.js";
import { graphOfSpots, linkNotices, mostFrames } from "../spotgraph.js";
import { readNode } from "../zarr/zarrnode.js";
import type { StoreInput } from "./fileformat.js";
import type { OpenedTracks, TrackFormat } from "./trackformat.js";

/** Tracks in the graph exchange file format. */
export const geffTracks: TrackFormat = {
  name: "GEFF",
  extensions: ["geff"],
  from: "store",
  recognise: async (store, name) => {
    const node = await readNode({ store, where: name }, "");
    return node !== undefined && hasGeff(node.attributes);
  },
  open: async (input) => opened(input, await readGeff(input)),
};

async function opened({ where }: StoreInput, file: GeffFile): Promise<OpenedTracks> {
  const axes = placeAxes(file.axes, where);
  const place = async ({ name }: GeffAxis): Promise<Float64Array> => {
    const values = await file.property(name);
    if (values === undefined)
      throw new CorruptFile(where, 0, `its nodes have no property "${name.slice(0, 60)}"`);
    if (!values.every(Number.isFinite))
      throw new CorruptFile(where, 0, `a node has no number for "${name.slice(0, 60)}"`);
    return values;
  };
  const [t, y, x] = [await place(axes.t), await place(axes.y), await place(axes.x)];
  const time = timeOf(axes.t, t);
  if (!time.frames.every((frame) => frame < mostFrames))
    throw new CorruptFile(where, 0, "a node has a time too far");
  const label = await labelsOf(file, time.frames);
  const pixelArea = /^(px|pixels?)(\^?2|²)$/i.test(file.unitOf("area"))
    ? await file.property("area")
    : undefined;
  const score = await file.property("score");
  const { graph, leftOut } = graphOfSpots(
    {
      frame: time.frames,
      y,
      x,
      label,
      area: pixelArea,
      meanIntensity: await file.property("mean_intensity"),
      score:
        score?.every((value) => Number.isNaN(value) || (value >= 0 && value <= 1)) === true
          ? score
          : undefined,
    },
    linksOf(file),
  );
  return {
    format: "GEFF",
    graph,
    labels: undefined,
    pixelSize: pixelSizeOf(axes.x),
    frameInterval: time.interval,
    notices: [
      ...(time.isEven ? [] : [unevenTimes]),
      ...(file.axes.length > 3 ? ["Its nodes are in three dimensions, of which one is left out"] : []),
      ...(axes.x.scale === axes.y.scale
        ? []
        : ["Its pixels are not square: their width is taken as their size"]),
      ...(file.labelPaths.length > 0
        ? [
            `${counted(file.labelPaths.length, "label image")} beside it ` +
              `${file.labelPaths.length === 1 ? "is" : "are"} not read`,
          ]
        : []),
      ...linkNotices(leftOut),
    ],
  };
}

/** µm per unit of the places: per px where an axis has a scale. */
const pixelSizeOf = ({ unit, scale, scaledUnit }: GeffAxis): number | undefined => {
  const micrometres = micrometresPer(scale === undefined ? unit : scaledUnit || unit);
  return micrometres === undefined ? undefined : positive((scale ?? 1) * micrometres);
};

interface Time {
  readonly frames: Float64Array;
  /** Seconds. */
  readonly interval: number | undefined;
  readonly isEven: boolean;
}

/** Frames as they are where the times are frames, else those that the times are of. */
function timeOf({ unit, scale, scaledUnit }: GeffAxis, times: Float64Array): Time {
  const seconds = secondsPer(scale === undefined ? unit : scaledUnit || unit);
  const areFrames = times.every((time) => Number.isInteger(time) && time >= 0);
  if (areFrames && (scale !== undefined || secondsPer(unit) === undefined))
    return {
      frames: times,
      interval: scale === undefined || seconds === undefined ? undefined : positive(scale * seconds),
      isEven: true,
    };
  const { frames, interval, isEven } = framesOfTimes(times);
  const isKnown = interval !== undefined && seconds !== undefined;
  return { frames, interval: isKnown ? positive(interval * (scale ?? 1) * seconds) : undefined, isEven };
}

/** Labels in label images, where each is there once in its frame. */
async function labelsOf(file: GeffFile, frames: Float64Array): Promise<Float64Array | undefined> {
  const labels = await file.property(file.labelProperty);
  if (labels === undefined) return undefined;
  const seen = new Set<string>();
  const areLabels = labels.every((label, i) => {
    const key = `${frames[i]!} ${label}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew && Number.isInteger(label) && label > 0 && label < 2 ** 31;
  });
  return areLabels ? labels : undefined;
}

function linksOf({ ids, edges }: GeffFile): { readonly from: Uint32Array; readonly to: Uint32Array } {
  const places = new Map(Array.from(ids, (id, place) => [id, place]));
  const [from, to] = [new Uint32Array(edges.length / 2), new Uint32Array(edges.length / 2)];
  for (let e = 0; e < from.length; e++) {
    from[e] = places.get(edges[2 * e]!)!;
    to[e] = places.get(edges[2 * e + 1]!)!;
  }
  return { from, to };
}
