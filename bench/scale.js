// Time and peak memory of `karyon segment` on mosaics of a quarter, half and all of 13,000 x 9,500 px, each
// in a process of its own, and how much of the truth is found. The mosaics are put together from simulated
// fields of 1024 x 1024 px in all eight orientations, so that their truth is known field by field.
//
//   node bench/scale.js MODEL                       all three
//   node bench/scale.js MODEL --only 0.25           one
//   node bench/scale.js MODEL --memory 2GB          the limit (default 2GB)
//   node bench/scale.js MODEL --keep FOLDER         keep what was made, and use it again
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { labelImage } from "../dist/core/labels.js";
import { matchInstances, scoreInstances } from "../dist/evaluate/instances.js";
import { simulatePresets } from "../dist/simulate/scene.js";
import { simulate } from "../dist/simulate/simulate.js";
import { tiledTiffWriter } from "../dist/io/tiff/tiled.js";
import { openAtomic } from "../dist/pipeline/store/files.js";
import { openLabels } from "../dist/pipeline/store/labelfiles.js";

const args = process.argv.slice(2);
const option = (name, fallback) => (args.includes(name) ? args[args.indexOf(name) + 1] : fallback);
const model = args.find((arg, i) => !arg.startsWith("--") && !(args[i - 1] ?? "").startsWith("--"));
if (model === undefined)
  throw new Error("node bench/scale.js MODEL [--only PART] [--memory SIZE] [--keep FOLDER]");
const memory = option("--memory", "2GB");
const parts = args.includes("--only") ? [Number(option("--only"))] : [0.25, 0.5, 1];
const keep = option("--keep");
const work = keep ?? mkdtempSync(join(tmpdir(), "karyon-scale-"));
mkdirSync(work, { recursive: true });
const cli = fileURLToPath(new URL("../bin/karyon.js", import.meta.url));

const side = 1024;
/** Smaller nuclei than in the MDCK movie, so that the whole mosaic holds more than 60,000. */
/** @type {import("../dist/simulate/scene.js").SimulateOptions} */
const options = { ...simulatePresets.mdck, height: side, width: side, frames: 1, diameter: 28, bits: 16 };
const fields = [];
function fieldAt(i, j) {
  const number = (i * 5 + j * 3) % 12;
  fields[number] ??= ((movie) => ({ image: movie.image(0).data, labels: movie.labels(0).data }))(
    simulate({ ...options, seed: number + 1 }),
  );
  return { ...fields[number], turn: (i * 3 + j) % 8 };
}
/** Where pixel (y, x) of a turned field comes from. */
function placeIn(turn, y, x) {
  const [u, v] = [turn & 1 ? side - 1 - y : y, turn & 2 ? side - 1 - x : x];
  return turn & 4 ? v * side + u : u * side + v;
}
const sizeOf = (part) => ({
  height: Math.round(9500 * Math.sqrt(part)),
  width: Math.round(13000 * Math.sqrt(part)),
});

async function makeMosaic(path, { height, width }) {
  const file = await openAtomic(path);
  const writer = tiledTiffWriter(file, { height, width, type: "uint16", pixelSize: 0.5 });
  for (let top = 0; top < height; top += side) {
    const rows = Math.min(side, height - top);
    const data = new Uint16Array(rows * width);
    for (let left = 0; left < width; left += side) {
      const { image, turn } = fieldAt(top / side, left / side);
      for (let y = 0; y < rows; y++)
        for (let x = left; x < Math.min(width, left + side); x++)
          data[y * width + x] = image[placeIn(turn, y, x - left)];
    }
    await writer.rows(data, rows);
  }
  await writer.finish();
  await file.close();
}

/** Of fields wholly inside, a few at a time. */
async function accuracy(path, { height, width }) {
  const file = await openLabels(path);
  const matches = [];
  for (let top = 0; top + side <= height; top += 2 * side) {
    for (let left = 0; left + side <= width; left += 2 * side) {
      const { labels, turn } = fieldAt(top / side, left / side);
      const truth = labelImage(
        side,
        side,
        labels.map((_, p) => labels[placeIn(turn, Math.floor(p / side), p % side)]),
      );
      matches.push(
        matchInstances(truth, await file.readWindow(0, { y: top, x: left, height: side, width: side })),
      );
    }
  }
  const {
    truthObjects,
    predictedObjects,
    thresholds: [half],
  } = scoreInstances(matches).pooled;
  return (
    `of ${truthObjects} nuclei in ${matches.length} fields: ${predictedObjects} predicted, F1 ` +
    `${half.f1.toFixed(3)} at IoU 0.5 (recall ${half.recall.toFixed(3)}, precision ` +
    `${half.precision.toFixed(3)})`
  );
}

try {
  console.log(
    `Node ${process.version}, ${cpus()[0].model.trim()}, ${cpus().length} cores, --memory ${memory}`,
  );
  console.log("part        size px      Mpx        s   s/Mpx   peak MiB   nuclei");
  for (const part of parts) {
    const size = sizeOf(part);
    const image = join(work, `mosaic-${part}.tif`);
    if (!existsSync(image)) await makeMosaic(image, size);
    const out = join(work, `labels-${part}`);
    const started = performance.now();
    const { status, stderr } = spawnSync(
      process.execPath,
      [cli, "segment", model, image, "-o", out, "--memory", memory, "--overwrite"],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(stderr);
    const seconds = (performance.now() - started) / 1000;
    const record = JSON.parse(readFileSync(join(out, "run.json"), "utf8"));
    const {
      images: [{ name, nuclei }],
    } = JSON.parse(readFileSync(join(out, "segmentation.json"), "utf8"));
    const mpx = (size.height * size.width) / 1e6;
    console.log(
      `${String(part).padEnd(6)} ${`${size.width} x ${size.height}`.padStart(14)} ` +
        `${mpx.toFixed(1).padStart(8)} ${seconds.toFixed(1).padStart(8)} ` +
        `${(seconds / mpx).toFixed(2).padStart(7)} ` +
        `${String(record.stages.segment.peakMemoryMiB).padStart(10)} ${String(nuclei).padStart(8)}`,
    );
    console.log(`       ${await accuracy(join(out, `${name}.tif`), size)}`);
  }
} finally {
  if (keep === undefined) rmSync(work, { recursive: true, force: true });
}
