// Makes overview.png from a finished `npx karyon demo`: node docs/img/overview.js [karyon-demo]
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { analyse } from "../../dist/analyse/analyse.js";
import { annotationOverlay, overlayLabels } from "../../dist/draw/overlay.js";
import { trackOverlay } from "../../dist/draw/trackoverlay.js";
import { openSource } from "../../dist/pipeline/source/source.js";
import { readLabels } from "../../dist/pipeline/store/labelfiles.js";
import { encodePng } from "../../dist/io/png/png.js";
import { readTracking } from "../../dist/pipeline/track/tracking.js";
import { sideBySide } from "./panels.js";

const demo = process.argv[2] ?? "karyon-demo";
const results = join(demo, "results");
const frame = 5;
const name = `t00${frame}`;
const edge = 300;
const view = { y: 106, x: 106, height: edge, width: edge, scale: 1 };
const image = await (
  await openSource([join(demo, "movie", "01", `${name}.tif`)], {})
).read(0, { channel: 0, z: "max" });
const blank = {
  height: image.height,
  width: image.width,
  data: new Int32Array(image.height * image.width),
  count: 0,
};
const { graph, summary } = readTracking(join(results, "tracks"));
const panels = [
  overlayLabels(image, blank, { view }),
  annotationOverlay(image, await readLabels(join(results, "annotation", "masks", `${name}.tif`)), { view }),
  overlayLabels(image, await readLabels(join(results, "labels", `${name}.tif`)), { view }),
  trackOverlay(image, graph.nuclei, analyse(graph, summary), { view }),
];
writeFileSync(fileURLToPath(new URL("overview.png", import.meta.url)), encodePng(sideBySide(panels)));
