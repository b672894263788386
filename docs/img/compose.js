// Makes composed.png from a simulated movie: npx karyon simulate -o simcompose --size 512 --frames 1 --seed
// 5; node docs/img/compose.js simcompose Left a frame, in the middle the same frame with nuclei composed into
// it, right what it is labelled.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { contrastOf } from "../../dist/draw/view.js";
import { annotateAuto } from "../../dist/annotate/auto.js";
import { random } from "../../dist/core/random.js";
import { composeTouching, defaultComposeOptions } from "../../dist/dataset/touching.js";
import { overlayLabels } from "../../dist/draw/overlay.js";
import { openSource } from "../../dist/pipeline/source/source.js";
import { encodePng } from "../../dist/io/png/png.js";
import { sideBySide } from "./panels.js";

const [
  movie = "simcompose",
  out = fileURLToPath(new URL("composed.png", import.meta.url)),
  corner = "200,200",
] = process.argv.slice(2);
const edge = 300;
const [y, x] = corner.split(",").map(Number);
const view = { y, x, height: edge, width: edge, scale: 1 };
const image = await (await openSource([join(movie, "01", "t000.tif")], {})).read(0, { channel: 0, z: "max" });
const { labels } = annotateAuto(image);
const {
  images: [composed],
} = composeTouching([{ name: "t000", image, labels }], { ...defaultComposeOptions, images: 1 }, random(1));
const blank = { ...labels, data: new Int32Array(labels.data.length), count: 0 };
const contrast = contrastOf(image);
const panels = [
  overlayLabels(image, blank, { view, contrast }),
  overlayLabels(composed.image, blank, { view, contrast }),
  overlayLabels(composed.image, composed.labels, { view, contrast }),
];
writeFileSync(out, encodePng(sideBySide(panels)));
