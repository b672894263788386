/**
 * The workflow through the jobs of a real SLURM, which this script starts on this machine: `npm run test:cluster`.
 * Twelve simulated movies in a study of two conditions, and a mosaic; one job is killed midway, one gets too
 * little memory at first. What comes out is compared with the same commands without shards, run one by one.
 *
 * Needs root, `apt-get install slurm-wlm munge`, and Snakemake with its SLURM plugin, which SNAKEMAKE may name:
 *   python3 -m venv V && V/bin/pip install snakemake snakemake-executor-plugin-slurm
 *   SNAKEMAKE=V/bin/snakemake npm run test:cluster [-- --keep] [-- --record]
 * --record writes bench/results/cluster.json. No test runs in this tree meanwhile: tests compile it anew.
 */
import { execFile, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { compareFolders } from "../dist/pipeline/replay/differingfiles.js";
import { startSlurm, whyNoSlurm } from "./slurm.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const cli = join(root, "bin/karyon.js");
const snakemake = process.env.SNAKEMAKE ?? "snakemake";
const commit = spawnSync("git", ["rev-parse", "--short", "HEAD"], {
  cwd: root,
  encoding: "utf8",
}).stdout.trim();
const keep = process.argv.includes("--keep");
const began = performance.now();
const seconds = () => Math.round((performance.now() - began) / 1000);
const say = (text) => console.log(`${String(seconds()).padStart(4)} s  ${text}`);

const movies = 12;
const resultNames = {
  drug: "the study",
  mosaic: "the mosaic with the study's network",
  alone: "the mosaic with its own",
};
const calibration = "--pixel-size 0.5 --frame-interval 300";
/** A network so small that it learns to find nuclei in seconds. */
const network =
  "--steps 150 --batch 4 --patch 48 --filters 8 --depth 2 --nucleus-size 24 --learning-rate 0.003";
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

/** Training gets a third of its memory at first: less than it needs, more than its first seconds take. */
const configuration = `
out: results
karyon: '"${process.execPath}" "${cli}"'
threads: 1
memory: 1GB
device: cpu
studies:
  drug: { table: samples.csv, options: ${study}, movies: ${movies}, frames: 4, megapixels: 0.02, shards: 4 }
runs:
  mosaic: { images: mosaic/01, options: ${calibration}, frames: 1, megapixels: 0.8, shards: 3, model: drug }
  alone: { images: mosaic/01, options: ${study}, frames: 1, megapixels: 0.8, shards: 2, annotate_shards: 2 }
memory_factor: { train: 0.33 }
growth: 3
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
        return job[1].replace(/^rule_(.*)_wildcards_/, "$1 of ");
      } catch {
        // The process has ended meanwhile.
      }
    }
  }
  return undefined;
}

/** Rules of all jobs, of those that failed, and of those that SLURM ended for their memory. */
function whatHappened(env, killed, log) {
  const list = spawnSync("squeue", ["-h", "-t", "all", "-o", "%i|%T|%k"], { env, encoding: "utf8" }).stdout;
  const jobs = list
    .trim()
    .split("\n")
    .map((line) => line.split("|"))
    .map(([id, state, name]) => ({ id, state, rule: name.replace(/^rule_(.*)_wildcards_/, "$1 of ") }));
  const over = new Set([...log.matchAll(/StepId=(\d+)\.\S+ exceeded memory limit/g)].map(([, id]) => id));
  return {
    jobs: jobs.length,
    failed: jobs.filter(({ state }) => state !== "COMPLETED").map(({ state, rule }) => `${rule}: ${state}`),
    killed,
    overMemory: jobs.filter(({ id }) => over.has(id)).map(({ rule }) => rule),
  };
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
    return whatHappened(env, await killed, readFileSync(join(slurmFolder, "slurmd.log"), "utf8"));
  } finally {
    await stop();
  }
}

const tail = (path) => readFileSync(path, "utf8").split("\n").slice(-60).join("\n");

/** The same without shards, one command after the other. */
async function onOneMachine(folder) {
  const karyon = (line) =>
    promisify(execFile)(process.execPath, [cli, ...line.split(" ")], { cwd: folder, maxBuffer: 2 ** 26 });
  await karyon(`study samples.csv -o results/drug ${common} ${study}`);
  const given = "--model results/drug/model";
  await karyon(`run mosaic/01 -o results/mosaic ${common} ${calibration} ${given}`);
  await karyon(`run mosaic/01 -o results/alone ${common} ${study}`);
}

/** Prints what happened, and says whether all is as it must be. */
function report({ jobs, failed, killed, overMemory }, comparisons) {
  console.log(`${jobs} jobs, ${failed.length} of them failed and were repeated:`);
  for (const line of failed) console.log(`  ${line}`);
  console.log(`killed midway: ${killed ?? "none"}`);
  console.log(`over their memory: ${overMemory.join(", ") || "none"}`);
  for (const [name, { equal, exceptTimes, different }] of comparisons) {
    console.log(
      `${name}: ${equal} files equal in bytes, ${exceptTimes.length} but for times, ${different.length} others`,
    );
    for (const { file, what } of different) console.log(`  ${file}: ${what.join("; ")}`);
  }
  const isEqual = comparisons.every(([, { equal, different }]) => equal > 0 && different.length === 0);
  return isEqual && killed !== undefined && overMemory.length > 0;
}

/** Writes what was seen. */
function record({ jobs, failed, killed, overMemory }, comparisons) {
  const version = (command, args) => spawnSync(command, args, { encoding: "utf8" }).stdout.trim();
  const result = {
    id: "cluster",
    order: 22,
    question: "Does work through the jobs of a cluster give the same bytes?",
    command: "npm run test:cluster -- --record",
    commit,
    machine:
      `${cpus().length} cores, Node ${process.version.slice(1)}, no GPU; one node of ` +
      `${version("slurmctld", ["-V"])}, Snakemake ${version(snakemake, ["--version"])}`,
    data: `${movies} simulated movies of 4 frames of 144 x 144 px; a simulated mosaic of 768 x 1024 px`,
    rules:
      "one thread a job, two jobs at once; memory enforced (OverMemoryKill), accounting off; compared with the " +
      "same commands without shards, byte for byte; times and memory in run.json excepted",
    columns: ["what", "seen"],
    rows: [
      ["jobs", String(jobs)],
      ["killed midway (SIGKILL), and repeated", killed],
      ["ended by SLURM over their memory, and repeated with more", overMemory.join(", ")],
      ["jobs repeated in all", String(failed.length)],
      ...comparisons.map(([name, { equal, exceptTimes, different }]) => [
        `files of ${resultNames[name]}: equal in bytes / but for times / others`,
        `${equal} / ${exceptTimes.length} / ${different.length}`,
      ]),
      ["time of all, the commands without shards included", `${Math.ceil(seconds() / 60)} min`],
    ],
    notes: ["The time is that of one machine with other work: it says that the test is feasible, no more."],
  };
  writeFileSync(join(root, "bench/results/cluster.json"), `${JSON.stringify(result, null, 2)}\n`);
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
    say(`${movies} movies and a mosaic are simulated; SLURM starts, and beside it the same without shards`);
    // Both have ended before anything is removed.
    const ended = await Promise.allSettled([
      onCluster(cluster, join(work, "slurm")).finally(() => say("the workflow has ended")),
      onOneMachine(local).finally(() => say("the commands without shards have ended")),
    ]);
    for (const { reason } of ended.filter(({ status }) => status === "rejected")) throw reason;
    const happened = ended[0].value;
    const compared = [];
    for (const name of ["drug", "mosaic", "alone"])
      compared.push([
        name,
        await compareFolders(join(local, "results", name), join(cluster, "results", name)),
      ]);
    isGood = report(happened, compared);
    if (isGood && process.argv.includes("--record")) record(happened, compared);
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
