// What a network learns from the automatic annotation of the development rows, scored on the test rows beside
// the annotation itself:   node bench/learning.js [--collection dsb2018_fluo_sample60] [--steps N] [--preset
// auto|paper] [--outline refined|star] [--truth] [--rehearse] [--compose X] [--seed N] [--threads N] [--out
// FOLDER] With --truth it learns from the hand-made truth of the same images instead, for comparison. With
// --rehearse it stays within the development rows: it learns from one half of them and is scored on the
// other. Everything that is chosen is chosen there.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrapInterval, matchInstances, scoreInstances } from "../dist/evaluate/instances.js";
import { resolveConfig } from "../dist/pipeline/config/config.js";
import { annotate, segmentImages, train } from "../dist/pipeline/run/commands.js";
import { readLabels, writeLabels } from "../dist/pipeline/store/labelfiles.js";
import { collection, stardistSample, withInterval } from "./data.js";

const args = process.argv.slice(2);
const option = (name, fallback) =>
  args.includes(`--${name}`) ? args[args.indexOf(`--${name}`) + 1] : fallback;
const name = option("collection", "dsb2018_fluo_sample60");
const out = option("out", mkdtempSync(join(tmpdir(), "karyon-learning-")));
const outline = option("outline", "refined");
mkdirSync(out, { recursive: true });
const rows = collection(name);
const rehearse = args.includes("--rehearse");
const development = rows.filter(({ third }) => (rehearse ? third === 0 : third !== 2));
const judged = rows.filter(({ third }) => third === (rehearse ? 1 : 2));
// Another collection that the same network is scored on: one it has not seen any image of.
const other = rehearse ? [] : stardistSample();
const preset = option("preset", "auto");
const config = resolveConfig(
  {
    general: {
      seed: Number(option("seed", "1")),
      ...(args.includes("--threads") ? { threads: Number(option("threads")) } : {}),
    },
    input: { kind: "images" },
    annotate: { preset },
    segment: { outline },
    train: {
      preset,
      compose: Number(option("compose", "0")),
      ...(args.includes("--steps") ? { steps: Number(option("steps")) } : {}),
    },
  },
  "bench",
);
const log = {
  onEvent: (event) =>
    event.event === "done" && console.error(`${event.stage}: ${event.text} (${event.seconds} s)`),
};

const dataset = join(out, "dataset");
await annotate({ inputs: development.map(({ image }) => image), out: dataset, config, overwrite: true }, log);
if (args.includes("--truth"))
  for (const { name: image, labels } of development)
    await writeLabels(join(dataset, "masks", `${image}.tif`), await readLabels(labels));
const started = performance.now();
const result = await train({ dataset, out: join(out, "model"), config, overwrite: true }, log);
const seconds = (performance.now() - started) / 1000;

/** Network and annotation on images with truth, each in a folder of label images; prints a line for each. */
async function judge(title, images, part) {
  await segmentImages(
    {
      model: join(out, "model"),
      inputs: images.map(({ image }) => image),
      out: join(out, part, "labels"),
      config,
      overwrite: true,
    },
    log,
  );
  await annotate(
    { inputs: images.map(({ image }) => image), out: join(out, part, "annotation"), config, overwrite: true },
    log,
  );
  console.log(
    `${title}\n            F1 at .5               F1 at .7               F1 at .8               ` +
      "F1 at .9               AP .5   AP .7   mean IoU",
  );
  for (const [what, folder] of [
    ["annotation", join(out, part, "annotation", "masks")],
    ["network", join(out, part, "labels")],
  ]) {
    const matchings = [];
    for (const { name: image, labels } of images)
      matchings.push(
        matchInstances(await readLabels(labels), await readLabels(join(folder, `${image}.tif`))),
      );
    const scores = scoreInstances(matchings, [0.5, 0.7, 0.8, 0.9]);
    const cells = [0, 1, 2, 3].map((k) =>
      withInterval(
        scores.pooled.thresholds[k].f1,
        bootstrapInterval(scores, (set) => set.thresholds[k].f1),
      ),
    );
    const [half, seven] = scores.pooled.thresholds;
    console.log(
      `${what.padEnd(11)} ${cells.join("  ")}  ${half.ap.toFixed(3)}   ${seven.ap.toFixed(3)}   ` +
        `${half.meanMatchedIou.toFixed(3)}`,
    );
    writeFileSync(
      join(out, part, `${what}.json`),
      JSON.stringify({ names: images.map((row) => row.name), images: scores.images }, null, 1),
    );
  }
}

const { expected, settings, history } = result;
console.log(
  `${name}: learned from ` +
    `${args.includes("--truth") ? "the truth" : "the automatic annotation"} of ` +
    `${development.length} images, ${history.at(-1).step} ` +
    `steps${settings.compose > 0 ? `, ${settings.compose} of the patches composed` : ""}, ` +
    `${seconds.toFixed(0)} s`,
);
if (expected)
  console.log(
    `expected F1 at .5, without truth: ${expected.f1.toFixed(3)} (${expected.low.toFixed(3)} to ` +
      `${expected.high.toFixed(3)}); agreement ${expected.agreement.toFixed(3)}, stability ` +
      `${expected.stability.toFixed(3)}, ${expected.objects} nuclei`,
  );
await judge(`${judged.length} images (${rehearse ? "development" : "test"} rows)`, judged, "judged");
if (other.length > 0) await judge("StarDist sample, an image of another collection", other, "other");
