/**
 * The parts of the page below the pictures: cards, plots, tables, methods. Each is a string of HTML, empty
 * where there is nothing to show.
 */
import type { Statistics } from "../analyse/analyse.js";
import type { ExpectedQuality } from "../core/quality.js";
import { escapeText, formatNumber, formatSeconds } from "../plot/markup.js";
import { plotsOf, type StatisticsPlot } from "../plot/plotlist.js";
import { f1Plot, lossPlot } from "../plot/plots.js";
import type { Interval } from "../stats/bootstrap.js";
import type { ReportInput, ScorePart } from "./input.js";
import { methodsParagraph, referencesOf } from "./methods.js";
import { flatten, tableMarkup } from "./tablemarkup.js";

interface Card {
  readonly label: string;
  readonly value: string;
  readonly unit?: string;
}

export const section = (title: string, content: string): string =>
  content === "" ? "" : `<section><h2>${escapeText(title)}</h2>${content}</section>`;

const grid = (figures: readonly string[]): string =>
  figures.length === 0 ? "" : `<div class="plots">${figures.join("")}</div>`;

/** The numbers that a reader looks for first. */
export function cards({ statistics, annotation }: ReportInput): string {
  const list: Card[] = [];
  if (annotation)
    list.push({
      label: "training nuclei, found automatically",
      value: formatNumber(annotation.kept),
      unit: `of ${formatNumber(annotation.candidates)} objects`,
    });
  if (statistics) list.push(...statisticsCards(statistics));
  if (list.length === 0) return "";
  return (
    "<div " +
    `class="cards">${list.map(({ label, value, unit }) => `<div class="card"><div class="label">${escapeText(label)}</div><div ` + `class="value">${escapeText(value)}${unit ? `<span class="unit">${escapeText(unit)}</span>` : ""}</div></div>`).join("")}</div>`
  );
}

