/** Every option that a command offers reaches code that uses it: all commands are run, and what they read is noted. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandName, commandOptions, configurationOf } from "../src/pipeline/config/acting.js";
import { mergeConfigs, type PartialConfig, resolveConfig } from "../src/pipeline/config/config.js";
import { type Config, type OptionKey, optionTable, sections } from "../src/pipeline/config/options.js";
import { buildProgram, commands } from "../src/cli/main.js";

let folder: string;
const at = (name: string): string => join(folder, name);

/**
 * Where a section is copied to record its options, which uses none of them: what `run.json` says of a configuration,
 * and what a stage is made from, of which the fingerprint is taken.
 */
const records = [
  "/config/acting.ts",
  "/stage/fingerprint.ts",
  // `options` of the stages: all of a section but what changes no result, or is recorded in another way.
  "/train/trainstage.ts",
  "/segment/segmentstage.ts",
];

/** Reads by name that record an option, too: in `config/acting.ts`, and in the basis of a stage itself. */
const isRecord = (where: string): boolean => {
  const reader = where.split("\n").find((line) => line.includes("/src/"));
  return where.includes("/config/acting.ts") || /stage\.ts:/.test(reader ?? "");
};

/**
 * A configuration that notes which options are read by name. Copies of a section would hide what is read
 * afterwards; where they are allowed, the options count as handed on.
 */
function recording(config: Config): { config: Config; read: Set<OptionKey>; handedOn: Set<OptionKey> } {
  const [read, handedOn] = [new Set<OptionKey>(), new Set<OptionKey>()];
  const proxied = sections.map((section) => {
    const copied = new Set<string | symbol>();
    const proxy = new Proxy(config[section], {
      ownKeys(target) {
        const where = callers();
        if (!records.some((file) => where.includes(file))) {
          expect(where, `a copy of ${section}`).toMatch(
            /\/pipeline\/study\/|\/run\/demo\.ts|\/config\/config\.ts/,
          );
          for (const key of Object.keys(optionTable[section])) handedOn.add(`${section}.${key}` as OptionKey);
        }
        return Reflect.ownKeys(target);
      },
      getOwnPropertyDescriptor(target, key) {
        // A copy asks this of each of its keys, and takes the value after it; who reads by name does not.
        copied.add(key);
        return Reflect.getOwnPropertyDescriptor(target, key);
      },
      get(target, key) {
        if (!copied.delete(key) && typeof key === "string" && !isRecord(callers()))
          read.add(`${section}.${key}` as OptionKey);
        return Reflect.get(target, key) as unknown;
      },
    });
    return [section, proxy] as const;
  });
  return { config: Object.fromEntries(proxied) as unknown as Config, read, handedOn };
}

function callers(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 40;
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  return stack ?? "";
}

