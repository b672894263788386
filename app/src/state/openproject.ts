/** The project that is open, as the server tells it. */
import { computed, signal } from "@preact/signals";
import type {
  About,
  EpochRecord,
  Job,
  OpenRequest,
  ProjectState,
  StudioEvent,
} from "../../../src/server/messages.js";
import { apiUrl } from "../api/address.js";
import { getJson, sendJson } from "../api/request.js";
import { tell } from "./notices.js";

/** What the server is; undefined until it has said so. */
export const about = signal<About | undefined>(undefined);

/** The project; undefined where none is open. */
export const project = signal<ProjectState | undefined>(undefined);

/** Its work. */
export const job = signal<Job | null>(null);

/** Epochs of the training that goes on, or of the last one. */
export const epochs = signal<readonly EpochRecord[]>([]);

/** False from when the server was found to be away until it tells again what happens. */
export const isConnected = signal(true);

/** Path of the API below the project, such as `projects/1a2b`. */
export const projectPath = computed(() => `projects/${project.value?.id ?? ""}`);

type Listener = (event: StudioEvent) => void;
const listeners = new Set<Listener>();

/** Calls a function for every event of the project. @returns ends it */
export function onStudioEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let events: EventSource | undefined;

/** Asks what the server is, and opens what was given on the command line, or what the address names. */
export async function connect(): Promise<void> {
  about.value = await getJson<About>("about");
  const wanted = new URLSearchParams(location.hash.slice(1)).get("project");
  const open = about.value.projects.find(({ id }) => id === wanted);
  if (open !== undefined) showProject(await getJson<ProjectState>(`projects/${open.id}`));
  else if (about.value.start !== undefined) await openProject(about.value.start);
}

/** Opens images or a run. @throws RequestError */
export async function openProject(asked: OpenRequest): Promise<void> {
  showProject(await sendJson<ProjectState>("POST", "projects", asked));
}

function showProject(state: ProjectState): void {
  events?.close();
  project.value = state;
  job.value = state.job;
  epochs.value = [];
  location.hash = new URLSearchParams({ project: state.id }).toString();
  events = new EventSource(apiUrl(`projects/${state.id}/events`));
  events.onopen = () => {
    isConnected.value = true;
  };
  events.onerror = () => {
    isConnected.value = false;
  };
  events.onmessage = ({ data }: MessageEvent<string>) => take(JSON.parse(data) as StudioEvent);
}

/** Closes the project; the server keeps it open for other pages. */
export function closeProject(): void {
  events?.close();
  events = undefined;
  project.value = undefined;
  job.value = null;
  location.hash = "";
}

function take(event: StudioEvent): void {
  if (event.type === "state") {
    project.value = event.state;
    job.value = event.state.job;
  } else if (event.type === "job") job.value = event.job;
  else if (event.type === "epoch")
    epochs.value = [...epochs.value.filter(({ epoch }) => epoch < event.record.epoch), event.record];
  else if (event.type === "edit" && project.value !== undefined)
    project.value = { ...project.value, corrections: event.corrections };
  else if (event.type === "notice") tell(event.text);
  for (const listener of listeners) listener(event);
}
