// The images whose annotation is worst, with what is known of them without truth, and pictures to look at:
//
//   npm run build && node bench/worst.js [--collection dsb2018_fluo_dev] [--images 20] [--out FOLDER] [--record]
//
// All images of the collection are annotated as one set, each is scored against its truth, and the worst are drawn
// one above the other, twice as wide: the image, and on it the truth (green), kept (blue) and rejected candidates
// (orange). FOLDER/worst.png stays out of the repository: the images are of others. A finished annotation in FOLDER is
// used again. --record writes bench/results/annotation-development.json: pooled scores, and how many images failed.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { canvasOf, drawCurves } from "../dist/draw/canvas.js";
import { contourLines } from "../dist/draw/contours.js";
import { drawText } from "../dist/draw/text.js";
import { contrastOf, drawGrey, drawLabels } from "../dist/draw/view.js";
import { bootstrapInterval, matchInstances, scoreInstances } from "../dist/evaluate/instances.js";
import { encodePng } from "../dist/io/png/png.js";
import { resolveConfig } from "../dist/pipeline/config/config.js";
import { annotate } from "../dist/pipeline/run/commands.js";
import { openSource } from "../dist/pipeline/source/source.js";
import { readLabels } from "../dist/pipeline/store/labelfiles.js";
import { paste, plainCanvas } from "../docs/img/panels.js";
import { collection, withInterval } from "./data.js";
import { recordFigures } from "./record.js";

const { values: options } = parseArgs({
  options: {
    collection: { type: "string", default: "dsb2018_fluo_dev" },
    images: { type: "string", default: "20" },
    out: { type: "string" },
    record: { type: "boolean", default: false },
  },
});
const out = options.out ?? mkdtempSync(join(tmpdir(), "karyon-worst-"));
const set = join(out, "annotation");
mkdirSync(out, { recursive: true });
const images = collection(options.collection);
const thresholds = [0.5, 0.7, 0.8, 0.9];
/** Below this F1 at IoU .5 the annotation of an image has failed. */
const failed = 0.5;
/** Width of a panel, px, and of the line of text above it. */
const [panelWidth, line] = [420, 14];
const colours = { truth: [60, 220, 90], kept: [90, 180, 255], rejected: [255, 140, 40] };

const config = resolveConfig({ input: { kind: "images" }, annotate: { overlays: false } }, "the bench");
const inputs = images.map(({ image }) => image);
if (!existsSync(join(set, "annotation.json"))) await annotate({ inputs, out: set, config, overwrite: true });
const summary = JSON.parse(readFileSync(join(set, "annotation.json"), "utf8"));
const told = new Map(summary.images.map((image) => [image.name, image]));
const labelsOf = (folder, name) => readLabels(join(set, folder, `${name}.tif`));

const matchings = [];
for (const { name, labels } of images)
  matchings.push(matchInstances(await readLabels(labels), await labelsOf("masks", name)));
const scores = scoreInstances(matchings, thresholds);
const f1Of = (index) => scores.images[index].thresholds[0].f1 || 0;
const order = images.map((_, index) => index).sort((a, b) => f1Of(a) - f1Of(b) || a - b);
const failures = order.filter((index) => f1Of(index) < failed).length;

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
const widthOf = (area) => Math.sqrt((4 * area) / Math.PI);
const worst = order.slice(0, Number(options.images)).map((index) => {
  const { kept, candidates, diameter, certainty } = told.get(images[index].name);
  const { truth } = matchings[index];
  const found = scores.images[index].thresholds[0];
  return {
    index,
    cells: [
      images[index].name,
      f1Of(index).toFixed(2),
      String(truth.count),
      widthOf(median([...truth.area])).toFixed(0),
      diameter.toFixed(0),
      String(candidates),
      String(kept),
      String(found.tp),
      certainty.toFixed(2),
    ],
  };
});
const columns = ["image", "F1", "nuclei", "their px", "taken px", "candidates", "kept", "right", "certainty"];
const table = [columns, ...worst.map(({ cells }) => cells)];
for (const row of table) console.log(row.map((cell, i) => cell.padEnd(i === 0 ? 24 : 11)).join(""));
const interval = (k) => bootstrapInterval(scores, ({ thresholds: at }) => at[k].f1);
const pooled = scores.pooled.thresholds.map(({ f1 }, k) => withInterval(f1, interval(k)));
const [half] = scores.pooled.thresholds;
const mean = images.reduce((sum, _, index) => sum + f1Of(index), 0) / images.length;
console.log(
  `pooled: precision ${half.precision.toFixed(3)}, recall ${half.recall.toFixed(3)}, F1 ${pooled.join("  ")}`,
);
console.log(`mean F1 of ${images.length} images ${mean.toFixed(3)}; ${failures} below ${failed}`);

