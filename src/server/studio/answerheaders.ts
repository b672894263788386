/** What every answer says to the browser of how it may be used. */
import type { Passed, Refused } from "./gate.js";

/** Nothing but what the server itself gives; no script within a page. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-src 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** Unless an answer says otherwise. */
const always: Readonly<Record<string, string>> = {
  "Content-Security-Policy": pagePolicy,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "X-Frame-Options": "SAMEORIGIN",
};

/** Adds them to an answer. */
export function secured(answer: Response, verdict: Passed | Refused): Response {
  const { headers } = answer;
  for (const [name, value] of Object.entries(always)) if (!headers.has(name)) headers.set(name, value);
  const foreign = "room" in verdict ? verdict.foreign : undefined;
  headers.set("Cross-Origin-Resource-Policy", foreign === undefined ? "same-origin" : "cross-origin");
  if (foreign !== undefined) {
    headers.set("Access-Control-Allow-Origin", foreign);
    headers.set("Access-Control-Expose-Headers", "Content-Range, Content-Length, Accept-Ranges, ETag");
  }
  headers.append("Vary", "Origin");
  return answer;
}

/** The answer to a browser that asks whether a page elsewhere may read. */
export const preflightAnswer = (): Response =>
  new Response(null, {
    status: 204,
    headers: {
      "Access-Control-Allow-Methods": "GET, HEAD",
      "Access-Control-Allow-Headers": "Range, If-None-Match",
      "Access-Control-Allow-Private-Network": "true",
      "Access-Control-Max-Age": "600",
    },
  });
