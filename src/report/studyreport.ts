/** The report of a study: what is compared, one dot a movie; the reports of the movies are linked. */
import type { Comparison, ConditionSummary, ConditionTest } from "../analyse/compare/conditions.js";
import type { MovieMeasures } from "../analyse/compare/movies.js";
import { countedInGroups, formatNumber, formatRange } from "../core/wording.js";
import { comparisonPlots, type PlotGroup } from "../plot/conditionplots.js";
import { html, type Markup } from "../plot/markup.js";
import { quantityLabel } from "../plot/quantities.js";
import type { Notice, Timing, TrainingPart } from "./input.js";
import { type MethodsInput, methodsParagraph, referencesOf } from "./methods.js";
import { htmlPage, noticesMarkup, pageHeader } from "./page.js";
import { paragraphMarkup, parametersMarkup, runMarkup, section, trainingMarkup } from "./sections.js";
import { tableMarkup } from "./tablemarkup.js";

/** What the report of a study is made of. */
export interface StudyReportInput {
  readonly title: string;
  readonly created?: string | undefined;
  readonly notices: readonly Notice[];
  /** In the order of the table of samples. */
  readonly samples: readonly StudySample[];
  readonly movies: readonly MovieMeasures[];
  readonly comparison: Comparison;
  readonly training: TrainingPart;
  readonly methods: MethodsInput;
  readonly parameters: unknown;
  readonly timings: readonly Timing[];
  readonly versions: Readonly<Record<string, string | number>>;
  readonly files: readonly { readonly name: string; readonly content: string }[];
}

/** A movie of the study, as its row of the table of samples has it. */
export interface StudySample {
  readonly name: string;
  readonly condition: string;
  readonly replicate: string | undefined;
  /** As the user named it. */
  readonly file: string;
  readonly frames: number;
  /** µm. */
  readonly pixelSize: number | undefined;
  /** s. */
  readonly frameInterval: number | undefined;
  /** Of its annotation and segmentation. */
  readonly warnings: number;
  /** Its report, as seen from this one. */
  readonly link: string;
}

/** Makes the report. The same input gives the same text. */
export function buildStudyReport(input: StudyReportInput): string {
  const { title, created, movies, comparison, notices } = input;
  const { conditions } = comparison;
  const facts = [
    `${countedInGroups(movies.length, "movie")} of ${countedInGroups(conditions.length, "condition")}`,
    conditions.join(", "),
    ...(created === undefined ? [] : [created]),
  ];
  const order = ["warning", "note"] as const;
  return htmlPage(title, [
    pageHeader(title, facts),
    noticesMarkup(order.flatMap((level) => notices.filter((notice) => notice.level === level))),
    section("Samples", samplesMarkup(input)),
    comparisonPlots(movies, comparison).map((group) => plotSection(group, comparison)),
    section("Tests", testsMarkup(comparison)),
    section("Training", trainingMarkup(input)),
    section("Methods", methodsMarkup(input)),
    section("Parameters", parametersMarkup(input)),
    section("Run", runMarkup(input)),
  ]);
}

const plotSection = ({ title, plots }: PlotGroup, comparison: Comparison): Markup | undefined =>
  section(
    title,
    html`<div class="plots">${plots.map(({ svg }) => svg)}</div>`,
    captions[title],
    title === "Conditions" && conditionsMarkup(comparison),
  );

const captions: Readonly<Record<string, Markup>> = {
  Conditions: html`<p class="facts">
    Each large dot is a movie. The thick line next to the dots is the mean over the replicates, and the thin
    line its 95 % interval by Student's t. The interval is cut off where it would be far longer than the data.
    Small pale dots are single tracks or nuclei, evenly drawn, at most 150 for each movie; outliers are left
    out. They show the spread within movies and are not used in any test.
  </p>`,
  Courses: html`<p class="facts">
    Each thin line is a movie. The thick line is the mean over the movies of a condition, with equal weights,
    up to the end of the shortest movie.
  </p>`,
  Directions: html`<p class="facts">
    Directions of the tracks are as seen on the screen: 0° right, 90° up. The area of a bar is the mean of the
    movies' shares, so each movie counts once. The arrow shows the mean direction, and its length is the
    resultant length (1 = the outer ring).
  </p>`,
};

function samplesMarkup({ samples }: StudyReportInput): Markup {
  // A number that is missing somewhere stands as text among the others.
  const known = (values: readonly (number | undefined)[]): readonly (number | Markup)[] =>
    values.map((value) => value ?? html`unknown`);
  const table = tableMarkup([
    { header: "sample", values: samples.map(({ link, name }) => html`<a href="${link}">${name}</a>`) },
    { header: "condition", values: samples.map(({ condition }) => condition) },
    { header: "replicate", values: samples.map(({ replicate }) => replicate ?? "its own") },
    { header: "file", values: samples.map(({ file }) => file) },
    { header: "frames", values: samples.map(({ frames }) => frames) },
    { header: "pixel size [µm]", values: known(samples.map(({ pixelSize }) => pixelSize)), numeric: true },
    {
      header: "frame interval [s]",
      values: known(samples.map(({ frameInterval }) => frameInterval)),
      numeric: true,
    },
    { header: "warnings", values: samples.map(({ warnings }) => warnings) },
  ]);
  return html`${table}
    <p class="facts">Each name leads to the report of the movie, with its pictures and its own warnings.</p>`;
}

