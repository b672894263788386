/**
 * Repairs of the masks of a tracked movie from their neighbours in time, frame by frame: only a few frames
 * are in memory at once.
 */
import type { LabelImage } from "../../core/labels.js";
import { concatNuclei, emptyNuclei, type Nuclei, nucleiColumns } from "../../core/nuclei.js";
import { throwIfCancelled, type StageContext } from "../../core/progress.js";
import type { TrackGraph } from "../../core/tracks.js";
import { measure } from "../../imgproc/regions.js";
import { formatCsv } from "../../io/csv.js";
import { linkOverlaps, type LinkOverlaps } from "../../track/maskoverlaps.js";
import { contradictions, neighboursOf } from "../../track/repair/contradictions.js";
import { applyEdit, type FrameEdit, type Repair, repairFrame } from "../../track/repair/repair.js";
import { readLabels } from "../store/labelfiles.js";

export interface RepairedMovie {
  /**
   * The nuclei of the repaired masks, by frame, then label; what an outline does not tell is taken from the
   * objects that its pixels belonged to.
   */
  readonly nuclei: Nuclei;
  readonly overlaps: LinkOverlaps;
  /** By frame: what changed. */
  readonly edits: ReadonlyMap<number, FrameEdit>;
  readonly repairs: readonly Repair[];
}

/** Label images of a frame, the last few kept. */
function reader(files: readonly string[]): (frame: number) => Promise<LabelImage> {
  const held = new Map<number, LabelImage>();
  return async (frame) => {
    const labels = held.get(frame) ?? (await readLabels(files[frame]!));
    held.delete(frame);
    held.set(frame, labels);
    if (held.size > maxHeld) held.delete(held.keys().next().value!);
    return labels;
  };
}

/** A run of three frames with those before and after it, and one more. */
const maxHeld = 8;

/**
 * Repairs the masks where the tracks contradict them.
 *
 * @param files label images of the frames; they are only read
 * @param graph tracks of these masks, with nuclei by frame, then label
 * @returns undefined when there is nothing to repair
 */
export async function repairMovie(
  files: readonly string[],
  graph: TrackGraph,
  overlaps: LinkOverlaps,
  context: StageContext,
): Promise<RepairedMovie | undefined> {
  const links = neighboursOf(graph);
  const list = contradictions(links, overlaps);
  const read = reader(files);
  const edits = new Map<number, FrameEdit>();
  const repairs: Repair[] = [];
  for (const frame of new Set(list.map((item) => item.frame))) {
    throwIfCancelled(context, "Tracking");
    const here = list.filter((item) => item.frame === frame);
    const flanks = here.flatMap(({ before, after }) => [
      graph.nuclei.frame[before]!,
      graph.nuclei.frame[after]!,
    ]);
    const around = new Map<number, LabelImage>();
    for (const t of new Set([frame, frame - 1, frame + 1, ...flanks])) around.set(t, await read(t));
    const result = repairFrame(around.get(frame)!, (t) => around.get(t)!, links, here);
    if (result.repairs.length === 0) continue;
    edits.set(frame, result.edit);
    repairs.push(...result.repairs);
  }
  if (repairs.length === 0) return undefined;
  const edited = async (frame: number): Promise<LabelImage> => {
    const [labels, edit] = [await read(frame), edits.get(frame)];
    return edit === undefined ? labels : applyEdit(labels, edit);
  };
  const newOverlaps = [...overlaps];
  const tables: Nuclei[] = [];
  for (let frame = 0, from = 0; frame < files.length; frame++) {
    const rows = rowsOfFrame(graph.nuclei, frame, from);
    from += rows.count;
    tables.push(edits.has(frame) ? measuredAgain(await edited(frame), await read(frame), rows, frame) : rows);
    if (frame > 0 && (edits.has(frame) || edits.has(frame - 1)))
      newOverlaps[frame - 1] = linkOverlaps(await edited(frame - 1), await edited(frame));
  }
  return { nuclei: concatNuclei(tables), overlaps: newOverlaps, edits, repairs };
}

/** @param from first row of the frame */
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

/** `repairs.csv`: one row a repair, by frame. */
export function repairsCsv(repairs: readonly Repair[]): string {
  return formatCsv(
    ["frame", "repair", "y_px", "x_px", "area_before_px2", "area_after_px2"],
    [
      repairs.map(({ frame }) => frame),
      repairs.map(({ kind }) => kind),
      repairs.map(({ y }) => y),
      repairs.map(({ x }) => x),
      repairs.map(({ areaBefore }) => areaBefore),
      repairs.map(({ areaAfter }) => areaAfter),
    ],
  );
}
