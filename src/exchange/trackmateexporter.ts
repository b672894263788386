import { InvalidInput } from "../core/errors.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import { type Branch, branchesOf, parentOfRow, type TrackGraph } from "../core/tracks.js";
import { outlinesOf, type Ring, twiceSignedArea } from "../geometry/outlines.js";
import { type Exporter, type ExportInput, fileInPieces, neededPart } from "./exporter.js";
import { escaped, featureDeclarations, xmlTag } from "./trackmatefeatures.js";

const title = "TrackMate XML";

/**
 * A session of TrackMate: spots with their outlines, tracks of two spots or more with divisions, all shown.
 *
 * Lengths are in µm where the pixel size is known, else in px; times in seconds or frames. An outline is the
 * outer one of the object's largest piece: TrackMate holds no holes. A spot's quality is the score where all
 * nuclei have one, else -1. The cost of a link is its squared length, as in TrackMate's LAP tracker.
 */
export const trackMateExporter: Exporter = {
  name: "trackmate",
  title,
  needs: ["graph"],
  extension: "xml",
  async *files(input, options = {}) {
    const graph = neededPart(input, "graph", title);
    const { labels } = input;
    if (labels !== undefined && labels.frames !== graph.frames)
      throw new InvalidInput(
        "labels",
        `one image for each of the ${graph.frames} frames`,
        String(labels.frames),
      );
    const session = await sessionOf(input, graph);
    yield fileInPieces(`${input.name}.xml`, () => inBytes(pieces(session, options)));
  },
};

/** Letters that are written at once. */
const lettersAtOnce = 2 ** 17;

async function* inBytes(texts: AsyncIterable<string>): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder();
  let waiting = "";
  for await (const text of texts) {
    waiting += text;
    if (waiting.length < lettersAtOnce) continue;
    yield encoder.encode(waiting);
    waiting = "";
  }
  yield encoder.encode(waiting);
}

/** What is written, in one piece of knowledge. */
interface Session {
  readonly input: ExportInput;
  readonly graph: TrackGraph;
  /** Units of length per px, and of time per frame. */
  readonly pixel: number;
  readonly interval: number;
  readonly height: number;
  readonly width: number;
  /** Whether qualities are scores. */
  readonly scored: boolean;
  /** Whether all spots have a mean intensity. */
  readonly intensities: boolean;
}

async function sessionOf(input: ExportInput, graph: TrackGraph): Promise<Session> {
  const { nuclei } = graph;
  const images = [input.labels, input.images].find((source) => source !== undefined && source.frames > 0);
  const most = (places: Float64Array): number =>
    places.reduce((size, at) => Math.max(size, Math.ceil(at) + 1), 1);
  const size = (await images?.size(0)) ?? { height: most(nuclei.y), width: most(nuclei.x) };
  return {
    input,
    graph,
    pixel: input.pixelSize ?? 1,
    interval: input.frameInterval ?? 1,
    ...size,
    scored: nuclei.count > 0 && nuclei.score.every(Number.isFinite),
    intensities: nuclei.count > 0 && nuclei.meanIntensity.every(Number.isFinite),
  };
}

async function* pieces(session: Session, options: StageContext): AsyncIterable<string> {
  const { input } = session;
  const units = {
    spatialunits: input.pixelSize === undefined ? "pixel" : "micron",
    timeunits: input.frameInterval === undefined ? "frame" : "sec",
  };
  yield (
    '<?xml version="1.0" encoding="UTF-8"?>\n<TrackMate version="8.1.7">\n' +
    `  <Log>Nuclei and tracks of ${escaped(input.name)}, made by Karyon.</Log>\n` +
    `  ${xmlTag("Model", units)}\n${featureDeclarations("    ", session.intensities)}`
  );
  yield* spotPieces(session, options);
  yield* trackPieces(session);
  yield (
    `  </Model>\n${settings(session)}  <GUIState state="ConfigureViews" />\n` +
    // Without a text, TrackMate takes the user's own way to show tracks.
    "  <DisplaySettings></DisplaySettings>\n</TrackMate>\n"
  );
}

