/**
 * Label images of a movie to tracks on disk: CTC masks, `res_track.txt`, `tracks.csv`, `spots.csv`,
 * `divisions.csv`, `repairs.csv`, `tracking.json`.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput, isKaryonError, messageOf } from "../../core/errors.js";
import { idOf, type LabelImage, labelImage } from "../../core/labels.js";
import { concatNuclei, type Nuclei } from "../../core/nuclei.js";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import { type Branch, branchesOf, type TrackGraph } from "../../core/tracks.js";
import { measure } from "../../imgproc/regions.js";
import { formatCsv, numberColumns } from "../../io/csv.js";
import { formatTracks, largestCtcLabel, maskName } from "../../io/ctc.js";
import { labelFormatNames } from "../../io/formats/formatnames.js";
import { type CtcResult, toCtc } from "../../track/ctcgraph.js";
import { linkOverlaps, type LinkOverlaps } from "../../track/maskoverlaps.js";
import { applyEdit, type FrameEdit } from "../../track/repair/repair.js";
import type { DivisionEvidence, TrackResult, TrackSettings } from "../../track/track.js";
import { type Tracker, trackWith } from "../../track/tracker.js";
import type { Config } from "../config/options.js";
import type { SegmentationSummary } from "../segment/segmentation.js";
import { listImages } from "../source/imagefolder.js";
import { readJson, writeFileAtomic } from "../store/files.js";
import { readLabels, writeLabels16 } from "../store/labelfiles.js";
import { nucleiCsv, parseNuclei } from "../store/nucleifile.js";
import { repairMovie, repairsCsv } from "./repairing.js";

/** Contents of `tracking.json`. */
export interface TrackingSummary {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly pixelSize?: number | undefined;
  readonly frameInterval?: number | undefined;
  readonly tracker: Tracker;
  readonly settings: TrackSettings;
  readonly branches: number;
  readonly divisions: number;
  /** Corrections of masks, as `repairs.csv` lists them. */
  readonly repairs: number;
  readonly warnings: readonly string[];
}

/** The radius for people; there is none where no two frames hold nuclei. */
export const radiusText = ({ settings }: TrackingSummary): string =>
  settings.radius === null ? "unknown" : `${settings.radius.toFixed(1)} px`;

/** Tracks the label images of the folder `labels` into `folder`, which must exist. */
export async function trackInto(
  folder: string,
  labels: string,
  config: Config,
  context: StageContext,
): Promise<{ summary: TrackingSummary; graph: TrackGraph }> {
  const segmentation = readSegmentation(labels);
  const files = labelFiles(labels, segmentation);
  const { nuclei, overlaps, ids, height, width } = await readNuclei(files, tableOf(labels), context);
  const pixelSize = config.input.pixelSize ?? segmentation?.pixelSize;
  const { tracker, radius, gap, divisions, repair } = config.track;
  const link = (rows: Nuclei, shared: LinkOverlaps): TrackResult =>
    trackWith(tracker, rows, files.length, { radius, gap, divisions, pixelSize }, context, shared);
  const first = link(nuclei, overlaps);
  // TrackMate's tracker is there for comparison and gets the masks as they are.
  const found =
    repair && tracker === "auto" ? await repairMovie(files, first.graph, overlaps, context) : undefined;
  const second = found && link(found.nuclei, found.overlaps);
  // Repaired masks are those of the challenge: where there are too many tracks for these, the masks stay as
  // they are.
  const repaired =
    second !== undefined && branchesOf(second.graph).length <= largestCtcLabel ? found : undefined;
  const result = repaired === undefined ? first : second!;
  const frameInterval = config.input.frameInterval ?? segmentation?.frameInterval;
  const branches = branchesOf(result.graph);
  const { warnings, labelOfRow } = await writeCtc(folder, files, repaired?.edits, result.graph, context);
  const graph = withFileLabels(result.graph, ids);
  await writeTables(folder, graph, branches, labelOfRow, result.divisions, pixelSize);
  if (repair && tracker === "auto")
    await writeFileAtomic(join(folder, "repairs.csv"), repairsCsv(repaired?.repairs ?? []));
  const summary: TrackingSummary = {
    frames: files.length,
    height,
    width,
    pixelSize,
    frameInterval,
    tracker,
    settings: result.settings,
    branches: branches.length,
    divisions: result.divisions.length,
    repairs: repaired?.repairs.length ?? 0,
    warnings,
  };
  await writeFileAtomic(join(folder, "tracking.json"), `${JSON.stringify(summary, null, 2)}\n`);
  return { summary, graph };
}

