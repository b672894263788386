/** The server of Karyon Studio: one process, one user, this machine alone. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import { InvalidInput, messageOf } from "../../core/errors.js";
import { answerOf, bytesIn, Refusal } from "../answers.js";
import { confinementTo } from "../confinement.js";
import type { ErrorAnswer, OpenRequest } from "../messages.js";
import type { PartsOf, RouteGroup, Studio } from "../parts.js";
import { zarrRoutes } from "../zarr/zarrroutes.js";
import { preflightAnswer, secured } from "./answerheaders.js";
import { drawToken, type Gate, judge, type Passed } from "./gate.js";
import { openPageFiles } from "./pagefiles.js";
import { openProjects } from "./projects.js";
import { storedParts } from "./storedparts.js";
import { addFileRoutes, addProjectRoutes, type StudioServices } from "./studioroutes.js";
import { defaultMaxUpload } from "./uploads.js";

/** What the server is started with. */
export interface StudioOptions {
  /** Folders that may be read and written. */
  readonly roots: readonly string[];
  /** What the page opens at once. */
  readonly start?: OpenRequest | undefined;
  /** 0 for any that is free. */
  readonly port: number;
  /** Origins of other pages that may read images and labels. */
  readonly allowedOrigins: readonly string[];
  /** Stops the server. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes of a file that is dropped. Default 8 GiB */
  readonly maxUpload?: number | undefined;
  /** What is known of a project. Default: what its run folder says */
  readonly partsOf?: PartsOf | undefined;
  /** Routes beside those of files, projects and images. */
  readonly routes?: readonly RouteGroup[] | undefined;
}

/** A server that answers. */
export interface StudioServer {
  /** Of the page, with the token: `http://127.0.0.1:PORT/TOKEN/`. */
  readonly address: string;
  /** Where it listens. */
  readonly boundAddress: string;
  /** Tells the work of all projects to stop, and ends when nothing is half written. */
  readonly close: () => Promise<void>;
}

/**
 * Starts the studio on this machine, where no other can reach it.
 *
 * @throws InvalidInput for a port that is taken, or an origin that is none
 */
export async function startStudio(options: StudioOptions): Promise<StudioServer> {
  const allowedOrigins = options.allowedOrigins.map(originOf);
  const stop = new AbortController();
  const confinement = confinementTo(options.roots);
  const projects = openProjects(confinement, options.partsOf ?? storedParts);
  const services: StudioServices = {
    confinement,
    projects,
    start: options.start,
    allowedOrigins,
    maxUpload: options.maxUpload ?? defaultMaxUpload,
    signal: stop.signal,
  };
  const token = drawToken();
  const api = studioApi(services, options.routes ?? [], `/api/${token}`);
  const server = createServer();
  // Files of many GB may come in.
  server.requestTimeout = 0;
  const port = await listen(server, options.port);
  const answer = answering({ token, port, allowedOrigins }, api) as Parameters<typeof getRequestListener>[0];
  const listener = getRequestListener(answer, nativeObjects);
  server.on("request", (asked, answered) => void listener(asked, answered));
  const close = async (): Promise<void> => {
    stop.abort();
    server.close();
    await projects.close();
    server.closeAllConnections();
  };
  options.signal?.addEventListener("abort", () => void close(), { once: true });
  const { address: boundAddress } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}/${token}/`, boundAddress, close };
}

/** Whoever shares the process keeps its own `Request` and `Response`. */
const nativeObjects = { overrideGlobalObjects: false } as const;

/** All routes, by their paths behind the token. @param base what stands before them */
export function studioApi(services: StudioServices, routes: readonly RouteGroup[], base: string): Hono {
  const { confinement, projects } = services;
  const studio: Studio = {
    confinement,
    project: (id) => projects.find(id).project,
    parts: (id) => projects.find(id).parts,
  };
  const api = new Hono({ getPath: ({ url }) => new URL(url).pathname.slice(base.length) });
  addFileRoutes(api, services);
  addProjectRoutes(api, services);
  for (const add of [zarrRoutes, ...routes]) add(api, studio);
  api.notFound(() => errorResponse(new Refusal(404, "Unknown", "There is nothing at this address.")));
  api.onError((error) => errorResponse(error));
  return api;
}

function errorResponse(error: unknown): Response {
  const { status, body } = answerOf(error);
  return Response.json(body, { status, headers: { "Cache-Control": "no-store" } });
}

/** Every request, from the gate to its answer. */
function answering(gate: Gate, api: Hono): (request: Request, env: HttpBindings) => Promise<Response> {
  const page = openPageFiles();
  const pageAnswer = ({ path }: Passed, { method }: Request): Response => {
    if (method !== "GET" && method !== "HEAD") return new Response(null, { status: 405 });
    if (path === "") return new Response(null, { status: 308, headers: { Location: `/${gate.token}/` } });
    return page(path) ?? new Response(null, { status: 404 });
  };
  return async (request, env) => {
    const verdict = judge(request, gate);
    if ("status" in verdict) return secured(refusedAnswer(verdict), verdict);
    if (request.method === "OPTIONS") return secured(preflightAnswer(), verdict);
    const answer = verdict.room === "page" ? pageAnswer(verdict, request) : await api.fetch(request, env);
    return sent(secured(answer, verdict), env);
  };
}

/** Writes an answer of bytes at once. */
function sent(answer: Response, { outgoing }: HttpBindings): Response {
  const bytes = bytesIn(answer);
  if (bytes === undefined) return answer;
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
  outgoing.end(bytes);
  return RESPONSE_ALREADY_SENT;
}

const refusedAnswer = ({
  status,
  body,
}: {
  readonly status: number;
  readonly body?: ErrorAnswer;
}): Response => (body === undefined ? new Response(null, { status }) : Response.json(body, { status }));

/** @returns the port. @throws InvalidInput when it is taken */
function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new InvalidInput(
          "--port",
          "a port that is free",
          `${port} (${messageOf(error)})`,
          "choose another, or 0",
        ),
      ),
    );
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

/** @throws InvalidInput */
function originOf(text: string): string {
  const wrong = (): InvalidInput =>
    new InvalidInput("--allow-origin", "the address of a page, such as https://viewer.example.org", text);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw wrong();
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") throw wrong();
  return url.origin;
}
