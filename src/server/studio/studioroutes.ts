/** Routes of the server itself: what it is, files, and projects. */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import type { Hono } from "hono";
import { inspectFiles } from "../../pipeline/source/inspection.js";
import { stageOutputs } from "../../pipeline/stage/stagenames.js";
import { version } from "../../pipeline/store/provenance.js";
import type { PartialConfig } from "../../pipeline/config/partialconfig.js";
import { jsonOf, Refusal } from "../answers.js";
import { type Confinement, placeWithin } from "../confinement.js";
import type { About, InspectAnswer, OpenRequest, ProjectState } from "../messages.js";
import { reportPolicy } from "../reportpolicy.js";
import { listFolder } from "./filelisting.js";
import { eventHeaders, eventsAnswer } from "./projectevents.js";
import type { Projects } from "./projects.js";
import { configurationFile } from "./studiosettings.js";
import { takeUpload } from "./uploads.js";

/** What the routes are answered from. */
export interface StudioServices {
  readonly confinement: Confinement;
  readonly projects: Projects;
  readonly start: OpenRequest | undefined;
  readonly allowedOrigins: readonly string[];
  /** Bytes. */
  readonly maxUpload: number;
  /** Aborted when the server stops. */
  readonly signal: AbortSignal;
}

/** `about`, `files`, `inspect` and `uploads`. */
export function addFileRoutes(api: Hono, services: StudioServices): void {
  const { confinement, projects, start, allowedOrigins, maxUpload } = services;
  api.get("/about", (context) => {
    const about: About = {
      version,
      roots: confinement.roots,
      start,
      projects: projects.names(),
      maxUpload,
      cores: cpus().length,
      allowedOrigins,
    };
    return context.json(about);
  });
  api.get("/files", async (context) =>
    context.json(await listFolder(context.req.query("path") ?? "", confinement)),
  );
  api.post("/inspect", async (context) => {
    const { paths } = await jsonOf<{ paths?: unknown }>(context);
    if (!Array.isArray(paths) || !paths.every((path) => typeof path === "string"))
      throw new Refusal(400, "InvalidInput", "To look into files, name them (paths).");
    const { signal } = context.req.raw;
    const addresses = paths.map(confinement.address);
    const answer: InspectAnswer = await inspectFiles(addresses, { signal, check: confinement.address });
    return context.json(answer);
  });
  api.put("/uploads", async (context) => {
    const { name = "", folder } = context.req.query();
    const path = await takeUpload({ name, folder, request: context.req.raw, most: maxUpload }, confinement);
    return context.json({ path });
  });
}

/** `projects` and what lies directly below one of them. */
export function addProjectRoutes(api: Hono, { projects, signal }: StudioServices): void {
  api.post("/projects", async (context) => {
    const { project } = await projects.open(await jsonOf<OpenRequest>(context));
    return context.json<ProjectState>(await project.state());
  });
  api.get("/projects/:id", async (context) =>
    context.json<ProjectState>(await projects.find(context.req.param("id")).project.state()),
  );
  api.patch("/projects/:id", async (context) => {
    const { project } = projects.find(context.req.param("id"));
    const { config } = await jsonOf<{ config?: PartialConfig }>(context);
    if (typeof config !== "object" || config === null)
      throw new Refusal(400, "InvalidInput", "To change settings, send them by section (config).");
    await project.change(config);
    return context.json<ProjectState>(await project.state());
  });
  api.get("/projects/:id/events", (context) => {
    const { project } = projects.find(context.req.param("id"));
    // Who asks for the head alone reads no events, and nobody would end them.
    if (context.req.raw.method === "HEAD") return new Response(null, { headers: eventHeaders });
    return eventsAnswer(project, AbortSignal.any([signal, context.req.raw.signal]));
  });
  api.get("/projects/:id/karyon.yaml", (context) => {
    const { project } = projects.find(context.req.param("id"));
    return new Response(configurationFile(project.settings()), {
      headers: {
        "Content-Type": "application/yaml; charset=utf-8",
        "Content-Disposition": 'attachment; filename="karyon.yaml"',
        "Cache-Control": "no-store",
      },
    });
  });
  api.get("/projects/:id/report", (context) => {
    const { out } = projects.find(context.req.param("id")).project.settings();
    return reportAnswer(out);
  });
}

function reportAnswer(out: string): Response {
  const path = placeWithin(out, stageOutputs.report);
  if (path === undefined) throw new Refusal(404, "Unknown", "There is no report yet; make one first.");
  const page = readFileSync(path);
  return new Response(page as Uint8Array<ArrayBuffer>, {
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": reportPolicy,
      // A sandboxed page of its own must not ask for a group of its own.
      "Cross-Origin-Opener-Policy": "unsafe-none",
      "Cache-Control": "no-store",
    },
  });
}
