/**
 * Accidents of `karyon run`, and whether the next run goes on to the very bytes of one that nothing stopped:
 *
 *   node tools/accidents.js kill [--seed 1] [--moments 50] [--record]    SIGKILL, by time and within writing
 *   node tools/accidents.js others [--seed 1] [--from STAGE] [--record]
 *       full disks, lost threads, inputs that change, two runs at once
 *
 * A run is killed in one stage after the other, goes on after each, and ends; another one after it.
 * `--record` writes `bench/results/accidents.json` and `other-accidents.json`. Root mounts a small disk, too.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { killedAfter, lastStage, problemsAfter, runMovie, simulateMovie } from "./accidents/movieruns.js";
import { stages, wholeRun } from "./accidents/movieruns.js";
import { meetAccidents } from "./accidents/others.js";

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

/** Moments in each stage, at least, and runs at once: most of a run waits for its threads to start. */
const [fewest, atOnce] = [5, 3];

/** Stages that take less (ms) are over before a signal from outside arrives. */
const shortStage = 1000;

/** Kills a run in a stage: in the middle of a write or beside a rename, or after a part of its time. */
async function killIn(folder, name, { stage, within, whole, random }) {
  const { ms, operations } = whole[stage];
  const at = 1 + Math.floor(random() * operations);
  const delay = random() * ms * 0.9;
  const isWriting = within || ms < shortStage;
  const outcome = isWriting
    ? await runMovie(folder, name, { accident: { kind: "kill", stage, at } })
    : await killedAfter(folder, name, stage, delay);
  const where = `${stage}, ${isWriting ? `operation ${at}` : `after ${Math.round(delay)} ms`}`;
  return { ...outcome, isWriting, where };
}

/** One run that is killed in each stage, one after the other, goes on after each, and ends. */
async function killChain(folder, name, { within, whole, random }) {
  const [moments, problems] = [[], []];
  for (const [place, stage] of stages.entries()) {
    // The kill before may have come only after this stage.
    if (moments.length > 0 && stages.indexOf(moments.at(-1).stage) > place) continue;
    const outcome = await killIn(folder, name, { stage, within, whole, random });
    if (outcome.signal !== "SIGKILL") {
      // A run that ended before it was to be killed is no moment.
      if (outcome.code !== 0) problems.push(`${name}, ${outcome.where}: ${outcome.said}`);
      if (lastStage(outcome) === stages.at(-1)) break;
      continue;
    }
    moments.push({ stage: lastStage(outcome), within: outcome.isWriting });
    console.log(`${name}: killed in ${lastStage(outcome)} (${outcome.where})`);
  }
  problems.push(...(await problemsAfter(folder, name)));
  rmSync(join(folder, name), { recursive: true, force: true });
  return { moments, problems };
}

async function killing(folder, whole, { seed, moments }) {
  const found = { moments: [], problems: [] };
  const isShort = () =>
    found.moments.length < Number(moments) ||
    stages.some((stage) => found.moments.filter((moment) => moment.stage === stage).length < fewest);
  let chains = Math.ceil(Number(moments) / stages.length);
  let [next, atWork] = [0, 0];
  const killNext = async () => {
    while (next < chains) {
      const chain = next++;
      atWork++;
      // Numbers of its own: a run does not depend on those beside it.
      const random = randomNumbers(Number(seed) * 1000 + chain);
      const killed = await killChain(folder, `killed${chain}`, { within: chain % 3 === 0, whole, random });
      found.moments.push(...killed.moments);
      found.problems.push(...killed.problems);
      for (const problem of killed.problems) console.log(problem);
      console.log(`${found.moments.length} of ${moments} moments, ${found.problems.length} differences`);
      if (--atWork === 0 && next === chains && isShort() && chains < 20) chains++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, killNext));
  return found;
}

const root = fileURLToPath(new URL("..", import.meta.url));

/** What both tables say of themselves. */
const about = () => ({
  commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root, encoding: "utf8" }).trim(),
  machine: `${cpus().length} cores beside other work, Node ${process.versions.node}, no GPU`,
  data: "a simulated movie of 3 frames of 128 x 128 px, 12 steps of training, through all stages, with exports",
});

/** The table of the kills. */
const killTable = ({ moments, problems }, { seed, moments: wanted }) => ({
  id: "accidents",
  order: 21,
  question: "Does a run that is killed end as one that is not?",
  command: `node tools/accidents.js kill --seed ${seed} --moments ${wanted} --record`,
  ...about(),
  rules:
    "SIGKILL at seeded moments: after a random part of the time of a stage, or in the middle of a write or " +
    "beside a rename; each run is killed in one stage after the other, goes on by the same command, ends, and is " +
    "compared byte by byte",
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

const kinds = {
  full: "the disk is full (ENOSPC injected at a write)",
  fill: "the disk is full (a mount of 64 MB, filled up)",
  exit: "a thread ends by itself",
  memory: "a thread runs out of memory",
  remove: "an input is removed",
  change: "an input is changed",
  heap: "the program itself runs out of memory",
  second: "a second run in the same folder",
  beside: "another run at once, in a folder of its own",
};

/** The table of other accidents. */
const othersTable = ({ entries, problems }, { seed }) => ({
  id: "other-accidents",
  order: 22,
  question: "What becomes of a run that meets another accident?",
  command: `node tools/accidents.js others --seed ${seed} --record`,
  ...about(),
  rules:
    "all accidents meet one run, one after the other; right is: a named error (where the program can still speak), " +
    "no file of a finished stage changed, nothing temporary left; the run then ends, and is compared byte by byte",
  columns: ["accident", "in the stages", "times", "right"],
  rows: Object.entries(kinds)
    .map(([kind, words]) => [words, entries.filter((entry) => entry.kind === kind)])
    .filter(([, met]) => met.length > 0)
    .map(([words, met]) => [
      words,
      [...new Set(met.map(({ stage }) => stage))].join(", "),
      String(met.length),
      String(met.filter(({ wrong }) => wrong.length === 0).length),
    ]),
  notes: [
    problems.length === 0
      ? "The run ended with the bytes of one that met nothing (times and memory excepted)."
      : `${problems.length} differences: ${problems.slice(0, 5).join("; ")}.`,
  ],
});

async function others(folder, whole, { seed, from }) {
  const random = randomNumbers(Number(seed));
  const { entries, problems } = await meetAccidents(folder, { whole, random, from });
  const wrong = entries.flatMap((entry) =>
    entry.wrong.map((text) => `${entry.kind}, ${entry.stage}: ${text}`),
  );
  return { entries, problems: [...wrong, ...problems] };
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" },
    moments: { type: "string", default: "50" },
    from: { type: "string", default: stages[0] },
    record: { type: "boolean", default: false },
  },
});
const works = { kill: [killing, killTable], others: [others, othersTable] };
if (works[positionals[0]] === undefined)
  throw new Error("usage: node tools/accidents.js kill|others [--seed N] [--moments N] [--record]");
const [work, table] = works[positionals[0]];
const folder = mkdtempSync(join(tmpdir(), "karyon-accidents-"));
try {
  await simulateMovie(folder);
  const whole = await wholeRun(folder);
  const found = await work(folder, whole, values);
  for (const problem of found.problems) console.log(problem);
  const result = table(found, values);
  console.log(result.rows.map((row) => row.join("\t")).join("\n"));
  const file = join(root, "bench/results", `${result.id}.json`);
  if (values.record) writeFileSync(file, `${JSON.stringify(result, undefined, 2)}\n`);
  process.exitCode = found.problems.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
