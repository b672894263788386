/** Requests to the server; every failure is one sentence. */
import { packValue, unpackValue } from "../../../src/core/packing.js";
import type { ErrorAnswer } from "../../../src/server/messages.js";
import { apiUrl, pageName } from "./address.js";

/** What the server refused, or that it is not there. */
export class RequestError extends Error {
  /** 0 where there was no answer. */
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What is sent. */
interface RequestOptions {
  readonly method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  readonly body?: BodyInit;
  readonly type?: string;
  readonly signal?: AbortSignal | undefined;
}

/** @throws RequestError unless the server says that all is well; AbortError when stopped */
export async function request(path: string, options: RequestOptions = {}): Promise<Response> {
  const { method = "GET", body, type, signal } = options;
  const headers: Record<string, string> = { "Karyon-Page": pageName };
  if (type !== undefined) headers["Content-Type"] = type;
  let answer: Response;
  try {
    answer = await fetch(apiUrl(path), { method, headers, body: body ?? null, signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RequestError(0, "The studio's server does not answer; start karyon studio again.");
  }
  if (answer.ok) return answer;
  const text = await answer.text();
  throw new RequestError(answer.status, sentenceOf(text) ?? `The server answered ${answer.status}.`);
}

function sentenceOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as Partial<ErrorAnswer>).error;
  } catch {
    return undefined;
  }
}

/** Reads JSON. */
export const getJson = async <T>(path: string, signal?: AbortSignal): Promise<T> =>
  (await (await request(path, { signal })).json()) as T;

/** Sends JSON, reads JSON. */
export const sendJson = async <T>(
  method: "POST" | "PATCH" | "DELETE",
  path: string,
  body: unknown,
): Promise<T> =>
  (await (await request(path, { method, body: JSON.stringify(body), type: "application/json" })).json()) as T;

/** Reads a packed value. */
export const getPacked = async <T>(path: string, signal?: AbortSignal): Promise<T> =>
  unpacked<T>(await request(path, { signal }));

/** Sends JSON, reads a packed value. */
export const askPacked = async <T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> =>
  unpacked<T>(
    await request(path, { method: "POST", body: JSON.stringify(body), type: "application/json", signal }),
  );

/** Sends a packed value, reads JSON. */
export const sendPacked = async <T>(path: string, value: unknown): Promise<T> =>
  (await (
    await request(path, {
      method: "POST",
      body: packValue(value) as Uint8Array<ArrayBuffer>,
      type: "application/octet-stream",
    })
  ).json()) as T;

const unpacked = async <T>(answer: Response): Promise<T> =>
  unpackValue(new Uint8Array(await answer.arrayBuffer())) as T;
