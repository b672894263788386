/**
 * Accidents of `karyon run`, and whether the next run goes on to the very bytes of one that nothing stopped:
 *
 *   node tools/accidents.js kill [--seed 1] [--moments 50] [--record]    SIGKILL, by time and within writing
 *   node tools/accidents.js full [--seed 1]                              a full disk in each stage
 *
 * Each kill is of a run that is finished up to a stage; the same command then ends it.
 * `--record` writes `bench/results/accidents.json`.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { killedAfter, lastStage, problemsAfter, runMovie, simulateMovie } from "./accidents/movieruns.js";
import { stages, temporaries, wholeRun } from "./accidents/movieruns.js";

/** Numbers of [0, 1) from a seed (mulberry32). */
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Where a run stands that was killed when each stage began: a copy of its folder for each. */
async function begunStages(folder) {
  const begun = {};
  for (const stage of stages) {
    if (stage !== stages[0]) await runMovie(folder, "begun", { accident: { kind: "begin", stage } });
    begun[stage] = join(folder, `begun-${stage}`);
    mkdirSync(join(folder, "begun"), { recursive: true });
    cpSync(join(folder, "begun"), begun[stage], { recursive: true, preserveTimestamps: true });
  }
  return begun;
}

/** Kills one run in a stage, and lets it end. @returns the moment, and what is wrong */
async function killOnce(folder, { index, begun, whole, random }) {
  const stage = stages[index % stages.length];
  const within = Math.floor(index / stages.length) % 3 === 0;
  const name = `killed${index}`;
  const { ms, operations } = whole[stage];
  const at = 1 + Math.floor(random() * operations);
  const delay = random() * ms * 0.9;
  cpSync(begun[stage], join(folder, name), { recursive: true, preserveTimestamps: true });
  const outcome = within
    ? await runMovie(folder, name, { accident: { kind: "kill", stage, at } })
    : await killedAfter(folder, name, stage, delay);
  // A run that ended before it was to be killed is no moment.
  const moments = outcome.signal === "SIGKILL" ? [{ stage: lastStage(outcome), within }] : [];
  const failed = outcome.signal === null && outcome.code !== 0 ? [outcome.said] : [];
  const problems = [...failed, ...(await problemsAfter(folder, name))];
  rmSync(join(folder, name), { recursive: true, force: true });
  const where = `${stage}, ${within ? `operation ${at}` : `after ${Math.round(delay)} ms`}`;
  return { moments, problems: problems.map((problem) => `${where}: ${problem}`) };
}

async function killing(folder, whole, { seed, moments: wanted }) {
  const random = randomNumbers(Number(seed));
  const begun = await begunStages(folder);
  const [moments, problems] = [[], []];
  let index = 0;
  const killNext = async () => {
    while (moments.length < Number(wanted) && index < 3 * Number(wanted)) {
      const killed = await killOnce(folder, { index: index++, begun, whole, random });
      moments.push(...killed.moments);
      problems.push(...killed.problems);
      for (const problem of killed.problems) console.log(problem);
      console.log(`${moments.length} of ${wanted} moments, ${problems.length} differences`);
    }
  };
  // Two runs at once.
  await Promise.all([killNext(), killNext()]);
  return { moments, problems };
}

/** A disk that is full at one write of each stage: named, nothing left, and the next run goes on. */
async function filling(folder, whole, { seed }) {
  const random = randomNumbers(Number(seed));
  const [moments, problems] = [[], []];
  for (const stage of stages) {
    const at = 1 + Math.floor(random() * whole[stage].operations * 0.8);
    const { code, said } = await runMovie(folder, "full", { accident: { kind: "full", stage, at } });
    moments.push({ stage, within: true });
    if (code !== 1 || !/the disk is full/.test(said)) problems.push(`${stage}: ended with ${code}: ${said}`);
    problems.push(...temporaries(join(folder, "full")).map((name) => `${stage}: ${name} is left`));
  }
  return { moments, problems: [...problems, ...(await problemsAfter(folder, "full"))] };
}

const root = fileURLToPath(new URL("..", import.meta.url));

/** The table of the kills. */
const table = ({ moments, problems }, seed) => ({
  id: "accidents",
  order: 21,
  question: "Does a run that is killed end as one that is not?",
  command: `node tools/accidents.js kill --seed ${seed} --moments ${moments.length} --record`,
  commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root, encoding: "utf8" }).trim(),
  machine: `${cpus().length} cores (load ${loadavg()[0].toFixed(1)}), Node ${process.versions.node}, no GPU`,
  data: "a simulated movie of 3 frames of 128 x 128 px, 20 steps of training, through all stages, with exports",
  rules:
    "SIGKILL at seeded moments: after a random part of the time of a stage, or in the middle of a write or " +
    "beside a rename; each run is killed once, ends by the same command, and is compared byte by byte",
  columns: ["stage", "killed", "of these within writing"],
  rows: [...stages, "all"].map((stage) => {
    const here = moments.filter((moment) => stage === "all" || moment.stage === stage);
    return [stage, String(here.length), String(here.filter(({ within }) => within).length)];
  }),
  notes: [
    problems.length === 0
      ? "All runs ended with the bytes of one that nothing stopped (times and memory excepted); nothing " +
        "temporary was left."
      : `${problems.length} differences: ${problems.slice(0, 5).join("; ")}.`,
  ],
});

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" },
    moments: { type: "string", default: "50" },
    record: { type: "boolean", default: false },
  },
});
const work = { kill: killing, full: filling }[positionals[0]];
if (work === undefined) throw new Error("usage: node tools/accidents.js kill|full [--seed N] [--moments N]");
const folder = mkdtempSync(join(tmpdir(), "karyon-accidents-"));
try {
  await simulateMovie(folder);
  const whole = await wholeRun(folder);
  const found = await work(folder, whole, values);
  for (const problem of found.problems) console.log(problem);
  const result = table(found, values.seed);
  console.log(result.rows.map((row) => row.join("\t")).join("\n"));
  if (values.record)
    writeFileSync(join(root, "bench/results/accidents.json"), `${JSON.stringify(result, undefined, 2)}\n`);
  process.exitCode = found.problems.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
