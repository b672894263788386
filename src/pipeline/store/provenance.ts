/** `run.json`: how an output folder came to be. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, totalmem } from "node:os";
import { join, relative, resolve } from "node:path";
import { CorruptFile, isKaryonError, messageOf } from "../../core/errors.js";
import { withoutVersion, writeVersioned } from "./versioned.js";

/** A file that a result was made from. */
export interface InputRecord {
  /** Path; in `run.json` as seen from its folder, so that inputs and results can be moved together. */
  readonly file: string;
  readonly bytes: number;
  /** Of all its bytes, hexadecimal. */
  readonly sha256: string;
}

/** A finished stage. */
export interface StageRecord {
  /** When, ISO 8601. */
  readonly finished: string;
  readonly seconds: number;
  /** Largest resident memory of the process so far, MiB. */
  readonly peakMemoryMiB: number;
  /** One line for people. */
  readonly text: string;
  /** Fingerprint of what the result was made from, where others may be made from it (since version 0.2). */
  readonly basis?: string;
  /** The stages of the same folder whose results it was made from (since version 0.2). */
  readonly from?: readonly string[];
  /** Whether it is never replaced unless the user asks for just that (a trained network). */
  readonly precious?: true;
}

/** Contents of `run.json`. */
export interface RunRecord {
  /** Version of the program. */
  readonly karyon: string;
  readonly command: string;
  /** The options that the command reads, by section. */
  readonly configuration: unknown;
  readonly inputs: readonly InputRecord[];
  /** The files of a model that was made elsewhere and used. */
  readonly model?: readonly InputRecord[] | undefined;
  /** The files of a model that the training went on from. */
  readonly initialModel?: readonly InputRecord[] | undefined;
  readonly environment: Readonly<Record<string, string | number>>;
  readonly stages: Readonly<Record<string, StageRecord>>;
  readonly notices: readonly string[];
}

const require = createRequire(import.meta.url);
const versionOf = (name: string): string => (require(name) as { version: string }).version;

/** Version of this program. */
export const version: string = versionOf("../../../package.json");

/** Versions and machine that a result may depend on. */
export const environment = (): Record<string, string | number> => ({
  node: process.version,
  onnxruntime: versionOf("onnxruntime-node/package.json"),
  platform: `${process.platform} ${process.arch}`,
  processor: cpus()[0]?.model.trim() ?? "unknown",
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
});

/** A stage that has just finished. */
export const stageRecord = (seconds: number, text: string): StageRecord => ({
  finished: new Date().toISOString(),
  seconds,
  peakMemoryMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  text,
});

/**
 * The record of a command that begins.
 *
 * @param out the folder that the record is for
 */
export const runRecord = (
  command: string,
  out: string,
  configuration: unknown,
  inputs: readonly InputRecord[],
): RunRecord => ({
  karyon: version,
  command,
  configuration,
  environment: environment(),
  stages: {},
  notices: [],
  inputs: inputs.map((input) => inputFrom(out, input)),
});

/** An input as seen from the folder `out`. */
export const inputFrom = (out: string, input: InputRecord): InputRecord => ({
  ...input,
  file: relative(resolve(out), resolve(input.file)),
});

/** The record with the device that a network ran on, where there was one. */
export const ranOn = (record: RunRecord, device: string | undefined): RunRecord =>
  device === undefined ? record : { ...record, environment: { ...record.environment, device } };

/** Where the inputs of a record lie. */
export const inputPaths = (out: string, { inputs }: RunRecord): string[] =>
  inputs.map(({ file }) => resolve(out, file));

/** Writes `run.json` of a folder. @throws OutputError */
export const writeRun = (folder: string, record: RunRecord): Promise<void> =>
  writeVersioned(join(folder, "run.json"), "run", record);

/**
 * Reads `run.json` of a folder; undefined when there is none.
 *
 * @throws CorruptFile when it is no run record; UnsupportedFormat when a newer Karyon wrote it
 */
export function readRun(folder: string): RunRecord | undefined {
  const path = join(folder, "run.json");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  try {
    const record = withoutVersion<RunRecord>(JSON.parse(text), "run", path);
    if (
      typeof record.command !== "string" ||
      typeof record.stages !== "object" ||
      !Array.isArray(record.inputs)
    )
      throw new Error("command, stages or inputs are missing");
    return record;
  } catch (error) {
    if (isKaryonError(error)) throw error;
    throw new CorruptFile(
      path,
      0,
      `it is not a run record (${messageOf(error)})`,
      "choose another output folder",
    );
  }
}
