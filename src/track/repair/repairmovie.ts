/**
 * Repairs of the masks of a tracked movie from their neighbours in time. Frames are read one at a time; what is
 * kept of them is small squares about what is mended.
 */
import type { LabelImage, LabelSource } from "../../core/labels.js";
import { concatNuclei, emptyNuclei, type Nuclei, nucleiColumns } from "../../core/nuclei.js";
import { throwIfCancelled, type StageContext } from "../../core/progress.js";
import type { TrackGraph } from "../../core/tracks.js";
import { measure } from "../../imgproc/regions.js";
import { linkOverlaps, type LinkOverlaps } from "../maskoverlaps.js";
import { type Contradiction, contradictions, type Evidence } from "./contradictions.js";
import { type Crop, cropOf, type Place, reachOf } from "./labelcrop.js";
import { type Neighbours, neighboursOf } from "./timeneighbours.js";
import { applyEdit, type Corrections, type FrameEdit, type Repair, repairFrames } from "./repair.js";

/** A movie with repaired masks, ready to be tracked again. */
export interface RepairedMovie {
  /**
   * The nuclei of the repaired masks, by frame, then label; what an outline does not tell is taken from the
   * objects that its pixels belonged to.
   */
  readonly nuclei: Nuclei;
  readonly overlaps: LinkOverlaps;
  /** The masks as they are now. */
  readonly labels: LabelSource;
  readonly repairs: readonly Repair[];
}

/**
 * Repairs the masks where the tracks contradict them.
 *
 * @param labels of the frames; they are only read
 * @param graph tracks of these masks, with nuclei by frame, then label
 * @param overlaps of consecutive masks
 * @returns undefined when there is nothing to repair
 * @throws Cancelled; what reading throws
 */
export async function repairMovie(
  labels: LabelSource,
  graph: TrackGraph,
  overlaps: LinkOverlaps,
  evidence: Evidence,
  context: StageContext = {},
): Promise<RepairedMovie | undefined> {
  const { edits, repairs } = await findRepairs(labels, neighboursOf(graph), overlaps, evidence, context);
  if (repairs.length === 0) return undefined;
  const repaired = editedLabels(labels, edits);
  const newOverlaps = [...overlaps];
  const tables: Nuclei[] = [];
  let previous: LabelImage | undefined;
  for (let frame = 0, from = 0; frame < labels.frames; frame++) {
    throwIfCancelled(context, "Tracking");
    const rows = rowsOfFrame(graph.nuclei, frame, from);
    from += rows.count;
    const edit = edits.get(frame);
    const isNear = edits.has(frame - 1) || edits.has(frame + 1);
    const before = edit === undefined && !isNear ? undefined : await labels.read(frame);
    const after = before === undefined || edit === undefined ? before : applyEdit(before, edit);
    tables.push(edit === undefined ? rows : measuredAgain(after!, before!, rows, frame));
    if (frame > 0 && (edit !== undefined || edits.has(frame - 1)))
      newOverlaps[frame - 1] = linkOverlaps(previous!, after!);
    previous = after;
  }
  return { nuclei: concatNuclei(tables), overlaps: newOverlaps, labels: repaired, repairs };
}

/** The labels with the edits of frames made. */
const editedLabels = (labels: LabelSource, edits: ReadonlyMap<number, FrameEdit>): LabelSource => ({
  ...labels,
  async read(frame, options) {
    const [image, edit] = [await labels.read(frame, options), edits.get(frame)];
    return edit === undefined ? image : applyEdit(image, edit);
  },
});

/** A contradiction with the parts of the frames that were cut out for it so far. */
interface OpenCase {
  readonly item: Contradiction;
  readonly place: Place;
  readonly reach: number;
  readonly crops: Map<number, Crop>;
}

/**
 * Reads the frames in order, one at a time, and keeps only what lies about a contradiction until its last frame
 * is there.
 */
