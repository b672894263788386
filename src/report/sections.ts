/**
 * The parts of the page below the pictures: cards, plots, tables, methods. Each is undefined where there is
 * nothing to show.
 */
import type { Statistics } from "../analyse/analyse.js";
import { doubtfulFirst } from "../analyse/lineage/divisions.js";
import type { ExpectedQuality } from "../core/quality.js";
import { formatNumber, formatRange, formatSeconds } from "../core/wording.js";
import { html, type Markup, type MarkupValue } from "../plot/markup.js";
import { plotsOf, type StatisticsPlot } from "../plot/plotlist.js";
import { f1Plot, lossPlot } from "../plot/plots.js";
import { timeUnit } from "../plot/quantities.js";
import type { Interval } from "../stats/bootstrap.js";
import { probabilityText } from "./divisiongallery.js";
import type { CorrectionsPart, ReportInput, ScorePart } from "./input.js";
import { methodsParagraph, referencesOf } from "./methods.js";
import { flatten, type TableColumn, tableMarkup } from "./tablemarkup.js";

interface Card {
  readonly label: string;
  readonly value: string;
  readonly unit?: string;
}

/** Rows that a table of the page has at most. */
const maxRows = 200;

/** A part of the page under its title, or nothing where it is empty. */
export function section(title: string, ...content: readonly MarkupValue[]): Markup | undefined {
  const inside = html`${content}`;
  return inside.text.trim() === ""
    ? undefined
    : html`<section>
        <h2>${title}</h2>
        ${inside}
      </section>`;
}

const isShown = (part: Markup | undefined): part is Markup => part !== undefined;

const grid = (figures: readonly (Markup | undefined)[]): Markup | undefined =>
  figures.some(isShown) ? html`<div class="plots">${figures}</div>` : undefined;

/** A table under a small heading. */
const headed = (title: string, columns: readonly TableColumn[]): Markup =>
  html`<h3>${title}</h3>
    ${tableMarkup(columns)}`;

/** The numbers that a reader looks for first. */
export function cards({ statistics, annotation }: ReportInput): Markup | undefined {
  const list: Card[] = [];
  if (annotation)
    list.push({
      label: "training nuclei, found automatically",
      value: formatNumber(annotation.kept),
      unit: `of ${formatNumber(annotation.candidates)} objects`,
    });
  if (statistics) list.push(...statisticsCards(statistics));
  return list.length === 0 ? undefined : html`<div class="cards">${list.map(cardMarkup)}</div>`;
}

const cardMarkup = ({ label, value, unit }: Card): Markup =>
  html`<div class="card">
    <div class="label">${label}</div>
    <div class="value">${value}${unit && html`<span class="unit">${unit}</span>`}</div>
  </div>`;

function statisticsCards(statistics: Statistics): Card[] {
  const { summary, units } = statistics;
  const general: Card[] = [
    { label: summary.tracked ? "frames" : "images", value: formatNumber(summary.frames) },
    {
      label: `nuclei per ${summary.tracked ? "frame" : "image"} (mean)`,
      value: formatNumber(summary.meanNucleiPerFrame),
    },
    {
      label: "mean density",
      value: formatNumber(summary.meanDensity),
      unit: units.length === "µm" ? "per mm²" : "per megapixel",
    },
    { label: "median area", value: formatNumber(summary.medianArea), unit: units.area },
  ];
  return summary.tracked ? [...general, ...trackCards(statistics)] : general;
}

const trackCards = ({ summary, units, trackDirections, intervals }: Statistics): Card[] => [
  { label: "tracks (between divisions)", value: formatNumber(summary.branches) },
  { label: "divisions", value: formatNumber(summary.divisions) },
  {
    label: `division rate${rangeText(intervals.divisionRate)}`,
    value: formatNumber(summary.divisionRate),
    unit: units.time === "min" ? "/ nucleus / h" : "/ nucleus / frame",
  },
  {
    label: "median duration of a track",
    value: formatNumber(summary.medianDuration),
    unit: timeUnit(units),
  },
  {
    label: `mean speed${rangeText(intervals.meanSpeed)}`,
    value: formatNumber(summary.meanSpeed),
    unit: units.speed,
  },
  { label: "median straightness", value: formatNumber(summary.medianStraightness, 2) },
  {
    label: "mean direction of tracks (R: 0 none, 1 all alike)",
    value: Number.isNaN(trackDirections.meanDirection)
      ? "\u2013"
      : `${formatNumber(trackDirections.meanDirection)}°`,
    unit: `R = ${formatNumber(trackDirections.resultant, 2)}`,
  },
];

/** The interval of a number, where there is one. */
const rangeText = ({ low, high }: Interval): string =>
  Number.isNaN(low) ? "" : ` (95 %: ${formatRange(low, high)})`;

const plotsIn = (section: StatisticsPlot["section"], statistics: Statistics): Markup | undefined =>
  grid(
    plotsOf(statistics)
      .filter((plot) => plot.section === section)
      .map(({ draw }) => draw(statistics)),
  );

