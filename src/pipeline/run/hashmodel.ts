/** Fingerprints of a model that is given to a run. */
import { hashFiles } from "../source/source.js";
import type { PipelineContext } from "../stage/events.js";
import { modelFiles } from "../store/modelfiles.js";
import type { InputRecord } from "../store/provenance.js";

/** Fingerprints of the files of a model folder, where one is given. */
export const hashModel = async (
  folder: string | undefined,
  context: PipelineContext,
): Promise<readonly InputRecord[] | undefined> =>
  folder === undefined ? undefined : hashFiles(modelFiles(folder), context);
