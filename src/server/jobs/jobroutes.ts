/** Routes of the work of a project: jobs, previews, networks, tables, exports, and studies. */
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Context, Hono } from "hono";
import { InvalidInput, isKaryonError } from "../../core/errors.js";
import { stageOutputs } from "../../pipeline/stage/stagenames.js";
import { readRun } from "../../pipeline/store/provenance.js";
import { decodedPath, jsonOf, packedAnswer, Refusal } from "../answers.js";
import type { JobRequest, PreviewRequest } from "../messages.js";
import type { RouteGroup, Studio } from "../parts.js";
import { readStudy } from "./comparing.js";
import { fileAnswer, listExports, listFigures } from "./exporting.js";
import { chooseModel, keepModel, listModels, modelNamed, removeModel, trainingOf } from "./models.js";
import { viewOf } from "./previews.js";
import { jobsOf, type ProjectJobs } from "./projectjobs.js";
import { tableName } from "./tables.js";

/** Adds all routes of this room; see docs/studio-api.md. */
export const jobRoutes: RouteGroup = (api, studio) => {
  const jobs = (context: Context): ProjectJobs => jobsOf(studio.project(context.req.param("id") ?? ""));
  addJobRoutes(api, jobs);
  addPreviewRoutes(api, jobs);
  addModelRoutes(api, jobs);
  addTableRoutes(api, jobs);
  addFileRoutes(api, jobs);
  addStudyRoutes(api, studio);
};

type JobsOf = (context: Context) => ProjectJobs;

function addJobRoutes(api: Hono, jobs: JobsOf): void {
  api.post("/projects/:id/jobs", async (context) =>
    context.json(await jobs(context).runner.start(requestOf(await jsonOf(context)))),
  );
  api.get("/projects/:id/jobs/current", (context) => context.json(jobs(context).runner.current()));
  for (const action of ["pause", "stop", "finish"] as const)
    api.post(`/projects/:id/jobs/current/${action}`, (context) =>
      context.json(jobs(context).runner[action]()),
    );
}

/** @throws InvalidInput */
function requestOf(body: Readonly<Record<string, unknown>>): JobRequest {
  if (typeof body["export"] === "string") return { export: body["export"] };
  const { until, retrain, watch } = body;
  if (typeof until !== "string")
    throw new InvalidInput("job", 'a stage ("until") or formats ("export")', JSON.stringify(body));
  const view = watch === undefined || watch === null ? undefined : viewOf(watch as PreviewRequest);
  return { until: until as never, retrain: retrain === true, watch: view };
}

/** What a page calls itself. */
const pageOf = (context: Context): string => context.req.header("Karyon-Page") ?? "";

/** An answer, or null where the same page has asked for something newer: that is no mistake of anybody. */
async function overtaken(answer: Promise<unknown>): Promise<Response> {
  try {
    return packedAnswer(await answer);
  } catch (error) {
    if (isKaryonError(error, "Cancelled")) return packedAnswer(null);
    throw error;
  }
}

function addPreviewRoutes(api: Hono, jobs: JobsOf): void {
  api.post("/projects/:id/preview/annotation", async (context) => {
    const request = await jsonOf<PreviewRequest>(context);
    const { previews } = jobs(context);
    return overtaken(previews.annotation(request, pageOf(context), context.req.raw.signal));
  });
  api.post("/projects/:id/preview/segmentation", async (context) => {
    const request = await jsonOf<PreviewRequest & { readonly model?: string }>(context);
    const { previews } = jobs(context);
    return overtaken(previews.segmentation(request, pageOf(context), context.req.raw.signal));
  });
  api.get("/projects/:id/watch", (context) => packedAnswer(jobs(context).watching.newest() ?? null));
  api.post("/projects/:id/watch", async (context) => {
    const body = await jsonOf<Record<"frame" | "window", unknown>>(context);
    jobs(context).watching.watch(
      body.window === undefined || body.window === null ? undefined : viewOf(body),
    );
    return context.json({});
  });
}

function addModelRoutes(api: Hono, jobs: JobsOf): void {
  const changed = async (context: Context): Promise<Response> => {
    const { project } = jobs(context);
    await project.tellState();
    return context.json(listModels(project));
  };
  api.get("/projects/:id/models", (context) => context.json(listModels(jobs(context).project)));
  api.post("/projects/:id/models", async (context) => {
    const { keep } = await jsonOf<{ keep?: unknown }>(context);
    await keepModel(jobs(context).project, keep);
    return changed(context);
  });
  api.post("/projects/:id/models/choose", async (context) => {
    const { name } = await jsonOf<{ name?: unknown }>(context);
    await chooseModel(jobs(context).project, String(name));
    return changed(context);
  });
  api.delete("/projects/:id/models/:name", async (context) => {
    await removeModel(jobs(context).project, context.req.param("name"));
    return changed(context);
  });
  api.get("/projects/:id/models/:name/training", (context) => {
    const { folder } = modelNamed(jobs(context).project, context.req.param("name"));
    return context.json(trainingOf(folder));
  });
}

function addTableRoutes(api: Hono, jobs: JobsOf): void {
  api.get("/projects/:id/tables/:name", async (context) =>
    packedAnswer(await jobs(context).table(tableName(context.req.param("name")))),
  );
  api.get("/projects/:id/review", async (context) => context.json(await jobs(context).review()));
}

/** The part of an address behind a word, decoded. @throws Refusal 404 */
const pathAfter = (context: Context, word: string): string => {
  const path = context.req.path;
  const before = `/${word}/`;
  return decodedPath(path.slice(path.indexOf(before) + before.length)).join("/");
};

function addFileRoutes(api: Hono, jobs: JobsOf): void {
  const out = (context: Context): string => jobs(context).project.settings().out;
  api.get("/projects/:id/exports", (context) => context.json(listExports(out(context))));
  api.get("/projects/:id/exports/*", (context) =>
    fileAnswer(join(out(context), stageOutputs.export), pathAfter(context, "exports"), true),
  );
  api.get("/projects/:id/figures", (context) => context.json(listFigures(out(context))));
  api.get("/projects/:id/files/*", (context) => fileAnswer(out(context), pathAfter(context, "files")));
}

function addStudyRoutes(api: Hono, { confinement }: Studio): void {
  const placeOf = (context: Context): string => confinement.place(context.req.query("path") ?? "");
  api.get("/studies", (context) => packedAnswer(readStudy(placeOf(context))));
  api.get("/studies/files", (context) => {
    const path = placeOf(context);
    const folder = studyFolderOf(path);
    return fileAnswer(folder, path.slice(folder.length + 1).replaceAll("\\", "/"));
  });
}

/** The study that a file lies in: its folder is given out, and no other. @throws Refusal 404 */
function studyFolderOf(path: string): string {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, "run.json")) && statSync(folder).isDirectory() && isStudy(folder))
      return folder;
  throw new Refusal(404, "NotFound", "This is no file of a study.");
}

const isStudy = (folder: string): boolean => readRun(folder)?.command === "study";
