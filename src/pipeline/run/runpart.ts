/** A part of a stage of a run, for several machines: it writes nothing but its part. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import type { Config } from "../config/options.js";
import { readCorrections } from "../correct/corrections.js";
import { openInputs } from "../source/opening.js";
import type { PipelineContext } from "../stage/events.js";
import { basisOf, type MakeStage, openedOnce, type Part, upTo } from "../stage/stage.js";
import { makePart, partText } from "../stage/stageparts.js";
import { type RunStage, stageOutputs } from "../stage/stagenames.js";
import { partsFolder } from "../store/folders.js";
import { readRun } from "../store/provenance.js";
import { shareOf } from "./estimate.js";
import { makeRun, type RunStart } from "./flow.js";
import { startOf } from "./openrun.js";
import { hashModel } from "./hashmodel.js";
import { announce, estimateStages } from "./spacecheck.js";

/** Folder of the parts of a run. */
export const partsIn = (out: string): string => join(out, partsFolder);

/** What a part of a run is asked for. */
export interface RunPartOptions {
  readonly inputs: readonly string[];
  readonly out: string;
  readonly config: Config;
  /** The stage that is made in parts; those before it are finished. */
  readonly until: RunStage;
}

/**
 * Makes a part of a stage of a run. `run` with `until` and `merge` makes the stage of all parts.
 *
 * @returns what came out, in one line
 * @throws InvalidInput when a stage before it is not finished, or a part that it takes is missing; FolderBusy
 */
export async function runPart(
  options: RunPartOptions,
  part: Part,
  context: PipelineContext = {},
): Promise<string> {
  const { out, config } = options;
  const model = await hashModel(config.run.model, context);
  const initialModel = await hashModel(config.train.from, context);
  const inputs = await openInputs(options.inputs, out, config, context, { trust: out });
  const estimate = await estimateStages([options.until], inputs.source, config);
  await announce(out, shareOf(estimate, { part }), context);
  const start = startOf({ out, inputs, config, overwrite: false, model, initialModel });
  const corrections = await readCorrections(out, inputs.source.frameNames);
  return partOfFlow({ ...start, corrections }, { until: options.until, part }, makeRun, context);
}

/** What part of what stage is made. */
export interface StagePart {
  readonly until: RunStage;
  readonly part: Part;
}

/**
 * Makes a part of a stage of a flow in the folder of a run.
 *
 * @returns what came out, in one line
 */
export async function partOfFlow(
  start: Omit<RunStart, "record">,
  { until, part }: StagePart,
  flow: (make: MakeStage<RunStage>, start: RunStart) => Promise<unknown>,
  context: PipelineContext,
): Promise<string> {
  const { out } = start;
  const record = readRun(out);
  let text: string | undefined;
  const make: MakeStage<RunStage> = async (stage) => {
    const place = join(out, stageOutputs[stage.name]);
    const basis = basisOf(stage);
    const isMade = record?.stages[stage.name]?.basis === basis && existsSync(place);
    if (stage.name === until)
      text = isMade
        ? `${until}, ${partText(part)}: ${place} is finished already`
        : await makePart(stage, partsIn(out), part, context);
    else if (!isMade)
      throw new InvalidInput(
        out,
        `the finished stage ${stage.name}, which parts of ${until} take`,
        "none, or one that was made from something else",
        `make it first, as far as ${stage.name}`,
      );
    return openedOnce(stage.name, basis, () => stage.open(place, undefined));
  };
  await upTo(until, make, (made) => flow(made, { ...start, record: () => record! }));
  if (text !== undefined) return text;
  throw new InvalidInput("--until", "a stage of this run", until, "leave it out");
}
