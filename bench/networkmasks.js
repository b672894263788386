// Masks of a network for a movie with truth, to measure trackers on: each half of the movie, in time, is
// segmented by a network that learned from the truth of frames spread over the other half. No frame is
// segmented by a network that saw it or a frame beside it; the same cells, at other times, it did see.
//
//   npm run build && node bench/networkmasks.js --images FOLDER --truth FOLDER --out FOLDER
// [--frames-per-half 8] [--steps 800] [--threads n] [--seed 1] [--nucleus-size px]
// [--rescale x] [--outline refined|star] [--keep FOLDER]
//
// Truths go with images by the last number in their names; those for some frames only will do. The masks are
// 16-bit TIFF files with the names of the images. --rescale sets the scale when segmenting, where the size of
// the nuclei is estimated wrongly: 1 where training left them unscaled. With --keep the training sets, networks
// and labels stay in that folder, and networks that lie there are used again. Prints the times, and the scores
// of all frames with truth.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { evaluate, readLabels, segment, train } from "../dist/node.js";
import { pairLabels } from "../dist/pipeline/evaluate/evaluation.js";
import { listImages } from "../dist/pipeline/source/imagefolder.js";
import { writeLabels16 } from "../dist/pipeline/store/labelfiles.js";

const args = process.argv.slice(2);
const option = (name, fallback) =>
  args.includes(`--${name}`) ? args[args.indexOf(`--${name}`) + 1] : fallback;
const [images, truth, out] = ["images", "truth", "out"].map((name) => option(name));
if ([images, truth, out].includes(undefined)) {
  console.error("Give the folders: --images FOLDER --truth FOLDER --out FOLDER");
  process.exit(1);
}
const perHalf = Number(option("frames-per-half", "8"));
const keep = option("keep");
const work = keep ?? mkdtempSync(join(tmpdir(), "karyon-networkmasks-"));
/** @type {import("../dist/node.js").PartialConfig} */
const config = {
  general: {
    seed: Number(option("seed", "1")),
    ...(args.includes("--threads") ? { threads: Number(option("threads")) } : {}),
  },
  input: { kind: "movie" },
  segment: {
    outline: option("outline", "refined"),
    ...(args.includes("--rescale") ? { rescale: Number(option("rescale")) } : {}),
  },
  train: {
    steps: Number(option("steps", "800")),
    ...(args.includes("--nucleus-size") ? { nucleusSize: Number(option("nucleus-size")) } : {}),
  },
};
const onEvent = (event) => event.event === "done" && console.error(`${event.stage}: ${event.text}`);

/** Frames in the order of time: [{ name, image, truth }]; truth is undefined where there is none. */
function framesOf() {
  const truths = new Map(
    pairLabels(truth, images, { partial: true }).map((pair) => [pair.predicted, pair.truth]),
  );
  return [...listImages(images)].map(([name, image]) => ({ name, image, truth: truths.get(image) }));
}

/** The middles of `count` equal parts of what has a truth. */
function spread(frames, count) {
  const known = frames.filter((frame) => frame.truth !== undefined);
  if (known.length < count)
    throw new Error(`${known.length} frames of a half have a truth: --frames-per-half ${count} is too many`);
  return Array.from({ length: count }, (_, k) => known[Math.floor(((k + 0.5) * known.length) / count)]);
}

/** Trains on the truth of these frames, unless that was done. */
async function learn(frames, folder) {
  if (existsSync(join(folder, "model", "model.json"))) {
    console.log(`${join(folder, "model")} is used again`);
    return;
  }
  const dataset = join(folder, "dataset");
  rmSync(dataset, { recursive: true, force: true });
  for (const part of ["images", "masks"]) mkdirSync(join(dataset, part), { recursive: true });
  for (const { name, image, truth: mask } of frames) {
    copyFileSync(image, join(dataset, "images", `${name}${extname(image)}`));
    copyFileSync(mask, join(dataset, "masks", `${name}${extname(mask)}`));
  }
  const started = performance.now();
  const trained = await train({ dataset, out: join(folder, "model"), config, overwrite: true, onEvent });
  for (const warning of trained.warnings) console.error(warning);
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `learned from ${frames.map(({ name }) => name).join(" ")}: ${trained.history.at(-1).step} steps, ` +
      `${seconds.toFixed(0)} s, nuclei ${trained.description.diameter.toFixed(0)} px for the network`,
  );
}

/** Segments these frames with the network in the folder, and writes the masks. */
async function use(frames, folder) {
  const labels = join(folder, "labels");
  const started = performance.now();
  const summary = await segment({
    model: join(folder, "model"),
    inputs: frames.map(({ image }) => image),
    out: labels,
    config,
    overwrite: true,
    onEvent,
  });
  for (const warning of summary.warnings) console.error(warning);
  for (const { name } of frames)
    await writeLabels16(join(out, `${name}.tif`), await readLabels(join(labels, `${name}.tif`)));
  const seconds = (performance.now() - started) / 1000;
  const scales = [...new Set(summary.images.map(({ scale }) => scale))].join(", ");
  console.log(
    `segmented ${frames[0].name} to ${frames.at(-1).name}: ${seconds.toFixed(0)} s, scaled by ${scales}`,
  );
}

try {
  const frames = framesOf();
  const middle = Math.floor(frames.length / 2);
  if (existsSync(out) && readdirSync(out).length > 0) throw new Error(`${out} is not empty`);
  mkdirSync(out, { recursive: true });
  const [first, second] = [frames.slice(0, middle), frames.slice(middle)];
  // The two frames on either side of the border are neighbours of a frame that the network segments.
  await learn(spread(first.slice(0, -1), perHalf), join(work, "first"));
  await use(second, join(work, "first"));
  await learn(spread(second.slice(1), perHalf), join(work, "second"));
  await use(first, join(work, "second"));
  const { scores } = await evaluate({ labels: out, truth });
  const { thresholds } = scores.pooled;
  const f1 = (iou) => thresholds.find(({ threshold }) => threshold === iou).f1.toFixed(3);
  const cells = [0.5, 0.7, 0.8, 0.9].map((iou) => `${f1(iou)} at ${iou}`);
  const [half] = thresholds;
  console.log(
    `${scores.images.length} frames with truth: F1 ${cells.join(", ")}; ` +
      `precision ${half.precision.toFixed(3)}, recall ${half.recall.toFixed(3)}, mean IoU ` +
      `${half.meanMatchedIou.toFixed(3)}`,
  );
} finally {
  if (keep === undefined) rmSync(work, { recursive: true, force: true });
}
