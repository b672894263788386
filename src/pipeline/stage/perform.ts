/** One stage into a folder of its own, with `run.json`: what every single command does. */
import { assertReplaceable, writeFolder } from "../store/folders.js";
import { hashFiles } from "../store/hash.js";
import { type InputRecord, ranOn, runRecord, stageRecord, writeRun } from "../store/provenance.js";
import { type PipelineContext, runStage, secondsSince } from "./events.js";
import type { Stage } from "./stage.js";

/** Where the result of a stage goes, and what `run.json` says of it. */
export interface Task {
  readonly out: string;
  /** As `run.json` records it. */
  readonly configuration: unknown;
  readonly inputs: readonly InputRecord[];
  /** Sentences that the user has read before, to be recorded with those of the stage. */
  readonly notices?: readonly string[];
}

/** Runs one stage into its folder; the caller has made sure that it may be replaced. */
export async function perform<T, M>(
  stage: Stage<T, string, M>,
  { out, configuration, inputs, notices = [] }: Task,
  context: PipelineContext,
): Promise<T> {
  const { made } = await runStage(context, { ...stage, out }, (part) => {
    const started = performance.now();
    return writeFolder(out, async (folder) => {
      const result = await stage.make(folder, part);
      const record = {
        ...runRecord(stage.name, out, configuration, inputs),
        notices: [...notices, ...(result.notices ?? [])],
      };
      await writeRun(folder, {
        ...ranOn(record, result.device),
        stages: { [stage.name]: stageRecord(secondsSince(started), result.text) },
      });
      return result;
    });
  });
  await stage.settle?.(out);
  return stage.open(out, made);
}

/** A task whose inputs are still to be hashed. */
export interface FileTask {
  readonly out: string;
  readonly configuration: unknown;
  /** The files that the result is made from. */
  readonly files: () => readonly string[];
  /** Replace an earlier result of the same command. */
  readonly overwrite: boolean;
}

/**
 * The same for a stage without images to read.
 *
 * @throws OutputError when the folder holds something that must not be lost
 */
export async function performStage<T, M>(
  stage: Stage<T, string, M>,
  { out, configuration, files, overwrite }: FileTask,
  context: PipelineContext,
): Promise<T> {
  assertReplaceable(out, stage.name, overwrite);
  return perform(stage, { out, configuration, inputs: await hashFiles(files(), context) }, context);
}
