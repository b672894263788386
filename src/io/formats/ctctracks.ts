import { CorruptFile } from "../../core/errors.js";
import { fileValues, type LabelImage, type LabelSource } from "../../core/labels.js";
import { counted } from "../../core/wording.js";
import { memorySource, type Store } from "../bytes.js";
import { type CtcTrack, parseTracks } from "../ctc.js";
import { graphOfSpots, linkNotices } from "../spotgraph.js";
import { type ByteInput, openAs, type StoreInput } from "./fileformat.js";
import { labelFormats } from "./labelformats.js";
import type { OpenedTracks, TrackFormat } from "./trackformat.js";

/**
 * A folder of the Cell Tracking Challenge, known by its text file: a result (`res_track.txt`, `mask000.tif`), or
 * a truth (`man_track.txt`, `man_track000.tif`), also when these are in a folder `TRA` in it.
 *
 * All masks are read when it is opened, one by one: places are nowhere else. They are read again when their
 * labels are asked for.
 */
export const ctcTracks: TrackFormat = {
  name: "Cell Tracking Challenge",
  extensions: [],
  from: "store",
  recognise: async (store) => (await layoutOf(store)) !== undefined,
  open: opened,
};

interface Layout {
  readonly folder: string;
  readonly table: string;
  readonly mask: string;
}

const layouts: readonly Layout[] = ["", "TRA/"].flatMap((folder) => [
  { folder, table: "res_track.txt", mask: "mask" },
  { folder, table: "man_track.txt", mask: "man_track" },
]);

async function layoutOf(store: Store): Promise<Layout | undefined> {
  for (const layout of layouts) {
    const key = layout.folder + layout.table;
    const head =
      store.getRange === undefined ? store.get(key) : store.getRange(key, { offset: 0, length: 1 });
    if ((await head) !== undefined) return layout;
  }
  return undefined;
}

async function opened(input: StoreInput): Promise<OpenedTracks> {
  const layout = await layoutOf(input.store);
  const text = layout === undefined ? undefined : await input.store.get(layout.folder + layout.table);
  if (layout === undefined || text === undefined) throw new CorruptFile(input.where, 0, "it has no tracks");
  const where = `${input.where}/${layout.folder}${layout.table}`;
  const tracks = parseTracks(new TextDecoder().decode(text), where);
  const masks = await measuredMasks(input, layout);
  const { from, to, notices } = linksOf(tracks, masks, where);
  const { graph, leftOut } = graphOfSpots(masks, { from, to }, masks.frames);
  return {
    format: "Cell Tracking Challenge",
    graph,
    labels: labelsOf(input, layout, masks),
    pixelSize: undefined,
    frameInterval: undefined,
    notices: [...notices, ...linkNotices(leftOut)],
  };
}

/** The objects of all masks, one entry each, by frame and label. */
interface Masks {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly frame: number[];
  /** In the file. */
  readonly label: number[];
  readonly y: number[];
  readonly x: number[];
  readonly area: number[];
}

/** The mask of a frame; undefined after the last. */
async function readMask(
  input: StoreInput,
  { folder, mask }: Layout,
  frame: number,
): Promise<LabelImage | undefined> {
  for (const digits of [3, 4]) {
    const name = `${mask}${String(frame).padStart(digits, "0")}.tif`;
    const bytes = await input.store.get(folder + name);
    if (bytes === undefined) continue;
    const where = `${input.where}/${folder}${name}`;
    const file: ByteInput = {
      from: "bytes",
      where,
      name,
      bytes: memorySource(bytes),
      sibling: () => Promise.reject(new CorruptFile(where, 0, "its planes are in other files")),
    };
    const image = await (await openAs(labelFormats, file)).read(0);
    // Labels are those of the file: they are the tracks.
    const data = fileValues(image);
    return {
      height: image.height,
      width: image.width,
      data,
      count: data.reduce((a, b) => Math.max(a, b), 0),
    };
  }
  return undefined;
}