function readSegmentation(folder: string): SegmentationSummary | undefined {
  const path = join(folder, "segmentation.json");
  return existsSync(path) ? readJson<SegmentationSummary>(path) : undefined;
}

/**
 * The label images in the order of the frames: the segmentation's, where all of its files and no others are
 * there, since names need not follow the frames (frames of several folders); else the natural order of the
 * names.
 */
function labelFiles(folder: string, segmentation: SegmentationSummary | undefined): string[] {
  const byName = listImages(folder);
  if (byName.size === 0)
    throw new InvalidInput(
      folder,
      "a folder of label images",
      `no ${labelFormatNames} files`,
      "make one with karyon segment",
    );
  const listed = (segmentation?.images ?? [])
    .map(({ name }) => byName.get(name))
    .filter((file) => file !== undefined);
  return listed.length === byName.size ? listed : [...byName.values()];
}

const rowKey = (nuclei: Nuclei, row: number, label = nuclei.label[row]): string =>
  `${nuclei.frame[row]} ${label} ${nuclei.area[row]}`;

/**
 * What the segmentation measured and labels do not tell (brightness, score), by frame, label and area: labels
 * that were edited since then have none.
 */
function tableOf(labels: string): Map<string, { readonly meanIntensity: number; readonly score: number }> {
  const path = join(labels, "objects.csv");
  if (!existsSync(path)) return new Map();
  const nuclei = parseNuclei(readFileSync(path, "utf8"), path);
  return new Map(
    Array.from(nuclei.frame, (_, row) => [
      rowKey(nuclei, row),
      { meanIntensity: nuclei.meanIntensity[row]!, score: nuclei.score[row]! },
    ]),
  );
}

/** Measures the nuclei of all label images, and the overlaps of consecutive ones. */
async function readNuclei(
  files: readonly string[],
  table: ReturnType<typeof tableOf>,
  context: StageContext,
): Promise<{ nuclei: Nuclei; overlaps: LinkOverlaps; ids: FrameIds; height: number; width: number }> {
  const measured: Nuclei[] = [];
  const overlaps: LinkOverlaps[number][] = [];
  const ids: (Int32Array | undefined)[] = [];
  let previous: LabelImage | undefined;
  for (const [frame, file] of files.entries()) {
    throwIfCancelled(context, "Tracking");
    const image = await readLabels(file);
    if (previous !== undefined && (previous.height !== image.height || previous.width !== image.width)) {
      throw new InvalidInput(
        file,
        `${previous.height} x ${previous.width} px as the frames before`,
        `${image.height} x ${image.width} px`,
        "a movie has frames of one size",
      );
    }
    measured.push(measure(image, { frame }));
    ids.push(image.ids);
    if (previous !== undefined) overlaps.push(linkOverlaps(previous, image));
    previous = image;
    context.onProgress?.({ done: frame + 1, total: 3 * files.length, message: "reading labels" });
  }
  const nuclei = concatNuclei(measured);
  for (let row = 0; row < nuclei.count; row++) {
    const label = idOf({ ids: ids[nuclei.frame[row]!] }, nuclei.label[row]!);
    const known = table.get(rowKey(nuclei, row, label));
    nuclei.meanIntensity[row] = known?.meanIntensity ?? NaN;
    nuclei.score[row] = known?.score ?? NaN;
  }
  return { nuclei, overlaps, ids, height: previous!.height, width: previous!.width };
}

/** By frame: the values of the label files, where labels were made compact; see `LabelImage.ids`. */
type FrameIds = readonly (Int32Array | undefined)[];

