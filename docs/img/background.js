// Makes background.png, what the three background modes give the network, from a simulated frame: node
// docs/img/background.js
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { blend, hatchPixel } from "../../dist/draw/canvas.js";
import { annotationColours, distinctColours, outlineColours } from "../../dist/draw/colours.js";
import { drawText, textWidth } from "../../dist/draw/text.js";
import { contrastOf, drawLabels } from "../../dist/draw/view.js";
import { annotateAuto } from "../../dist/annotate/auto.js";
import { noiseBackground } from "../../dist/annotate/paper.js";
import { random } from "../../dist/core/random.js";
import { annotationOverlay, overlayLabels } from "../../dist/draw/overlay.js";
import { simulatePresets } from "../../dist/simulate/scene.js";
import { simulate } from "../../dist/simulate/simulate.js";
import { encodePng } from "../../dist/io/png/png.js";
import { paste, plainCanvas } from "./panels.js";

const scene = { ...simulatePresets.crowded, height: 512, width: 512, frames: 2, seed: 7 };
const [gap, line] = [8, 28];

const image = simulate(scene).image(1);
const { labels, candidates, objects } = annotateAuto(image);
const contrast = contrastOf(image);
// The part of the image where most is unknown.
const [partHeight, partWidth] = [190, 236];
let view = { y: 0, x: 0, height: partHeight, width: partWidth, scale: 1 };
for (let y = 0, most = -1; y + partHeight <= image.height; y += 8) {
  for (let x = 0; x + partWidth <= image.width; x += 8) {
    const unknown = unknownIn(y, x);
    if (unknown > most) [most, view] = [unknown, { ...view, y, x }];
  }
}
const blank = { ...labels, data: new Int32Array(labels.data.length), count: 0 };
const positive = { ...labels, data: labels.data.map((label) => Math.max(0, label)) };
const rejected = {
  ...candidates,
  data: candidates.data.map((candidate) =>
    candidate > 0 && objects.kept[candidate - 1] === 0 ? candidate : 0,
  ),
};
const grey = (shown) => overlayLabels(shown, blank, { view, contrast });

/** Unknown pixels of the part whose top left pixel is (y, x). */
function unknownIn(y, x) {
  let unknown = 0;
  for (let v = y; v < y + partHeight; v++)
    for (let u = x; u < x + partWidth; u++) if (labels.data[v * image.width + u] < 0) unknown++;
  return unknown;
}

/** Nuclei filled, background dark, ignored pixels hatched. */
function maskPicture(mask) {
  const drawn = drawLabels(mask, view);
  const canvas = plainCanvas(drawn.height, drawn.width, 34);
  // Yellow is for what is ignored.
  const fills = outlineColours.filter((_, i) => i !== 1);
  const colours = distinctColours(mask, fills.length);
  drawn.data.forEach((label, at) => {
    if (label > 0) blend(canvas, at, fills[colours[label]], 0.85);
    if (label < 0) hatchPixel(canvas, at, annotationColours.ignored);
  });
  return canvas;
}

const columns = [
  { title: "image", panels: [grey(image), annotationOverlay(image, labels, { view, contrast, rejected })] },
  { title: "--background ignore", panels: [grey(image), maskPicture(labels)] },
  {
    title: "--background noise",
    panels: [grey(noiseBackground(image, labels, random(1))), maskPicture(positive)],
  },
  { title: "--background keep", panels: [grey(image), maskPicture(positive)] },
];
const width = columns.length * (view.width + gap) - gap;
const height = line + 2 * (view.height + line);
const canvas = plainCanvas(height, width, 255);
const write = (y, left, text) =>
  drawText(canvas, y, left + Math.floor((view.width - textWidth(text, 2)) / 2), text, {
    colour: [40, 40, 40],
    scale: 2,
  });
columns.forEach(({ title, panels }, column) => {
  const left = column * (view.width + gap);
  write(6, left, title);
  panels.forEach((picture, row) => {
    const top = line + row * (view.height + line);
    paste(canvas, picture, top, left);
    if (row === 0 || column === 0)
      write(
        top + view.height + 6,
        left,
        column === 0 ? ["as it is", "its annotation"][row] : "seen by the network",
      );
    else write(top + view.height + 6, left, "what it learns");
  });
});
writeFileSync(fileURLToPath(new URL("background.png", import.meta.url)), encodePng(canvas));