async function findRepairs(
  labels: LabelSource,
  links: Neighbours,
  overlaps: LinkOverlaps,
  evidence: Evidence,
  context: StageContext,
): Promise<{ edits: Map<number, FrameEdit>; repairs: Repair[] }> {
  const { nuclei } = links.graph;
  const cases = contradictions(links, overlaps, evidence).map((item) => openCase(nuclei, item));
  const largest = new Map<number, number>();
  const edits = new Map<number, FrameEdit>();
  const corrections: Corrections = {
    links,
    width: cases.length === 0 ? 0 : (await labels.size(0)).width,
    edits,
    touched: new Map(),
    newLabel: (frame) => {
      const label = largest.get(frame)! + 1;
      largest.set(frame, label);
      return label;
    },
  };
  const repairs: Repair[] = [];
  for (let frame = 0; frame < labels.frames; frame++) {
    const open = cases.filter(
      ({ item }) => nuclei.frame[item.before]! <= frame && frame <= nuclei.frame[item.after]!,
    );
    if (open.length === 0) continue;
    throwIfCancelled(context, "Tracking");
    const image = await labels.read(frame);
    largest.set(frame, image.count);
    for (const { place, reach, crops } of open) crops.set(frame, cropOf(image, place, reach));
    for (const { item, crops } of open) {
      if (nuclei.frame[item.after] !== frame) continue;
      repairs.push(...repairFrames(corrections, item, (t) => crops.get(t)!));
      crops.clear();
    }
  }
  for (const [frame, edit] of edits) if (edit.size === 0) edits.delete(frame);
  return { edits, repairs: repairs.sort((a, b) => a.frame - b.frame || a.y - b.y || a.x - b.x) };
}

/** Where a contradiction lies, with room for an object that hides its nucleus. */
function openCase(nuclei: Nuclei, item: Contradiction): OpenCase {
  const { before, after } = item;
  const between = (axis: Float64Array): number => (axis[before]! + axis[after]!) / 2;
  const apart = Math.hypot(nuclei.y[before]! - nuclei.y[after]!, nuclei.x[before]! - nuclei.x[after]!);
  const largest = Math.max(nuclei.area[before]!, nuclei.area[after]!);
  return {
    item,
    place: [between(nuclei.y), between(nuclei.x)],
    reach: Math.ceil(apart / 2) + reachOf(4 * largest),
    crops: new Map(),
  };
}

/** The rows of a frame. @param from its first row */
function rowsOfFrame(nuclei: Nuclei, frame: number, from: number): Nuclei {
  let to = from;
  while (to < nuclei.count && nuclei.frame[to] === frame) to++;
  const out = emptyNuclei(to - from);
  for (const column of nucleiColumns) out[column].set(nuclei[column].subarray(from, to));
  return out;
}

/**
 * Measures a repaired frame. Intensity and score are the means over the objects that the pixels belonged to
 * before; NaN where they belonged to none.
 */
function measuredAgain(edited: LabelImage, before: LabelImage, rows: Nuclei, frame: number): Nuclei {
  const nuclei = measure(edited, { frame });
  const rowOf = new Map(Array.from(rows.label, (label, row) => [label, row]));
  const sums = Array.from({ length: edited.count + 1 }, () => ({ pixels: 0, meanIntensity: 0, score: 0 }));
  edited.data.forEach((label, pixel) => {
    const row = label > 0 ? rowOf.get(before.data[pixel]!) : undefined;
    if (row === undefined) return;
    const sum = sums[label]!;
    sum.pixels++;
    sum.meanIntensity += rows.meanIntensity[row]!;
    sum.score += rows.score[row]!;
  });
  for (let row = 0; row < nuclei.count; row++) {
    const { pixels, meanIntensity, score } = sums[nuclei.label[row]!]!;
    nuclei.meanIntensity[row] = meanIntensity / pixels;
    nuclei.score[row] = score / pixels;
  }
  return nuclei;
}
