/**
 * The workflow through the jobs of a real SLURM, which this script starts on this machine: `npm run test:cluster`.
 * Twelve simulated movies in a study of two conditions, and a mosaic; one job is killed midway, one gets too
 * little memory at first. What comes out is compared with the same commands without shards, run one by one.
 *
 * Needs root, `apt-get install slurm-wlm munge`, and Snakemake with its SLURM plugin, which SNAKEMAKE may name:
 *   python3 -m venv V && V/bin/pip install snakemake snakemake-executor-plugin-slurm
 *   SNAKEMAKE=V/bin/snakemake npm run test:cluster [-- --keep]
 */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compareFolders } from "../dist/pipeline/replay/differingfiles.js";
import { startSlurm, whyNoSlurm } from "./slurm.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const cli = join(root, "bin/karyon.js");
const snakemake = process.env.SNAKEMAKE ?? "snakemake";
const keep = process.argv.includes("--keep");
const began = performance.now();
const say = (text) =>
  console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}`);

const movies = 12;
const calibration = "--pixel-size 0.5 --frame-interval 300";
/** A network so small that it learns to find nuclei in seconds. */
const network =
  "--steps 60 --batch 4 --patch 48 --filters 8 --depth 2 --nucleus-size 24 --learning-rate 0.003";
const study = `${calibration} ${network} --no-overlays`;
const common = "--threads 1 --memory 1GB --device cpu";

/** Runs a command that must succeed. */
function must(command, args, options = {}) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8", ...options });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr.slice(-2000)}`);
}

const simulate = (out, ...options) =>
  must(process.execPath, [cli, "simulate", "-o", out, "--scene", "easy", "--diameter", "20", ...options]);

/** Simulates the images of both runs. */
function makeImages(folder) {
  const lines = ["file,condition,replicate"];
  for (let i = 0; i < movies; i++) {
    simulate(join(folder, `movie${i}`), "--size", "144", "--frames", "4", "--seed", String(i + 1));
    lines.push(`movie${i}/01,${i % 2 === 0 ? "control" : "drug"},${Math.floor(i / 2) + 1}`);
  }
  writeFileSync(join(folder, "samples.csv"), `${lines.join("\n")}\n`);
  simulate(join(folder, "mosaic"), "--size", "768x1024", "--frames", "1", "--seed", "99");
}

/** Training is given a tenth of its memory at first; the second attempt gets twelve times that. */
const configuration = `
out: results
karyon: '"${process.execPath}" "${cli}"'
threads: 1
memory: 1GB
device: cpu
studies:
  drug: { table: samples.csv, options: ${study}, movies: ${movies}, frames: 4, megapixels: 0.02, shards: 4 }
runs:
  mosaic: { images: mosaic/01, options: ${calibration} --no-overlays, frames: 1, megapixels: 0.8, shards: 3,
    annotate_shards: 2, model: drug }
  alone: { images: mosaic/01, options: ${study}, frames: 1, megapixels: 0.8, shards: 2, annotate_shards: 2 }
memory_factor: { train: 0.2 }
growth: 12
most_mb: 6000
`;

const profile = `
executor: slurm
jobs: 8
retries: 2
rerun-incomplete: true
latency-wait: 10
slurm-status-command: squeue
slurm-no-account: true
slurm-init-seconds-before-status-checks: 3
seconds-between-status-checks: 3
default-resources: { slurm_partition: main }
`;

/** Kills the program, once, within the first job of a rule that runs. @returns the name of the job */
async function killOnce(rule, env, isOver) {
  const read = (command, args) => spawnSync(command, args, { env, encoding: "utf8" }).stdout;
  while (!isOver()) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const jobs = read("squeue", ["-h", "-t", "R", "-o", "%i|%k"]).trim().split("\n");
    const job = jobs.map((line) => line.split("|")).find(([, name]) => name?.includes(`rule_${rule}_`));
    if (job === undefined) continue;
    const pids = read("scontrol", ["listpids", job[0]]).split("\n").slice(1);
    for (const pid of pids.map((line) => Number(line.trim().split(/\s+/)[0])).filter((id) => id > 0)) {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        if (words[0] !== process.execPath || words[1] !== cli) continue;
        process.kill(pid, "SIGKILL");
        return `${job[1]} (job ${job[0]})`;
      } catch {
        // The process has ended meanwhile.
      }
    }
  }
  return undefined;
}

