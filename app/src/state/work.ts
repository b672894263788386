/** What is asked of the server: work, settings, networks. */
import type { Window } from "../../../src/core/image.js";
import type { Job, JobRequest, ModelSummary, ProjectState } from "../../../src/server/messages.js";
import { request, sendJson } from "../api/request.js";
import { job, project, projectPath } from "./openproject.js";

/** Whether something is being computed. */
export const isAtWork = (now: Job | null = job.value): boolean =>
  now?.state === "running" || now?.state === "stopping";

/** Starts the stages up to one, or an export. @throws RequestError */
export async function startWork(asked: JobRequest): Promise<void> {
  job.value = await sendJson<Job>("POST", `${projectPath.value}/jobs`, asked);
}

/** `pause` keeps what is half done, `finish` ends a training with what there is, `stop` ends at once. */
export async function endWork(how: "pause" | "stop" | "finish"): Promise<void> {
  job.value = await sendJson<Job | null>("POST", `${projectPath.value}/jobs/current/${how}`, {});
}

/** Changes settings; a key that is undefined goes back to its default. @throws RequestError */
export async function changeSettings(config: ProjectState["config"]): Promise<void> {
  const { id } = project.value!;
  // JSON has no undefined: null stands for what is taken away.
  const body = JSON.stringify({ config }, (_, value: unknown) => (value === undefined ? null : value));
  const answer = await request(`projects/${id}`, { method: "PATCH", body, type: "application/json" });
  if (project.value?.id === id) project.value = (await answer.json()) as ProjectState;
}

/** Has a part of the image predicted while a network is trained; undefined ends it. */
export const watchPart = (
  part: { readonly frame: number; readonly window: Window } | undefined,
): Promise<unknown> => sendJson("POST", `${projectPath.value}/watch`, part ?? { window: null });

const takeModels = (models: readonly ModelSummary[]): void => {
  if (project.value !== undefined) project.value = { ...project.value, models };
};

/** Keeps the project's own network under a name. */
export async function keepModel(name: string): Promise<void> {
  takeModels(await sendJson<readonly ModelSummary[]>("POST", `${projectPath.value}/models`, { keep: name }));
}

/** Makes a network the one that segments. */
export async function chooseModel(name: string): Promise<void> {
  takeModels(await sendJson<readonly ModelSummary[]>("POST", `${projectPath.value}/models/choose`, { name }));
}

/** Deletes a network that was kept. */
export async function deleteModel(name: string): Promise<void> {
  const path = `${projectPath.value}/models/${encodeURIComponent(name)}`;
  takeModels(await sendJson<readonly ModelSummary[]>("DELETE", path, {}));
}

/** Text of the `karyon.yaml` that does what was clicked. */
export const configurationText = async (): Promise<string> =>
  (await request(`${projectPath.value}/karyon.yaml`)).text();
