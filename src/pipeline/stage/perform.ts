/** One stage into a folder of its own, with `run.json`. */
import { assertReplaceable, writeFolder } from "../store/folders.js";
import { hashFiles } from "../store/hash.js";
import { withOutputLock } from "../store/lock.js";
import { type InputRecord, ranOn, runRecord, stageRecord, writeRun } from "../store/provenance.js";
import { type PipelineContext, runStage, secondsSince } from "./events.js";
import type { Stage } from "./stage.js";

/** What the result of a stage is made from, and where it goes. */
interface Task {
  readonly out: string;
  /** Replace an earlier result of the same command. */
  readonly overwrite: boolean;
  /** As `run.json` records it. */
  readonly configuration: unknown;
  readonly inputs: readonly InputRecord[];
  readonly notices?: readonly string[];
}

/**
 * Runs one stage into its folder, which no other process writes in the meantime.
 *
 * @throws OutputError when the folder holds something that must not be lost; whatever the stage throws
 */
export async function perform<T>(stage: Stage<T>, task: Task, context: PipelineContext): Promise<T> {
  const { out, overwrite, configuration, inputs, notices = [] } = task;
  return withOutputLock(out, async () => {
    // Again: another process may have written a result while the inputs were read.
    assertReplaceable(out, stage.name, overwrite);
    const { value } = await runStage(context, stage.name, stage.text, (part) => {
      const started = performance.now();
      return writeFolder(out, async (folder) => {
        const result = await stage.fill(folder, part);
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
    return value;
  });
}

/**
 * A stage without images to read.
 *
 * @throws OutputError when the folder holds something that must not be lost
 */
export async function performStage<T>(
  stage: Stage<T>,
  out: string,
  files: () => readonly string[],
  configuration: unknown,
  overwrite: boolean,
  context: PipelineContext,
): Promise<T> {
  assertReplaceable(out, stage.name, overwrite);
  return perform(
    stage,
    { out, overwrite, configuration, inputs: await hashFiles(files(), context) },
    context,
  );
}
