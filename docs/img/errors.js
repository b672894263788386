// The worst errors of the automatic annotation, as a picture: node docs/img/errors.js
// COLLECTION[,COLLECTION...] [OUT.png] [dev|test] COLLECTION: bbbc038_train20, dsb2018_fluo_sample60,
// stardist_sample, or a simulated movie (mdck, crowded, easy). Two rows for each, where there are any errors.
// First: of the kept objects that match no true nucleus at IoU 0.5 the five most certain; second row: of the
// true nuclei that no candidate matches the five largest. Each beside itself: the image, and on it the truth
// (green) and the candidates: kept (blue), rejected (orange). The same of a network: COLLECTION is a folder
// that holds images/, truth/ and labels/ (what it found), files of the same names in each; the largest of
// either kind are shown. Pictures of real images of others stay out of the repository; errors.png is made
// with: node docs/img/errors.js mdck,crowded docs/img/errors.png
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { collection, simulatedMovie, stardistSample } from "../../bench/data.js";
import { canvasOf, drawCurves } from "../../dist/draw/canvas.js";
import { contourLines } from "../../dist/draw/contours.js";
import { drawText, shortened } from "../../dist/draw/text.js";
import { contrastOf, drawGrey } from "../../dist/draw/view.js";
import { listErrors, matchInstances } from "../../dist/evaluate/instances.js";
import { resolveConfig } from "../../dist/pipeline/config/config.js";
import { annotate } from "../../dist/pipeline/run/commands.js";
import { openSource } from "../../dist/pipeline/source/source.js";
import { readLabels } from "../../dist/pipeline/store/labelfiles.js";
import { parseCsv } from "../../dist/io/csv.js";
import { encodePng } from "../../dist/io/png/png.js";
import { plainCanvas } from "./panels.js";

const [names = "mdck,crowded", out = "errors.png", part = "test"] = process.argv.slice(2);
const seeds = { mdck: 4101, crowded: 4102, easy: 4103 };
const panel = 180;
const gap = 6;
const line = 24;
const columns = 5;
const colours = { truth: [60, 220, 90], kept: [90, 180, 255], rejected: [255, 140, 40] };
const width = columns * (2 * panel + gap) - gap;
const rows = [];
for (const name of names.split(","))
  rows.push(...(await (existsSync(join(name, "labels")) ? rowsOfNetwork(name) : rowsOf(name))));
const canvas = plainCanvas(rows.length * (panel + line), width);
rows.forEach((panels, row) =>
  panels.forEach(({ sides, lines }, column) => {
    const [top, left] = [row * (panel + line), column * (2 * panel + gap)];
    sides.forEach((drawn, side) => {
      const across = Math.min(panel, drawn.width);
      for (let v = 0; v < Math.min(panel, drawn.height); v++)
        canvas.data.set(
          drawn.data.subarray(v * drawn.width * 3, (v * drawn.width + across) * 3),
          ((top + v) * width + left + side * panel) * 3,
        );
    });
    lines.forEach((text, i) =>
      drawText(canvas, top + panel + 4 + 9 * i, left, shortened(text, 2 * panel), { colour: [40, 40, 40] }),
    );
  }),
);
writeFileSync(out, encodePng(canvas));

/**
 * The rows of one collection: the wrong among the kept, and the missed; each panel twice, without and with
 * outlines.
 */