async function* spotPieces(session: Session, options: StageContext): AsyncIterable<string> {
  const { nuclei, frames } = session.graph;
  yield `    ${xmlTag("AllSpots", { nspots: nuclei.count })}\n`;
  let row = 0;
  for (let frame = 0; frame < frames; frame++) {
    throwIfCancelled(options, "Export");
    if (nuclei.frame[row] !== frame) continue;
    const rings = await largestRings(session, frame, options);
    let text = `      ${xmlTag("SpotsInFrame", { frame })}\n`;
    for (; row < nuclei.count && nuclei.frame[row] === frame; row++)
      text += `        ${spot(session, row, rings.get(nuclei.label[row]!))}\n`;
    yield `${text}      </SpotsInFrame>\n`;
    options.onProgress?.({ done: frame + 1, total: frames, message: "writing spots" });
  }
  yield "    </AllSpots>\n";
}

/** The outer ring of each label's largest piece. */
async function largestRings(
  { input: { labels } }: Session,
  frame: number,
  { signal }: StageContext,
): Promise<Map<number, Ring>> {
  if (labels === undefined) return new Map();
  const image = await labels.read(frame, { signal });
  return new Map(
    outlinesOf(image).map(({ label, pieces: all }) => {
      const rings = all.map(({ outer }) => outer);
      const largest = rings.reduce((a, b) => (twiceSignedArea(b) > twiceSignedArea(a) ? b : a));
      return [label, largest];
    }),
  );
}

/** The radius that TrackMate itself takes where nothing is known, px. */
const unknownRadius = 5;

function spot(session: Session, row: number, ring: Ring | undefined): string {
  const { graph, pixel, interval, scored, intensities } = session;
  const { nuclei } = graph;
  const [x, y, frame] = [nuclei.x[row]!, nuclei.y[row]!, nuclei.frame[row]!];
  // As TrackMate, which takes the circle of its radius for a spot without an outline.
  const said = ring === undefined ? nuclei.area[row]! : twiceSignedArea(ring) / 2;
  const radius = said > 0 ? Math.sqrt(said / Math.PI) : unknownRadius;
  const area = said > 0 ? said : Math.PI * radius * radius;
  const perimeter = ring === undefined ? 2 * Math.PI * radius : lengthOf(ring);
  const attributes = {
    ID: row,
    name: `ID${row}`,
    QUALITY: scored ? nuclei.score[row]! : -1,
    POSITION_X: x * pixel,
    POSITION_Y: y * pixel,
    POSITION_Z: 0,
    POSITION_T: frame * interval,
    FRAME: frame,
    RADIUS: radius * pixel,
    VISIBILITY: 1,
    AREA: area * pixel * pixel,
    PERIMETER: perimeter * pixel,
    CIRCULARITY: (4 * Math.PI * area) / perimeter ** 2,
    MEAN_INTENSITY_CH1: intensities ? nuclei.meanIntensity[row]! : undefined,
    ROI_N_POINTS: ring === undefined ? undefined : ring.length / 2,
  };
  if (ring === undefined) return xmlTag("Spot", attributes, "/");
  // Eight digits leave an error of a hundred thousandth of a pixel at most.
  const text = Array.from(ring, (corner, i) =>
    String(Number(((corner - 0.5 - (i % 2 === 0 ? x : y)) * pixel).toPrecision(8))),
  ).join(" ");
  return `${xmlTag("Spot", attributes)}${text}</Spot>`;
}

function lengthOf(ring: Ring): number {
  let sum = 0;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2)
    sum += Math.hypot(ring[i]! - ring[j]!, ring[i + 1]! - ring[j + 1]!);
  return sum;
}

/** Tracks, one after the other, and the list of those that are shown: all. */
function* trackPieces(session: Session): Iterable<string> {
  const { graph, input } = session;
  const lineages = new Map<number, Branch[]>();
  for (const branch of input.branches ?? branchesOf(graph)) {
    const known = lineages.get(branch.root);
    if (known === undefined) lineages.set(branch.root, [branch]);
    else known.push(branch);
  }
  const parents = parentOfRow(graph);
  // A spot alone is no track.
  const rowsOfTrack = [...lineages.values()]
    .map((branches) => branches.flatMap(({ rows }) => rows))
    .filter(({ length }) => length > 1);
  yield "    <AllTracks>\n";
  for (const [id, rows] of rowsOfTrack.entries()) yield track(session, id, rows, parents);
  yield "    </AllTracks>\n    <FilteredTracks>\n";
  for (const id of rowsOfTrack.keys()) yield `      ${xmlTag("TrackID", { TRACK_ID: id }, "/")}\n`;
  yield "    </FilteredTracks>\n";
}

