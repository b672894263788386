/** One stage into a folder of its own, with `run.json`: what every single command does. */
import { assertReplaceable, writeFolder } from "../store/folders.js";
import { hashFiles } from "../store/hash.js";
import { withOutputLock } from "../store/lock.js";
import { type InputRecord, ranOn, runRecord, stageRecord, writeRun } from "../store/provenance.js";
import { lockWait, type PipelineContext, runStage, secondsSince } from "./events.js";
import type { Stage, StageResult, StageWork } from "./stage.js";

/** Where the result of a stage goes, and what `run.json` says of it. */
export interface Task {
  readonly out: string;
  /** Replace an earlier result of the same command. */
  readonly overwrite: boolean;
  /** As `run.json` records it. */
  readonly configuration: unknown;
  readonly inputs: readonly InputRecord[];
  /** Sentences that the user has read before, to be recorded with those of the stage. */
  readonly notices?: readonly string[];
}

/**
 * Runs one stage into its folder, which no other process writes in the meantime.
 *
 * @throws OutputError when the folder holds something that must not be lost; whatever the stage throws
 */
export async function perform<T, M>(
  stage: Stage<T, string, M>,
  task: Task,
  context: PipelineContext,
): Promise<T> {
  const { out, overwrite } = task;
  const made = await withOutputLock({ out, ...lockWait(context) }, async () => {
    // Again: another process may have written a result while the inputs were read.
    assertReplaceable(out, stage.name, overwrite);
    const result = await runStage(
      context,
      stage.name,
      stage.text,
      (work) => writeFolder(out, (folder) => makeRecorded(stage, { ...task, folder }, work)),
      out,
    );
    await stage.settle?.(out);
    return result.value;
  });
  return stage.open(out, made);
}

/** Makes the result of a stage in `folder`, and writes `run.json` beside it. */
async function makeRecorded<T, M>(
  stage: Stage<T, string, M>,
  { folder, out, configuration, inputs, notices = [] }: Task & { readonly folder: string },
  work: StageWork,
): Promise<StageResult<M>> {
  const started = performance.now();
  const result = await stage.make(folder, work);
  const record = {
    ...runRecord(stage.name, out, configuration, inputs),
    notices: [...notices, ...(result.notices ?? [])],
  };
  await writeRun(folder, {
    ...ranOn(record, result.device),
    stages: { [stage.name]: stageRecord(secondsSince(started), result.text) },
  });
  return result;
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
  const inputs = await hashFiles(files(), context);
  return perform(stage, { out, overwrite, configuration, inputs }, context);
}
