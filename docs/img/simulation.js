// Makes simulation.png, a part of a frame of `mdck`, its labels, and a part of one of `crowded`: node
// docs/img/simulation.js
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { distinctColours, outlineColours } from "../../dist/draw/colours.js";
import { overlayLabels } from "../../dist/draw/overlay.js";
import { drawLabels } from "../../dist/draw/view.js";
import { encodePng } from "../../dist/io/png/png.js";
import { simulatePresets } from "../../dist/simulate/scene.js";
import { simulate } from "../../dist/simulate/simulate.js";
import { plainCanvas, sideBySide } from "./panels.js";

const edge = 290;
const view = { y: 100, x: 100, height: edge, width: edge, scale: 1 };
const [mdck, crowded] = ["mdck", "crowded"].map((preset) =>
  simulate({ ...simulatePresets[preset], height: 512, width: 512, frames: 2, seed: 101 }),
);

/** The image alone. */
function grey(image) {
  const { height, width } = image;
  const none = { height, width, data: new Int32Array(height * width), count: 0 };
  return overlayLabels(image, none, { view });
}

/** Each nucleus filled, neighbours in different colours, on black. */
function filled(labels) {
  const canvas = plainCanvas(edge, edge, 0);
  const colours = distinctColours(labels, outlineColours.length);
  drawLabels(labels, view).data.forEach((label, at) => {
    if (label > 0) canvas.data.set(outlineColours[colours[label]], 3 * at);
  });
  return canvas;
}

const panels = [grey(mdck.image(1)), filled(mdck.labels(1)), grey(crowded.image(1))];
writeFileSync(fileURLToPath(new URL("simulation.png", import.meta.url)), encodePng(sideBySide(panels)));
