/** A project that is open in the server: images, a run folder, and what goes on in it. */
import type { Config } from "../pipeline/config/options.js";
import type { PartialConfig } from "../pipeline/config/partialconfig.js";
import type { FileSource } from "../pipeline/source/filesource.js";
import type { OpenInputs } from "../pipeline/source/opening.js";
import type { Inspection } from "../pipeline/source/inspection.js";
import type { ProjectState, StudioEvent } from "./messages.js";

/** What a project is made from. */
export interface ProjectSettings {
  /** Addresses of images, absolute, with `#series` where there is one. */
  readonly inputs: readonly string[];
  /** The run folder, absolute; it need not exist yet. */
  readonly out: string;
  /** What differs from the defaults. */
  readonly partial: PartialConfig;
}

/** A project. Routes read it; only `change` and jobs alter it. */
export interface Project {
  readonly id: string;
  readonly settings: () => ProjectSettings;
  /** The settings with all defaults. */
  readonly config: () => Config;
  /** The images as `settings` read them, open; their bytes need not be fingerprinted yet. */
  readonly source: () => FileSource;
  /** Rises when images are read in another way: what was made of earlier ones is void. */
  readonly imagesNumber: () => number;
  /** The images with the fingerprints of their bytes, which of a large movie are taken in the background. */
  readonly images: () => Promise<OpenInputs>;
  readonly inspections: () => readonly Inspection[];
  /**
   * Joins options into the settings, null for the default, and keeps them in the run folder. Reads the images anew
   * where the settings of the input have changed.
   *
   * @throws InvalidInput
   */
  readonly change: (partial: PartialConfig) => Promise<void>;
  /** As the page sees it. */
  readonly state: () => Promise<ProjectState>;
  /** Tells all pages. */
  readonly tell: (event: StudioEvent) => void;
  /** Tells all pages how the project stands now. */
  readonly tellState: () => Promise<void>;
  /** Called for each event that is told. @returns ends it */
  readonly listen: (listener: (event: StudioEvent) => void) => () => void;
  readonly close: () => Promise<void>;
}
