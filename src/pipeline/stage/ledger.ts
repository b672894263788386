/** What `run.json` of a folder says of its stages, kept on disk with every change. */
import { ranOn, type RunRecord, stageRecord, writeRun } from "../store/provenance.js";
import { basisOf, type Stage, type StageResult } from "./stage.js";

/** The record of a folder. */
export interface Ledger<R extends RunRecord> {
  /** `run.json` as it stands. */
  readonly record: () => R;
  readonly amend: (changed: Partial<R>) => Promise<void>;
  /** Keeps sentences for the user, who has read them. */
  readonly note: (sentences: readonly string[]) => Promise<void>;
  /** Whether the user has read a sentence. */
  readonly isTold: (sentence: string) => boolean;
  /** Notes a stage that is finished. */
  readonly enter: <M>(
    stage: Stage<unknown, string, M> | Stage<never, string, M>,
    result: StageResult<M> & { readonly seconds: number },
  ) => Promise<void>;
  /**
   * Strikes out the stages that were made from the result of another, which is made again; never a trained
   * network.
   *
   * @returns their names
   */
  readonly forgetDependents: (name: string) => Promise<readonly string[]>;
}

/** @param first as it stands in `run.json` of the folder `out` */
export function openLedger<R extends RunRecord>(out: string, first: R): Ledger<R> {
  let record = first;
  const told = new Set<string>();
  const amend = async (changed: Partial<R>): Promise<void> => {
    record = { ...record, ...changed };
    await writeRun(out, record);
  };
  const note = (sentences: readonly string[]): Promise<void> => {
    for (const sentence of sentences) told.add(sentence);
    record = { ...record, notices: [...new Set([...record.notices, ...sentences])] };
    return writeRun(out, record);
  };
  return {
    record: () => record,
    amend,
    note,
    isTold: (sentence) => told.has(sentence),
    enter: async (stage, { seconds, text, device, notices = [] }) => {
      const from = stage.from.map((result) => result.stage).filter((name) => name !== "");
      const made = { ...stageRecord(seconds, text), basis: basisOf(stage), from };
      const entry = stage.precious ? { ...made, precious: true as const } : made;
      const stages = { ...without(record.stages, stage.name), [stage.name]: entry };
      record = { ...record, environment: ranOn(record, device).environment, stages };
      await note(notices);
    },
    forgetDependents: async (name) => {
      const stale = dependentsOf(record.stages, name).filter((other) => !record.stages[other]!.precious);
      record = { ...record, stages: stale.reduce(without, record.stages) };
      if (stale.length > 0) await writeRun(out, record);
      return stale;
    },
  };
}

const without = (stages: RunRecord["stages"], name: string): RunRecord["stages"] =>
  Object.fromEntries(Object.entries(stages).filter(([other]) => other !== name));

/** The recorded stages that were made from the result of another, directly or by way of others. */
function dependentsOf(stages: RunRecord["stages"], name: string): string[] {
  const found = new Set([name]);
  // Stages are recorded in the order in which they were made.
  for (const [other, { from = [] }] of Object.entries(stages)) {
    if (from.some((source) => found.has(source))) found.add(other);
  }
  found.delete(name);
  return [...found];
}
