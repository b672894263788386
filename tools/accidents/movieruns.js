/** Runs of a small simulated movie, which meet accidents and go on: for the script and for tests. */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { differences } from "../sameresults.js";

const bin = fileURLToPath(new URL("../../bin/karyon.js", import.meta.url));
/** Loaded before the program: see there. */
export const hook = new URL("hook.js", import.meta.url).href;

/** The stages of a run, in their order. */
export const stages = ["annotate", "train", "segment", "track", "analyse", "export", "figures", "report"];

const training = ["--steps", "12", "--batch", "4", "--patch", "48", "--filters", "8", "--depth", "2"];
const learning = ["--nucleus-size", "24", "--validation", "0.2", "--learning-rate", "0.003"];
const rest = ["--threads", "2", "--seed", "5", "--resamples", "20", "--export", "geff,coco", "--json"];

/**
 * Calls the program in a folder.
 *
 * @param watch called with each event, and the process
 * @returns its exit code or signal, its events, and what it said to people
 */
export function karyon(folder, args, { accident = undefined, watch = undefined, flags = [] } = {}) {
  const given = accident === undefined ? flags : ["--import", hook, ...flags];
  const child = spawn(process.execPath, [...given, bin, ...args], {
    cwd: folder,
    env: { ...process.env, KARYON_ACCIDENT: JSON.stringify(accident ?? {}) },
  });
  const events = [];
  let [line, said] = ["", ""];
  child.stdout.on("data", (text) => {
    const lines = (line + String(text)).split("\n");
    line = lines.pop();
    for (const one of lines) {
      const event = JSON.parse(one);
      events.push({ ...event, at: performance.now() });
      watch?.(event, child);
    }
  });
  child.stderr.on("data", (text) => (said += String(text)));
  return new Promise((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, events, said }));
  });
}

/** Makes the movie that all runs are of: `movie` in a folder. */
export const simulateMovie = (folder) =>
  karyon(folder, [
    ...["simulate", "-o", "movie", "--size", "128", "--frames", "3", "--seed", "5", "--scene", "easy"],
    ...["--diameter", "20", "--json"],
  ]);

/** What `karyon run` is given. */
export const runArguments = (input) => ["run", input, "-o", "out", ...training, ...learning, ...rest];

/** `karyon run` of the movie beside the folder `name`, into its `out`. */
export function runMovie(folder, name, options = {}) {
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  return karyon(place, runArguments(options.input ?? join("..", "movie", "01")), options);
}

/** The stage in which a run ended. */
export const lastStage = ({ events }) => events.findLast(({ event }) => event === "stage")?.stage ?? "start";

/** A run that nothing stops, the seconds of each stage, and how often each writes or renames. */
export async function wholeRun(folder) {
  const log = join(folder, "operations.txt");
  const outcome = await runMovie(folder, "whole", { accident: { kind: "count", log } });
  if (outcome.code !== 0) throw new Error(`the run that nothing stops failed: ${outcome.said}`);
  const operations = readFileSync(log, "utf8").split("\n");
  rmSync(log);
  const begun = outcome.events.filter(({ event }) => event === "stage");
  return Object.fromEntries(
    stages.map((stage) => {
      const index = begun.findIndex((event) => event.stage === stage);
      const end = begun[index + 1]?.at ?? outcome.events.at(-1).at;
      const times = operations.filter((name) => name === stage).length;
      return [stage, { ms: end - begun[index].at, operations: times }];
    }),
  );
}

/** Kills a run so many ms after a stage began. */
export function killedAfter(folder, name, stage, delay) {
  return runMovie(folder, name, {
    watch: (event, child) => {
      // A process that has ended before cannot be killed any more.
      if (event.event === "stage" && event.stage === stage) setTimeout(() => child.kill("SIGKILL"), delay);
    },
  });
}

/** Names below a folder that only unfinished work has. */
export const temporaries = (folder) =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => /\.unfinished$|\.previous$|\.lock$/.test(name));

/** Ends a run that was stopped. @returns what is wrong with it: sentences, none where all is well */
export async function problemsAfter(folder, name, input = undefined) {
  const { code, said } = await runMovie(folder, name, input === undefined ? {} : { input });
  if (code !== 0) return [`${name}: the next run ended with ${code}: ${said}`];
  const left = readdirSync(join(folder, name)).filter((entry) => entry !== "out");
  return [
    ...left.map((entry) => `${name}: ${entry} is left`),
    ...differences(join(folder, "whole", "out"), join(folder, name, "out")),
  ];
}
