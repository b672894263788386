/** Bodies that are asked for and answered, and errors as the page reads them. */
import type { Context } from "hono";
import { isKaryonError, messageOf } from "../core/errors.js";
import { packValue } from "../core/packing.js";
import type { ErrorAnswer } from "./messages.js";

/** Status codes of refusals. */
export type RefusalStatus = 400 | 403 | 404 | 405 | 408 | 409 | 413 | 415 | 416 | 503;

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

/** Milliseconds within which more of a body must come. */
export const bodyPatience = 60_000;

/** What may be sent. */
export interface BodyLimits {
  /** Bytes. */
  readonly most: number;
  readonly tooLarge: () => Refusal;
  /** ms. Default: `bodyPatience` */
  readonly patience?: number | undefined;
}

/**
 * The pieces of a body as they come.
 *
 * @throws Refusal 413 when they are too large together, 408 when none comes for long; an error when the sender has
 *   gone before the end
 */
export async function* bodyPieces(
  request: Request,
  { most, tooLarge, patience = bodyPatience }: BodyLimits,
): AsyncGenerator<Uint8Array> {
  const declared = request.headers.get("Content-Length");
  if (Number(declared ?? 0) > most) throw tooLarge();
  const reader = request.body?.getReader();
  let length = 0;
  try {
    for (;;) {
      const piece = reader === undefined ? undefined : (await soon(reader.read(), patience)).value;
      if (piece === undefined) break;
      length += piece.length;
      if (length > most) throw tooLarge();
      yield piece;
    }
  } finally {
    // What still comes is thrown away.
    await reader?.cancel().catch(() => undefined);
  }
  if (declared !== null && length < Number(declared)) throw unfinished();
}

const unfinished = (): Refusal => new Refusal(400, "InvalidInput", "The request ended before its body did.");

/** @throws Refusal 408 when it takes longer */
async function soon<T>(work: Promise<T>, patience: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const refusal = new Refusal(408, "Slow", "Nothing more came of what is sent; send it again.");
    timer = setTimeout(() => reject(refusal), patience).unref();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The bytes of a body. @throws Refusal 413 when there are more than `most`, 408 when they do not come */
export async function bodyOf(request: Request, most: number): Promise<Uint8Array> {
  const tooLarge = (): Refusal =>
    new Refusal(413, "TooLarge", `A request of this kind may have ${most} bytes at most; send less at once.`);
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of bodyPieces(request, { most, tooLarge })) {
    length += piece.length;
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

/** The parts of a path of an address, decoded. @throws Refusal 404 where a sign is written in a way that none is */
export function decodedPath(path: string): string[] {
  try {
    return path.split("/").map(decodeURIComponent);
  } catch {
    throw new Refusal(404, "Unknown", "There is nothing at this address.");
  }
}
