/** Bodies that are asked for and answered, and errors as the page reads them. */
import type { Context } from "hono";
import { isKaryonError, messageOf } from "../core/errors.js";
import { packValue, unpackValue } from "../core/packing.js";
import type { ErrorAnswer } from "./messages.js";

/** Status codes of refusals. */
export type RefusalStatus = 400 | 403 | 404 | 405 | 409 | 413 | 415 | 416 | 503;

/** A request that is refused, with the sentence that says why. */
export class Refusal extends Error {
  readonly status: RefusalStatus;
  readonly kind: string;
  constructor(status: RefusalStatus, kind: string, sentence: string) {
    super(sentence);
    this.status = status;
    this.kind = kind;
  }
}

/** Most bytes of a JSON body. */
export const maxJson = 2 ** 20;

/** Most bytes of a packed body, such as an edit. */
export const maxPacked = 2 ** 26;

/** An error as an answer. What is no refusal and no error of Karyon is a bug, whose message stays here. */
export function answerOf(error: unknown): {
  readonly status: RefusalStatus | 500;
  readonly body: ErrorAnswer;
} {
  if (error instanceof Refusal)
    return { status: error.status, body: { error: error.message, kind: error.kind } };
  if (isKaryonError(error)) {
    const status = error.kind === "Output" || error.kind === "Cancelled" ? 409 : 400;
    return { status, body: { error: error.message, kind: error.kind } };
  }
  if (process.env["KARYON_DEBUG"])
    process.stderr.write(`${error instanceof Error ? error.stack : messageOf(error)}\n`);
  const sentence =
    "The studio made a mistake of its own; what you did before is kept, so try again, and report it if it stays " +
    "(KARYON_DEBUG=1 shows where).";
  return { status: 500, body: { error: sentence, kind: "Bug" } };
}

/** The bytes of a body. @throws Refusal 413 when there are more than `most` */
export async function bodyOf(request: Request, most: number): Promise<Uint8Array> {
  const tooLarge = (): Refusal =>
    new Refusal(413, "TooLarge", `A request of this kind may have ${most} bytes at most; send less at once.`);
  if (Number(request.headers.get("Content-Length") ?? 0) > most) throw tooLarge();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of request.body ?? []) {
    length += piece.length;
    if (length > most) throw tooLarge();
    pieces.push(piece);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** A body of JSON that is an object. @throws Refusal */
export async function jsonOf<T>(context: Context): Promise<T> {
  const text = new TextDecoder().decode(await bodyOf(context.req.raw, maxJson));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal(400, "InvalidInput", "The body of the request is no JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Refusal(400, "InvalidInput", "The body of the request is no JSON object.");
  return value as T;
}

/** A packed body. @throws Refusal 400 when it is none, 413 */
export async function packedOf<T>(context: Context): Promise<T> {
  const bytes = await bodyOf(context.req.raw, maxPacked);
  try {
    return unpackValue(bytes) as T;
  } catch {
    throw new Refusal(400, "InvalidInput", "The body of the request is no packed value.");
  }
}

/** A packed answer. */
export const packedAnswer = (value: unknown): Response =>
  bytesAnswer(packValue(value), {
    headers: { "Content-Type": "application/octet-stream", "Cache-Control": "no-store" },
  });

const bytesOfAnswers = new WeakMap<Response, Uint8Array>();

/** Bytes as an answer. The server writes them as they are: a stream in between takes several times as long. */
export function bytesAnswer(bytes: Uint8Array, init: ResponseInit): Response {
  const answer = new Response(bytes as Uint8Array<ArrayBuffer>, init);
  bytesOfAnswers.set(answer, bytes);
  return answer;
}

/** The bytes that an answer was made from; undefined where it was made in another way. */
export const bytesIn = (answer: Response): Uint8Array | undefined => bytesOfAnswers.get(answer);
