/** Figures and report of a finished run, made again. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { annotateStage } from "../annotate/annotatestage.js";
import { readCorrections } from "../correct/corrections.js";
import { recordedConfig } from "../config/acting.js";
import { openSource } from "../source/source.js";
import { type PipelineContext, runStage } from "../stage/events.js";
import { basisOf, type MakeStage, openedOnce } from "../stage/stage.js";
import { makeAt } from "../stage/stagefolder.js";
import { type RunStage, stageOutputs } from "../stage/stagenames.js";
import { inputPaths, type InputRecord, readRun } from "../store/provenance.js";
import { finishRun, givenModel, makeRun, type Network, type RunStart } from "./flow.js";

/** What is made anew; all else is read. */
const shown: readonly RunStage[] = ["figures", "report"];

/**
 * Writes figures and report of a finished run again; the images must still be where they were.
 *
 * @returns path of the report
 * @throws InvalidInput when the folder is no finished run
 */
export async function reportRun(out: string, context: PipelineContext = {}): Promise<string> {
  const record = readRun(out);
  if (record?.command !== "run")
    throw new InvalidInput(out, "the output folder of karyon run", "no run.json of karyon run");
  const config = recordedConfig("run", record.configuration, join(out, "run.json"));
  const source = await openSource(inputPaths(out, record), config.input);
  const corrections = await readCorrections(out, source.frameNames);
  const inputs = { source, records: record.inputs };
  const start: RunStart = { out, config, inputs, corrections, record: () => record };
  const make = readingStages(out, context);
  if (record.model === undefined) await makeRun(make, start);
  else await finishRun(make, await givenNetwork(out, record.model, start, make), start);
  return join(out, stageOutputs.report);
}

/** The network that a run was given, and the annotation of its images, which the movies of a study have. */
async function givenNetwork(
  out: string,
  files: readonly InputRecord[],
  { inputs, config }: RunStart,
  make: MakeStage<RunStage>,
): Promise<Network> {
  const model = givenModel(dirname(resolve(out, files[0]!.file)), files);
  if (!existsSync(join(out, stageOutputs.annotate))) return { model };
  return { model, annotation: await make(annotateStage(inputs, config)) };
}

/** Reads the results of all stages but those that are shown, which it makes. `run.json` stays as it is. */
const readingStages =
  (out: string, context: PipelineContext): MakeStage<RunStage> =>
  async (stage) => {
    const path = join(out, stageOutputs[stage.name]);
    const basis = basisOf(stage);
    if (!shown.includes(stage.name)) {
      if (!existsSync(path)) throw unfinished(path);
      return openedOnce(stage.name, basis, () => stage.open(path, undefined));
    }
    const { value } = await runStage(
      context,
      stage.name,
      stage.text,
      (work) => makeAt(path, (temporary) => stage.make(temporary, work)),
      path,
    );
    return openedOnce(stage.name, basis, () => stage.open(path, value));
  };

const unfinished = (path: string): InvalidInput =>
  new InvalidInput(
    path,
    "a finished run",
    "nothing there",
    "run the same karyon run command again to finish it",
  );
