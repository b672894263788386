/** The output folder of a run: new, or an earlier one that is gone on with. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { OutputError } from "../../core/errors.js";
import { differences } from "../config/config.js";
import { configurationOf, recordedConfig } from "../config/acting.js";
import type { Config } from "../config/options.js";
import { readCorrections } from "../correct/corrections.js";
import type { OpenInputs } from "../source/opening.js";
import type { PipelineContext } from "../stage/events.js";
import { stageFolder, type StageFolder, tellFinished, wouldReplaceModel } from "../stage/stagefolder.js";
import { type RunStage, stageOutputs } from "../stage/stagenames.js";
import { makeFolder } from "../store/files.js";
import { assertReplaceable, type OutputOptions } from "../store/folders.js";
import {
  inputFrom,
  type InputRecord,
  readRun,
  type RunRecord,
  runRecord,
  version,
  writeRun,
} from "../store/provenance.js";
import { givenModel, type RunStart } from "./flow.js";
import { stageBases } from "./stagebases.js";

/** A run whose images are open and whose stages can be made. */
export interface OpenRun extends StageFolder<RunStage, RunRecord>, RunStart {}

/** What a run is opened with. */
export interface OpenRunOptions extends OutputOptions {
  readonly out: string;
  readonly inputs: OpenInputs;
  readonly config: Config;
  /** The files of a model that is used instead of one of its own. */
  readonly model?: readonly InputRecord[] | undefined;
  /** The files of a model that is trained further. */
  readonly initialModel?: readonly InputRecord[] | undefined;
  /**
   * Whether it is a movie of a study: its own record has decided what may be replaced, and it is told its
   * network later (`useModel`).
   */
  readonly partOfStudy?: boolean;
  /** The last stage that will be made; default: all will. */
  readonly until?: RunStage | undefined;
}

/**
 * Creates the output folder, or opens an earlier one.
 *
 * @throws OutputError when `out` holds something else, or was made from something else and is not to be
 *   replaced
 */
export async function openRun(options: OpenRunOptions, context: PipelineContext): Promise<OpenRun> {
  const { out, inputs, retrain = false } = options;
  const corrections = await readCorrections(out, inputs.source.frameNames);
  const start = { ...startOf(options), corrections };
  const record = await beginRecord(options, start, context);
  const folder = stageFolder(out, { outputs: stageOutputs, record, retrain }, context);
  await folder.note(inputs.source.notices);
  return { ...folder, ...start, record: folder.record };
}

/** What the stages start from. */
export const startOf = ({
  out,
  inputs,
  config,
  model,
  initialModel,
}: OpenRunOptions): Omit<RunStart, "record" | "corrections"> => {
  const given = model === undefined ? undefined : givenModel(config.run.model ?? "", model);
  return { out, inputs, config, given, initialModel };
};

/** What the stages start from, but for what `run.json` says. */
type PlannedStart = Omit<RunStart, "record">;

/** Notes in `run.json` the files of the network that a movie of a study is measured with. */
export const useModel = (open: OpenRun, files: readonly InputRecord[]): Promise<void> =>
  open.amend({ model: files.map((file) => inputFrom(open.out, file)) });

async function beginRecord(
  options: OpenRunOptions,
  start: PlannedStart,
  context: PipelineContext,
): Promise<RunRecord> {
  const { out, config, inputs, model, initialModel, overwrite, retrain = false } = options;
  const fresh: RunRecord = {
    ...runRecord("run", out, configurationOf("run", config), inputs.records),
    ...(model === undefined ? {} : { model: model.map((file) => inputFrom(out, file)) }),
    ...(initialModel === undefined ? {} : { initialModel: initialModel.map((file) => inputFrom(out, file)) }),
  };
  const earlier = readRun(out);
  if (earlier?.command !== "run") {
    assertReplaceable(out, "run", overwrite);
    return begun(out, fresh);
  }
  const changed = options.partOfStudy ? ownChanges(earlier, fresh) : whatChanged(earlier, fresh);
  if (changed.length === 0) {
    // Corrections by hand change what a network learns from.
    const isCorrected = start.corrections.revision > 0 && retrain === false;
    const isOther = isCorrected && (await redoneStages(options, start, earlier)).includes("train");
    if (isOther) throw wouldReplaceModel(join(out, stageOutputs.train));
    tellFinished(out, earlier, context);
    return { ...earlier, configuration: fresh.configuration };
  }
  if (options.partOfStudy) return begun(out, { ...fresh, stages: earlier.stages });
  const redone = await redoneStages(options, start, earlier);
  const kept = finishedStages(out, earlier).filter((stage) => !redone.includes(stage));
  if (!overwrite) throw madeDifferently(out, changed, { redone, kept });
  if (redone.includes("train") && retrain === false) throw wouldReplaceModel(join(out, stageOutputs.train));
  return begun(out, { ...fresh, stages: earlier.stages });
}

