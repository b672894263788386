/** What a job is asked for, as work of the pipeline. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { exporterNames } from "../../exchange/exporternames.js";
import { exportersOf } from "../../exchange/exporters.js";
import type { Config } from "../../pipeline/config/options.js";
import { isTrackable } from "../../pipeline/source/source.js";
import { type RunStage, stageOutputs } from "../../pipeline/stage/stagenames.js";
import type { Retrain } from "../../pipeline/store/folders.js";
import type { JobRequest } from "../messages.js";
import type { Project } from "../project.js";
import type { JobTask } from "./jobtask.js";

/** Seconds between two looks into a training. */
const snapshotSeconds = 4;

/**
 * The work that a request stands for, as the project stands now. Formats that are exported are noted in the
 * project's settings, so that later exports hold them, too.
 *
 * @throws InvalidInput for an unknown stage or format, and for an export of nothing
 */
export async function taskOf(project: Project, request: JobRequest): Promise<JobTask> {
  if ("export" in request) await noteFormats(project, request.export);
  const asked = "export" in request ? "export" : request.until;
  if (!Object.hasOwn(stageOutputs, asked))
    throw new InvalidInput("until", Object.keys(stageOutputs).join(", "), String(asked));
  const { inputs, out } = project.settings();
  const config = configFor(asked, project.config());
  const until = reachable(asked, config, isTrackable(project.source()));
  const retrain = "export" in request ? "keep" : retrainOf(request);
  return { inputs, out, config, until, retrain, snapshotSeconds };
}

/** Who asks for a training has to ask for the end of the network that is there, too. */
function retrainOf({ until, retrain }: Extract<JobRequest, { readonly until: RunStage }>): Retrain {
  if (retrain === true) return true;
  return until === "train" ? false : "keep";
}

/** What makes a network does not use a chosen one. */
const configFor = (until: RunStage, config: Config): Config =>
  until === "annotate" || until === "train"
    ? { ...config, run: { ...config.run, model: undefined } }
    : config;

/** Stages that are there only where something was corrected by hand; each goes with the one before it. */
const corrections: readonly RunStage[] = ["correctAnnotation", "correctLabels", "correctTracks"];

/** The last stage of those up to one that these images and settings have: the work would not end at another. */
function reachable(until: RunStage, { run }: Config, hasTracks: boolean): RunStage {
  const order = Object.keys(stageOutputs) as RunStage[];
  const isMissing = (stage: RunStage): boolean =>
    corrections.includes(stage) ||
    (!hasTracks && (stage === "track" || stage === "analyse")) ||
    (stage === "export" && (run.export ?? "") === "");
  const upTo = order.slice(0, order.indexOf(until) + 1);
  return upTo.filter((stage) => !isMissing(stage)).at(-1)!;
}

async function noteFormats(project: Project, names: string): Promise<void> {
  const asked = exportersOf(names);
  if (asked.length === 0) throw new InvalidInput("export", `formats out of ${exporterNames}`, `"${names}"`);
  const { out, partial } = project.settings();
  if (!existsSync(join(out, stageOutputs.segment)))
    throw new InvalidInput("export", "results to be exported", "none", "segment the images first");
  const before = exportersOf(project.config().run.export ?? "");
  const all = exportersOf([...before, ...asked].map(({ name }) => name).join(","));
  const formats = all.map(({ name }) => name).join(",");
  if (formats !== project.config().run.export)
    await project.change({ ...partial, run: { ...partial.run, export: formats } });
}
