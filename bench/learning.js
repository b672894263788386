// What a network learns from the automatic annotation of the development rows, scored on the test rows beside the annotation itself:
//   node bench/learning.js [--collection dsb2018_fluo_sample60] [--steps N] [--preset auto|paper] [--outline refined|star] [--truth] [--rehearse] [--compose X] [--seed N] [--out FOLDER]
// With --truth it learns from the hand-made truth of the same images instead, for comparison. With --rehearse it stays within the development rows: it
// learns from one half of them and is scored on the other. Everything that is chosen is chosen there.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { annotate, bootstrapInterval, matchInstances, readLabels, resolveConfig, scoreInstances, segmentImages, train, writeLabels } from "../dist/index.js";
import { collection, withInterval } from "./data.js";

const args = process.argv.slice(2);
const option = (name, fallback) => (args.includes(`--${name}`) ? args[args.indexOf(`--${name}`) + 1] : fallback);
const name = option("collection", "dsb2018_fluo_sample60");
const out = option("out", mkdtempSync(join(tmpdir(), "karyon-learning-")));
const outline = option("outline", "refined");
mkdirSync(out, { recursive: true });
const rows = collection(name);
const rehearse = args.includes("--rehearse");
const development = rows.filter(({ third }) => (rehearse ? third === 0 : third !== 2));
const judged = rows.filter(({ third }) => third === (rehearse ? 1 : 2));
const preset = option("preset", "auto");
const config = resolveConfig({
  general: { seed: Number(option("seed", "1")) }, input: { kind: "images" }, annotate: { preset }, segment: { outline }, train: { preset, compose: Number(option("compose", "0")), ...(args.includes("--steps") ? { steps: Number(option("steps")) } : {}) },
}, "bench");
const log = { onEvent: (event) => event.event === "done" && console.error(`${event.stage}: ${event.text} (${event.seconds} s)`) };

const dataset = join(out, "dataset");
await annotate(development.map(({ image }) => image), dataset, config, { overwrite: true }, log);
if (args.includes("--truth")) for (const { name: image, labels } of development) await writeLabels(join(dataset, "masks", `${image}.tif`), await readLabels(labels));
const started = performance.now();
const result = await train(dataset, join(out, "model"), config, { overwrite: true }, log);
const seconds = (performance.now() - started) / 1000;
await segmentImages(join(out, "model"), judged.map(({ image }) => image), join(out, "labels"), config, { overwrite: true }, log);
await annotate(judged.map(({ image }) => image), join(out, "judged-annotation"), config, { overwrite: true }, log);

const score = async (folder) => {
  const matchings = [];
  for (const { name: image, labels } of judged) matchings.push(matchInstances(await readLabels(labels), await readLabels(join(folder, `${image}.tif`))));
  return scoreInstances(matchings, [0.5, 0.7, 0.8, 0.9]);
};
console.log(`${name}: learned from ${args.includes("--truth") ? "the truth" : "the automatic annotation"} of ${development.length} images, ${result.settings.steps} steps${result.settings.compose > 0 ? `, ${result.settings.compose} of the patches composed` : ""}, ${seconds.toFixed(0)} s; scored on ${judged.length} images (${rehearse ? "development" : "test"} rows)`);
console.log("            F1 at .5               F1 at .7               F1 at .8               F1 at .9               AP .5   mean IoU");
for (const [what, folder] of [["annotation", join(out, "judged-annotation", "masks")], ["network", join(out, "labels")]]) {
  const scores = await score(folder);
  const cells = [0, 1, 2, 3].map((k) => withInterval(scores.pooled.thresholds[k].f1, bootstrapInterval(scores, (set) => set.thresholds[k].f1)));
  console.log(`${what.padEnd(11)} ${cells.join("  ")}  ${scores.pooled.thresholds[0].ap.toFixed(3)}   ${scores.pooled.thresholds[0].meanMatchedIou.toFixed(3)}`);
  writeFileSync(join(out, `${what}.json`), JSON.stringify({ names: judged.map((row) => row.name), images: scores.images }, null, 1));
}