/** @param rows of the nuclei, from the first of the lineage on */
function track(session: Session, id: number, rows: readonly number[], parents: Int32Array): string {
  const { graph, pixel, interval } = session;
  const { frame, x, y } = graph.nuclei;
  const linked = rows.filter((row) => parents[row]! >= 0);
  const gaps = linked.map((row) => frame[row]! - frame[parents[row]!]! - 1).filter((gap) => gap > 0);
  const children = new Map<number, number>();
  for (const row of linked) children.set(parents[row]!, (children.get(parents[row]!) ?? 0) + 1);
  const first = rows[0]!;
  const stop = rows.reduce((last, row) => Math.max(last, frame[row]!), 0);
  const lasts = rows.filter((row) => frame[row] === stop);
  const attributes = {
    name: `Track_${id}`,
    TRACK_ID: id,
    TRACK_INDEX: id,
    NUMBER_SPOTS: rows.length,
    NUMBER_GAPS: gaps.length,
    NUMBER_SPLITS: [...children.values()].filter((count) => count > 1).length,
    NUMBER_MERGES: 0,
    NUMBER_COMPLEX: 0,
    LONGEST_GAP: gaps.reduce((longest, gap) => Math.max(longest, gap), 0),
    TRACK_DURATION: (stop - frame[first]!) * interval,
    TRACK_START: frame[first]! * interval,
    TRACK_STOP: stop * interval,
    // Where several spots are the last, TrackMate takes any of them.
    TRACK_DISPLACEMENT:
      lasts.length > 1 ? undefined : Math.hypot(x[lasts[0]!]! - x[first]!, y[lasts[0]!]! - y[first]!) * pixel,
  };
  const edges = linked.map((row) => `        ${edge(session, parents[row]!, row)}\n`);
  return `      ${xmlTag("Track", attributes)}\n${edges.join("")}      </Track>\n`;
}

function edge({ graph, pixel, interval }: Session, source: number, target: number): string {
  const { frame, x, y } = graph.nuclei;
  const length = Math.hypot(x[target]! - x[source]!, y[target]! - y[source]!) * pixel;
  const attributes = {
    SPOT_SOURCE_ID: source,
    SPOT_TARGET_ID: target,
    LINK_COST: length * length,
    SPEED: length / ((frame[target]! - frame[source]!) * interval),
    DISPLACEMENT: length,
    EDGE_TIME: ((frame[source]! + frame[target]!) / 2) * interval,
    EDGE_X_LOCATION: ((x[source]! + x[target]!) / 2) * pixel,
    EDGE_Y_LOCATION: ((y[source]! + y[target]!) / 2) * pixel,
    EDGE_Z_LOCATION: 0,
  };
  return xmlTag("Edge", attributes, "/");
}

/** What TrackMate needs to find the images, and to know that nothing is to be found or linked again. */
function settings({ input, graph, pixel, interval, height, width, scored }: Session): string {
  const path = input.imageFile ?? `${input.name}.tif`;
  const nameAt = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1;
  const image = {
    filename: path.slice(nameAt),
    folder: path.slice(0, nameAt),
    width,
    height,
    nslices: 1,
    nframes: graph.frames,
    pixelwidth: pixel,
    pixelheight: pixel,
    voxeldepth: 1,
    timeinterval: interval,
  };
  const crop = {
    xstart: 0,
    xend: width - 1,
    ystart: 0,
    yend: height - 1,
    zstart: 0,
    zend: 0,
    tstart: 0,
    tend: Math.max(0, graph.frames - 1),
  };
  const detector =
    input.labels === undefined
      ? { DETECTOR_NAME: "MANUAL_DETECTOR", RADIUS: unknownRadius * pixel }
      : { DETECTOR_NAME: "LABEL_IMAGE_DETECTOR", TARGET_CHANNEL: 1, SIMPLIFY_CONTOURS: "false" };
  // Below all qualities: some readers take those at the threshold, others do not.
  const filter = { feature: "QUALITY", value: scored ? -1 : -2, isabove: "true" };
  return (
    "  <Settings>\n" +
    `    ${xmlTag("ImageData", image, "/")}\n` +
    `    ${xmlTag("BasicSettings", crop, "/")}\n` +
    `    ${xmlTag("DetectorSettings", detector, "/")}\n` +
    `    ${xmlTag("InitialSpotFilter", filter, "/")}\n` +
    "    <SpotFilterCollection />\n" +
    '    <TrackerSettings TRACKER_NAME="MANUAL_TRACKER" />\n' +
    "    <TrackFilterCollection />\n" +
    "    <AnalyzerCollection>\n      <SpotAnalyzers />\n      <EdgeAnalyzers />\n      <TrackAnalyzers />\n" +
    "    </AnalyzerCollection>\n  </Settings>\n"
  );
}
