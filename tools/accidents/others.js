/** Accidents other than a kill, one after the other, of one run: each is named, and the next run goes on. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { karyon, problemsAfter, runArguments, runMovie, stages, temporaries } from "./movieruns.js";

/** What a user reads, by accident. */
const sentences = {
  full: /\S+ could not be written: the disk is full; free some space or choose another output folder/,
  fill: /\S+ could not be written: the disk is full; free some space or choose another output folder/,
  exit: /The thread that [\w ]+ was lost \(it ended with code 7\); run the same command again/,
  memory: /The thread that [\w ]+ ran out of memory; give it smaller images or fewer threads/,
};

/** Stages that meet a small disk, too. */
const filled = ["annotate", "segment", "figures"];

/** The accidents of a stage, in their order. */
const accidentsOf = (stage, { random, whole, place }) => [
  { kind: "full", at: 1 + Math.floor(random() * whole[stage].operations * 0.8) },
  ...(filled.includes(stage) ? [{ kind: "fill", input: join(place, "ballast"), left: 4096 }] : []),
  ...(stage === "annotate" ? [{ kind: "exit" }, { kind: "memory" }] : []),
  ...(stage === "train"
    ? [
        { kind: "exit", file: "batchworker" },
        { kind: "memory", file: "batchworker" },
      ]
    : []),
];

/** Files of finished stages, with when they were written. */
const finishedFiles = (out) =>
  Object.fromEntries(
    (existsSync(out) ? readdirSync(out, { recursive: true }) : [])
      .map(String)
      .filter((name) => name !== "run.json" && !name.startsWith("."))
      .map((name) => [name, statSync(join(out, name))])
      .filter(([, status]) => status.isFile())
      .map(([name, { size, mtimeMs }]) => [name, `${size} bytes of ${mtimeMs}`]),
  );

/** What is wrong after an accident: sentences. */
function wrongAfter(outcome, { kind, before, out, place }) {
  const after = finishedFiles(out);
  const changed = Object.keys(before).filter((name) => before[name] !== after[name]);
  const isNamed = outcome.code === 1 && sentences[kind].test(outcome.said);
  const last = outcome.said.trim().split("\n").at(-1);
  return [
    ...(isNamed ? [] : [`ended with ${outcome.code ?? outcome.signal}: ${last}`]),
    ...changed.map((name) => `${name} was changed`),
    ...temporaries(place).map((name) => `${name} is left`),
  ];
}

/** A small disk of its own, for root. @returns unmounts it; undefined where none can be mounted */
function mountSmall(place) {
  mkdirSync(place, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", place], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  return () => execFileSync("umount", [place]);
}

/** A second run in the folder of one that works. @returns what is wrong */
async function secondRun(folder, name) {
  const second = [];
  const first = await runMovie(folder, name, {
    watch: ({ event, stage }) => {
      if (event === "stage" && stage === "train") second.push(runMovie(folder, name));
    },
  });
  const [outcome] = await Promise.all(second);
  const isNamed = outcome.code === 1 && /out is being written by process \d+ on \S+ since/.test(outcome.said);
  return [
    ...(first.code === 0 ? [] : [`the first run ended with ${first.code}: ${first.said}`]),
    ...(isNamed ? [] : [`the second run ended with ${outcome.code}: ${outcome.said}`]),
  ];
}

/** Two runs at once in folders of their own, and two in one. */
async function runsAtOnce(folder, entries) {
  const [shared, own] = await Promise.all([secondRun(folder, "shared"), problemsAfter(folder, "own")]);
  const equal = await problemsAfter(folder, "shared");
  entries.push({ kind: "second", stage: "train", wrong: [...shared, ...equal] });
  entries.push({ kind: "beside", stage: "annotate", wrong: own });
}

/**
 * All accidents of one run after the other: what went wrong with each. The run ends at last, and is compared.
 *
 * @param options `from` is the first stage that meets accidents; `heap` the MB in which the program itself fails
 * @returns `entries`: of each accident its `kind`, its `stage` and `wrong`, sentences, none where all is well;
 *   `problems` of the run at its end
 */
export async function meetAccidents(folder, { whole, random, from = "annotate", heap = 24 }) {
  const name = "met";
  const [place, out] = [join(folder, name), join(folder, name, "out")];
  const unmount = mountSmall(place);
  const entries = [];
  try {
    for (const stage of stages.slice(stages.indexOf(from)))
      for (const accident of accidentsOf(stage, { random, whole, place })) {
        if (accident.kind === "fill" && unmount === undefined) continue;
        const before = finishedFiles(out);
        const outcome = await runMovie(folder, name, { accident: { ...accident, stage } });
        rmSync(join(place, "ballast"), { force: true });
        const wrong = wrongAfter(outcome, { kind: accident.kind, before, out, place });
        entries.push({ kind: accident.kind, stage, wrong });
        console.log(`${accident.kind} in ${stage}: ${wrong.length === 0 ? "named" : wrong.join("; ")}`);
      }
    // The engine ends a process whose own memory does not suffice: nothing can be said, and nothing is lost.
    const tight = await karyon(place, runArguments(join("..", "movie", "01")), {
      flags: [`--max-old-space-size=${heap}`],
    });
    entries.push({ kind: "heap", stage: "start", wrong: tight.code === 0 ? ["it had enough"] : [] });
    const problems = await problemsAfter(folder, name);
    await runsAtOnce(folder, entries);
    return { entries, problems };
  } finally {
    unmount?.();
  }
}
