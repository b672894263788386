/** Who may ask what: the first thing that every request passes, before any of it is looked at. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { ErrorAnswer } from "../messages.js";

/** What requests are judged by. */
export interface Gate {
  readonly token: string;
  readonly port: number;
  /** Origins of other pages that may read images and labels. */
  readonly allowedOrigins: readonly string[];
}

/** What a request asks for, where it may. */
export interface Passed {
  readonly room: "page" | "api";
  /** Behind the token, with the "/" before it; "" for the token alone. */
  readonly path: string;
  /** The other page that asks, where it may. */
  readonly foreign: string | undefined;
}

/** A request that goes no further. */
export interface Refused {
  readonly status: 403 | 404 | 415;
  /** Only for who knows the token. */
  readonly body?: ErrorAnswer;
}

/** A token that nobody guesses. */
export const drawToken = (): string => randomBytes(24).toString("base64url");

/** What a request is judged from. */
export type Asked = Pick<Request, "method" | "url" | "headers">;

/** Lets a request pass, or says why not. */
export function judge(request: Asked, gate: Gate): Passed | Refused {
  // A page elsewhere whose name was made to lead to this machine sends its own name here.
  const host = request.headers.get("Host") ?? "";
  if (!hostsOf(gate.port).includes(host)) return { status: 403 };
  const place = placeOf(new URL(request.url).pathname, gate.token);
  if (place === undefined) return { status: 404 };
  const origin = request.headers.get("Origin") ?? undefined;
  const isOwn = origin === `http://${host}`;
  const isForeign = origin !== undefined && !isOwn;
  if (isForeign) return judgeForeign(request, place, origin, gate);
  const site = request.headers.get("Sec-Fetch-Site");
  if (site === "cross-site" || site === "same-site")
    return refusal("Pages of other origins may not ask here.");
  if (!["GET", "HEAD", "OPTIONS"].includes(request.method)) return judgeChange(request, place, isOwn);
  return { ...place, foreign: undefined };
}

/** Names by which this machine is asked for, and only it. */
const hostsOf = (port: number): readonly string[] =>
  ["127.0.0.1", "localhost", "[::1]"].map((name) => (port === 80 ? name : `${name}:${port}`));

/** Images and labels of a project. */
const zarrPath = /^\/projects\/[^/]+\/(images\.)?zarr\//;

function judgeForeign(
  { method }: Asked,
  place: Place,
  origin: string,
  { allowedOrigins }: Gate,
): Passed | Refused {
  const mayAsk =
    allowedOrigins.includes(origin) &&
    place.room === "api" &&
    zarrPath.test(place.path) &&
    ["GET", "HEAD", "OPTIONS"].includes(method);
  if (mayAsk) return { ...place, foreign: origin };
  return refusal(
    "Pages of this origin may not ask here; karyon studio --allow-origin lets them read images.",
  );
}

/** Content types that no form sends. */
const types = ["application/json", "application/octet-stream"];

function judgeChange({ method, headers }: Asked, place: Place, isOwn: boolean): Passed | Refused {
  if (!isOwn)
    return refusal("What changes something must say that it comes from the studio's own page (Origin).");
  const type = (headers.get("Content-Type") ?? "").split(";")[0]!.trim().toLowerCase();
  if (method !== "DELETE" && !types.includes(type))
    return {
      status: 415,
      body: { error: `The content type of a body is ${types.join(" or ")}.`, kind: "InvalidInput" },
    };
  return { ...place, foreign: undefined };
}

const refusal = (error: string): Refused => ({ status: 403, body: { error, kind: "Forbidden" } });

type Place = Pick<Passed, "room" | "path">;

/** The room and the path behind the token; undefined unless the token is right. */
function placeOf(pathname: string, token: string): Place | undefined {
  const parts = pathname.split("/").slice(1);
  const room = parts[0] === "api" ? "api" : "page";
  if (room === "api") parts.shift();
  const given = parts.shift() ?? "";
  if (!isSame(given, token)) return undefined;
  return { room, path: parts.length === 0 ? "" : `/${parts.join("/")}` };
}

/** Takes as long for a token that is wrong at its end as for one that is wrong at its beginning. */
function isSame(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
