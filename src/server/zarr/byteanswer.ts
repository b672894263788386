/** Bytes as an answer: all of them, a part, or that they are those that the asker has. HTTP, RFC 9110. */
import type { Context } from "hono";
import { bytesAnswer } from "../answers.js";

/** What is said of bytes. */
export interface ByteAnswer {
  readonly bytes: Uint8Array;
  readonly type: string;
  readonly cache: string;
  /** Tells these bytes from other ones of the same address; undefined where they never change. */
  readonly tag?: string | undefined;
}

/** Answers a GET, with or without Range and If-None-Match; of a HEAD the body is left out later. */
export function byteAnswer(context: Context, { bytes, type, cache, tag }: ByteAnswer): Response {
  const headers = new Headers({ "Content-Type": type, "Cache-Control": cache, "Accept-Ranges": "bytes" });
  if (tag !== undefined) {
    headers.set("ETag", `"${tag}"`);
    if (context.req.header("If-None-Match") === `"${tag}"`)
      return new Response(null, { status: 304, headers });
  }
  const asked = context.req.header("Range");
  const part = asked === undefined ? undefined : partOf(asked, bytes.length);
  if (part === "none") {
    headers.set("Content-Range", `bytes */${bytes.length}`);
    return new Response(null, { status: 416, headers });
  }
  const [first, end] = part ?? [0, bytes.length];
  if (part !== undefined) headers.set("Content-Range", `bytes ${first}-${end - 1}/${bytes.length}`);
  headers.set("Content-Length", String(end - first));
  const status = part === undefined ? 200 : 206;
  return bytesAnswer(bytes.subarray(first, end), { status, headers });
}

/** The part that one range asks for; undefined for what is no single range, which asks for all. */
function partOf(range: string, length: number): readonly [first: number, end: number] | "none" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range.trim());
  if (match === null || range.trim() === "bytes=-") return undefined;
  const [from, to] = [match[1]!, match[2]!];
  const first = from === "" ? Math.max(0, length - Number(to)) : Number(from);
  const end = from === "" || to === "" ? length : Math.min(length, Number(to) + 1);
  return first >= length || first >= end ? "none" : [first, end];
}
