/**
 * One HTML file that a biologist can open, send and print: pictures and plots are inside it, nothing is loaded from anywhere, and what
 * limits the result comes first.
 */
import type { Notice, ReportInput, SourceFacts } from "./input.js";
import { clickScript } from "./clickpage.js";
import { escapeText, formatNumber } from "./markup.js";
import { annotationPictures, segmentationPictures, trackPictures } from "./pictures.js";
import {
  cards, methodsMarkup, motionPlots, parametersMarkup, populationPlots, runMarkup, scoresMarkup, section, statisticsTablesMarkup, trainingMarkup,
} from "./sections.js";
import { script, styleSheet } from "./style.js";
import { dataBlock, selectTracks, trackData } from "./trackdata.js";
import { trackSection } from "./trackplots.js";

export type {
  AnnotationPart, LabelledPicture, Notice, ReportInput, ScorePart, SourceFacts, Timing, TrackPicture, TrainingPart,
} from "./input.js";
export type { MethodsInput } from "./methods.js";

/** Makes the report. The same input gives the same text. */
export function buildReport(input: ReportInput): string {
  const { annotation, segmentation, tracks, statistics } = input;
  const selection = tracks && statistics?.summary.tracked ? selectTracks(statistics) : undefined;
  const body = [
    header(input), notices(input), cards(input),
    section("Scores", scoresMarkup(input.scores)),
    section("Segmentation", segmentation && segmentation.length > 0 ? segmentationPictures(segmentation) : ""),
    section("Tracks", tracks && statistics?.summary.tracked ? trackPictures(tracks, statistics) : ""),
    section("Single tracks", selection && statistics ? trackSection(statistics, selection) : ""),
    section("Movement", statistics ? motionPlots(statistics) : ""),
    section("Population", statistics ? populationPlots(statistics) : ""),
    section("Tables", statistics ? statisticsTablesMarkup(statistics, input.frameNames) : ""),
    section("Annotation and training", (annotation && annotation.pictures.length > 0 ? annotationPictures(annotation) : "") + trainingMarkup(input)),
    section("Methods", methodsMarkup(input)),
    section("Parameters", parametersMarkup(input)),
    section("Run", runMarkup(input)),
  ].join("\n");
  // The policy makes the browser itself refuse any request, whatever text ends up in the page.
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeText(input.title)}</title>
<style>${styleSheet}</style>
</head>
<body>
${body}
${selection ? `<div class="trackbar" hidden></div>\n${dataBlock(trackData(selection, tracks!.nuclei, statistics!))}\n` : ""}<script>${script}${selection ? clickScript : ""}</script>
</body>
</html>
`;
}

function header({ title, source, created }: ReportInput): string {
  const facts = [...(source ? sourceFacts(source) : []), ...(created ? [created] : [])];
  return `<header><h1>${escapeText(title)}</h1>${facts.length > 0 ? `<p class="facts">${escapeText(facts.join(" · "))}</p>` : ""}</header>`;
}

function sourceFacts({ name, kind, frames, height, width, pixelSize, frameInterval }: SourceFacts): string[] {
  const count = kind === "movie" ? `movie of ${formatNumber(frames)} frames` : `${formatNumber(frames)} ${frames === 1 ? "image" : "images"}`;
  return [
    name, count, ...(height !== undefined && width !== undefined ? [`${width} × ${height} px`] : []),
    pixelSize === undefined ? "pixel size unknown" : `${formatNumber(pixelSize)} µm per px`,
    ...(kind === "images" ? [] : [frameInterval === undefined ? "frame interval unknown" : `${formatNumber(frameInterval)} s between frames`]),
  ];
}

/** Warnings first; what is not calibrated is added from the statistics. */
function notices({ notices: given = [], statistics }: ReportInput): string {
  const uncalibrated = (statistics?.units.notices ?? [])
    .filter((text) => statistics!.summary.tracked || !text.startsWith("The frame interval"))
    .map((text): Notice => ({ level: "note", text }));
  const all = [...given.filter(({ level }) => level === "warning"), ...given.filter(({ level }) => level === "note"), ...uncalibrated];
  const items = all.map(({ level, text }) => `<li class="${level}"><b>${level === "warning" ? "Warning" : "Note"}</b>${escapeText(text)}</li>`);
  const list = (part: readonly string[]): string => (part.length === 0 ? "" : `<ul class="notices">${part.join("")}</ul>`);
  // Hundreds of images can have as many warnings; the results must still be in sight.
  const rest = items.slice(shownNotices);
  return list(items.slice(0, shownNotices)) + (rest.length === 0 ? "" : `<details><summary>${rest.length} more</summary>${list(rest)}</details>`);
}

const shownNotices = 8;
