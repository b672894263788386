/** A project of the studio without a server around it, and what it told. */
import { rmSync } from "node:fs";
import { Hono } from "hono";
import { unpackValue } from "../src/core/packing.js";
import { resolveConfig } from "../src/pipeline/config/config.js";
import type { Config } from "../src/pipeline/config/options.js";
import type { PartialConfig } from "../src/pipeline/config/partialconfig.js";
import { openInputs } from "../src/pipeline/source/opening.js";
import { answerOf } from "../src/server/answers.js";
import { confinementTo } from "../src/server/confinement.js";
import { jobRoutes } from "../src/server/jobs/jobroutes.js";
import type { Job, ProjectState, StudioEvent } from "../src/server/messages.js";
import type { Project } from "../src/server/project.js";

/** A project whose images are at hand. */
export interface TestProject {
  readonly project: Project;
  readonly events: StudioEvent[];
}

/** Opens images with a run folder. */
export async function testProject(
  inputs: readonly string[],
  out: string,
  first: PartialConfig,
): Promise<TestProject> {
  let partial = first;
  const config = (): Config => resolveConfig(JSON.parse(JSON.stringify(partial)) as object, "the test");
  const images = await openInputs(inputs, out, config(), {});
  const events: StudioEvent[] = [];
  const listeners = new Set<(event: StudioEvent) => void>();
  const tell = (event: StudioEvent): void => {
    events.push(event);
    for (const listener of [...listeners]) listener(event);
  };
  const project: Project = {
    id: "p",
    settings: () => ({ inputs, out, partial }),
    config,
    source: () => images.source,
    images: () => Promise.resolve(images),
    imagesNumber: () => 1,
    inspections: () => [],
    change: async (changed) => {
      const before = partial as Record<string, object | undefined>;
      partial = { ...partial };
      for (const [section, options] of Object.entries(changed as Record<string, object>))
        (partial as Record<string, object>)[section] = { ...before[section], ...options };
    },
    state: () => Promise.resolve({} as ProjectState),
    tell,
    tellState: async () => tell({ type: "state", state: {} as ProjectState }),
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => Promise.resolve(),
  };
  return { project, events };
}

/** What the routes answer. */
export interface Asked {
  readonly status: number;
  /** JSON, or what was packed. */
  readonly body: unknown;
  readonly headers: Headers;
}

/** Asks the routes of jobs about one project. @param roots folders that may be reached */
export function askJobs(
  project: Project,
  roots: readonly string[],
): (method: string, path: string, body?: unknown) => Promise<Asked> {
  const api = new Hono();
  const studio = {
    confinement: confinementTo(roots),
    project: () => project,
    parts: () => {
      throw new Error("not asked for");
    },
  };
  jobRoutes(api, studio);
  api.onError((error) => {
    const { status, body } = answerOf(error);
    return Response.json(body, { status });
  });
  return async (method, path, body) => {
    const answer = await api.request(path, {
      method,
      headers: { "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { status, headers } = answer;
    const type = headers.get("Content-Type") ?? "";
    if (type.startsWith("application/json")) return { status, headers, body: await answer.json() };
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const isPacked = type === "application/octet-stream" && headers.get("Cache-Control") === "no-store";
    return { status, headers, body: isPacked ? unpackValue(bytes) : bytes };
  };
}

/** Waits for an event. */
export const eventOf = ({ listen }: Project, is: (event: StudioEvent) => boolean): Promise<StudioEvent> =>
  new Promise((resolve) => {
    const end = listen((event) => {
      if (!is(event)) return;
      end();
      resolve(event);
    });
  });

/** Waits until the job is over. */
export const jobEnd = async (project: Project): Promise<Job> => {
  const event = await eventOf(project, (told) => told.type === "job" && !isGoing(told.job));
  return (event as Extract<StudioEvent, { type: "job" }>).job;
};

const isGoing = ({ state }: Job): boolean => state === "running" || state === "stopping";

/** Removes a folder, also while a thread that ends writes into it. */
export const discard = (path: string): void =>
  rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
