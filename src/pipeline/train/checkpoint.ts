/**
 * The saved state of an unfinished training: beside its output folder, so that it outlives what was half
 * written, until the output is there.
 */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { isKaryonError, messageOf } from "../../core/errors.js";
import type { ModelConfig } from "../../model/modelconfig.js";
import type { TrainingState } from "../../model/train.js";
import { decodeCheckpoint } from "../../model/trainingstate.js";
import type { TrainingSettings } from "../../workers/train/protocol.js";
import { differences } from "../config/config.js";
import { readBytes, writeFileAtomic } from "../store/files.js";
import { environment, version } from "../store/provenance.js";

/** Where a training keeps its state, and how it tells what becomes of it. */
export interface CheckpointOptions {
  /** A folder, which also takes what a killed process had half written of the file in it. */
  readonly folder: string;
  readonly say: (text: string) => void;
}

/** Of the training whose result is to lie in `out`. */
export const stateFolder = (out: string): string =>
  join(dirname(resolve(out)), `.${basename(resolve(out))}.checkpoint`);

const stateFile = (folder: string): string => join(folder, "state");

/** For what must survive a power cut. @throws OutputError */
export const writeState = (folder: string, bytes: Uint8Array): Promise<void> =>
  writeFileAtomic(stateFile(folder), bytes, { sync: true });

/** Removes the saved state of the training whose result lies in `out`, if there is one. */
export const removeState = (out: string): Promise<void> =>
  rm(stateFolder(out), { recursive: true, force: true });

/** What a training was made from. Only a training of equal origin is gone on with. */
export interface TrainingIdentity {
  readonly karyon: string;
  readonly model: ModelConfig;
  readonly settings: Omit<TrainingSettings, "threads" | "device">;
  /** SHA-256 of the `model.onnx` that it went on from. */
  readonly from: string | undefined;
  readonly kind: "movie" | "images";
  /** SHA-256 of grey values and labels at the network's scale. */
  readonly images: readonly { readonly name: string; readonly sha256: string }[];
  /** All that took part, in the order of their first step. */
  readonly machines: readonly Machine[];
}

/** What rounding depends on. */
export interface Machine {
  readonly threads: number;
  readonly processor: string;
  readonly runtime: string;
}

/** The identity of a training on this machine. */
export function originOf(
  source: Omit<TrainingIdentity, "karyon" | "settings" | "machines">,
  { threads, device, ...settings }: TrainingSettings,
): TrainingIdentity {
  const { processor, onnxruntime } = environment();
  return {
    karyon: version,
    ...source,
    settings,
    machines: [{ threads, processor: String(processor), runtime: `onnxruntime ${onnxruntime}, ${device}` }],
  };
}

/** Where a training begins or goes on. */
export interface ResumePoint {
  readonly state?: TrainingState | undefined;
  /** To be written from now on. */
  readonly origin: TrainingIdentity;
  /** What the user should know, if anything. */
  readonly text?: string | undefined;
}

/**
 * Looks for the state of an unfinished training; one that does not fit, or cannot be read, is passed over
 * with a sentence.
 */
export async function findState(folder: string, origin: TrainingIdentity): Promise<ResumePoint> {
  const path = stateFile(folder);
  if (!existsSync(path)) return { origin };
  try {
    const { origin: stored, state } = decodeCheckpoint(await readBytes(path), path);
    const earlier = stored as TrainingIdentity;
    const changed = whatChanged(earlier, origin);
    if (changed !== undefined)
      return { origin, text: `The unfinished training cannot be continued and starts again: ${changed}.` };
    const machines = [...earlier.machines, ...origin.machines].filter(
      (machine, i, all) => all.findIndex((other) => differences(other, machine).length === 0) === i,
    );
    const others = machines.filter((machine) => differences(machine, origin.machines[0]!).length > 0);
    const doubt =
      others.length > 0
        ? ` (the unfinished part was made with ${others.map(textOf).join(" and ")}, not ` +
          `${textOf(origin.machines[0]!)}: the result can differ from an uninterrupted one in the last ` +
          "bits)"
        : "";
    return {
      state,
      origin: { ...origin, machines },
      text: `Continuing after step ${state.step} of ${origin.settings.steps}${doubt}.`,
    };
  } catch (error) {
    if (!isKaryonError(error)) throw error;
    return {
      origin,
      text:
        `The unfinished training starts again, because its saved state cannot be used: ` +
        `${messageOf(error)}`,
    };
  }
}

const textOf = ({ threads, processor, runtime }: Machine): string =>
  `${threads} ${threads === 1 ? "thread" : "threads"} of ${processor}, ${runtime}`;

/** Undefined where nothing did that decides what is learned. */
function whatChanged(
  { images: before, ...earlier }: TrainingIdentity,
  { images: now, ...present }: TrainingIdentity,
): string | undefined {
  // As JSON gives them back: without what is undefined.
  const plain = (value: object): unknown => JSON.parse(JSON.stringify({ ...value, machines: undefined }));
  const changed = differences(plain(earlier), plain(present));
  if (changed.length > 0)
    return `${changed.slice(0, 4).join("; ")}${changed.length > 4 ? `; and ${changed.length - 4} more` : ""}`;
  const known = new Map(before.map(({ name, sha256 }) => [name, sha256]));
  const other = now.filter(({ name, sha256 }) => known.get(name) !== sha256);
  if (other.length > 0)
    return (
      `the image ${other[0]!.name} or its mask ${known.has(other[0]!.name) ? "has changed" : "is new"}` +
      (other.length > 1 ? `, and ${other.length - 1} more` : "")
    );
  return before.length === now.length
    ? undefined
    : `${before.length} images were used before, ${now.length} are now`;
}
