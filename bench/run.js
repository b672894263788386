// Time and peak memory of each stage for one frame of 2048 x 2048 px (simulated unless an image is given),
// each in a process of its own.
//
//   npm run bench                     all stages
//   npm run bench -- IMAGE            the same on an image file of yours
//   npm run bench -- --only train     one stage
//   node bench/annotate.js            both annotations beside Python, and a movie of 91 frames
//   node bench/train.js               the training step and one frame from file to labels beside PyTorch
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const stages = [
  "simulate",
  "read",
  "annotate-paper",
  "annotate-auto",
  "train-step",
  "segment",
  "evaluate",
  "track",
  "analyse",
  "report",
];
const args = process.argv.slice(2);
const only = args.includes("--only") ? args[args.indexOf("--only") + 1] : undefined;
const given = args.find((arg, index) => !arg.startsWith("--") && args[index - 1] !== "--only");
const work = mkdtempSync(join(tmpdir(), "karyon-bench-"));
const cli = fileURLToPath(new URL("../bin/karyon.js", import.meta.url));

const karyon = (...parameters) => {
  const result = spawnSync(process.execPath, [cli, ...parameters], { encoding: "utf8" });
  if (result.status !== 0) throw new Error(`karyon ${parameters.join(" ")}: ${result.stderr}`);
};

try {
  const movie = join(work, "movie");
  console.log(`Node ${process.version}, ${cpus()[0].model.trim()}, ${cpus().length} cores`);
  karyon("simulate", "-o", movie, "--size", "2048", "--frames", "2");
  const image = given ?? join(movie, "01", "t000.tif");
  const dataset = join(work, "dataset");
  karyon("annotate", image, "-o", dataset);
  const model = join(work, "model");
  karyon("train", dataset, "-o", model, "--steps", "500", "--patch", "64");
  console.log("stage            median s   runs   peak MiB   what");
  for (const stage of stages.filter((name) => only === undefined || name === only)) {
    const result = spawnSync(
      process.execPath,
      [fileURLToPath(new URL("./stage.js", import.meta.url)), stage, image, dataset, model, movie],
      { encoding: "utf8" },
    );
    if (result.status !== 0) throw new Error(`${stage}: ${result.stderr}`);
    const { seconds, peak, what } = JSON.parse(result.stdout.trim().split("\n").at(-1));
    const sorted = [...seconds].sort((a, b) => a - b);
    console.log(
      `${stage.padEnd(15)} ${sorted[sorted.length >> 1].toFixed(3).padStart(10)} ` +
        `${String(seconds.length).padStart(6)} ${String(Math.round(peak)).padStart(10)}   ${what}`,
    );
  }
} finally {
  if (existsSync(work)) rmSync(work, { recursive: true, force: true });
}