async function rowsOf(name) {
  const work = mkdtempSync(join(tmpdir(), "karyon-errors-"));
  try {
    const images =
      name in seeds
        ? simulatedMovie(join(work, "movie"), name, seeds[name])
        : name === "stardist_sample"
          ? stardistSample()
          : collection(name).filter(({ test }) => test === (part === "test"));
    const dataset = join(work, "dataset");
    await annotate({
      inputs: images.map(({ image }) => image),
      out: dataset,
      config: resolveConfig(
        { annotate: { overlays: false }, input: { kind: name in seeds ? "movie" : "images" } },
        "errors",
      ),
      overwrite: true,
    });
    const { header, rows: table } = parseCsv(readFileSync(join(dataset, "objects.csv"), "utf8"));
    const cell = (row, column) => row[header.indexOf(column)];
    const read = (folder, index) => readLabels(join(dataset, folder, `${images[index].name}.tif`));
    const [matchings, found] = [[], []];
    for (const [index, { labels }] of images.entries()) {
      const truth = await readLabels(labels);
      matchings.push(matchInstances(truth, await read("masks", index)));
      found.push(matchInstances(truth, await read("candidates", index)));
    }
    const certainty = ({ image, label }) =>
      Number(
        cell(
          table.find(
            (row) => cell(row, "image") === images[image].name && cell(row, "label") === String(label),
          ),
          "score",
        ),
      );
    const spurious = listErrors(matchings).spurious.map((error) => ({ ...error, score: certainty(error) }));
    const missed = listErrors(found).missed;
    const byPlace = (a, b) => a.image - b.image || a.label - b.label;
    console.log(
      `${name}: ${spurious.length} wrong of ` +
        `${table.filter((row) => cell(row, "kept") === "1").length} kept; ${missed.length} of ` +
        `${matchings.reduce((sum, { truth }) => sum + truth.count, 0)} nuclei without a matching ` +
        "candidate",
    );
    const usual = Number(
      readFileSync(join(dataset, "annotation.json"), "utf8").match(/"diameter": ([\d.]+)/)[1],
    );
    const chosen = [
      spurious
        .sort((a, b) => b.score - a.score || byPlace(a, b))
        .slice(0, columns)
        .map((error) => ({
          ...error,
          text: `certainty ${error.score.toFixed(2)}, IoU ${error.bestIou.toFixed(2)}`,
        })),
      [...missed]
        .sort((a, b) => b.area - a.area || byPlace(a, b))
        .slice(0, columns)
        .map((error) => ({ ...error, text: `missed, best IoU ${error.bestIou.toFixed(2)}` })),
    ];
    const out = [];
    for (const errors of chosen.filter(({ length }) => length > 0)) {
      const panels = [];
      for (const error of errors)
        panels.push({
          sides: await draw(images[error.image], error, await keptAndRejected(error.image), usual),
          lines: [
            `${name}, ${images[error.image].name} (${Math.round(error.y)}, ${Math.round(error.x)})`,
            error.text,
          ],
        });
      out.push(panels);
    }
    return out;

    async function keptAndRejected(index) {
      const [masks, candidates] = [await read("masks", index), await read("candidates", index)];
      const rejected = {
        ...candidates,
        data: candidates.data.map((label, i) => (masks.data[i] > 0 ? 0 : label)),
      };
      return [
        [rejected, colours.rejected],
        [{ ...masks, data: masks.data.map((label) => Math.max(0, label)) }, colours.kept],
      ];
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The rows of a network's findings in a folder. */
async function rowsOfNetwork(folder) {
  const images = readdirSync(join(folder, "labels"))
    .filter((file) => file.endsWith(".tif"))
    .sort()
    .map((file) => ({
      name: file.replace(/\.tif$/, ""),
      image: join(folder, "images", file),
      labels: join(folder, "truth", file),
      found: join(folder, "labels", file),
    }));
  const matchings = [];
  for (const { labels, found } of images)
    matchings.push(matchInstances(await readLabels(labels), await readLabels(found)));
  const { spurious, missed } = listErrors(matchings);
  console.log(
    `${basename(folder)}: ${spurious.length} wrong of ` +
      `${matchings.reduce((sum, { predicted }) => sum + predicted.count, 0)} found; ` +
      `${missed.length} of ${matchings.reduce((sum, { truth }) => sum + truth.count, 0)} nuclei ` +
      "missed",
  );
  const areas = matchings.flatMap(({ truth }) => [...truth.area]).sort((a, b) => a - b);
  const usual = 2 * Math.sqrt(areas[areas.length >> 1] / Math.PI);
  const out = [];
  for (const { errors, what } of [
    { errors: spurious, what: "found, no nucleus" },
    { errors: missed, what: "missed" },
  ]) {
    const panels = [];
    for (const error of [...errors]
      .sort((a, b) => b.area - a.area || a.image - b.image || a.label - b.label)
      .slice(0, columns)) {
      const { name, image, labels, found } = images[error.image];
      panels.push({
        sides: await draw({ image, labels }, error, [[await readLabels(found), colours.kept]], usual),
        lines: [
          `${name} (${Math.round(error.y)}, ${Math.round(error.x)})`,
          `${what}, best IoU ${error.bestIou.toFixed(2)}`,
        ],
      });
    }
    if (panels.length > 0) out.push(panels);
  }
  return out;
}

async function draw({ image: path, labels }, error, found, usual) {
  const image = await (await openSource([path], { kind: "images" })).read(0);
  const scale = Math.max(1, Math.round(panel / Math.max(4 * Math.sqrt(error.area / Math.PI), 2.5 * usual)));
  const edge = Math.ceil(panel / scale);
  const start = (at, length) => Math.max(0, Math.min(length - edge, Math.round(at - edge / 2)));
  const view = {
    y: start(error.y, image.height),
    x: start(error.x, image.width),
    height: Math.min(edge, image.height),
    width: Math.min(edge, image.width),
    scale,
  };
  const grey = drawGrey(image, view, contrastOf(image));
  const [plain, outlined] = [1, 0.8].map((brightness) =>
    canvasOf(grey, view.height * scale, view.width * scale, brightness),
  );
  for (const [shown, colour] of [[await readLabels(labels), colours.truth], ...found])
    drawCurves(outlined, contourLines(cut(shown, view), scale, 0), colour, 1.5);
  return [plain, outlined];
}

function cut({ width, data, count }, view) {
  const out = new Int32Array(view.height * view.width);
  for (let y = 0; y < view.height; y++)
    out.set(
      data.subarray((view.y + y) * width + view.x, (view.y + y) * width + view.x + view.width),
      y * view.width,
    );
  return { height: view.height, width: view.width, data: out, count };
}
