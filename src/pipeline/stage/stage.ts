/** What a stage is: a name, what it is made from, how it is made, and how its result is opened. */
import type { StageContext } from "../../core/progress.js";
import type { TrainingRecord } from "../../model/train.js";
import { fingerprintOf } from "./fingerprint.js";
import type { StageParts } from "./stageparts.js";
import type { TrainingWatch } from "./trainingwatch.js";

/** What `make` gives back. */
export interface StageResult<M> {
  /** What is in memory anyway, for `open`: nobody reads it back from the disk in the same run. */
  readonly value: M;
  /** What came out, in one line. */
  readonly text: string;
  /** The numbers of that line, for programs. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** What the user should know of it, one sentence each. */
  readonly notices?: readonly string[];
  /** What its network ran on, where it has one. */
  readonly device?: string | undefined;
}

/** What a stage is told while it works. */
export interface StageWork extends StageContext {
  /** Where the result will lie for good; `make` writes it under a temporary name. */
  readonly out: string;
  /** Tells the user something at once, one sentence. */
  readonly tell: (text: string) => void;
  /** For the stage that trains: tells an epoch as it ends. */
  readonly onEpoch?: ((record: TrainingRecord) => void) | undefined;
  /** For the stage that trains. */
  readonly training?: TrainingWatch | undefined;
}

/**
 * A part of the work whose result lies in a folder (or is one file) and is a value of type T.
 *
 * M is what `make` has in memory when it is done: `open` need not read that again.
 */
export interface Stage<T, N extends string = string, M = unknown> {
  /** As commands, events and `run.json` call it. */
  readonly name: N;
  /** Announces the work. */
  readonly text: string;
  /** The results that it takes. */
  readonly from: readonly Result<unknown>[];
  /** All else that decides the result, as plain data: options, fingerprints of files. */
  readonly options: unknown;
  /** Whether an earlier result is never replaced unless the user asks for just that (`retrain`). */
  readonly precious?: boolean;
  /** Makes the result in a folder, which exists; or, where the result is one file, at that path. */
  readonly make: (path: string, work: StageWork) => Promise<StageResult<M>>;
  /** How it is made in parts, for several machines, where it can be. */
  readonly parts?: StageParts<M>;
  /** Removes what was only needed until the result lay in its place. */
  readonly settle?: (path: string) => Promise<void>;
  /** Opens the result where it lies for good. @param made what `make` gave, where it was made just now */
  readonly open: (path: string, made: M | undefined) => Promise<T>;
}

/** The result of a stage, made now or read from an earlier run. */
export interface Result<T> {
  /** The stage that made it; empty where no stage of the same folder did. */
  readonly stage: string;
  /** Fingerprint of all that it was made from: equal bases, equal results. */
  readonly basis: string;
  /** Opens it, once; what nobody asks for is never read. */
  readonly value: () => Promise<T>;
}

/** A result that comes from elsewhere. @param basis plain data that tells it from others */
export const resultFrom = <T>(basis: unknown, open: () => Promise<T>): Result<T> =>
  openedOnce("", fingerprintOf(basis), open);

/** A result that is opened when it is first asked for. */
export function openedOnce<T>(stage: string, basis: string, open: () => Promise<T>): Result<T> {
  let value: Promise<T> | undefined;
  return { stage, basis, value: () => (value ??= open()) };
}

/** Makes the result of a stage, or takes an earlier one that was made from the same. */
export type MakeStage<N extends string> = <T, M>(stage: Stage<T, N, M>) => Promise<Result<T>>;

/** Fingerprint of all that the result of a stage is made from. */
export const basisOf = ({ name, from, options }: Pick<Stage<unknown>, "name" | "from" | "options">): string =>
  fingerprintOf([name, from.map(({ basis }) => basis), options]);

/**
 * The bases of the stages that a flow would make, by name, without making any.
 *
 * @param flow asks for its stages, and for no value of a result
 * @param last as for `upTo`
 */
export async function plannedBases<N extends string>(
  flow: (make: MakeStage<N>) => Promise<unknown>,
  last?: N,
): Promise<ReadonlyMap<N, string>> {
  const bases = new Map<N, string>();
  const plan: MakeStage<N> = (stage) => {
    const basis = basisOf(stage);
    bases.set(stage.name, basis);
    const nothing = (): never => {
      throw new Error(`The result of ${stage.name} was asked for in a plan.`);
    };
    return Promise.resolve(openedOnce(stage.name, basis, nothing));
  };
  await upTo(last, plan, flow);
  return bases;
}

/** Ends a flow; nobody but `upTo` sees it. */
class FlowEnd extends Error {}

/**
 * Goes through a flow as far as one stage: what comes after it is not made.
 *
 * @param last the last stage; undefined for the whole flow
 * @throws what the flow throws
 */
export async function upTo<N extends string>(
  last: N | undefined,
  make: MakeStage<N>,
  flow: (make: MakeStage<N>) => Promise<unknown>,
): Promise<void> {
  try {
    await flow(async (stage) => {
      const result = await make(stage);
      if (stage.name === last) throw new FlowEnd();
      return result;
    });
  } catch (error) {
    if (!(error instanceof FlowEnd)) throw error;
  }
}
