/**
 * One HTML file that a biologist can open, send and print: pictures and plots are inside it, nothing is
 * loaded from anywhere, and what limits the result comes first.
 */
import { countedInGroups, formatNumber } from "../core/wording.js";
import { html, type Markup } from "../plot/markup.js";
import { divisionGallery } from "./divisiongallery.js";
import type { Notice, ReportInput, SourceFacts } from "./input.js";
import { annotationPictures, segmentationPictures, trackPictures } from "./pictures.js";
import {
  cards,
  correctionsMarkup,
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
import { htmlPage, noticesMarkup, pageHeader } from "./page.js";
import { dataBlock, selectTracks, trackData } from "./trackdata.js";
import { trackSection } from "./trackplots.js";

export type {
  AnnotationPart,
  CorrectionsPart,
  DivisionGallery,
  DivisionPicture,
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
  const { annotation, segmentation = [], tracks, divisions, statistics, training } = input;
  const tracked = tracks && statistics?.summary.tracked ? { tracks, statistics } : undefined;
  const selection = tracked && selectTracks(tracked.statistics);
  return htmlPage(input.title, [
    header(input),
    notices(input),
    cards(input),
    section("Scores", scoresMarkup(input.scores)),
    section("Segmentation", segmentation.length > 0 && segmentationPictures(segmentation)),
    section("Tracks", tracked && trackPictures(tracked.tracks, tracked.statistics)),
    section("Single tracks", tracked && trackSection(tracked.statistics, selection!)),
    section("Divisions", divisions && divisions.shown.length > 0 && divisionGallery(divisions)),
    section("Corrections by hand", input.corrections && correctionsMarkup(input.corrections)),
    section("Movement", statistics && motionPlots(statistics)),
    section("Population", statistics && populationPlots(statistics)),
    section("Tables", statistics && statisticsTablesMarkup(statistics, input.frameNames)),
    section(
      "Annotation and training",
      annotation && annotation.pictures.length > 0 && annotationPictures(annotation),
      trainingMarkup({ annotation, training }),
    ),
    section("Methods", methodsMarkup(input)),
    section("Parameters", parametersMarkup(input)),
    section("Run", runMarkup(input)),
    tracked && html`<div class="trackbar" hidden></div>`,
    tracked && dataBlock(trackData(selection!, tracked.tracks.nuclei, tracked.statistics)),
  ]);
}

function header({ title, source, created }: ReportInput): Markup {
  const facts = [...(source ? sourceFacts(source) : []), ...(created ? [created] : [])];
  return pageHeader(title, facts);
}

function sourceFacts({ name, kind, frames, height, width, pixelSize, frameInterval }: SourceFacts): string[] {
  const count =
    kind === "movie" ? `movie of ${formatNumber(frames)} frames` : countedInGroups(frames, "image");
  const interval =
    frameInterval === undefined
      ? "frame interval unknown"
      : `${formatNumber(frameInterval)} s between frames`;
  return [
    name,
    count,
    ...(height !== undefined && width !== undefined ? [`${width} × ${height} px`] : []),
    pixelSize === undefined ? "pixel size unknown" : `${formatNumber(pixelSize)} µm per px`,
    ...(kind === "images" ? [] : [interval]),
  ];
}

/** Warnings first; what is not calibrated is added from the statistics. */
function notices({ notices: given = [], statistics }: ReportInput): Markup {
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