async function measuredMasks(input: StoreInput, layout: Layout): Promise<Masks> {
  const masks: { -readonly [key in keyof Masks]: Masks[key] } = {
    frames: 0,
    height: 0,
    width: 0,
    frame: [],
    label: [],
    y: [],
    x: [],
    area: [],
  };
  for (;;) {
    const image = await readMask(input, layout, masks.frames);
    if (image === undefined) break;
    const { height, width } = image;
    if (masks.frames > 0 && (height !== masks.height || width !== masks.width))
      throw new CorruptFile(
        input.where,
        0,
        `the mask of frame ${masks.frames} has ${height} x ${width} px, that of the first ` +
          `${masks.height} x ${masks.width}`,
      );
    masks.height = height;
    masks.width = width;
    for (const [label, { area, sumY, sumX }] of momentsOf(image)) {
      masks.frame.push(masks.frames);
      masks.label.push(label);
      masks.area.push(area);
      masks.y.push(sumY / area);
      masks.x.push(sumX / area);
    }
    masks.frames++;
  }
  if (masks.frames === 0)
    throw new CorruptFile(input.where, 0, `it has tracks, but no ${layout.mask}000.tif`);
  return masks;
}

interface Moments {
  area: number;
  sumY: number;
  sumX: number;
}

/** Area and sums of the places of each label's pixels, by ascending label. */
function momentsOf({ width, data }: LabelImage): [label: number, moments: Moments][] {
  const moments = new Map<number, Moments>();
  let [last, current]: [number, Moments | undefined] = [0, undefined];
  data.forEach((label, at) => {
    if (label <= 0) return;
    if (label !== last || current === undefined) {
      current = moments.get(label) ?? { area: 0, sumY: 0, sumX: 0 };
      moments.set(label, current);
      last = label;
    }
    current.area++;
    current.sumY += Math.floor(at / width);
    current.sumX += at % width;
  });
  return [...moments].sort(([a], [b]) => a - b);
}

/** Links within tracks, over frames that lack their label too, and from the last object of a parent to the first. */
function linksOf(
  tracks: readonly CtcTrack[],
  { frame, label }: Masks,
  where: string,
): { readonly from: number[]; readonly to: number[]; readonly notices: string[] } {
  const byLabel = tracksByLabel(tracks, where);
  const ends = new Map<number, { readonly first: number; last: number }>();
  const [from, to]: [number[], number[]] = [[], []];
  let outside = 0;
  frame.forEach((t, object) => {
    const track = byLabel.get(label[object]!);
    if (track === undefined || t < track.begin || t > track.end) {
      outside++;
      return;
    }
    const known = ends.get(track.label);
    if (known === undefined) {
      ends.set(track.label, { first: object, last: object });
      return;
    }
    from.push(known.last);
    to.push(object);
    known.last = object;
  });
  let lost = 0;
  for (const { label: child, parent } of tracks) {
    const [mother, daughter] = [ends.get(parent), ends.get(child)];
    if (daughter === undefined) lost++;
    if (mother === undefined || daughter === undefined) continue;
    from.push(mother.last);
    to.push(daughter.first);
  }
  const notices = [
    ...(outside > 0
      ? [`${counted(outside, "object")} of the masks ${outside === 1 ? "is" : "are"} of no track`]
      : []),
    ...(lost > 0 ? [`${counted(lost, "track")} ${lost === 1 ? "is" : "are"} in no mask and left out`] : []),
  ];
  return { from, to, notices };
}

/** @throws CorruptFile when tracks contradict each other */
function tracksByLabel(tracks: readonly CtcTrack[], where: string): Map<number, CtcTrack> {
  const byLabel = new Map<number, CtcTrack>();
  for (const track of tracks) {
    if (byLabel.has(track.label)) throw new CorruptFile(where, 0, `two tracks have the label ${track.label}`);
    byLabel.set(track.label, track);
  }
  for (const { label, begin, parent } of tracks) {
    const mother = byLabel.get(parent);
    if (parent !== 0 && mother === undefined)
      throw new CorruptFile(where, 0, `track ${label} has the parent ${parent}, which it does not have`);
    if (mother !== undefined && mother.end >= begin)
      throw new CorruptFile(where, 0, `track ${label} begins before its parent ${parent} has ended`);
  }
  return byLabel;
}

function labelsOf(input: StoreInput, layout: Layout, { frames, height, width }: Masks): LabelSource {
  return {
    frames,
    frameNames: Array.from({ length: frames }, (_, frame) => String(frame)),
    size: () => Promise.resolve({ height, width }),
    read: async (frame) => {
      const image = await readMask(input, layout, frame);
      if (image === undefined)
        throw new CorruptFile(input.where, 0, `the mask of frame ${frame} is no longer there`);
      return image;
    },
  };
}
