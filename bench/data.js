// The real images with truth that the figures of docs/results.md are measured on, and their split: rows of an
// index whose zero-based number modulo 3 is 2 are test rows, used for nothing but reporting.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const shared = resolve(process.env.KARYON_SHARED ?? "../shared");

/**
 * Images and labels of one collection: [{ name, image, labels, third, test }]; test rows are those of third
 * 2.
 */
export function collection(name) {
  const folder = join(shared, "data", name);
  if (!existsSync(folder)) {
    console.error(`${folder} is not there: set KARYON_SHARED to the folder that holds data/${name}.`);
    process.exit(1);
  }
  const rows = readFileSync(join(folder, "index.csv"), "utf8").trim().split(/\r?\n/).slice(1);
  return rows.map((row, index) => {
    const file = row.split(",")[0];
    return {
      name: file.replace(/\.tif$/, ""),
      image: join(folder, "images", file),
      labels: join(folder, "labels", file),
      third: index % 3,
      test: index % 3 === 2,
    };
  });
}

/** The sample image of the StarDist project: one image, which is used for nothing but reporting. */
export function stardistSample() {
  const folder = join(shared, "data", "stardist_sample");
  return existsSync(folder)
    ? [{ name: "img2d", image: join(folder, "img2d.tif"), labels: join(folder, "mask2d.tif"), test: true }]
    : [];
}

/**
 * Frames of a simulated movie with their truth: [{ name, image, labels }]. The seed must not be one that
 * anything was chosen with.
 */
export function simulatedMovie(folder, scene, seed, { size = 1024, frames = 6 } = {}) {
  const cli = fileURLToPath(new URL("../bin/karyon.js", import.meta.url));
  const made = spawnSync(
    process.execPath,
    [
      cli,
      "simulate",
      "-o",
      folder,
      "--scene",
      scene,
      "--size",
      String(size),
      "--frames",
      String(frames),
      "--seed",
      String(seed),
    ],
    { encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(made.stderr);
  return readdirSync(join(folder, "01"))
    .filter((file) => file.endsWith(".tif"))
    .sort()
    .map((file) => ({
      name: file.replace(/\.tif$/, ""),
      image: join(folder, "01", file),
      labels: join(folder, "01_GT", "SEG", file.replace(/^t/, "man_seg")),
    }));
}

/** "0.912 [0.880, 0.935]": pooled, with the 95 % bootstrap interval over images, where there are several. */
export const withInterval = (value, { low, high }) =>
  `${value.toFixed(3)} ${Number.isNaN(low) ? "(one image)   " : `[${low.toFixed(3)}, ${high.toFixed(3)}]`}`;
