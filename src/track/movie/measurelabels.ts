/** The label images of a movie to what tracking starts from: nuclei, and overlaps of consecutive masks. */
import { InvalidInput } from "../../core/errors.js";
import { idOf, type LabelImage, type LabelSource } from "../../core/labels.js";
import { concatNuclei, type Nuclei } from "../../core/nuclei.js";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import { measure } from "../../imgproc/regions.js";
import { linkOverlaps, type LinkOverlaps } from "../maskoverlaps.js";
import type { FrameIds } from "./filelabels.js";

/** What is known of the nuclei before their masks are read. */
export interface KnownNuclei {
  /** The nuclei of these very masks as they were measured, by frame, then label: none is measured again. */
  readonly measured?: Nuclei | undefined;
  /**
   * A table with brightness and score, which masks do not tell. A nucleus has those of the row with its frame,
   * label and area; none, where the mask was edited since.
   */
  readonly nuclei?: Nuclei | undefined;
}

/** A movie ready to be tracked. */
export interface MeasuredMovie {
  /** By frame, then label. */
  readonly nuclei: Nuclei;
  /** Entry t for frames t and t + 1. */
  readonly overlaps: LinkOverlaps;
  /** The values of the label files, where their labels were made compact. */
  readonly ids: FrameIds;
  /** Of each frame, px. */
  readonly height: number;
  readonly width: number;
}

/**
 * Reads the label images once, in order.
 *
 * @throws InvalidInput when there is no frame, or frames differ in size; Cancelled; what reading throws
 */
export async function measureLabels(
  labels: LabelSource,
  known: KnownNuclei = {},
  context: StageContext = {},
): Promise<MeasuredMovie> {
  const tables: Nuclei[] = [];
  const overlaps: LinkOverlaps[number][] = [];
  const ids: (Int32Array | undefined)[] = [];
  let previous: LabelImage | undefined;
  for (let frame = 0; frame < labels.frames; frame++) {
    throwIfCancelled(context, "Tracking");
    const image = await labels.read(frame, { signal: context.signal });
    ids.push(image.ids);
    if (known.measured === undefined) tables.push(measure(image, { frame }));
    if (previous !== undefined) {
      checkSize(image, previous, labels.frameNames[frame]!);
      overlaps.push(linkOverlaps(previous, image));
    }
    previous = image;
    context.onProgress?.({ done: frame + 1, total: labels.frames, message: "reading labels" });
  }
  if (previous === undefined) throw new InvalidInput("labels", "at least one frame", "none");
  const { height, width } = previous;
  const nuclei = known.measured ?? withTable(concatNuclei(tables), ids, known.nuclei);
  return { nuclei, overlaps, ids, height, width };
}

function checkSize({ height, width }: LabelImage, before: LabelImage, name: string): void {
  if (before.height === height && before.width === width) return;
  throw new InvalidInput(
    name,
    `${before.height} x ${before.width} px as the frames before`,
    `${height} x ${width} px`,
    "a movie has frames of one size",
  );
}

/** The nuclei with brightness and score of a table, which has the values of the label files. */
function withTable(nuclei: Nuclei, ids: FrameIds, table: Nuclei | undefined): Nuclei {
  if (table === undefined) return nuclei;
  const rows = new Map<number, Map<number, number>>();
  for (let row = 0; row < table.count; row++) {
    const frame = table.frame[row]!;
    const byLabel = rows.get(frame) ?? new Map<number, number>();
    rows.set(frame, byLabel.set(table.label[row]!, row));
  }
  const meanIntensity = new Float64Array(nuclei.count).fill(NaN);
  const score = new Float64Array(nuclei.count).fill(NaN);
  for (let row = 0; row < nuclei.count; row++) {
    const frame = nuclei.frame[row]!;
    const known = rows.get(frame)?.get(idOf({ ids: ids[frame] }, nuclei.label[row]!));
    if (known === undefined || table.area[known] !== nuclei.area[row]) continue;
    meanIntensity[row] = table.meanIntensity[known]!;
    score[row] = table.score[known]!;
  }
  return { ...nuclei, meanIntensity, score };
}
