/** One stage into a folder of its own, with `run.json`. */
import { assertReplaceable, writeFolder } from "../store/folders.js";
import { hashFiles } from "../store/hash.js";
import { type InputRecord, ranOn, runRecord, stageRecord, writeRun } from "../store/provenance.js";
import { type PipelineContext, runStage, secondsSince } from "./events.js";
import type { Stage } from "./stage.js";

/** What the result of a stage is made from, and where it goes. */
interface Task {
  readonly out: string;
  /** As `run.json` records it. */
  readonly configuration: unknown;
  readonly inputs: readonly InputRecord[];
  readonly notices?: readonly string[];
}

/** Runs one stage into its folder; the caller has made sure that it may be replaced. */
export async function perform<T>(
  stage: Stage<T>,
  { out, configuration, inputs, notices = [] }: Task,
  context: PipelineContext,
): Promise<T> {
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
  return perform(stage, { out, configuration, inputs: await hashFiles(files(), context) }, context);
}
