// Scores of the automatic annotation against hand-made truth, for both presets: node bench/annotation.js [dev|test] [collection...]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { annotate, bootstrapInterval, matchInstances, readLabels, resolveConfig, scoreInstances } from "../dist/index.js";
import { collection, withInterval } from "./data.js";

const [part = "test", ...names] = process.argv.slice(2);
const thresholds = [0.5, 0.7, 0.8, 0.9];
for (const name of names.length > 0 ? names : ["bbbc038_train20", "dsb2018_fluo_sample60"]) {
  const images = collection(name).filter(({ test }) => test === (part === "test"));
  console.log(`\n${name}, ${part} rows: ${images.length} images`);
  console.log("preset  precision              recall                 F1 at .5               F1 .7   F1 .8   F1 .9   mean IoU   pixel Dice");
  for (const preset of ["paper", "auto"]) {
    const folder = mkdtempSync(join(tmpdir(), "karyon-annotation-"));
    try {
      const out = join(folder, "dataset");
      await annotate(images.map(({ image }) => image), out, resolveConfig({ annotate: { preset }, input: { kind: "images" } }, "bench"), { overwrite: false });
      const matchings = [];
      for (const { name: image, labels } of images) matchings.push(matchInstances(await readLabels(labels), await readLabels(join(out, "masks", `${image}.tif`))));
      const scores = scoreInstances(matchings, thresholds);
      const at = (key) => withInterval(scores.pooled.thresholds[0][key], bootstrapInterval(scores, (set) => set.thresholds[0][key]));
      const others = [1, 2, 3].map((k) => scores.pooled.thresholds[k].f1.toFixed(3)).join("   ");
      console.log(`${preset.padEnd(7)} ${at("precision")}  ${at("recall")}  ${at("f1")}  ${others}   ${scores.pooled.thresholds[0].meanMatchedIou.toFixed(3)}      ${scores.pooled.pixels.dice.toFixed(3)}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