/**
 * The graph with the values of the label files as labels. A nucleus that a repair has added gets the smallest
 * value that the file does not use.
 */
function withFileLabels(graph: TrackGraph, ids: FrameIds): TrackGraph {
  const { nuclei } = graph;
  const largest = nuclei.label.reduce((maximum, own) => Math.max(maximum, own), 0);
  const added = new Map<number, number[]>();
  const addedId = (frame: number, known: Int32Array, label: number): number => {
    const values = added.get(frame) ?? unusedValues(known, largest - known.length);
    added.set(frame, values);
    return values[label - known.length - 1]!;
  };
  const label = nuclei.label.map((own, row) => {
    const known = ids[nuclei.frame[row]!];
    if (known === undefined) return own;
    return known[own - 1] ?? addedId(nuclei.frame[row]!, known, own);
  });
  return { ...graph, nuclei: { ...nuclei, label } };
}

/** The smallest positive whole numbers that are not in `used`. */
function unusedValues(used: Int32Array, count: number): number[] {
  const known = new Set(used);
  const values: number[] = [];
  for (let value = 1; values.length < count; value++) if (!known.has(value)) values.push(value);
  return values;
}

/** Writes the challenge's files. @returns the label of each nucleus in the masks, or why there are none */
async function writeCtc(
  folder: string,
  files: readonly string[],
  edits: ReadonlyMap<number, FrameEdit> | undefined,
  graph: TrackGraph,
  context: StageContext,
): Promise<{ warnings: string[]; labelOfRow: Int32Array | undefined }> {
  let ctc: CtcResult;
  try {
    ctc = toCtc(graph);
  } catch (error) {
    if (!isKaryonError(error)) throw error;
    return {
      warnings: [
        "The files of the Cell Tracking Challenge are left out " +
          `(${messageOf(error).replace(/\.$/, "")}); spots.csv and tracks.csv hold everything.`,
      ],
      labelOfRow: undefined,
    };
  }
  const { tracks, labelOfRow } = ctc;
  const rowsOfFrame: number[][] = files.map(() => []);
  for (let row = 0; row < graph.nuclei.count; row++) rowsOfFrame[graph.nuclei.frame[row]!]!.push(row);
  for (const [frame, file] of files.entries()) {
    throwIfCancelled(context, "Tracking");
    const [read, edit] = [await readLabels(file), edits?.get(frame)];
    const labels = edit === undefined ? read : applyEdit(read, edit);
    const map = new Int32Array(labels.count + 1);
    for (const row of rowsOfFrame[frame]!) map[graph.nuclei.label[row]!] = labelOfRow[row]!;
    const data = labels.data.map((label) => (label > 0 ? map[label]! : 0));
    const mask = labelImage(labels.height, labels.width, data);
    await writeLabels16(join(folder, maskName(frame, files.length)), mask);
    context.onProgress?.({
      done: 2 * files.length + frame + 1,
      total: 3 * files.length,
      message: "writing tracks",
    });
  }
  await writeFileAtomic(join(folder, "res_track.txt"), formatTracks(tracks));
  return { warnings: [], labelOfRow };
}

/**
 * `spots.csv`: every nucleus with its branch, the row of the nucleus it comes from, and its label in the
 * masks (another one after a gap, as the challenge wants it); `tracks.csv`: every branch; `divisions.csv`:
 * every division with its evidence.
 */
