/**
 * Repairs of the masks of a tracked movie from their neighbours in time, frame by frame: only a few frames
 * are in memory at once.
 */
import type { LabelImage, LabelSource } from "../../core/labels.js";
import { concatNuclei, emptyNuclei, type Nuclei, nucleiColumns } from "../../core/nuclei.js";
import { throwIfCancelled, type StageContext } from "../../core/progress.js";
import type { TrackGraph } from "../../core/tracks.js";
import { measure } from "../../imgproc/regions.js";
import { linkOverlaps, type LinkOverlaps } from "../maskoverlaps.js";
import { type Contradiction, contradictions, type Neighbours, neighboursOf } from "./contradictions.js";
import { applyEdit, type FrameEdit, type Repair, repairFrame } from "./repair.js";

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
  context: StageContext = {},
): Promise<RepairedMovie | undefined> {
  const before = latest(labels);
  const { edits, repairs } = await findRepairs(before, graph, overlaps, context);
  if (repairs.length === 0) return undefined;
  const after = editedLabels(before, edits);
  const newOverlaps = [...overlaps];
  const tables: Nuclei[] = [];
  for (let frame = 0, from = 0; frame < labels.frames; frame++) {
    const rows = rowsOfFrame(graph.nuclei, frame, from);
    from += rows.count;
    const isEdited = edits.has(frame);
    tables.push(
      isEdited ? measuredAgain(await after.read(frame), await before.read(frame), rows, frame) : rows,
    );
    if (frame > 0 && (isEdited || edits.has(frame - 1)))
      newOverlaps[frame - 1] = linkOverlaps(await after.read(frame - 1), await after.read(frame));
  }
  return {
    nuclei: concatNuclei(tables),
    overlaps: newOverlaps,
    labels: editedLabels(labels, edits),
    repairs,
  };
}

/** Label images that are kept: a run of three frames with those before and after it, and three more. */
const maxHeld = 8;

/** The same labels, of which the latest that were read are kept. */
function latest(labels: LabelSource): LabelSource {
  const held = new Map<number, LabelImage>();
  return {
    ...labels,
    async read(frame, options) {
      const image = held.get(frame) ?? (await labels.read(frame, options));
      held.delete(frame);
      held.set(frame, image);
      if (held.size > maxHeld) held.delete(held.keys().next().value!);
      return image;
    },
  };
}

/** The labels with the edits of frames made. */
const editedLabels = (labels: LabelSource, edits: ReadonlyMap<number, FrameEdit>): LabelSource => ({
  ...labels,
  async read(frame, options) {
    const [image, edit] = [await labels.read(frame, options), edits.get(frame)];
    return edit === undefined ? image : applyEdit(image, edit);
  },
});

async function findRepairs(
  labels: LabelSource,
  graph: TrackGraph,
  overlaps: LinkOverlaps,
  context: StageContext,
): Promise<{ edits: Map<number, FrameEdit>; repairs: Repair[] }> {
  const links = neighboursOf(graph);
  const byFrame = new Map<number, Contradiction[]>();
  for (const item of contradictions(links, overlaps))
    byFrame.set(item.frame, [...(byFrame.get(item.frame) ?? []), item]);
  const edits = new Map<number, FrameEdit>();
  const repairs: Repair[] = [];
  for (const [frame, list] of byFrame) {
    throwIfCancelled(context, "Tracking");
    const around = await framesAround(labels, frame, links, list);
    const result = repairFrame(around.get(frame)!, (t) => around.get(t)!, links, list);
    if (result.repairs.length === 0) continue;
    edits.set(frame, result.edit);
    repairs.push(...result.repairs);
  }
  return { edits, repairs };
}

/** The frames that decide what is repaired in one: its neighbours, and those of the nuclei concerned. */
async function framesAround(
  labels: LabelSource,
  frame: number,
  { graph: { nuclei } }: Neighbours,
  list: readonly Contradiction[],
): Promise<Map<number, LabelImage>> {
  const flanks = list.flatMap(({ before, after }) => [nuclei.frame[before]!, nuclei.frame[after]!]);
  const around = new Map<number, LabelImage>();
  for (const t of new Set([frame, frame - 1, frame + 1, ...flanks])) around.set(t, await labels.read(t));
  return around;
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
