/** The projects that are open in the server. */
import { createHash } from "node:crypto";
import type { Config } from "../../pipeline/config/options.js";
import type { PartialConfig } from "../../pipeline/config/partialconfig.js";
import { answerOf, Refusal } from "../answers.js";
import type { Confinement } from "../confinement.js";
import type { OpenRequest, ProjectName, ProjectState } from "../messages.js";
import type { PartsOf, ProjectParts } from "../parts.js";
import type { Project, ProjectSettings } from "../project.js";
import { makeListeners } from "./projectevents.js";
import { type Background, beginImages, beginInspecting, type ProjectImages } from "./projectimages.js";
import {
  checkedSettings,
  joinedSettings,
  openProjectSource,
  placeOf,
  type ProjectPlace,
  settingsOf,
} from "./projectopening.js";
import { lookAtStages, nameOf } from "./projectstate.js";
import { writeSettings } from "./studiosettings.js";

/** A project with what is known of it. */
export interface OpenedProject {
  readonly project: Project;
  readonly parts: ProjectParts;
}

/** All projects that are open. */
export interface Projects {
  /** Opens images or a run; the same images with the same run folder are the project that is open. */
  readonly open: (request: OpenRequest) => Promise<OpenedProject>;
  /** @throws Refusal 404 */
  readonly find: (id: string) => OpenedProject;
  readonly names: () => readonly ProjectName[];
  readonly close: () => Promise<void>;
}

/** @param partsOf makes what the server knows of a project beside its images */
export function openProjects(confinement: Confinement, partsOf: PartsOf): Projects {
  const all = new Map<string, OpenedProject>();
  const open = async (request: OpenRequest): Promise<OpenedProject> => {
    const place = placeOf(request, confinement);
    const id = idOf(place.out);
    const present = all.get(id);
    if (present !== undefined) return sameImages(present, place);
    const project = await openProject(
      id,
      { ...place, partial: settingsOf(request, place.out) },
      confinement,
      {
        partsState: () => opened.parts.state(),
      },
    );
    const opened: OpenedProject = { project, parts: partsOf(project) };
    all.set(id, opened);
    return opened;
  };
  return {
    open: oneByOne(open),
    find: (id) => {
      const found = all.get(id);
      if (found === undefined)
        throw new Refusal(404, "Unknown", "No project of that name is open; open it again.");
      return found;
    },
    names: () =>
      [...all.values()].map(({ project }) => {
        const settings = project.settings();
        return { id: project.id, name: nameOf(settings), out: settings.out };
      }),
    close: async () => {
      for (const { project, parts } of all.values()) {
        await parts.close();
        await project.close();
      }
      all.clear();
    },
  };
}

/** Of two calls at once the second waits, and begins from what the first left. */
function oneByOne<A, T>(work: (argument: A) => Promise<T>): (argument: A) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (argument) => {
    const result = last.then(() => work(argument));
    last = result.catch(() => undefined);
    return result;
  };
}

/** A run folder is one project, wherever it is opened from. */
const idOf = (out: string): string => createHash("sha256").update(out).digest("hex").slice(0, 12);

function sameImages(opened: OpenedProject, { inputs, out }: ProjectPlace): OpenedProject {
  const present = opened.project.settings().inputs;
  if (JSON.stringify(present) === JSON.stringify(inputs) || sameFiles(opened.project, inputs)) return opened;
  throw new Refusal(
    409,
    "Conflict",
    `${out} is open with other images (${present[0]!}${present.length > 1 ? ", ..." : ""}); choose another folder ` +
      "for the results.",
  );
}

/** A run names the files, where images were opened by their folder. */
const sameFiles = (project: Project, inputs: readonly string[]): boolean =>
  JSON.stringify(project.source().files) === JSON.stringify(inputs);

interface Surroundings {
  readonly partsState: ProjectParts["state"];
}

interface Present {
  readonly partial: PartialConfig;
  readonly config: Config;
  readonly images: ProjectImages;
  readonly number: number;
}

/** Nobody waits for what is told by itself: its mistakes are only shown to who looks for them. */
const reportBug = (error: unknown): void => void answerOf(error);

interface Opening {
  readonly place: ProjectPlace;
  readonly confinement: Confinement;
  readonly background: Background;
}

/** The images as settings read them; those from before where their own settings are the same. */
async function presentWith(
  { place, confinement, background }: Opening,
  partial: PartialConfig,
  before?: Present,
): Promise<Present> {
  const checked = checkedSettings(partial, confinement);
  if (before !== undefined && JSON.stringify(before.config.input) === JSON.stringify(checked.config.input))
    return { ...before, ...checked };
  const source = await openProjectSource(place, checked.config, confinement);
  const images = await beginImages(source, checked.config, background, before?.images);
  return { ...checked, images, number: (before?.number ?? 0) + 1 };
}

async function openProject(
  id: string,
  first: ProjectSettings,
  confinement: Confinement,
  { partsState }: Surroundings,
): Promise<Project> {
  const { inputs, out } = first;
  const { tell, listen } = makeListeners();
  const look = lookAtStages();
  const stop = new AbortController();
  const background = { signal: stop.signal, onKnown: () => void tellState().catch(reportBug) };
  const opening: Opening = { place: first, confinement, background };
  let present: Present | undefined;
  const now = (): Present => present!;
  const state = async (): Promise<ProjectState> => {
    const { partial, config, images } = now();
    return {
      ...images.state,
      id,
      name: nameOf(first),
      out,
      inputs,
      inspections: inspecting.found(),
      config: partial,
      settings: config as unknown as ProjectState["settings"],
      stages: await look.stages(out, config, images.known()),
      ...(await partsState()),
    };
  };
  const tellState = async (): Promise<void> => {
    if (present !== undefined) tell({ type: "state", state: await state() });
  };
  const change = async (wanted: PartialConfig): Promise<void> => {
    const next = await presentWith(opening, joinedSettings(now().partial, wanted), now());
    await writeSettings({ inputs, out, partial: next.partial });
    present = next;
    await tellState();
  };
  present = await presentWith(opening, first.partial);
  const inspecting = beginInspecting(inputs, background);
  return {
    id,
    settings: () => ({ inputs, out, partial: now().partial }),
    config: () => now().config,
    source: () => now().images.source,
    images: () => now().images.fingerprinted(),
    imagesNumber: () => now().number,
    inspections: inspecting.found,
    change: oneByOne(change),
    state,
    tell,
    tellState,
    listen,
    close: async () => stop.abort(),
  };
}