/** How many nuclei, how large. */
export const populationPlots = (statistics: Statistics): Markup | undefined =>
  plotsIn("population", statistics);

/** How fast, how long, where to. */
export const motionPlots = (statistics: Statistics): Markup | undefined =>
  statistics.summary.tracked
    ? html`${plotsIn("movement", statistics)}
        <p class="facts">
          Directions are as seen on the screen: 0° right, 90° up. Bins are 15° wide, and the area of a bar is
          its share. The arrow shows the mean direction, and its length is the resultant length (1 = the outer
          ring). The Rayleigh test assumes independent tracks. Neighbours in a tissue are not independent, so
          its p is a lower bound.
        </p>`
    : undefined;

/** Numbers of each frame and the list of divisions. */
export function statisticsTablesMarkup(statistics: Statistics, names: readonly string[] | undefined): Markup {
  const { frames, divisions, summary } = statistics;
  const title = `${summary.tracked ? "Frames" : "Images"} (${frames.count})`;
  return html` ${folded(title, tableMarkup(frameColumns(statistics, names), maxRows), frames.count <= 12)}
  ${divisions.count > 0 && folded(`Divisions (${divisions.count})`, divisionTable(statistics))}`;
}

function frameColumns(
  { frames, units, summary }: Statistics,
  names: readonly string[] | undefined,
): TableColumn[] {
  const density = units.length === "µm" ? "density [1/mm²]" : "density [1/megapixel]";
  const moving = [
    { header: `mean speed [${units.speed}]`, values: frames.meanSpeed },
    { header: `median speed [${units.speed}]`, values: frames.medianSpeed },
    { header: "divisions", values: frames.divisions },
  ];
  return [
    { header: summary.tracked ? "frame" : "image", values: frames.frame },
    ...(names ? [{ header: "name", values: names }] : []),
    ...(summary.tracked && units.time === "min"
      ? [{ header: "time [min]", values: frames.time, digits: 4 }]
      : []),
    { header: "nuclei", values: frames.nuclei },
    { header: density, values: frames.density },
    { header: `mean area [${units.area}]`, values: frames.meanArea },
    { header: `median area [${units.area}]`, values: frames.medianArea },
    ...(summary.tracked ? moving : []),
  ];
}

/** The doubtful divisions first. */
function divisionTable({ divisions, units }: Statistics): Markup {
  const order = doubtfulFirst(divisions);
  const sorted = (values: ArrayLike<number>): number[] => order.map((i) => values[i]!);
  return tableMarkup(
    [
      { header: "probability", values: sorted(divisions.probability).map(probabilityText), numeric: true },
      { header: "last frame of the mother", values: sorted(divisions.frame) },
      { header: "mother", values: sorted(divisions.mother) },
      { header: "daughter", values: sorted(divisions.daughter1) },
      { header: "daughter", values: sorted(divisions.daughter2) },
      { header: `x [${units.length}]`, values: sorted(divisions.x), digits: 4 },
      { header: `y [${units.length}]`, values: sorted(divisions.y), digits: 4 },
      { header: `distance of the daughters [${units.length}]`, values: sorted(divisions.distance) },
      { header: "orientation [°]", values: sorted(divisions.orientation) },
    ],
    maxRows,
  );
}

/** A part that opens with a click. */
export const folded = (title: string, content: Markup, open = false): Markup =>
  html`<details ${open && "open"}>
    <summary>${title}</summary>
    ${content}
  </details>`;

/** Why objects were rejected, and how the training went. */
export function trainingMarkup({
  annotation,
  training,
}: Pick<ReportInput, "annotation" | "training">): Markup {
  const reasons = annotation?.reasons ?? [];
  const table =
    reasons.length === 0
      ? undefined
      : html`<div>
          <h3>Why objects were rejected</h3>
          ${tableMarkup(
            [
              { header: "reason", values: reasons.map(({ reason }) => reason) },
              { header: "objects", values: reasons.map(({ count }) => count) },
            ],
            20,
          )}
        </div>`;
  const records = training?.records ?? [];
  const loss = records.length > 0 ? lossPlot(records) : undefined;
  return html`${expectedMarkup(training?.expected)}${grid([loss, table])}`;
}

function expectedMarkup(expected: ExpectedQuality | undefined): Markup | undefined {
  if (!expected) return undefined;
  const { f1, low, high, agreement, stability, unknown, objects } = expected;
  return html`<h3>How good the network probably is</h3>
    <p>
      F1 of the nuclei at IoU 0.5: <b>${f1.toFixed(2)}</b> (${low.toFixed(2)} to ${high.toFixed(2)}),
      estimated without truth. On parts of the images that were held back from training, the network agrees
      with the annotation of ${objects} certain nuclei by ${agreement.toFixed(3)}. It agrees with its own
      result on the mirrored images by ${stability.toFixed(3)}.
      ${
        unknown !== undefined &&
        html`Of what it finds there, ${Math.round(100 * unknown)} % lies where the annotation does not know.`
      }
      This figure does not show nuclei that neither the annotation nor the network finds: look at the
      overlays.
    </p>`;
}

