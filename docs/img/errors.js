// The worst errors of the automatic annotation, as a picture: node docs/img/errors.js COLLECTION [OUT.png] [dev|test]
// COLLECTION: bbbc038_train20, dsb2018_fluo_sample60, stardist_sample, or a simulated movie (mdck, crowded, easy). First row: of the kept objects that match
// no true nucleus at IoU 0.5 the five most certain; second row: of the true nuclei that no candidate matches the five largest. Each beside itself: the
// image, and on it the truth (green) and the candidates: kept (blue), rejected (orange).
// Pictures of real images of others stay out of the repository; those of the simulated movies in docs/ are made with this.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { annotate, listErrors, matchInstances, openSource, readLabels, resolveConfig } from "../../dist/index.js";
import { collection, simulatedMovie, stardistSample } from "../../bench/data.js";
import { parseCsv } from "../../dist/io/csv.js";
import { encodePng } from "../../dist/io/png.js";
import { canvasOf, drawCurves } from "../../dist/report/canvas.js";
import { contourLines } from "../../dist/report/contours.js";
import { drawText, shortened } from "../../dist/report/text.js";
import { contrastOf, drawGrey } from "../../dist/report/view.js";

const [name = "crowded", out = `errors-${name}.png`, part = "test"] = process.argv.slice(2);
const seeds = { mdck: 4101, crowded: 4102, easy: 4103 };
const panel = 180;
const gap = 6;
const line = 24;
const columns = 5;
const colours = { truth: [60, 220, 90], kept: [90, 180, 255], rejected: [255, 140, 40] };
const work = mkdtempSync(join(tmpdir(), "karyon-errors-"));
try {
  const images = name in seeds ? simulatedMovie(join(work, "movie"), name, seeds[name]) : name === "stardist_sample" ? stardistSample() : collection(name).filter(({ test }) => test === (part === "test"));
  const dataset = join(work, "dataset");
  await annotate(images.map(({ image }) => image), dataset, resolveConfig({ annotate: { overlays: false }, input: { kind: name in seeds ? "movie" : "images" } }, "errors"), { overwrite: true });
  const { header, rows } = parseCsv(readFileSync(join(dataset, "objects.csv"), "utf8"));
  const cell = (row, column) => row[header.indexOf(column)];
  const read = async (folder, index) => readLabels(join(dataset, folder, `${images[index].name}.tif`));
  const matchings = [];
  const found = [];
  for (const [index, { labels }] of images.entries()) {
    const truth = await readLabels(labels);
    matchings.push(matchInstances(truth, await read("masks", index)));
    found.push(matchInstances(truth, await read("candidates", index)));
  }
  const rowOf = (index, column, value) => rows.find((row) => cell(row, "image") === images[index].name && cell(row, column) === String(value));
  const kept = listErrors(matchings);
  const wrong = kept.spurious.map((error) => ({ ...error, row: rowOf(error.image, "label", error.label) }))
    .sort((a, b) => Number(cell(b.row, "score")) - Number(cell(a.row, "score")) || a.image - b.image || a.label - b.label).slice(0, columns)
    .map((error) => ({ ...error, text: `certainty ${Number(cell(error.row, "score")).toFixed(2)}, IoU ${error.bestIou.toFixed(2)}` }));
  const missed = [...listErrors(found).missed].sort((a, b) => b.area - a.area || a.image - b.image || a.label - b.label).slice(0, columns).map((error) => ({ ...error, text: `missed, best IoU ${error.bestIou.toFixed(2)}` }));
  console.log(`${name}: ${kept.spurious.length} wrong of ${rows.filter((row) => cell(row, "kept") === "1").length} kept; ${listErrors(found).missed.length} of ${matchings.reduce((sum, { truth }) => sum + truth.count, 0)} nuclei without a matching candidate`);
  const width = columns * (2 * panel + gap) - gap;
  const canvas = { height: 2 * (panel + line), width, samples: 3, data: new Uint8Array(2 * (panel + line) * width * 3).fill(255) };
  const usual = Number(readFileSync(join(dataset, "annotation.json"), "utf8").match(/"diameter": ([\d.]+)/)[1]);
  for (const [row, errors] of [wrong, missed].entries()) {
    for (const [column, error] of errors.entries()) {
      const image = await (await openSource([images[error.image].image], { kind: "images" })).read(0);
      const size = Math.max(4 * Math.sqrt(error.area / Math.PI), 2.5 * usual);
      const scale = Math.max(1, Math.round(panel / size));
      const edge = Math.ceil(panel / scale);
      const [y, x] = [Math.max(0, Math.min(image.height - edge, Math.round(error.y - edge / 2))), Math.max(0, Math.min(image.width - edge, Math.round(error.x - edge / 2)))];
      const view = { y, x, height: Math.min(edge, image.height), width: Math.min(edge, image.width), scale };
      const layers = [[await readLabels(images[error.image].labels), colours.truth], ...(await keptAndRejected(error.image))];
      const [top, left] = [row * (panel + line), column * (2 * panel + gap)];
      for (const side of [0, 1]) {
        const drawn = canvasOf(drawGrey(image, view, contrastOf(image)), view.height * scale, view.width * scale, side === 0 ? 1 : 0.8);
        if (side === 1) for (const [labels, colour] of layers) drawCurves(drawn, contourLines(cut(labels, view), scale, 0), colour, 1.5);
        for (let v = 0; v < Math.min(panel, drawn.height); v++) canvas.data.set(drawn.data.subarray(v * drawn.width * 3, (v * drawn.width + Math.min(panel, drawn.width)) * 3), ((top + v) * width + left + side * panel) * 3);
      }
      drawText(canvas, top + panel + 4, left, shortened(`${images[error.image].name} (${Math.round(error.y)}, ${Math.round(error.x)})`, 2 * panel), { colour: [40, 40, 40] });
      drawText(canvas, top + panel + 13, left, error.text, { colour: [40, 40, 40] });
    }
  }
  writeFileSync(out, encodePng(canvas));

  async function keptAndRejected(index) {
    const [masks, candidates] = [await read("masks", index), await read("candidates", index)];
    const rejected = { ...candidates, data: candidates.data.map((label, i) => (masks.data[i] > 0 ? 0 : label)) };
    return [[rejected, colours.rejected], [{ ...masks, data: masks.data.map((label) => Math.max(0, label)) }, colours.kept]];
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

function cut({ width, data, count }, view) {
  const out = new Int32Array(view.height * view.width);
  for (let y = 0; y < view.height; y++) out.set(data.subarray((view.y + y) * width + view.x, (view.y + y) * width + view.x + view.width), y * view.width);
  return { height: view.height, width: view.width, data: out, count };
}