async function writeTables(
  folder: string,
  graph: TrackGraph,
  branches: readonly Branch[],
  labelOfRow: Int32Array | undefined,
  divisions: readonly DivisionEvidence[],
  pixelSize: number | undefined,
): Promise<void> {
  const branchOfRow = new Int32Array(graph.nuclei.count);
  for (const { id, rows } of branches) for (const row of rows) branchOfRow[row] = id;
  const parentOfRow = new Int32Array(graph.nuclei.count).fill(-1);
  for (let e = 0; e < graph.edges.length; e += 2) parentOfRow[graph.edges[e + 1]!] = graph.edges[e]!;
  const extra = {
    spot: Int32Array.from(branchOfRow, (_, row) => row),
    track: branchOfRow,
    parent_spot: parentOfRow,
    ...(labelOfRow === undefined ? {} : { mask_label: labelOfRow }),
  };
  await writeFileAtomic(join(folder, "spots.csv"), nucleiCsv(graph.nuclei, pixelSize, undefined, extra));
  const frameOf = (row: number): number => graph.nuclei.frame[row]!;
  await writeFileAtomic(
    join(folder, "tracks.csv"),
    formatCsv(
      ["track", "parent_track", "lineage", "first_frame", "last_frame", "spots"],
      [
        branches.map(({ id }) => id),
        branches.map(({ parent }) => parent),
        branches.map(({ root }) => root),
        branches.map(({ rows }) => frameOf(rows[0]!)),
        branches.map(({ rows }) => frameOf(rows.at(-1)!)),
        branches.map(({ rows }) => rows.length),
      ],
    ),
  );
  await writeFileAtomic(join(folder, "divisions.csv"), divisionsCsv(graph, branchOfRow, divisions));
}

/** One row a division, by its mother's last frame, then track; places in px. */
function divisionsCsv(
  { nuclei }: TrackGraph,
  branchOfRow: Int32Array,
  divisions: readonly DivisionEvidence[],
): string {
  const frameOf = ({ motherRow }: DivisionEvidence): number => nuclei.frame[motherRow]!;
  const sorted = [...divisions].sort(
    (a, b) => frameOf(a) - frameOf(b) || branchOfRow[a.motherRow]! - branchOfRow[b.motherRow]!,
  );
  const column = (value: (division: DivisionEvidence) => number): number[] => sorted.map(value);
  return formatCsv(
    [
      "frame",
      "mother_track",
      "daughter_track_1",
      "daughter_track_2",
      "mother_spot",
      "daughter_spot_1",
      "daughter_spot_2",
      "y_px",
      "x_px",
      "evidence",
    ],
    [
      column(frameOf),
      column(({ motherRow }) => branchOfRow[motherRow]!),
      column(({ daughters: [a] }) => branchOfRow[a]!),
      column(({ daughters: [, b] }) => branchOfRow[b]!),
      column(({ motherRow }) => motherRow),
      column(({ daughters: [a] }) => a),
      column(({ daughters: [, b] }) => b),
      column(({ motherRow }) => nuclei.y[motherRow]!),
      column(({ motherRow }) => nuclei.x[motherRow]!),
      column(({ score }) => score),
    ],
  );
}

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

/** What a folder of tracks holds. */
export interface StoredTracks {
  readonly graph: TrackGraph;
  readonly summary: TrackingSummary;
  /** Evidence of each division, by row of the mother. */
  readonly evidence: ReadonlyMap<number, number>;
}

/** Reads back what `trackInto` wrote. @throws InvalidInput when the folder is no result of tracking */
export function readTracks(folder: string): StoredTracks {
  const [spots, summaryFile] = trackFiles(folder);
  const summary = readJson<TrackingSummary>(summaryFile);
  const text = readFileSync(spots, "utf8");
  const nuclei = parseNuclei(text, spots);
  const parents = numberColumns(text, ["parent_spot"], spots).columns[0] ?? new Float64Array(0);
  const edges = new Uint32Array(2 * parents.reduce((linked, parent) => linked + (parent >= 0 ? 1 : 0), 0));
  let at = 0;
  parents.forEach((parent, child) => {
    if (!(parent >= 0)) return;
    edges[at++] = parent;
    edges[at++] = child;
  });
  return { graph: { nuclei, frames: summary.frames, edges }, summary, evidence: evidenceOf(folder) };
}

/** What `divisions.csv` says, where there is one: tracks of an earlier version have none. */
function evidenceOf(folder: string): Map<number, number> {
  const path = join(folder, "divisions.csv");
  if (!existsSync(path)) return new Map();
  const [mothers, scores] = numberColumns(readFileSync(path, "utf8"), ["mother_spot", "evidence"], path)
    .columns as [Float64Array, Float64Array];
  return new Map(Array.from(mothers, (mother, k) => [mother, scores[k]!]));
}
