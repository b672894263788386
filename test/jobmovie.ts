/** Jobs on a simulated movie of three frames, with networks of a few steps. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simulate } from "../src/api/simulatemovie.js";
import { encodeTiff } from "../src/io/tiff/encode.js";
import type { PartialConfig } from "../src/pipeline/config/partialconfig.js";
import { jobsOf } from "../src/server/jobs/projectjobs.js";
import type { Job } from "../src/server/messages.js";
import { askJobs, jobEnd, testProject, type TestProject } from "./studioproject.js";

/** A network that learns in seconds. */
export const quickTraining: PartialConfig = {
  general: { threads: 1, seed: 5 },
  train: {
    steps: 90,
    batch: 4,
    patch: 48,
    filters: 8,
    depth: 2,
    nucleusSize: 24,
    learningRate: 3e-3,
    validation: 0.2,
  },
};

/** Makes a folder with the movie in `movie`. @returns its path */
export async function jobMovie(): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), "karyon-jobs-"));
  mkdirSync(join(root, "movie"));
  const movie = await simulate({
    scene: "easy",
    height: 128,
    width: 128,
    frames: 3,
    diameter: 20,
    coverage: 0.3,
    seed: 3,
  });
  for (const t of [0, 1, 2]) {
    const { height, width, data } = movie.image(t);
    const plane = { height, width, samples: 1, data: data as Uint8Array };
    writeFileSync(join(root, "movie", `t${t}.tif`), encodeTiff([plane]));
  }
  return root;
}

/** A project with the routes of its jobs. */
export interface JobProject extends TestProject {
  readonly ask: ReturnType<typeof askJobs>;
  readonly out: string;
}

/** Opens the movie with a run folder of that name. */
export async function openJobProject(
  root: string,
  name: string,
  config: PartialConfig = quickTraining,
): Promise<JobProject> {
  const made = await testProject([join(root, "movie")], join(root, name), config);
  return { ...made, ask: askJobs(made.project, [root]), out: join(root, name) };
}

/** Starts a job and waits for its end. */
export async function work({ project, ask }: JobProject, request: object): Promise<Job> {
  const end = jobEnd(project);
  const { status, body } = await ask("POST", "/projects/p/jobs", request);
  if (status !== 200) throw new Error(JSON.stringify(body));
  const job = await end;
  await jobsOf(project).runner.settled();
  return job;
}