function statisticsCards({ summary, units, trackDirections, intervals }: Statistics): Card[] {
  const density = units.length === "µm" ? "per mm²" : "per megapixel";
  const general: Card[] = [
    { label: summary.tracked ? "frames" : "images", value: formatNumber(summary.frames) },
    {
      label: `nuclei per ${summary.tracked ? "frame" : "image"} (mean)`,
      value: formatNumber(summary.meanNucleiPerFrame),
    },
    { label: "mean density", value: formatNumber(summary.meanDensity), unit: density },
    { label: "median area", value: formatNumber(summary.medianArea), unit: units.area },
  ];
  if (!summary.tracked) return general;
  const time = units.time === "min" ? "min" : "frames";
  return [
    ...general,
    { label: "tracks (between divisions)", value: formatNumber(summary.branches) },
    { label: "divisions", value: formatNumber(summary.divisions) },
    {
      label: `division rate${rangeText(intervals.divisionRate)}`,
      value: formatNumber(summary.divisionRate),
      unit: units.time === "min" ? "/ nucleus / h" : "/ nucleus / frame",
    },
    { label: "median duration of a track", value: formatNumber(summary.medianDuration), unit: time },
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
}

/** The interval of a number, where there is one. */
const rangeText = ({ low, high }: Interval): string =>
  Number.isNaN(low) ? "" : ` (95 %: ${formatNumber(low)} to ${formatNumber(high)})`;

const plotsIn = (section: StatisticsPlot["section"], statistics: Statistics): string =>
  grid(
    plotsOf(statistics)
      .filter((plot) => plot.section === section)
      .map(({ draw }) => draw(statistics)),
  );

/** How many nuclei, how large. */
export const populationPlots = (statistics: Statistics): string => plotsIn("population", statistics);

/** How fast, how long, where to. */
export function motionPlots(statistics: Statistics): string {
  if (!statistics.summary.tracked) return "";
  return (
    plotsIn("movement", statistics) +
    '<p class="facts">Directions as seen on the screen: 0° right, 90° up; bins of 15°, the area ' +
    "of a bar is its share. The arrow is the mean direction, its length the resultant length " +
    "(1 = the outer ring). The Rayleigh test takes tracks as independent of each other; " +
    "neighbours in a tissue are not, so that its p is a lower bound.</p>"
  );
}

/** Numbers of each frame and the list of divisions. */
export function statisticsTablesMarkup(
  { frames, divisions, units, summary }: Statistics,
  names: readonly string[] | undefined,
): string {
  const density = units.length === "µm" ? "density [1/mm²]" : "density [1/megapixel]";
  const time = units.time === "min" ? "min" : "frames";
  const moving = summary.tracked
    ? [
        { header: `mean speed [${units.speed}]`, values: frames.meanSpeed },
        { header: `median speed [${units.speed}]`, values: frames.medianSpeed },
        { header: "divisions", values: frames.divisions },
      ]
    : [];
  const perFrame = tableMarkup(
    [
      { header: summary.tracked ? "frame" : "image", values: frames.frame },
      ...(names ? [{ header: "name", values: names }] : []),
      ...(summary.tracked && units.time === "min"
        ? [{ header: `time [${time}]`, values: frames.time, digits: 4 }]
        : []),
      { header: "nuclei", values: frames.nuclei },
      { header: density, values: frames.density },
      { header: `mean area [${units.area}]`, values: frames.meanArea },
      { header: `median area [${units.area}]`, values: frames.medianArea },
      ...moving,
    ],
    200,
  );
  const list =
    divisions.count === 0
      ? ""
      : folded(
          `Divisions (${divisions.count})`,
          tableMarkup(
            [
              { header: "last frame of the mother", values: divisions.frame },
              { header: "mother", values: divisions.mother },
              { header: "daughter", values: divisions.daughter1 },
              { header: "daughter", values: divisions.daughter2 },
              { header: `x [${units.length}]`, values: divisions.x, digits: 4 },
              { header: `y [${units.length}]`, values: divisions.y, digits: 4 },
              { header: `distance of the daughters [${units.length}]`, values: divisions.distance },
              { header: "orientation [°]", values: divisions.orientation },
            ],
            200,
          ),
        );
  return (
    folded(
      summary.tracked ? `Frames (${frames.count})` : `Images (${frames.count})`,
      perFrame,
      frames.count <= 12,
    ) + list
  );
}

const folded = (title: string, content: string, open = false): string =>
  `<details${open ? " open" : ""}><summary>${escapeText(title)}</summary>${content}</details>`;

/** Why objects were turned down, and how the training went. */
export function trainingMarkup({ annotation, training }: ReportInput): string {
  const reasons = annotation?.reasons ?? [];
  const table =
    reasons.length === 0
      ? ""
      : `<div><h3>Why objects were turned down</h3>${tableMarkup(
          [
            { header: "reason", values: reasons.map(({ reason }) => reason) },
            { header: "objects", values: reasons.map(({ count }) => count) },
          ],
          20,
        )}</div>`;
  return (
    expectedMarkup(training?.expected) +
    grid([
      ...(training && training.records.length > 0 ? [lossPlot(training.records)] : []),
      ...(table === "" ? [] : [table]),
    ])
  );
}

function expectedMarkup(expected: ExpectedQuality | undefined): string {
  if (!expected) return "";
  const { f1, low, high, agreement, stability, objects } = expected;
  return (
    "<h3>How good the network probably is</h3><p>F1 of the nuclei at IoU 0.5: " +
    `<b>${f1.toFixed(2)}</b> (${low.toFixed(2)} to ${high.toFixed(2)}), estimated without truth: ` +
    "on parts of the images that were held back from training " +
    `it agrees with the annotation of ${objects} certain nuclei by ${agreement.toFixed(3)}, and ` +
    `with itself, where the images are mirrored, by ${stability.toFixed(3)}. ` +
    "Nuclei that neither the annotation nor the network finds cannot show in this figure: look at the overlays.</p>"
  );
}

export function scoresMarkup(scores: readonly ScorePart[] | undefined): string {
  return (scores ?? [])
    .map(({ title, thresholds, values }) => {
      const curve = thresholds && thresholds.length > 1 ? f1Plot(thresholds) : "";
      const counts =
        thresholds && thresholds.length > 0
          ? tableMarkup([
              { header: "IoU", values: thresholds.map(({ threshold }) => threshold), digits: 2 },
              { header: "F1", values: thresholds.map(({ f1 }) => f1) },
              { header: "precision", values: thresholds.map(({ precision }) => precision) },
              { header: "recall", values: thresholds.map(({ recall }) => recall) },
              { header: "found", values: thresholds.map(({ tp }) => tp) },
              { header: "surplus", values: thresholds.map(({ fp }) => fp) },
              { header: "missed", values: thresholds.map(({ fn }) => fn) },
            ])
          : "";
      const named =
        values && values.length > 0
          ? tableMarkup([
              { header: "score", values: values.map(({ name }) => name) },
              { header: "value", values: values.map(({ value }) => value), digits: 4 },
              ...(values.some(({ meaning }) => meaning)
                ? [{ header: "meaning", values: values.map(({ meaning }) => meaning ?? "") }]
                : []),
            ])
          : "";
      return `<h3>${escapeText(title)}</h3>${grid([curve, counts, named].filter((part) => part !== "").map((part) => `<div>${part}</div>`))}`;
    })
    .join("");
}

export function methodsMarkup({ methods: given, statistics }: ReportInput): string {
  if (!given) return "";
  const methods = {
    analysis: statistics && { units: statistics.units, tracked: statistics.summary.tracked },
    ...given,
  };
  const works = referencesOf(methods)
    .map(({ text }) => `<li>${escapeText(text)}</li>`)
    .join("");
  return (
    `<p class="facts">Written from the parameters of this run, ready to be pasted into a ` +
    `paper.</p><blockquote>${escapeText(methodsParagraph(methods))}</blockquote>` +
    (works === "" ? "" : `<ol class="references">${works}</ol>`)
  );
}

export function parametersMarkup({ parameters }: ReportInput): string {
  const rows = flatten(parameters);
  return rows.length === 0
    ? ""
    : tableMarkup([
        { header: "parameter", values: rows.map(([path]) => path) },
        { header: "value", values: rows.map(([, value]) => value) },
      ]);
}

export function runMarkup({ timings, versions, files }: ReportInput): string {
  const spent = timings ?? [];
  const total = spent.reduce((sum, { seconds }) => sum + seconds, 0);
  const times =
    spent.length === 0
      ? ""
      : `<h3>Time</h3>${tableMarkup([
          { header: "stage", values: [...spent.map(({ stage }) => stage), "together"] },
          {
            header: "time",
            values: [...spent.map(({ seconds }) => formatSeconds(seconds)), formatSeconds(total)],
          },
          { header: "result", values: [...spent.map(({ text }) => text ?? ""), ""] },
        ])}`;
  const known = Object.entries(versions ?? {});
  const programs =
    known.length === 0
      ? ""
      : `<h3>Versions</h3>${tableMarkup([
          { header: "what", values: known.map(([name]) => name) },
          { header: "version", values: known.map(([, value]) => String(value)) },
        ])}`;
  const contents =
    !files || files.length === 0
      ? ""
      : `<h3>Files</h3>${tableMarkup([
          { header: "file", values: files.map(({ name }) => name) },
          { header: "content", values: files.map(({ content }) => content) },
        ])}`;
  return times + programs + contents;
}