function conditionsMarkup({ summaries, quantities }: Comparison): Markup {
  const rows: ConditionSummary[] = summaries.filter(({ quantity }) => quantities.includes(quantity));
  const fields = rows.some(({ movies, n }) => movies !== n);
  return tableMarkup([
    { header: "quantity", values: rows.map(({ quantity }) => quantityLabel(quantity)) },
    { header: "condition", values: rows.map(({ condition }) => condition) },
    { header: "movies", values: rows.map(({ movies }) => movies) },
    ...(fields ? [{ header: "replicates", values: rows.map(({ n }) => n) }] : []),
    { header: "mean", values: rows.map(({ mean }) => mean) },
    { header: "SD", values: rows.map(({ sd }) => sd) },
    { header: "95 % interval", values: rows.map(({ low, high }) => interval(low, high)) },
  ]);
}

const interval = (low: number, high: number): string =>
  Number.isNaN(low) ? "\u2013" : formatRange(low, high);

function testsMarkup(comparison: Comparison): Markup | undefined {
  const { tests, design, conditions } = comparison;
  if (tests.length === 0) return undefined;
  const ways = tests.every(({ permutation }) => permutation.exact) ? "goes through all ways" : "draws ways";
  const [unit, counts] =
    design === "paired" ? ["replicate", "replicates, paired by name,"] : ["movie", "movies"];
  const corrected =
    conditions.length > 2
      ? "P values are corrected for the pairs of conditions of a quantity (Holm), not"
      : "P values are not";
  return html`${testTable(comparison)}
    <p class="facts">
      The ${unit} is the unit of every test: n counts ${counts} and not cells. The permutation test ${ways} to
      hand out the labels of the conditions; with few movies its p cannot fall below the smallest possible
      one, however far apart they are. ${corrected} corrected for the number of quantities: choose what you
      test before you look.
    </p>`;
}

function testTable({ tests, design, conditions }: Comparison): Markup {
  const paired = design === "paired";
  const several = conditions.length > 2;
  const p = (of: (test: ConditionTest) => number): string[] => tests.map((test) => pText(of(test)));
  return tableMarkup([
    { header: "quantity", values: tests.map(({ quantity }) => quantityLabel(quantity)) },
    { header: "conditions", values: tests.map(({ first, second }) => `${second} − ${first}`) },
    {
      header: "n",
      values: tests.map(({ nFirst, nSecond }) => (paired ? `${nFirst} pairs` : `${nSecond}, ${nFirst}`)),
    },
    { header: "difference", values: tests.map(({ t }) => t.difference) },
    { header: "95 % interval", values: tests.map(({ t }) => interval(t.low, t.high)) },
    { header: "Hedges' g", values: tests.map(({ hedgesG }) => hedgesG) },
    { header: paired ? "p, paired t" : "p, Welch's t", values: p(({ t }) => t.p) },
    ...(several ? [{ header: "p, Holm", values: p(({ tHolm }) => tHolm) }] : []),
    { header: "p, permutation", values: p(({ permutation }) => permutation.p) },
    ...(several ? [{ header: "p, Holm", values: p(({ permutationHolm }) => permutationHolm) }] : []),
    { header: "smallest possible", values: p(({ permutation }) => permutation.smallest) },
    { header: "", values: tests.map(({ note }) => note) },
  ]);
}

function pText(p: number): string {
  if (Number.isNaN(p)) return "\u2013";
  return p < 1e-4 ? "< 0.0001" : formatNumber(p, 2);
}

function methodsMarkup({ methods, comparison, movies }: StudyReportInput): Markup {
  const works = [...referencesOf(methods).map(({ text }) => text), ...studyReferences(comparison)];
  return paragraphMarkup(
    "study",
    `${methodsParagraph(methods)} ${comparisonMethods(comparison, movies)}`,
    works,
  );
}

/** How conditions were compared, in sentences of a paper. */
export function comparisonMethods(
  { conditions, summaries, tests, design }: Comparison,
  movies: readonly MovieMeasures[],
): string {
  const fields = summaries.some(({ movies: all, n }) => all !== n)
    ? " Movies of the same condition and replicate were averaged first and counted as one replicate."
    : "";
  const sizes = conditions
    .map((condition) => `${condition}: ${movies.filter((movie) => movie.condition === condition).length}`)
    .join(", ");
  const unit =
    `The movie, not the cell, was the unit of replication (movies per condition: ${sizes}): each ` +
    "quantity was computed for each movie, and means, standard deviations and 95 % confidence " +
    `intervals (Student's t) were taken over movies.${fields}`;
  if (tests.length === 0) return unit;
  const test =
    design === "paired"
      ? "Conditions were compared by the paired t test and the exact sign-flip permutation test of " +
        "the differences within replicates"
      : "Conditions were compared by Welch's t test and the two-sided permutation test of the difference of means";
  const drawn = tests.some(({ permutation }) => !permutation.exact)
    ? ", with 99,999 drawn relabelings where more than 200,000 were possible"
    : ", over all relabelings";
  const holm =
    conditions.length > 2
      ? " P values were corrected for the pairs of conditions of each quantity by the method of Holm (1979)."
      : "";
  return `${unit} ${test}${drawn}; effect sizes are Hedges' g (Hedges 1981).${holm}`;
}

const studyReferences = ({ tests, conditions }: Comparison): string[] => [
  ...(tests.length === 0
    ? []
    : [
        "Hedges LV (1981) Distribution theory for Glass's estimator of effect size and related " +
          "estimators. Journal of Educational Statistics 6: 107\u2013128. doi:10.3102/10769986006002107",
      ]),
  ...(tests.length > 0 && conditions.length > 2
    ? [
        "Holm S (1979) A simple sequentially rejective multiple test procedure. Scandinavian Journal " +
          "of Statistics 6: 65\u201370.",
      ]
    : []),
  "Lord SJ, Velle KB, Mullins RD, Fritz-Laylin LK (2020) SuperPlots: communicating " +
    "reproducibility and variability in cell biology. Journal of Cell Biology 219: e202001064. " +
    "doi:10.1083/jcb.202001064",
];