/** The workflow through SLURM. @returns what happened to its jobs */
async function onCluster(folder, slurmFolder) {
  const { env, stop } = await startSlurm(slurmFolder);
  try {
    mkdirSync(join(folder, "profile"));
    writeFileSync(join(folder, "profile/config.yaml"), profile);
    writeFileSync(join(folder, "config.yaml"), configuration);
    const log = openSync(join(folder, "snakemake.log"), "w");
    const args = ["--profile", "profile", "--configfile", "config.yaml"];
    const engine = spawn(snakemake, [...args, "--snakefile", join(root, "workflow/Snakefile")], {
      cwd: folder,
      env,
      stdio: ["ignore", log, log],
    });
    const over = new Promise((resolve) => engine.once("exit", resolve));
    const killed = killOnce("finish_movies", env, () => engine.exitCode !== null);
    const status = await over;
    if (status !== 0) throw new Error(`the workflow failed:\n${tail(join(folder, "snakemake.log"))}`);
    const list = spawnSync("squeue", ["-h", "-t", "all", "-o", "%T|%k"], { env, encoding: "utf8" }).stdout;
    const jobs = list.trim().split("\n");
    return {
      jobs: jobs.length,
      failed: jobs.filter((line) => !line.startsWith("COMPLETED")),
      killed: await killed,
      overMemory: readFileSync(join(slurmFolder, "slurmd.log"), "utf8")
        .split("\n")
        .filter((line) => line.includes("exceeded memory limit")),
    };
  } finally {
    await stop();
  }
}

const tail = (path) => readFileSync(path, "utf8").split("\n").slice(-60).join("\n");

/** The same without shards, one command after the other. */
function onOneMachine(folder) {
  const karyon = (line) => must(process.execPath, [cli, ...line.split(" ")], { cwd: folder });
  karyon(`study samples.csv -o results/drug ${common} ${study}`);
  const given = "--model results/drug/model";
  karyon(`run mosaic/01 -o results/mosaic ${common} ${calibration} --no-overlays ${given}`);
  karyon(`run mosaic/01 -o results/alone ${common} ${study}`);
}

/** Prints what happened, and says whether all is as it must be. */
function report({ jobs, failed, killed, overMemory }, comparisons) {
  console.log(`${jobs} jobs, ${failed.length} of them failed and were repeated:`);
  for (const line of failed) console.log(`  ${line}`);
  console.log(`killed midway: ${killed ?? "none"}`);
  console.log(`over their memory: ${overMemory.length}`);
  for (const line of overMemory) console.log(`  ${line.replace(/^.*error: /, "")}`);
  for (const [name, { equal, exceptTimes, different }] of comparisons) {
    console.log(
      `${name}: ${equal} files equal in bytes, ${exceptTimes.length} but for times, ${different.length} others`,
    );
    for (const { file, what } of different) console.log(`  ${file}: ${what.join("; ")}`);
  }
  const isEqual = comparisons.every(([, { equal, different }]) => equal > 0 && different.length === 0);
  return isEqual && killed !== undefined && overMemory.length > 0;
}

async function main() {
  const missing = whyNoSlurm();
  if (missing !== undefined) throw new Error(missing);
  must(snakemake, ["--version"]);
  const work = mkdtempSync(join(tmpdir(), "karyon-cluster-"));
  let isGood;
  try {
    const [cluster, local] = ["cluster", "local"].map((name) => join(work, name));
    mkdirSync(cluster);
    makeImages(cluster);
    cpSync(cluster, local, { recursive: true });
    say(`${movies} movies and a mosaic are simulated; SLURM starts`);
    const happened = await onCluster(cluster, join(work, "slurm"));
    say("the workflow has ended; the same without shards");
    onOneMachine(local);
    say("compared:");
    const compared = [];
    for (const name of ["drug", "mosaic", "alone"])
      compared.push([
        name,
        await compareFolders(join(local, "results", name), join(cluster, "results", name)),
      ]);
    isGood = report(/** @type {any} */ (happened), compared);
  } finally {
    if (keep) console.log(`kept: ${work}`);
    else rmSync(work, { recursive: true, force: true });
  }
  console.log(isGood === true ? "passed" : "failed");
  process.exitCode = isGood ? 0 : 1;
}

await main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
