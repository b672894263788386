/** How a project stands: what its images are, and which results still follow from its settings. */
import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { readCorrections } from "../../pipeline/correct/corrections.js";
import { stageBases } from "../../pipeline/run/stagebases.js";
import { hashModel } from "../../pipeline/run/hashmodel.js";
import { givenModel } from "../../pipeline/run/flow.js";
import type { FileSource } from "../../pipeline/source/filesource.js";
import type { OpenInputs } from "../../pipeline/source/opening.js";
import { type RunStage, stageOutputs } from "../../pipeline/stage/stagenames.js";
import { readRun, type RunRecord } from "../../pipeline/store/provenance.js";
import type { Config } from "../../pipeline/config/options.js";
import type { ProjectState, StageState } from "../messages.js";
import type { ProjectSettings } from "../project.js";

/** What is said of images. */
export type ImagesState = Pick<
  ProjectState,
  | "kind"
  | "frames"
  | "frameNames"
  | "sizes"
  | "channels"
  | "channelNames"
  | "slices"
  | "pixelSize"
  | "frameInterval"
  | "notices"
>;

/** Looks at images once. */
export async function imagesState(source: FileSource): Promise<ImagesState> {
  const sizes: [number, number][] = [];
  for (let frame = 0; frame < (source.kind === "movie" ? 1 : source.frames); frame++) {
    const { height, width } = await source.size(frame);
    sizes.push([height, width]);
  }
  return {
    kind: source.kind,
    frames: source.frames,
    frameNames: source.frameNames,
    sizes,
    channels: source.channels,
    channelNames: source.channelNames ?? [],
    slices: source.slices,
    pixelSize: source.pixelSize ?? null,
    frameInterval: source.frameInterval ?? null,
    notices: source.notices,
  };
}

/** The name of a project: that of its folder, without the end that the studio gives it. */
export const nameOf = ({ out }: ProjectSettings): string => basename(out).replace(/-karyon$/, "");

type Stages = ProjectState["stages"];

/** What the stages of a run folder are now. */
export interface StageLook {
  /** @param inputs undefined while they are fingerprinted: what is recorded then counts as theirs */
  readonly stages: (out: string, config: Config, inputs: OpenInputs | undefined) => Promise<Stages>;
}

/** Looks anew only where settings, images or the record have changed. */
export function lookAtStages(): StageLook {
  let kept: { readonly key: string; readonly stages: Promise<Stages> } | undefined;
  return {
    stages: (out, config, inputs) => {
      const key = JSON.stringify([config, inputs?.records, stampsOf(out), presentOutputs(out)]);
      if (kept?.key !== key) kept = { key, stages: stagesOf(out, config, inputs) };
      return kept.stages;
    },
  };
}

/** Tells records and logs of corrections apart without reading them. */
const stampsOf = (out: string): readonly string[] =>
  [join(out, "run.json"), join(out, "corrections", "log.jsonl")].map((path) => {
    const status = statSync(path, { throwIfNoEntry: false });
    return status === undefined ? "" : `${status.mtimeMs} ${status.size} ${status.ino}`;
  });

const names = Object.keys(stageOutputs) as readonly RunStage[];

const presentOutputs = (out: string): readonly RunStage[] =>
  names.filter((stage) => existsSync(join(out, stageOutputs[stage])));

const missing: StageState = { freshness: "missing", text: "", finished: "" };

async function stagesOf(out: string, config: Config, inputs: OpenInputs | undefined): Promise<Stages> {
  const record = readRun(out);
  const present = presentOutputs(out);
  const own = record?.command === "run" ? record : undefined;
  const bases =
    own === undefined || inputs === undefined ? undefined : await basesOf(out, config, inputs, own);
  const stateOf = (stage: RunStage): StageState => {
    const entry = own?.stages[stage];
    if (entry === undefined || !present.includes(stage)) return missing;
    const planned = bases?.get(stage);
    // What a given model makes needless stays as it is, and so does what cannot be judged yet.
    const isStale = planned !== undefined && planned !== entry.basis;
    return { freshness: isStale ? "stale" : "fresh", text: entry.text, finished: entry.finished };
  };
  return Object.fromEntries(names.map((stage) => [stage, stateOf(stage)])) as Stages;
}

/** Undefined where a model that is named is not there: the job that needs it says so. */
async function basesOf(
  out: string,
  config: Config,
  inputs: OpenInputs,
  record: RunRecord,
): Promise<ReadonlyMap<RunStage, string> | undefined> {
  try {
    const model = await hashModel(config.run.model, {});
    const initialModel = await hashModel(config.train.from, {});
    const given = model === undefined ? undefined : givenModel(config.run.model ?? "", model);
    const corrections = await readCorrections(out, inputs.source.frameNames);
    return await stageBases({ out, config, inputs, given, initialModel, corrections }, record);
  } catch {
    return undefined;
  }
}
