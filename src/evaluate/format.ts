import { column } from "../core/table.js";
import { formatTable } from "../io/csvtable.js";
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
    "object scores, by the minimum IoU of a match:",
    table,
    "",
    formatConfusion(pooled.thresholds[0]),
    "",
    `pixel scores: Dice ${number(pooled.pixels.dice)}, IoU ${number(pooled.pixels.iou)} ` +
      "(foreground against background, regardless of the object)",
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

/** Scores of one image, or of all, at one threshold. */
interface ScoreRow {
  readonly image: string;
  readonly set: ScoreSet;
  readonly scores: ThresholdScores;
}

/** Columns of numbers of the table of scores. */
const scoreColumns: Readonly<Record<string, (row: ScoreRow) => number>> = {
  threshold: ({ scores }) => scores.threshold,
  tp: ({ scores }) => scores.tp,
  fp: ({ scores }) => scores.fp,
  fn: ({ scores }) => scores.fn,
  precision: ({ scores }) => scores.precision,
  recall: ({ scores }) => scores.recall,
  f1: ({ scores }) => scores.f1,
  ap: ({ scores }) => scores.ap,
  panoptic_quality: ({ scores }) => scores.panopticQuality,
  mean_matched_iou: ({ scores }) => scores.meanMatchedIou,
  mean_true_iou: ({ scores }) => scores.meanTrueIou,
  pixel_dice: ({ set }) => set.pixels.dice,
  pixel_iou: ({ set }) => set.pixels.iou,
};

/** One line a threshold: pooled (image "all"), then image by image. Undefined scores are empty cells. */
export function formatInstanceCsv(scores: InstanceScores, names?: readonly string[]): string {
  const rowsOf = (image: string, set: ScoreSet): ScoreRow[] =>
    set.thresholds.map((at) => ({ image, set, scores: at }));
  const rows = [
    ...rowsOf("all", scores.pooled),
    ...scores.images.flatMap((set, k) => rowsOf(names?.[k] ?? String(k), set)),
  ];
  // With all digits, where tables of measurements have ten.
  const cell = (value: number): string => (Number.isNaN(value) ? "" : String(value));
  return formatTable({
    name: "scores",
    columns: [
      column(
        "image",
        rows.map(({ image }) => image),
      ),
      ...Object.entries(scoreColumns).map(([key, of]) =>
        column(
          key,
          rows.map((row) => cell(of(row))),
        ),
      ),
    ],
  });
}

/** Plain data for JSON; scores that are not defined become null. */
export function formatInstanceJson(scores: InstanceScores, names?: readonly string[]): string {
  const images = scores.images.map((set, k) => ({ name: names?.[k] ?? String(k), ...set }));
  const plain = (_: string, value: unknown): unknown =>
    typeof value === "number" && Number.isNaN(value) ? null : value;
  return `${JSON.stringify({ pooled: scores.pooled, images }, plain, 2)}\n`;
}
