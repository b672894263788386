/** What the stages of a run would be made from, without making any. */
import { plannedBases } from "../stage/stage.js";
import type { RunStage } from "../stage/stagenames.js";
import type { RunRecord } from "../store/provenance.js";
import { makeRun, type RunStart } from "./flow.js";

/**
 * Fingerprints of what each stage is made from, for those that a run has: without the annotation and training
 * where a model is given, and without tracks where nothing can be followed.
 *
 * @param record of the run as it stands
 * @param last the last stage that will be made; undefined for all
 */
export const stageBases = (
  start: Omit<RunStart, "record">,
  record: RunRecord,
  last?: RunStage,
): Promise<ReadonlyMap<RunStage, string>> =>
  plannedBases<RunStage>((make) => makeRun(make, { ...start, record: () => record }), last);
