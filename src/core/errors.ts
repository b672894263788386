/**
 * The errors Karyon raises on purpose. Each is tagged with a `kind`, carries its facts as fields, and its
 * message is one sentence that says what happened, where, what was expected, what was received, and what to
 * do next. Anything else that is thrown is a bug.
 */
export type KaryonErrorKind =
  | "InvalidInput"
  | "UnsupportedFormat"
  | "CorruptFile"
  | "TrainingDiverged"
  | "Output"
  | "Stage"
  | "Cancelled";

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
  readonly argument: string;
  constructor(argument: string, expected: string, received: string, next = "") {
    super(
      "InvalidInput",
      `${argument}: expected ${expected}, received ${received}${next === "" ? "" : `; ${next}`}.`,
    );
    this.argument = argument;
  }
}

/** The file is sound, but uses something that Karyon does not read. */
export class UnsupportedFormat extends KaryonError {
  readonly feature: string;
  constructor(where: string, feature: string, next: string) {
    super("UnsupportedFormat", `${where}: ${feature} is not supported; ${next}.`);
    this.feature = feature;
  }
}

/** The bytes contradict the format; `offset` is the byte at which that was seen. */
export class CorruptFile extends KaryonError {
  readonly offset: number;
  constructor(where: string, offset: number, what: string, next = "copy or export the file again") {
    super("CorruptFile", `${where}: ${what} (at byte ${offset}); ${next}.`);
    this.offset = offset;
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
        "(--learning-rate) or check the images for extreme values.",
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
  readonly frame: string;
  constructor(stage: string, frame: string, cause: unknown, next: string) {
    super("Stage", `${stage} stopped at ${frame}: ${messageOf(cause).replace(/\.$/, "")}; ${next}.`, cause);
    this.stage = stage;
    this.frame = frame;
  }
}

/** The user asked to stop. */
export class Cancelled extends KaryonError {
  constructor(what = "The work") {
    super("Cancelled", `${what} was stopped before it ended.`);
  }
}

export const isKaryonError = (error: unknown): error is KaryonError => error instanceof KaryonError;

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
