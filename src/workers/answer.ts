/** Errors across threads: structured clone keeps the message of an error and forgets its class. */
import { isKaryonError, KaryonError, type KaryonErrorKind, messageOf } from "../core/errors.js";

export type Answer<T> =
  | { readonly value: T }
  | {
      readonly error: {
        readonly kind: KaryonErrorKind | undefined;
        readonly message: string;
        readonly stack: string | undefined;
      };
    };

export const answerError = (error: unknown): Answer<never> => ({
  error: {
    kind: isKaryonError(error) ? error.kind : undefined,
    message: messageOf(error),
    stack: error instanceof Error ? error.stack : undefined,
  },
});

/**
 * The value of an answer.
 *
 * @throws KaryonError of the kind that was thrown in the worker; a plain Error for a bug
 */
export function valueOf<T>(answer: Answer<T>): T {
  if ("value" in answer) return answer.value;
  if (answer.error.kind !== undefined) throw new KaryonError(answer.error.kind, answer.error.message);
  const bug = new Error(answer.error.message);
  if (answer.error.stack !== undefined) bug.stack = answer.error.stack;
  throw bug;
}
