/**
 * Label images of a movie to tracks on disk: CTC masks, `res_track.txt`, `tracks.csv`, `spots.csv`,
 * `divisions.csv`, `repairs.csv`, `tracking.json`.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import type { LabelSource } from "../../core/labels.js";
import type { StageContext } from "../../core/progress.js";
import { type Branch, branchesOf, branchOfRow, type TrackGraph } from "../../core/tracks.js";
import { numberColumns } from "../../io/csv.js";
import { toCtc } from "../../track/ctcgraph.js";
import { withFileLabels } from "../../track/movie/filelabels.js";
import { partOf, type TrackedMovie, trackMovie } from "../../track/movie/trackmovie.js";
import type { TrackSettings } from "../../track/track.js";
import type { Tracker } from "../../track/trackernames.js";
import type { Config } from "../config/options.js";
import { writeFileAtomic } from "../store/files.js";
import { asStored, parseNuclei } from "../../io/nucleifile.js";
import { readVersioned, writeVersioned } from "../store/versioned.js";
import type { TrackingInput } from "./labelfolder.js";
import { hasMasks, masksIn, writeMasks } from "./storedmasks.js";
import { repairsCsv, sortedDivisions, trackTables } from "./tracktables.js";

/** Contents of `tracking.json`. */
export interface TrackingSummary {
  readonly frames: number;
  /** Of each frame, px. */
  readonly height: number;
  readonly width: number;
  /** µm per px; absent where it is unknown. */
  readonly pixelSize?: number | undefined;
  /** Seconds; absent where it is unknown. */
  readonly frameInterval?: number | undefined;
  readonly tracker: Tracker;
  readonly settings: TrackSettings;
  readonly branches: number;
  readonly divisions: number;
  /** Corrections of masks, as `repairs.csv` lists them. */
  readonly repairs: number;
  readonly warnings: readonly string[];
}

/** The tracks of a movie: just made, or read from their folder. Both are the same, to the bit. */
export interface TrackingResult {
  readonly summary: TrackingSummary;
  /** Nuclei as `spots.csv` holds them (`asStored`). */
  readonly graph: TrackGraph;
  /** Of the graph. */
  readonly branches: readonly Branch[];
  /** Of each division that it is one, 0..1, by row of the mother; NaN where the tracker knows none. */
  readonly probabilities: ReadonlyMap<number, number>;
  /**
   * The masks of the tracks; the label images that were tracked, where there are too many tracks for masks, so
   * that none is repaired.
   */
  readonly masks: LabelSource;
  /** The label of each nucleus in `masks`, by row. */
  readonly labelOfRow: Int32Array;
}

/** The radius for people; there is none where no two frames hold nuclei. */
export const radiusText = ({ settings }: TrackingSummary): string =>
  settings.radius === null ? "unknown" : `${settings.radius.toFixed(1)} px`;

/** Of the time that tracking takes, about so much goes into writing. */
const writingShare = 1 / 3;

/**
 * Tracks label images into `folder`, which must exist.
 *
 * @param input a `SegmentationResult`, or a folder of labels (`readLabelFolder`)
 * @returns the result; once the folder gets another name, `trackingIn` finds the masks there
 * @throws InvalidInput when frames differ in size, or an option is out of range; Cancelled; OutputError; what
 *   reading throws
 */
export async function trackInto(
  folder: string,
  input: TrackingInput,
  config: Config,
  context: StageContext,
): Promise<TrackingResult> {
  const { tracker, radius, gap, divisions, repair } = config.track;
  const pixelSize = config.input.pixelSize ?? input.summary?.pixelSize;
  const options = { tracker, radius, gap, divisions, repair, pixelSize };
  const movie = await trackMovie(input.labels, input, options, partOf(context, 0, 1 - writingShare));
  const { labelOfRow, warnings } = await writeMasks(folder, movie, partOf(context, 1 - writingShare, 1));
  const graph = withFileLabels(movie.graph, movie.ids);
  for (const [name, text] of Object.entries(trackTables({ ...movie, graph }, labelOfRow, pixelSize)))
    await writeFileAtomic(join(folder, name), text);
  if (repair && tracker === "auto")
    await writeFileAtomic(join(folder, "repairs.csv"), repairsCsv(movie.repairs));
  const summary: TrackingSummary = {
    frames: input.labels.frames,
    height: movie.height,
    width: movie.width,
    pixelSize,
    frameInterval: config.input.frameInterval ?? input.summary?.frameInterval,
    tracker,
    settings: movie.settings,
    branches: movie.branches.length,
    divisions: movie.divisions.length,
    repairs: movie.repairs.length,
    warnings,
  };
  await writeVersioned(join(folder, "tracking.json"), "tracking", summary);
  return {
    summary,
    graph: { ...graph, nuclei: asStored(graph.nuclei) },
    branches: movie.branches,
    probabilities: probabilitiesOf(movie),
    ...(labelOfRow === undefined
      ? { masks: input.labels, labelOfRow: movie.graph.nuclei.label }
      : { masks: masksIn(folder, summary.frames), labelOfRow }),
  };
}

