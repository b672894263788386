/** How the rooms of the server come together: what each knows of a project, and the routes that it answers. */
import type { Hono } from "hono";
import type { LabelSource } from "../core/labels.js";
import type { Confinement } from "./confinement.js";
import type { LabelLayerName, ProjectState } from "./messages.js";
import type { Project } from "./project.js";

/** Label images of a project as they are now. */
export interface LabelLayer {
  /** One frame for each of the source, or fewer where a run is unfinished. */
  readonly source: LabelSource;
  /** Rises with every change. */
  readonly version: number;
  /** The same of one frame, where that is known: other frames stay in memory. Default: `version` */
  readonly frameVersion?: ((frame: number) => number) | undefined;
}

/** What a project's state says of the work in it. */
export type PartsState = Pick<ProjectState, "labelLayers" | "corrections" | "reviewed" | "job" | "models">;

/** What is known of a project beside its images and settings. */
export interface ProjectParts {
  /** Undefined where there is none yet. */
  readonly labelLayer: (name: LabelLayerName) => Promise<LabelLayer | undefined>;
  readonly state: () => Promise<PartsState>;
  /** Stops what goes on, and waits until nothing is half written. */
  readonly close: () => Promise<void>;
}

/** Makes the parts of a project that is opened. */
export type PartsOf = (project: Project) => ProjectParts;

/** What routes are answered from. */
export interface Studio {
  readonly confinement: Confinement;
  /** @throws Refusal 404 */
  readonly project: (id: string) => Project;
  /** @throws Refusal 404 */
  readonly parts: (id: string) => ProjectParts;
}

/** Adds routes to the API; their paths are those behind `/api/TOKEN`. */
export type RouteGroup = (api: Hono, studio: Studio) => void;
