import { csvCell } from "../io/csv.js";
import {
  bootstrapInterval,
  meanOverImages,
  type InstanceScores,
  type Interval,
  type ScoreSet,
  type ThresholdScores,
} from "./scores.js";

const columns = [
  ["IoU", (s) => s.threshold.toFixed(2)],
  ["TP", (s) => String(s.tp)],
  ["FP", (s) => String(s.fp)],
  ["FN", (s) => String(s.fn)],
  ["precision", (s) => number(s.precision)],
  ["recall", (s) => number(s.recall)],
  ["F1", (s) => number(s.f1)],
  ["AP", (s) => number(s.ap)],
  ["PQ", (s) => number(s.panopticQuality)],
  ["matched IoU", (s) => number(s.meanMatchedIou)],
  ["true IoU", (s) => number(s.meanTrueIou)],
] as const satisfies readonly (readonly [string, (scores: ThresholdScores) => string])[];

const number = (value: number, digits = 3): string => (Number.isNaN(value) ? "-" : value.toFixed(digits));

/** Pads the cells to columns, right-aligned, two spaces apart. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)));
  return rows.map((row) => row.map((cell, c) => cell.padStart(widths[c]!)).join("  ")).join("\n");
}

/**
 * The scores for a terminal: of objects, pooled, with their confusion matrix; of pixels; and the spread over
 * images. "-" where a score is not defined.
 */
export function formatInstanceTable(scores: InstanceScores): string {
  const { pooled, images } = scores;
  const table = alignColumns([
    columns.map(([name]) => name),
    ...pooled.thresholds.map((s) => columns.map(([, cell]) => cell(s))),
  ]);
  const lines = [
    `${pooled.truthObjects} true and ${pooled.predictedObjects} predicted objects in ` +
      `${images.length} image${images.length === 1 ? "" : "s"}, counts added over images`,
    "object scores, by the least IoU of a match:",
    table,
    "",
    formatConfusion(pooled.thresholds[0]),
    "",
    `pixel scores: Dice ${number(pooled.pixels.dice)}, IoU ${number(pooled.pixels.iou)} ` +
      "(foreground against background, no matter which object)",
  ];
  if (images.length > 1) lines.push(spread(scores));
  return `${lines.join("\n")}\n`;
}

function spread(scores: InstanceScores): string {
  const first = scores.pooled.thresholds[0];
  if (first === undefined) return "";
  const f1 = (set: ScoreSet): number => set.thresholds[0]!.f1;
  const { low, high }: Interval = bootstrapInterval(scores, f1);
  return (
    `F1 at IoU ${first.threshold.toFixed(2)}: ${number(f1(scores.pooled))} pooled (95 % interval ` +
    `over images ${number(low)} to ${number(high)}), ` +
    `${number(meanOverImages(scores, f1))} averaged over images`
  );
}

/**
 * Objects found and not found. The cell "neither true nor predicted" stays empty: there is nothing to count.
 */
export function formatConfusion(scores: ThresholdScores | undefined): string {
  if (scores === undefined) return "";
  return alignColumns([
    [`objects at IoU ${scores.threshold.toFixed(2)}`, "predicted", "not predicted"],
    ["true", String(scores.tp), String(scores.fn)],
    ["not true", String(scores.fp), "not defined"],
  ]);
}

/** One line a threshold: pooled (image "all"), then image by image. Undefined scores are empty cells. */
export function formatInstanceCsv(scores: InstanceScores, names?: readonly string[]): string {
  const header =
    "image,threshold,tp,fp,fn,precision,recall,f1,ap,panoptic_quality,mean_matched_iou,mean_true_iou,pixel_dice,pixel_iou";
  const cell = (value: number): string => (Number.isNaN(value) ? "" : String(value));
  const lines = (name: string, set: ScoreSet): string[] =>
    set.thresholds.map((s) =>
      [
        csvCell(name),
        ...[
          s.threshold,
          s.tp,
          s.fp,
          s.fn,
          s.precision,
          s.recall,
          s.f1,
          s.ap,
          s.panopticQuality,
          s.meanMatchedIou,
          s.meanTrueIou,
          set.pixels.dice,
          set.pixels.iou,
        ].map(cell),
      ].join(","),
    );
  const rows = [
    ...lines("all", scores.pooled),
    ...scores.images.flatMap((set, k) => lines(names?.[k] ?? String(k), set)),
  ];
  return `${[header, ...rows].join("\n")}\n`;
}

/** Plain data for JSON; scores that are not defined become null. */
export function formatInstanceJson(scores: InstanceScores, names?: readonly string[]): string {
  const images = scores.images.map((set, k) => ({ name: names?.[k] ?? String(k), ...set }));
  const plain = (_: string, value: unknown): unknown =>
    typeof value === "number" && Number.isNaN(value) ? null : value;
  return `${JSON.stringify({ pooled: scores.pooled, images }, plain, 2)}\n`;
}
