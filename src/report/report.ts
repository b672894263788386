/**
 * One HTML file that a biologist can open, send and print: pictures and plots are inside it, nothing is
 * loaded from anywhere, and what limits the result comes first.
 */
import { escapeText, formatNumber } from "../plot/markup.js";
import { clickScript } from "./clickpage.js";
import type { Notice, ReportInput, SourceFacts } from "./input.js";
import { annotationPictures, segmentationPictures, trackPictures } from "./pictures.js";
import {
  cards,
  methodsMarkup,
  motionPlots,
  parametersMarkup,
  populationPlots,
  runMarkup,
  scoresMarkup,
  section,
  statisticsTablesMarkup,
  trainingMarkup,
} from "./sections.js";
import { htmlPage, noticesMarkup } from "./page.js";
import { dataBlock, selectTracks, trackData } from "./trackdata.js";
import { trackSection } from "./trackplots.js";

export type {
  AnnotationPart,
  LabelledPicture,
  Notice,
  ReportInput,
  ScorePart,
  SourceFacts,
  Timing,
  TrackPicture,
  TrainingPart,
} from "./input.js";
export type { MethodsInput } from "./methods.js";

/** Makes the report. The same input gives the same text. */
export function buildReport(input: ReportInput): string {
  const { annotation, segmentation, tracks, statistics } = input;
  const selection = tracks && statistics?.summary.tracked ? selectTracks(statistics) : undefined;
  const body = [
    header(input),
    notices(input),
    cards(input),
    section("Scores", scoresMarkup(input.scores)),
    section(
      "Segmentation",
      segmentation && segmentation.length > 0 ? segmentationPictures(segmentation) : "",
    ),
    section("Tracks", tracks && statistics?.summary.tracked ? trackPictures(tracks, statistics) : ""),
    section("Single tracks", selection && statistics ? trackSection(statistics, selection) : ""),
    section("Movement", statistics ? motionPlots(statistics) : ""),
    section("Population", statistics ? populationPlots(statistics) : ""),
    section("Tables", statistics ? statisticsTablesMarkup(statistics, input.frameNames) : ""),
    section(
      "Annotation and training",
      (annotation && annotation.pictures.length > 0 ? annotationPictures(annotation) : "") +
        trainingMarkup(input),
    ),
    section("Methods", methodsMarkup(input)),
    section("Parameters", parametersMarkup(input)),
    section("Run", runMarkup(input)),
  ].join("\n");
  return selection
    ? htmlPage(
        input.title,
        `${body}\n<div class="trackbar" hidden></div>\n${dataBlock(trackData(selection, tracks!.nuclei, statistics!))}`,
        clickScript,
      )
    : htmlPage(input.title, body);
}

function header({ title, source, created }: ReportInput): string {
  const facts = [...(source ? sourceFacts(source) : []), ...(created ? [created] : [])];
  return `<header><h1>${escapeText(title)}</h1>${facts.length > 0 ? `<p class="facts">${escapeText(facts.join(" · "))}</p>` : ""}</header>`;
}

function sourceFacts({ name, kind, frames, height, width, pixelSize, frameInterval }: SourceFacts): string[] {
  const count =
    kind === "movie"
      ? `movie of ${formatNumber(frames)} frames`
      : `${formatNumber(frames)} ${frames === 1 ? "image" : "images"}`;
  return [
    name,
    count,
    ...(height !== undefined && width !== undefined ? [`${width} × ${height} px`] : []),
    pixelSize === undefined ? "pixel size unknown" : `${formatNumber(pixelSize)} µm per px`,
    ...(kind === "images"
      ? []
      : [
          frameInterval === undefined
            ? "frame interval unknown"
            : `${formatNumber(frameInterval)} s between frames`,
        ]),
  ];
}

/** Warnings first; what is not calibrated is added from the statistics. */
function notices({ notices: given = [], statistics }: ReportInput): string {
  const uncalibrated = (statistics?.units.notices ?? [])
    .filter((text) => statistics!.summary.tracked || !text.startsWith("The frame interval"))
    .map((text): Notice => ({ level: "note", text }));
  const all = [
    ...given.filter(({ level }) => level === "warning"),
    ...given.filter(({ level }) => level === "note"),
    ...uncalibrated,
  ];
  return noticesMarkup(all);
}
