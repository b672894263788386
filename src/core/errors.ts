/**
 * The errors Karyon raises on purpose. Each is tagged with a `kind`, carries its facts as fields, and its
 * message is one sentence that says what happened, where, what was expected, what was received, and what to
 * do next. Anything else that is thrown is a bug.
 *
 * Options are named by their key in the configuration, such as `train.patch`: the command line prints its
 * flags instead.
 */

/** The class of each kind of error. */
export interface KaryonErrors {
  readonly InvalidInput: InvalidInput;
  readonly UnsupportedFormat: UnsupportedFormat;
  readonly CorruptFile: CorruptFile;
  readonly TrainingDiverged: TrainingDiverged;
  readonly Output: OutputError;
  readonly Stage: StageError;
  readonly Thread: ThreadLost;
  readonly Cancelled: Cancelled;
}

/** What an error is about. */
export type KaryonErrorKind = keyof KaryonErrors;

/** The base of all errors that are raised on purpose. */
export class KaryonError extends Error {
  readonly kind: KaryonErrorKind;
  constructor(kind: KaryonErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = kind;
    this.kind = kind;
  }
}

/** An argument, option or file does not hold what it must. */
export class InvalidInput extends KaryonError {
  /** Name of the argument or file; of an option its key, such as `train.patch`. */
  readonly argument: string;
  readonly expected: string;
  readonly received: string;
  /** What to do; "" where it is plain. */
  readonly remedy: string;
  constructor(argument: string, expected: string, received: string, remedy = "") {
    super(
      "InvalidInput",
      `${argument}: expected ${expected}, received ${received}${remedy === "" ? "" : `; ${remedy}`}.`,
    );
    this.argument = argument;
    this.expected = expected;
    this.received = received;
    this.remedy = remedy;
  }
}

/** The file is sound, but uses something that Karyon does not read. */
export class UnsupportedFormat extends KaryonError {
  /** Name of the file. */
  readonly where: string;
  /** What is not read. */
  readonly feature: string;
  /** What to do. */
  readonly remedy: string;
  constructor(where: string, feature: string, remedy: string) {
    super("UnsupportedFormat", `${where}: ${feature} is not supported; ${remedy}.`);
    this.where = where;
    this.feature = feature;
    this.remedy = remedy;
  }
}

/** The bytes contradict the format. */
export class CorruptFile extends KaryonError {
  /** Name of the file. */
  readonly where: string;
  /** The byte at which it was seen. */
  readonly offset: number;
  /** What is wrong. */
  readonly what: string;
  /** What to do. */
  readonly remedy: string;
  constructor(where: string, offset: number, what: string, remedy = "copy or export the file again") {
    super("CorruptFile", `${where}: ${what} (at byte ${offset}); ${remedy}.`);
    this.where = where;
    this.offset = offset;
    this.what = what;
    this.remedy = remedy;
  }
}

/** The training loss is no longer a finite number. */
export class TrainingDiverged extends KaryonError {
  readonly step: number;
  readonly loss: number;
  constructor(step: number, loss: number) {
    super(
      "TrainingDiverged",
      `Training stopped at step ${step}: the loss became ${loss}; lower the learning rate ` +
        "(train.learningRate) or check the images for extreme values.",
    );
    this.step = step;
    this.loss = loss;
  }
}

/** The output folder cannot be written, or holds something that must not be lost. */
export class OutputError extends KaryonError {
  constructor(message: string, cause?: unknown) {
    super("Output", message, cause);
  }
}

/** A stage failed on one frame; `cause` says why. */
export class StageError extends KaryonError {
  readonly stage: string;
  /** Name of the frame. */
  readonly frame: string;
  /** What to do. */
  readonly remedy: string;
  constructor(stage: string, frame: string, cause: unknown, remedy: string) {
    super("Stage", `${stage} stopped at ${frame}: ${messageOf(cause).replace(/\.$/, "")}; ${remedy}.`, cause);
    this.stage = stage;
    this.frame = frame;
    this.remedy = remedy;
  }
}

/** A thread ended in the middle of its work, by itself or for want of memory. */
export class ThreadLost extends KaryonError {
  /** What the thread does. */
  readonly work: string;
  constructor(work: string, cause: unknown) {
    const isMemory =
      cause instanceof Error && (cause as { readonly code?: unknown }).code === "ERR_WORKER_OUT_OF_MEMORY";
    super(
      "Thread",
      isMemory
        ? `The thread that ${work} ran out of memory; give it smaller images or fewer threads ` +
            "(general.threads), or close other programs, and run the same command again."
        : `The thread that ${work} was lost (${messageOf(cause).replace(/\.$/, "")}); run the same command ` +
            "again, and what is finished stays.",
      cause,
    );
    this.work = work;
  }
}

/** The user asked to stop. */
export class Cancelled extends KaryonError {
  constructor(what = "The work") {
    super("Cancelled", `${what} was stopped before it ended.`);
  }
}

/**
 * Whether an error is one that Karyon raises on purpose, and, with a kind, whether it is of that kind: its
 * fields are then those of the class. This holds for errors of worker threads, too.
 */
export function isKaryonError(error: unknown): error is KaryonError;
/** Whether an error is of one kind. */
export function isKaryonError<K extends KaryonErrorKind>(error: unknown, kind: K): error is KaryonErrors[K];
/** Both of these. */
export function isKaryonError(error: unknown, kind?: KaryonErrorKind): boolean {
  return error instanceof KaryonError && (kind === undefined || error.kind === kind);
}

/** The message of an error, or what else was thrown as text. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