/** An image, and the same with outlines; larger by a whole factor where it is small, cut where it is large. */
async function panelsOf(index) {
  const { name, image: path, labels } = images[index];
  const image = await (await openSource([path])).read(0);
  const scale = Math.max(1, Math.floor(panelWidth / Math.max(image.width, image.height)));
  const edge = Math.floor(panelWidth / scale);
  const [height, width] = [Math.min(image.height, edge), Math.min(image.width, edge)];
  const view = { y: (image.height - height) >> 1, x: (image.width - width) >> 1, height, width, scale };
  const [masks, candidates] = [await labelsOf("masks", name), await labelsOf("candidates", name)];
  const rejected = candidates.data.map((label, i) => (masks.data[i] > 0 ? 0 : label));
  const kept = masks.data.map((label) => Math.max(0, label));
  const grey = drawGrey(image, view, contrastOf(image));
  const [plain, outlined] = [1, 0.8].map((light) => canvasOf(grey, height * scale, width * scale, light));
  const outline = (shown, colour) =>
    drawCurves(outlined, contourLines(drawLabels(shown, view), scale, 0), colour, 1.2);
  outline(await readLabels(labels), colours.truth);
  outline({ ...candidates, data: rejected }, colours.rejected);
  outline({ ...masks, data: kept }, colours.kept);
  return [plain, outlined];
}

/** Two images a row: text above, and both panels. */
async function picture(part) {
  const [block, rows] = [panelWidth + line, Math.ceil(part.length / 2)];
  const canvas = plainCanvas(rows * block, 4 * panelWidth);
  for (const [place, { index, cells }] of part.entries()) {
    const [top, left] = [Math.floor(place / 2) * block, (place % 2) * 2 * panelWidth];
    const [name, f1, nuclei, px, taken, , keptCount, right] = cells;
    const text = `${name.slice(0, 20)}: F1 ${f1}, ${nuclei} nuclei of ${px} px (taken ${taken}), ${right} of ${keptCount} right`;
    drawText(canvas, top + 3, left + 4, text, { colour: [40, 40, 40] });
    for (const [side, panel] of (await panelsOf(index)).entries())
      paste(canvas, panel, top + line, left + side * panelWidth);
  }
  return encodePng(canvas);
}

const perPicture = 10;
for (let first = 0; first < worst.length; first += perPicture) {
  const path = join(out, `worst-${first / perPicture + 1}.png`);
  writeFileSync(path, await picture(worst.slice(first, first + perPicture)));
  console.log(path);
}

if (options.record) {
  const rows = [
    [
      `all ${images.length}, pooled`,
      half.precision.toFixed(3),
      half.recall.toFixed(3),
      ...pooled,
      mean.toFixed(3),
      String(failures),
    ],
  ];
  recordFigures({
    id: "annotation-development",
    order: 1.5,
    question: "How good is the annotation on the images that it was developed on?",
    command: "node bench/worst.js --record",
    data: `Data Science Bowl 2018, ${images.length} fluorescence images for development, annotated as one set`,
    rules: "kept nuclei; one-to-one matching, pooled; brackets are 95 % intervals over images",
    columns: [
      "images",
      "precision",
      "recall",
      ...thresholds.map((at) => `F1 at IoU ${at}`),
      "mean F1 at .5",
      "images with F1 < .5",
    ],
    rows,
    notes: ["These images chose what is measured here; others decide."],
  });
}
