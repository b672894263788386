/** Errors across threads: structured clone keeps the message of an error and forgets its class and fields. */
import {
  Cancelled,
  CorruptFile,
  InvalidInput,
  isKaryonError,
  type KaryonErrorKind,
  type KaryonErrors,
  messageOf,
  OutputError,
  StageError,
  ThreadLost,
  TrainingDiverged,
  UnsupportedFormat,
} from "../core/errors.js";

/** An error as plain data. */
export interface PlainError {
  /** Undefined for a bug. */
  readonly kind: KaryonErrorKind | undefined;
  readonly message: string;
  readonly stack: string | undefined;
  /** Its own fields: name, kind and those of its class. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly cause: PlainError | undefined;
}

/** What a worker sends: a value, or why there is none. */
export type Answer<T> = { readonly value: T } | { readonly error: PlainError };

/** The answer of a worker that failed. */
export const answerError = (error: unknown): Answer<never> => ({ error: plainError(error) });

/** An error as plain data, of which `errorFrom` makes an equal one. */
export function plainError(error: unknown): PlainError {
  const known = isKaryonError(error);
  return {
    kind: known ? error.kind : undefined,
    message: messageOf(error),
    stack: error instanceof Error ? error.stack : undefined,
    fields: known ? { ...error } : {},
    cause: known && error.cause !== undefined ? plainError(error.cause) : undefined,
  };
}

const classes: { readonly [K in KaryonErrorKind]: { readonly prototype: KaryonErrors[K] } } = {
  InvalidInput,
  UnsupportedFormat,
  CorruptFile,
  TrainingDiverged,
  Output: OutputError,
  Stage: StageError,
  Thread: ThreadLost,
  Cancelled,
};

/** The error that `plainError` took apart: of its class, with its fields; a plain Error for a bug. */
export function errorFrom({ kind, message, stack, fields, cause }: PlainError): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause: errorFrom(cause) });
  if (stack !== undefined) error.stack = stack;
  if (kind === undefined) return error;
  Object.setPrototypeOf(error, classes[kind].prototype);
  return Object.assign(error, fields);
}

/**
 * The value of an answer.
 *
 * @throws the error of the worker: one of Karyon's with its kind and fields; a plain Error for a bug
 */
export function valueOf<T>(answer: Answer<T>): T {
  if ("value" in answer) return answer.value;
  throw errorFrom(answer.error);
}