interface Call {
  readonly args?: readonly string[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly config?: PartialConfig;
}

const quick: PartialConfig = {
  train: { steps: 4, batch: 1, patch: 32, filters: 4, depth: 2, rays: 8 },
  analyse: { resamples: 2 },
};

/** Calls of each command that together read all that it offers. */
const calls: Readonly<Record<CommandName, () => readonly Call[]>> = {
  simulate: () =>
    [1, 2].map((seed) => ({
      config: { general: { seed }, simulate: { frames: 2, size: 128, diameter: 16 } },
    })),
  annotate: () => [{ args: [at("simulate0/01")] }],
  train: () => [{ args: [at("annotate0")] }],
  segment: () => [{ args: [at("train0"), at("simulate0/01")] }],
  evaluate: () => [{ args: [at("simulate0/01_GT/SEG"), at("simulate0/01_GT/TRA")] }],
  track: () => [{ args: [at("simulate0/01_GT/TRA")] }],
  analyse: () => [{ args: [at("track0")], config: { measure: { images: at("simulate0/01") } } }],
  run: () => [{ args: [at("simulate0/01")] }],
  study: () => [{ args: [at("samples.csv")] }],
  demo: () => [{ config: { simulate: { frames: 2, size: 128 } } }],
  report: () => [{ args: [at("run0")] }],
  replay: () => [{ args: [at("annotate0")] }],
  // Without a signal it ends when it has started.
  studio: () => [{ args: [at("run0")], options: { open: false } }],
  inspect: () => [{ args: [at("simulate0/01/t000.tif")] }],
  convert: () => [{ args: [at("simulate0/01"), at("convert0")], options: { to: "ome-tiff" } }],
  "export-model": () => [{ args: [at("train0")], options: { output: at("model.zip") } }],
};

const inOrderOfHelp = commands.map(({ name }) => name);

const outcomes = new Map<CommandName, { read: Set<OptionKey>; handedOn: Set<OptionKey> }>();

async function perform(name: CommandName, call: Call, out: string): Promise<ReturnType<typeof recording>> {
  const { args = [], options = {}, config = {} } = call;
  const recorded = recording(resolveConfig(mergeConfigs(quick, config), "test"));
  await commands
    .find((command) => command.name === name)!
    .run({
      args,
      out,
      overwrite: false,
      options,
      config: recorded.config,
      context: {},
      setStopText: () => undefined,
    });
  return recorded;
}

const inOrder: readonly CommandName[] = [
  "simulate",
  "annotate",
  "train",
  "segment",
  "track",
  "analyse",
  "evaluate",
  "run",
  "report",
  "replay",
  "studio",
  "study",
  "demo",
  "inspect",
  "convert",
  "export-model",
];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "karyon-options-"));
  writeFileSync(at("samples.csv"), "file,condition\nsimulate0/01,a\nsimulate1/01,b\n");
  for (const name of inOrder) {
    const all = { read: new Set<OptionKey>(), handedOn: new Set<OptionKey>() };
    for (const [i, call] of calls[name]().entries()) {
      const { read, handedOn } = await perform(
        name,
        call,
        name === "export-model" ? at("model.zip") : at(`${name}${i}`),
      );
      for (const option of read) all.read.add(option);
      for (const option of handedOn) all.handedOn.add(option);
    }
    outcomes.set(name, all);
  }
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(inOrder)("karyon %s", (name) => {
  const options: readonly OptionKey[] = commandOptions[name];

  it("reads every option that it offers", () => {
    const { read, handedOn } = outcomes.get(name)!;
    // A study and a demo hand a whole configuration on to runs.
    const reached = (option: OptionKey): boolean =>
      read.has(option) || (handedOn.has(option) && outcomes.get("run")!.read.has(option));
    expect(options.filter((option) => !reached(option))).toEqual([]);
  });

  it("records the options that act, and no others", () => {
    const record = JSON.stringify(configurationOf(name, resolveConfig({}, "test")));
    const recorded = Object.entries(JSON.parse(record) as Record<string, object>).flatMap(
      ([section, values]) => Object.keys(values).map((key) => `${section}.${key}`),
    );
    expect(recorded.filter((option) => !(options as readonly string[]).includes(option))).toEqual([]);
  });
});

describe("a changed option changes the result", () => {
  it.each([
    ["simulate", { simulate: { bits: 16 } }, "01/t000.tif"],
    ["annotate", { annotate: { minArea: 150 } }, "objects.csv"],
    ["annotate", { annotate: { background: "noise" } }, "masks/t000.tif"],
    ["segment", { segment: { rescale: 0.5 } }, "segmentation.json"],
    ["track", { track: { radius: 0.1, repair: false } }, "tracks.csv"],
    ["track", { track: { tracker: "trackmate" } }, "tracking.json"],
    ["analyse", { analyse: { resamples: 0 } }, "statistics.json"],
    ["analyse", { input: { frameInterval: 77 } }, "statistics.json"],
  ] as const)("%s %o", async (name, config, file) => {
    const [call] = calls[name]();
    const changed = mkdtempSync(at("changed-"));
    await perform(name, { ...call!, config: mergeConfigs(call!.config ?? {}, config) }, changed);
    expect(readFileSync(join(changed, file)).equals(readFileSync(at(join(`${name}0`, file))))).toBe(false);
  });
});

describe("commands without options", () => {
  it("have no configuration file either", async () => {
    const program = await buildProgram();
    const withFile = program.commands
      .filter((command) => command.options.some(({ long }) => long === "--config"))
      .map((command) => command.name());
    expect(withFile).toEqual(inOrderOfHelp.filter((name) => commandOptions[name].length > 0));
  });
});
