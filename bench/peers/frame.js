// A movie to labels and overlays, answering as bench/peers/frame.py does: one JSON request a line, one JSON
// answer a line. {"images": [PATH], "model": FOLDER, "out": FOLDER}: seconds for each of the frames, from their
// files to labels, overlays and tables; the network is open beforehand.
//
//   node bench/peers/frame.js FOLDER THREADS     FOLDER: a built checkout
import { mkdirSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [folder, threads] = [process.argv[2], Number(process.argv[3])];
const built = (path) => import(pathToFileURL(resolve(folder, "dist", path)).href);
const { resolveConfig } = await built("pipeline/config/config.js");
const { segmentInto } = await built("pipeline/segment/segmentation.js");
const { openSource } = await built("pipeline/source/source.js");
const { loadModel } = await built("pipeline/store/modelfolder.js");

const models = new Map();

async function frames({ images, model: path, out }) {
  if (!models.has(path)) models.set(path, await loadModel(path, threads));
  const model = models.get(path);
  const config = resolveConfig({ general: { threads }, input: { kind: "movie" } }, "the bench");
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const cpu = process.cpuUsage();
  const start = performance.now();
  const source = await openSource(images, config.input);
  const { summary } = await segmentInto(out, { source, model }, config, {});
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds: seconds / images.length,
    cpu: (user + system) / 1e6 / images.length,
    nuclei: summary.images[0].nuclei,
  };
}

console.log(JSON.stringify({ versions: { Node: process.version } }));
for await (const line of createInterface({ input: process.stdin }))
  console.log(JSON.stringify(await frames(JSON.parse(line))));
process.exit(0);
