// Scores of the automatic annotation against truth, for both presets, before and after the decision which
// candidates are certain:   node bench/annotation.js [dev|test] [collection...] Collections: bbbc038_train20,
// dsb2018_fluo_sample60 (their development or test rows), stardist_sample, and simulated movies mdck,
// crowded, easy (seeds that nothing was chosen with; with "dev" those that were). For movies also without the
// neighbouring frames ("auto, images").
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrapInterval, matchInstances, scoreInstances } from "../dist/evaluate/instances.js";
import { resolveConfig } from "../dist/pipeline/config/config.js";
import { annotate } from "../dist/pipeline/run/commands.js";
import { readLabels } from "../dist/pipeline/store/labelfiles.js";
import { collection, simulatedMovie, stardistSample, withInterval } from "./data.js";

const [part = "test", ...names] = process.argv.slice(2);
const seeds =
  part === "test" ? { mdck: 4101, crowded: 4102, easy: 4103 } : { mdck: 301, crowded: 303, easy: 304 };
const thresholds = [0.5, 0.7, 0.8, 0.9];
const all = ["bbbc038_train20", "dsb2018_fluo_sample60", "stardist_sample", ...Object.keys(seeds)];
const work = mkdtempSync(join(tmpdir(), "karyon-annotation-"));

function imagesOf(name) {
  if (name === "stardist_sample") return stardistSample();
  if (name in seeds) return simulatedMovie(join(work, name), name, seeds[name]);
  return collection(name).filter(({ test }) => test === (part === "test"));
}

/** Scores of the label images in one folder of a dataset. */
async function scoresOf(images, folder) {
  const matchings = [];
  for (const { name, labels } of images)
    matchings.push(matchInstances(await readLabels(labels), await readLabels(join(folder, `${name}.tif`))));
  return scoreInstances(matchings, thresholds);
}

function print(what, scores) {
  const at = (key) =>
    withInterval(
      scores.pooled.thresholds[0][key],
      bootstrapInterval(scores, (set) => set.thresholds[0][key]),
    );
  const others = [1, 2, 3].map((k) => scores.pooled.thresholds[k].f1.toFixed(3)).join("   ");
  console.log(
    `${what.padEnd(23)} ${at("precision")}  ${at("recall")}  ${at("f1")}  ${others}   ` +
      `${scores.pooled.thresholds[0].meanMatchedIou.toFixed(3)}      ` +
      `${scores.pooled.pixels.dice.toFixed(3)}`,
  );
}

try {
  for (const name of names.length > 0 ? names : all) {
    const images = imagesOf(name);
    if (images.length === 0) continue;
    const movie = name in seeds;
    console.log(
      `\n${name}${movie ? `, simulated, seed ${seeds[name]}` : name === "stardist_sample" ? "" : `, ${part} rows`}: ` +
        `${images.length} images`,
    );
    console.log(
      "preset                  precision              recall                 F1 at " +
        ".5               F1 .7   F1 .8   F1 .9   mean IoU   pixel Dice",
    );
    for (const [preset, kind] of [
      ["paper", "images"],
      ["auto", "images"],
      ...(movie ? [["auto", "movie"]] : []),
    ]) {
      const out = join(work, "dataset");
      const config = resolveConfig({ annotate: { preset, overlays: false }, input: { kind } }, "bench");
      await annotate({ inputs: images.map(({ image }) => image), out, config, overwrite: true });
      const label = movie && preset === "auto" ? `auto, ${kind}` : preset;
      // Candidates do not depend on the neighbouring frames.
      if (!(movie && kind === "movie"))
        print(`${label.split(",")[0]}, all candidates`, await scoresOf(images, join(out, "candidates")));
      print(`${label}: kept`, await scoresOf(images, join(out, "masks")));
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