/** Scores against a given truth: curve, counts and named values of each comparison. */
export const scoresMarkup = (scores: readonly ScorePart[] | undefined): Markup[] =>
  (scores ?? []).map(({ title, thresholds = [], values = [] }) => {
    const parts = [
      thresholds.length > 1 ? f1Plot(thresholds) : undefined,
      thresholds.length > 0 ? thresholdTable(thresholds) : undefined,
      values.length > 0 ? scoreTable(values) : undefined,
    ];
    return html`<h3>${title}</h3>
      ${grid(parts.filter(isShown).map((part) => html`<div>${part}</div>`))}`;
  });

/** What was changed by hand, and how the network did in the frames that were looked through. */
export function correctionsMarkup({ layers, scores }: CorrectionsPart): Markup {
  const table = tableMarkup([
    { header: "what", values: layers.map(({ name }) => name) },
    { header: "edits", values: layers.map(({ edits }) => edits), numeric: true },
    { header: "frames with edits", values: layers.map(({ frames }) => frames), numeric: true },
    { header: "frames looked through", values: layers.map(({ reviewed }) => reviewed), numeric: true },
    { header: "of which", values: layers.map(({ gestures }) => gestures) },
  ]);
  return html`<p>These results are not wholly automatic: a person has changed them.</p>
    ${table} ${scores && scoresMarkup([scores])}`;
}

const thresholdTable = (thresholds: NonNullable<ScorePart["thresholds"]>): Markup =>
  tableMarkup([
    { header: "IoU", values: thresholds.map(({ threshold }) => threshold), digits: 2 },
    { header: "F1", values: thresholds.map(({ f1 }) => f1) },
    { header: "precision", values: thresholds.map(({ precision }) => precision) },
    { header: "recall", values: thresholds.map(({ recall }) => recall) },
    { header: "found", values: thresholds.map(({ tp }) => tp) },
    { header: "surplus", values: thresholds.map(({ fp }) => fp) },
    { header: "missed", values: thresholds.map(({ fn }) => fn) },
  ]);

const scoreTable = (values: NonNullable<ScorePart["values"]>): Markup =>
  tableMarkup([
    { header: "score", values: values.map(({ name }) => name) },
    { header: "value", values: values.map(({ value }) => value), digits: 4 },
    ...(values.some(({ meaning }) => meaning)
      ? [{ header: "meaning", values: values.map(({ meaning }) => meaning ?? "") }]
      : []),
  ]);

/** The methods paragraph with its references. */
export function methodsMarkup({ methods: given, statistics }: ReportInput): Markup | undefined {
  if (!given) return undefined;
  const methods = {
    analysis: statistics && { units: statistics.units, tracked: statistics.summary.tracked },
    ...given,
  };
  const works = referencesOf(methods).map(({ text }) => text);
  return paragraphMarkup("run", methodsParagraph(methods), works);
}

/** A paragraph for a paper. @param of what its parameters are taken from */
export const paragraphMarkup = (of: "run" | "study", paragraph: string, works: readonly string[]): Markup =>
  html`<p class="facts">
      This paragraph was written from the parameters of this ${of}. It can be pasted into a paper.
    </p>
    <blockquote>${paragraph}</blockquote>
    ${
      works.length > 0 &&
      html`<ol class="references">
        ${works.map((work) => html`<li>${work}</li>`)}
      </ol>`
    }`;

/** Every parameter with its value. */
export function parametersMarkup({ parameters }: Pick<ReportInput, "parameters">): Markup | undefined {
  const rows = flatten(parameters);
  return rows.length === 0
    ? undefined
    : tableMarkup([
        { header: "parameter", values: rows.map(([path]) => path) },
        { header: "value", values: rows.map(([, value]) => value) },
      ]);
}

/** Times, versions and files. */
export function runMarkup({
  timings = [],
  versions = {},
  files = [],
}: Pick<ReportInput, "timings" | "versions" | "files">): Markup[] {
  const total = timings.reduce((sum, { seconds }) => sum + seconds, 0);
  const known = Object.entries(versions);
  return [
    timings.length > 0 &&
      headed("Time", [
        { header: "stage", values: [...timings.map(({ stage }) => stage), "together"] },
        {
          header: "time",
          values: [...timings.map(({ seconds }) => formatSeconds(seconds)), formatSeconds(total)],
        },
        { header: "result", values: [...timings.map(({ text }) => text ?? ""), ""] },
      ]),
    known.length > 0 &&
      headed("Versions", [
        { header: "what", values: known.map(([name]) => name) },
        { header: "version", values: known.map(([, value]) => String(value)) },
      ]),
    files.length > 0 &&
      headed("Files", [
        { header: "file", values: files.map(({ name }) => name) },
        { header: "content", values: files.map(({ content }) => content) },
      ]),
  ].filter((part) => part !== false);
}
