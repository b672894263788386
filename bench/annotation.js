// Scores of the automatic annotation against truth, for both presets, before and after the decision which
// candidates are certain:
//
//   node bench/annotation.js [dev|test] [--record] [collection...]
//
// Collections: bbbc038_train20, dsb2018_fluo_sample60 (their development or test rows), stardist_sample, and
// simulated movies mdck, crowded, easy (seeds that nothing was chosen with; with "dev" those that were). For movies
// also without the neighbouring frames. Intervals are over images; the frames of one movie are no independent units
// and have none. --record puts the rows, the commit and the machine into bench/results/annotation.json.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bootstrapInterval, matchInstances, scoreInstances } from "../dist/evaluate/instances.js";
import { resolveConfig } from "../dist/pipeline/config/config.js";
import { annotate } from "../dist/pipeline/run/commands.js";
import { readLabels } from "../dist/pipeline/store/labelfiles.js";
import { collection, simulatedMovie, stardistSample, withInterval } from "./data.js";
import { recordFigures } from "./record.js";

const { values: options, positionals } = parseArgs({
  options: { record: { type: "boolean", default: false } },
  allowPositionals: true,
});
const [part = "test", ...names] = positionals;
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

/** Names of the collections as the table has them. */
const titles = {
  bbbc038_train20: "BBBC038",
  dsb2018_fluo_sample60: "Data Science Bowl",
  stardist_sample: "StarDist sample",
};

/** "BBBC038, 6 test rows" or "simulated mdck, seed 4101". */
function titleOf(name, count) {
  if (name in seeds) return `simulated ${name}, seed ${seeds[name]}`;
  return `${titles[name]}, ${name === "stardist_sample" ? "1 image" : `${count} ${part} rows`}`;
}

/** Figures of a set of label images: as in the table, without the leading zeros. */
function cellsOf(scores, areUnits) {
  const [half, ...stricter] = scores.pooled.thresholds;
  const plain = (value) => value.toFixed(3);
  const cell = (key) =>
    areUnits
      ? withInterval(
          half[key],
          bootstrapInterval(scores, (set) => set.thresholds[0][key]),
        )
      : plain(half[key]);
  return [
    ...["precision", "recall", "f1"].map(cell),
    ...stricter.map(({ f1 }) => plain(f1)),
    plain(half.meanMatchedIou),
  ].map((text) => text.replace(/\b0\./g, "."));
}

/** Annotates the images of a collection in one way. @returns its rows: all candidates, and those that were kept */
async function rowsOf(name, images, { preset, kind }) {
  const out = join(work, "dataset");
  const config = resolveConfig({ annotate: { preset, overlays: false }, input: { kind } }, "bench");
  await annotate({ inputs: images.map(({ image }) => image), out, config, overwrite: true });
  const isMovie = name in seeds;
  const row = async (what, folder) => [
    titleOf(name, images.length),
    `${preset}, ${what}`,
    ...cellsOf(await scoresOf(images, join(out, folder)), !isMovie && images.length > 1),
  ];
  if (!isMovie || preset === "paper") return [await row("all", "candidates"), await row("kept", "masks")];
  // Candidates do not depend on the neighbouring frames.
  return kind === "movie"
    ? [await row("kept, as a movie", "masks")]
    : [await row("all", "candidates"), await row("kept, each frame alone", "masks")];
}

const rows = [];
try {
  for (const name of names.length > 0 ? names : all) {
    const images = imagesOf(name);
    if (images.length === 0) continue;
    const ways = [
      { preset: "paper", kind: "images" },
      { preset: "auto", kind: "images" },
      ...(name in seeds ? [{ preset: "auto", kind: "movie" }] : []),
    ];
    for (const way of ways) {
      const made = await rowsOf(name, images, way);
      for (const cells of made) console.log(cells.join("\t"));
      rows.push(...made);
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

if (options.record) {
  const file = new URL("results/annotation.json", import.meta.url);
  const { id, order, question, command, data, rules, columns, notes, readme } = JSON.parse(
    readFileSync(file, "utf8"),
  );
  recordFigures({ id, order, question, command, data, rules, columns, rows, notes, readme });
}