/** In the order of `divisions.csv`, and as it holds them. */
function probabilitiesOf({ graph, branches, divisions }: TrackedMovie): Map<number, number> {
  const tracks = branchOfRow(branches, graph.nuclei.count);
  const sorted = sortedDivisions({ graph }, tracks, divisions);
  return new Map(sorted.map(({ motherRow, probability }) => [motherRow, probability]));
}

/** The result once its folder has another name. */
export const trackingIn = (folder: string, result: TrackingResult): TrackingResult =>
  hasMasks(folder, result.summary.frames)
    ? { ...result, masks: masksIn(folder, result.summary.frames) }
    : result;

/** What the analysis reads of a folder that `trackInto` wrote. @throws InvalidInput when a part is missing */
export function trackFiles(folder: string): [spots: string, summary: string] {
  const paths: [string, string] = [join(folder, "spots.csv"), join(folder, "tracking.json")];
  for (const path of paths)
    if (!existsSync(path))
      throw new InvalidInput(
        folder,
        "a folder that karyon track wrote",
        `no ${path}`,
        "track the labels first",
      );
  return paths;
}

/**
 * Reads back what `trackInto` wrote.
 *
 * @param labels the label images that were tracked, which stand in for masks where there are none
 * @throws InvalidInput when the folder is no result of tracking
 */
export function readTracking(folder: string, labels?: LabelSource): TrackingResult {
  const [spots, summaryFile] = trackFiles(folder);
  const summary = readVersioned<TrackingSummary>(summaryFile, "tracking");
  const text = readFileSync(spots, "utf8");
  const nuclei = parseNuclei(text, spots);
  const graph = { nuclei, frames: summary.frames, edges: edgesOf(text, spots) };
  const branches = branchesOf(graph);
  const isMasked = labels === undefined || hasMasks(folder, summary.frames);
  return {
    summary,
    graph,
    branches,
    probabilities: readProbabilities(folder),
    ...(isMasked
      ? { masks: masksIn(folder, summary.frames), labelOfRow: maskLabels(graph, branches, folder) }
      : { masks: labels, labelOfRow: nuclei.label }),
  };
}

/** The labels in the masks. Those of the label images, where there are no masks, so that nobody reads them. */
const maskLabels = (graph: TrackGraph, branches: readonly Branch[], folder: string): Int32Array =>
  hasMasks(folder, graph.frames) ? toCtc(graph, branches).labelOfRow : graph.nuclei.label;

function edgesOf(text: string, where: string): Uint32Array {
  const parents = numberColumns(text, ["parent_spot"], where).columns[0] ?? new Float64Array(0);
  const edges = new Uint32Array(2 * parents.reduce((linked, parent) => linked + (parent >= 0 ? 1 : 0), 0));
  let at = 0;
  parents.forEach((parent, child) => {
    if (!(parent >= 0)) return;
    edges[at++] = parent;
    edges[at++] = child;
  });
  return edges;
}

/** What `divisions.csv` says. Tracks of an earlier version have none, or a score that is no probability. */
function readProbabilities(folder: string): Map<number, number> {
  const path = join(folder, "divisions.csv");
  if (!existsSync(path)) return new Map();
  const names = ["mother_spot", "probability"];
  const [mothers, probabilities] = numberColumns(readFileSync(path, "utf8"), names, path).columns;
  if (mothers === undefined || probabilities === undefined) return new Map();
  return new Map(Array.from(mothers, (mother, k) => [mother, probabilities[k]!]));
}