async function begun(out: string, record: RunRecord): Promise<RunRecord> {
  await makeFolder(out);
  await writeRun(out, record);
  return record;
}

const finishedStages = (out: string, { stages }: RunRecord): RunStage[] =>
  (Object.keys(stageOutputs) as RunStage[]).filter(
    (stage) => stage in stages && existsSync(join(out, stageOutputs[stage])),
  );

/** The finished stages that were made from something else. */
async function redoneStages(
  options: OpenRunOptions,
  start: PlannedStart,
  earlier: RunRecord,
): Promise<RunStage[]> {
  const bases = await stageBases(start, earlier, options.until);
  // What a given model makes needless stays where it is.
  return finishedStages(options.out, earlier).filter(
    (stage) => bases.has(stage) && earlier.stages[stage]!.basis !== bases.get(stage),
  );
}

/** What a run was made from, and is to be made from now, where the two differ: a phrase each. */
function whatChanged(earlier: RunRecord, fresh: RunRecord): string[] {
  return [
    ...versionDifferences(earlier),
    // First of all, since with a model there are many options that do nothing.
    ...modelDifferences(earlier.model, fresh.model),
    ...differences(comparable(earlier.configuration), comparable(fresh.configuration)),
    ...inputDifferences(earlier.inputs, fresh.inputs),
  ];
}

/** The same for a movie of a study: how its network was trained is the affair of the study. */
function ownChanges(earlier: RunRecord, fresh: RunRecord): string[] {
  const settings = ({ configuration }: RunRecord): unknown => ({
    ...comparable(configuration),
    train: undefined,
  });
  return [
    ...versionDifferences(earlier),
    ...differences(settings(earlier), settings(fresh)),
    ...inputDifferences(earlier.inputs, fresh.inputs),
  ];
}

/** Runs of version 0.1 did not note what their stages were made from. */
export const versionDifferences = ({ karyon, stages }: RunRecord): string[] =>
  Object.values(stages).some(({ basis }) => basis === undefined)
    ? [`by Karyon ${karyon}, whose runs version ${version} does not continue`]
    : [];

/** @param changed what, one phrase each */
export function madeDifferently(
  out: string,
  changed: readonly string[],
  { redone, kept }: { readonly redone: readonly string[]; readonly kept: readonly string[] },
): OutputError {
  const list = `${changed.slice(0, 4).join("; ")}${changed.length > 4 ? `; and ${changed.length - 4} more` : ""}`;
  const again = redone.length === 0 ? "" : ` to make ${redone.join(", ")} again`;
  const stays = kept.length === 0 ? "" : ` (${kept.join(", ")} ${kept.length === 1 ? "is" : "are"} kept)`;
  const model = redone.includes("train") ? " and retrain: true" : "";
  return new OutputError(
    `${out} was made differently: ${list}; choose another output folder, or give ` +
      `overwrite: true${model}${again}${stays}.`,
  );
}

/**
 * A run may go on with another number of threads, on another device, with other memory, and with a model that
 * was moved; all else must be equal.
 */
export const comparable = (configuration: unknown): object => {
  const plain = JSON.parse(JSON.stringify(recordedConfig("study", configuration, "run.json"))) as Config;
  return {
    ...plain,
    general: { ...plain.general, threads: undefined, device: undefined },
    segment: { ...plain.segment, memory: undefined },
    run: undefined,
  };
};

/** Files are the same when names and contents are, in the same order; where they lie does not matter. */
export const sameFiles = (before: readonly InputRecord[], now: readonly InputRecord[]): boolean =>
  before.length === now.length &&
  before.every(
    ({ file, sha256 }, i) => basename(file) === basename(now[i]!.file) && sha256 === now[i]!.sha256,
  );

/** What differs between the inputs of two runs, a phrase each. */
export function inputDifferences(before: readonly InputRecord[], now: readonly InputRecord[]): string[] {
  if (sameFiles(before, now)) return [];
  const known = new Map(before.map(({ file, sha256 }) => [file, sha256]));
  const changed = now
    .filter(({ file, sha256 }) => known.get(file) !== sha256)
    .map(({ file }) => (known.has(file) ? `the input ${file} has changed` : `the input ${file} is new`));
  const present = new Set(now.map(({ file }) => file));
  const gone = before
    .filter(({ file }) => !present.has(file))
    .map(({ file }) => `the input ${file} is no longer there`);
  return changed.length + gone.length > 0 ? [...changed, ...gone] : ["the inputs are in another order"];
}

/** What differs between the models that two runs were given, a phrase at most. */
export function modelDifferences(
  before: readonly InputRecord[] | undefined,
  now: readonly InputRecord[] | undefined,
): string[] {
  if (before === undefined && now === undefined) return [];
  if (now === undefined) return ["an existing model (run.model) before, none now"];
  if (before === undefined) return ["no model before, an existing one (run.model) now"];
  return sameFiles(before, now) ? [] : ["another model (run.model) before"];
}
