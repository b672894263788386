// Run folders for the bench of the studio, whose labels are the truth of a simulated movie: nothing has to be
// annotated, trained or segmented first.
//
//   node bench/studiodata.js FOLDER     FOLDER/movie, FOLDER/run and FOLDER/mosaicrun
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { resolveConfig } from "../dist/pipeline/config/config.js";
import { concatNuclei } from "../dist/core/nuclei.js";
import { measure } from "../dist/imgproc/regions.js";
import { nucleiCsv } from "../dist/io/nucleifile.js";
import { tiledTiffWriter } from "../dist/io/tiff/tiled.js";
import { openSource } from "../dist/pipeline/source/source.js";
import { openAtomic, writeFileAtomic } from "../dist/pipeline/store/files.js";
import { hashFiles } from "../dist/pipeline/store/hash.js";
import { readLabels } from "../dist/pipeline/store/labelfiles.js";
import { runRecord, stageRecord, writeRun } from "../dist/pipeline/store/provenance.js";
import { writeVersioned } from "../dist/pipeline/store/versioned.js";

const cli = fileURLToPath(new URL("../bin/karyon.js", import.meta.url));

/** A movie of 2048 x 2048 px with its truth. @returns its folder */
export function makeMovie(folder, frames = 6) {
  const size = ["--size", "2048", "--diameter", "21", "--bits", "16"];
  const parameters = ["simulate", "-o", folder, "--frames", String(frames), ...size];
  const { status, stderr } = spawnSync(process.execPath, [cli, ...parameters], { encoding: "utf8" });
  if (status !== 0) throw new Error(`karyon simulate: ${stderr}`);
  return folder;
}

const digits = (frame) => String(frame).padStart(3, "0");
const truthOf = (movie, frame) => readLabels(join(movie, "01_GT", "SEG", `man_seg${digits(frame)}.tif`));

/** A run on all frames of a movie. */
export async function movieRun(movie, out) {
  const source = await openSource([join(movie, "01")]);
  await writeLabelRun(out, source, (frame) => truthOf(movie, frame));
  return out;
}

/** Objects of the mosaic, about. */
const wanted = 60000;

/** An image of 13,000 x 9,500 px out of the frames of a movie, every other one mirrored, and a run on it. */
export async function mosaicRun(movie, out, [height, width] = [9500, 13000]) {
  const source = await openSource([join(movie, "01")]);
  const frames = [];
  for (let frame = 0; frame < source.frames; frame++) {
    const { data: image, height: h, width: w } = await source.read(frame);
    frames.push({ h, w, image, labels: (await truthOf(movie, frame)).data });
  }
  const { h, w } = frames[0];
  const across = Math.ceil(width / w);
  const place = (y, x) => {
    const [row, column] = [Math.floor(y / h), Math.floor(x / w)];
    const tile = row * across + column;
    const [inY, inX] = [row % 2 === 0 ? y % h : h - 1 - (y % h), column % 2 === 0 ? x % w : w - 1 - (x % w)];
    return [frames[tile % frames.length], inY * w + inX, tile];
  };
  // Mirrored neighbours share what they touch with: each tile has numbers of its own all the same.
  const mostLabels =
    1 + frames.reduce((most, { labels }) => labels.reduce((a, b) => Math.max(a, b), most), 0);
  const perFrame =
    frames.map(({ labels }) => new Set(labels).size - 1).reduce((a, b) => a + b) / frames.length;
  const share = (wanted * h * w) / (perFrame * height * width);
  // Of small nuclei there are more: only some of them have a label.
  const isKept = (label) => (Math.imul(label, 0x9e3779b1) >>> 0) / 2 ** 32 < share;
  const [image, labels] = [new Uint16Array(height * width), new Int32Array(height * width)];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const [frame, from, tile] = place(y, x);
      image[at] = frame.image[from];
      if (frame.labels[from] > 0 && isKept(frame.labels[from]))
        labels[at] = frame.labels[from] + tile * mostLabels;
    }
  }
  mkdirSync(out, { recursive: true });
  const file = join(out, "mosaic.tif");
  await writePlane(file, { height, width, type: "uint16", pixelSize: source.pixelSize }, image);
  const numbered = renumbered({ height, width, data: labels, count: 0 });
  await writeLabelRun(join(out, "run"), await openSource([file]), () => numbered);
  return join(out, "run");
}

function renumbered(labels) {
  const numbers = new Map([[0, 0]]);
  const { data } = labels;
  for (let i = 0, last = 0, number = 0; i < data.length; i++) {
    if (data[i] !== last) {
      last = data[i];
      number = numbers.get(last) ?? numbers.size;
      numbers.set(last, number);
    }
    data[i] = number;
  }
  return { ...labels, count: numbers.size - 1 };
}

async function writePlane(path, options, data) {
  const file = await openAtomic(path);
  const writer = tiledTiffWriter(file, options);
  const { height, width } = options;
  for (let y = 0; y < height; y += 256) {
    const count = Math.min(256, height - y);
    await writer.rows(data.subarray(y * width, (y + count) * width), count);
  }
  await writer.finish();
  await file.close();
}

/** A run folder with nothing but labels. */
async function writeLabelRun(out, source, labelsOf) {
  const folder = join(out, "labels");
  mkdirSync(folder, { recursive: true });
  const [images, all] = [[], []];
  for (const [frame, name] of source.frameNames.entries()) {
    const labels = await labelsOf(frame);
    const { height, width, data } = labels;
    await writePlane(join(folder, `${name}.tif`), { height, width, type: "int32" }, data);
    const nuclei = measure(labels, { frame });
    all.push(nuclei);
    images.push({ name, height, width, scale: 1, nuclei: nuclei.count });
  }
  const nuclei = concatNuclei(all);
  const { kind, pixelSize, frameInterval, frameNames, files } = source;
  await writeFileAtomic(join(folder, "objects.csv"), nucleiCsv(nuclei, pixelSize, frameNames));
  const thresholds = { probabilityThreshold: 0.5, overlapThreshold: 0.5, outline: "star" };
  const summary = { kind, pixelSize, frameInterval, ...thresholds, images, warnings: [] };
  await writeVersioned(join(folder, "segmentation.json"), "segmentation", summary);
  const record = runRecord("run", out, resolveConfig({}, "the bench"), await hashFiles(files));
  const segment = { ...stageRecord(1, `${nuclei.count} nuclei`), basis: "the truth", from: [] };
  await writeRun(out, { ...record, stages: { segment } });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2];
  const movie = makeMovie(join(folder, "movie"));
  await movieRun(movie, join(folder, "run"));
  await mosaicRun(movie, join(folder, "mosaic"));
}
