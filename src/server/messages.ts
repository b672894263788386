/**
 * What the server and the page say to each other. All lies under `/api/TOKEN/`; docs/studio-api.md describes it.
 * Bodies are JSON, or values packed by `core/packing.ts` (application/octet-stream) where they hold arrays.
 */
import type { Window } from "../core/image.js";
import type { Edit, Layer, ReviewedFrame } from "../correct/edits.js";
import type { PartialConfig } from "../pipeline/config/partialconfig.js";
import type { Inspection } from "../pipeline/source/inspection.js";
import type { PipelineEvent } from "../pipeline/stage/events.js";
import type { RunStage } from "../pipeline/stage/stagenames.js";

export type { PartialConfig } from "../pipeline/config/partialconfig.js";
export type { RunStage } from "../pipeline/stage/stagenames.js";

/** `GET about`: what the server is. */
export interface About {
  readonly version: string;
  /** Folders that may be read and written, as they were given. */
  readonly roots: readonly string[];
  /** What was given on the command line, to be opened at once. */
  readonly start: OpenRequest | undefined;
  readonly projects: readonly ProjectName[];
  /** Of an upload, bytes. */
  readonly maxUpload: number;
  readonly cores: number;
  /** Addresses of pages that may read, beside this one. */
  readonly allowedOrigins: readonly string[];
}

/** A project that is open. */
export interface ProjectName {
  readonly id: string;
  readonly name: string;
  /** The run folder. */
  readonly out: string;
}

/** `GET files?path=P`: what lies in a folder; without `path`, the roots. */
export interface FileListing {
  /** Absolute; "" for the list of roots. */
  readonly path: string;
  /** "" at a root. */
  readonly parent: string;
  readonly entries: readonly FileEntry[];
}

/** A file or folder. `images` is a file that a reader knows by its name, or a folder of such. */
export interface FileEntry {
  readonly name: string;
  readonly path: string;
  readonly kind: "folder" | "images" | "run" | "study" | "model" | "labels" | "other";
  /** Bytes; of folders 0. */
  readonly size: number;
  /** ISO 8601. */
  readonly modified: string;
}

/** `POST inspect`: `{ paths }`; as `karyon inspect` says it. */
export type InspectAnswer = readonly Inspection[];

/**
 * `POST projects`: images to work on, or a run folder.
 *
 * `out` defaults to a folder beside the first input, named after it, with `-karyon` behind it; where the images
 * lie in no folder that may be written, in the first root.
 */
export type OpenRequest =
  | { readonly inputs: readonly string[]; readonly out?: string | undefined; readonly config?: PartialConfig }
  | { readonly run: string };

/** Whether there is a result of a stage, and whether what it was made from has changed since. */
export type Freshness = "missing" | "fresh" | "stale";

/** `GET projects/ID`: a project as it stands. */
export interface ProjectState extends ProjectName {
  readonly inputs: readonly string[];
  readonly kind: "movie" | "images";
  readonly frames: number;
  readonly frameNames: readonly string[];
  /** One a frame, px; one for all frames of a movie. */
  readonly sizes: readonly (readonly [height: number, width: number])[];
  readonly channels: number;
  readonly channelNames: readonly string[];
  readonly slices: number;
  /** µm; null where unknown. */
  readonly pixelSize: number | null;
  /** s; null where unknown. */
  readonly frameInterval: number | null;
  /** What was assumed or looks wrong, one sentence each. */
  readonly notices: readonly string[];
  readonly inspections: readonly Inspection[];
  /** What differs from the defaults. */
  readonly config: PartialConfig;
  /** The whole configuration, by section. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly stages: Readonly<Record<RunStage, StageState>>;
  /** Label layers that can be read, with the number of their latest change. */
  readonly labelLayers: Readonly<Partial<Record<LabelLayerName, number>>>;
  readonly corrections: CorrectionCounts;
  readonly reviewed: readonly ReviewedFrame[];
  readonly job: Job | null;
  readonly models: readonly ModelSummary[];
}

/** Label images of a project. `candidates`: all that the annotation looked at, numbered frame by frame. */
export type LabelLayerName = "candidates" | "annotation" | "labels" | "tracks";

/** A stage of the run. */
export interface StageState {
  readonly freshness: Freshness;
  /** What came out, one line; "" where there is none. */
  readonly text: string;
  /** ISO 8601; "" where there is none. */
  readonly finished: string;
}

/** What was corrected by hand. */
export interface CorrectionCounts {
  /** Number of the last entry of the log. */
  readonly revision: number;
  readonly edits: Readonly<Record<Layer, number>>;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** What was corrected and no longer applies, a sentence each. */
  readonly unapplied: readonly string[];
}

/** A network of the project: its own (`model`), or one that was kept under a name (`models/NAME`). */
export interface ModelSummary {
  readonly name: string;
  readonly folder: string;
  readonly isOwn: boolean;
  /** The one that segments. */
  readonly isChosen: boolean;
  readonly steps: number;
  /** Null where unknown. */
  readonly expectedF1: number | null;
  readonly validationLoss: number | null;
  /** ISO 8601. */
  readonly finished: string;
}

/**
 * What a job does (`POST projects/ID/jobs`): the stages up to one, or an export in formats, separated by commas.
 *
 * `until: "annotate"` and `"train"` leave a chosen network aside. A network that was trained on other data than
 * those of now is used as it is, but by `until: "train"`, which fails unless `retrain` is true.
 */
export type JobRequest =
  | {
      readonly until: RunStage;
      /** A network may be replaced. */
      readonly retrain?: boolean;
      /** Predicts this part while it trains. */
      readonly watch?: { readonly frame: number; readonly window: Window } | undefined;
    }
  | { readonly export: string };

/** `GET projects/ID/exports`. */
export interface ExportListing {
  readonly formats: readonly {
    /** As in `JobRequest`. */
    readonly name: string;
    readonly title: string;
    /** Whether it is left out where nothing was tracked. */
    readonly needsTracks: boolean;
  }[];
  /** What was written; `GET projects/ID/exports/PATH` gives it. */
  readonly files: readonly FolderFile[];
}

/** A file, or a folder, which is given as a ZIP archive. */
export interface FolderFile {
  /** With "/" between folders, below the folder that is listed. */
  readonly path: string;
  readonly isFolder: boolean;
  /** Bytes; of a folder those of all its files. */
  readonly size: number;
}

/** `GET studies?path=P`, packed: what a study folder compares. */
export interface StudyAnswer {
  /** Absolute. */
  readonly path: string;
  readonly name: string;
  readonly samples: readonly {
    readonly name: string;
    readonly condition: string;
    /** "" where it has none. */
    readonly replicate: string;
    /** Run folder, absolute: `POST projects` `{ run }` opens it. */
    readonly run: string;
  }[];
  /** `samples`, `conditions`, `tests`, `courses`: those that there are. */
  readonly tables: readonly {
    readonly name: string;
    readonly count: number;
    readonly columns: readonly TableColumn[];
  }[];
  /** For `GET studies/files?path=`: paths of plots, absolute. */
  readonly figures: readonly string[];
  /** Absolute; "" where there is none. */
  readonly report: string;
}

/**
 * Work that goes on, or has ended (`GET projects/ID/jobs/current`). `paused` is what was stopped: the same request
 * goes on where it was.
 */
export interface Job {
  readonly number: number;
  readonly request: JobRequest;
  readonly state: "running" | "stopping" | "done" | "paused" | "failed";
  /** The stage at work; "" before the first. */
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  readonly message: string;
  /** Seconds that are left of the stage; null where unknown. */
  readonly secondsLeft: number | null;
  /** Why it failed; "" where it did not. */
  readonly error: string;
}

/** An epoch of a training; null where there was nothing to validate with. */
export interface EpochRecord {
  readonly epoch: number;
  readonly step: number;
  readonly loss: number;
  readonly validationLoss: number | null;
  readonly score: number | null;
  readonly learningRate: number;
  /** Since the training began or went on. */
  readonly seconds: number;
}

/** `GET projects/ID/tables/NAME`, packed: one row an object. */
export interface StudioTable {
  readonly name: TableName;
  readonly count: number;
  readonly columns: readonly TableColumn[];
}

/**
 * Tables of a project. The first columns: `candidates`: frame, candidate; `annotation` and `labels`: frame, label;
 * `spots`: frame, label (of the track layer), track; `tracks`: track; `divisions`: frame, mother.
 */
export type TableName = "candidates" | "annotation" | "labels" | "spots" | "tracks" | "divisions";

/** A column; words where it has no numbers. */
export interface TableColumn {
  /** As in the CSV file, without its unit. */
  readonly key: string;
  readonly title: string;
  /** "" where it has none. */
  readonly unit: string;
  readonly values: Float64Array | readonly string[];
}

/** `POST projects/ID/edits` (packed `Edit`): the number in the log; 409 where the labels have changed meanwhile. */
export interface EditAnswer {
  readonly number: number;
  readonly corrections: CorrectionCounts;
}

/** `POST projects/ID/undo` and `redo`, packed: what was taken back or done again; null where there is nothing. */
export interface UndoAnswer extends EditAnswer {
  readonly edit: Edit | null;
}

/**
 * `GET projects/ID/log`: the last edits, the latest first. Before those that hold come those that were undone; the
 * last of them is the first to be done again.
 */
export interface LoggedEdit {
  readonly number: number;
  readonly layer: Layer;
  readonly gesture: Edit["gesture"];
  readonly frame: number;
  /** The middle of what changed, px. */
  readonly y: number;
  readonly x: number;
  readonly isUndone: boolean;
}

/** `POST projects/ID/preview/annotation` (JSON): a window of a frame, annotated by itself with these options. */
export interface PreviewRequest {
  readonly frame: number;
  readonly window: Window;
  readonly config: PartialConfig;
}

/** Packed. */
export interface PreviewAnswer {
  readonly window: Window;
  /** height x width: candidates, numbered from 1. */
  readonly candidates: Int32Array;
  /** 1.. sure, 0 background, -1 unknown. */
  readonly labels: Int32Array;
  /** One row a candidate: candidate, kept, score, area and other features, cause, reason. */
  readonly objects: StudioTable;
  /** Of a nucleus, px. */
  readonly diameter: number;
  readonly milliseconds: number;
}

/**
 * Packed: `POST projects/ID/preview/segmentation` (JSON: `PreviewRequest` with `model`, the name of a network; default:
 * the chosen one).
 */
export interface PredictionAnswer {
  readonly window: Window;
  /** height x width: 0 background, 1.. nuclei by first pixel. */
  readonly labels: Int32Array;
  /** By label, from 1: of the network, 0..1. */
  readonly scores: Float64Array;
  readonly milliseconds: number;
}

/** Packed: what the network that is being trained makes of the watched part. */
export interface WatchAnswer {
  readonly step: number;
  readonly frame: number;
  readonly window: Window;
  readonly labels: Int32Array;
}

/** `GET projects/ID/review`: the 500 most doubtful, the worst first. */
export interface ReviewItem {
  readonly layer: Layer;
  readonly kind: string;
  readonly frame: number;
  readonly y: number;
  readonly x: number;
  /** Label of the annotation or the labels, candidate of what was rejected, row of the spot; -1 for none. */
  readonly object: number;
  /** 0..1. */
  readonly doubt: number;
  readonly reason: string;
}

/** `GET projects/ID/events`: server-sent events, one JSON value each. */
export type StudioEvent =
  | { readonly type: "state"; readonly state: ProjectState }
  | { readonly type: "job"; readonly job: Job }
  | { readonly type: "pipeline"; readonly event: PipelineEvent }
  | { readonly type: "epoch"; readonly record: EpochRecord }
  /** There is a new prediction: `GET projects/ID/watch`. */
  | { readonly type: "watch"; readonly step: number; readonly frame: number }
  /** Labels or tracks have changed, by this or another page. */
  | {
      readonly type: "edit";
      readonly number: number;
      readonly layer: Layer;
      readonly frame: number;
      /** Rectangles that changed; empty for all. */
      readonly windows: readonly Window[];
      /** As the page named itself in the header `Karyon-Page`. */
      readonly page: string;
      readonly corrections: CorrectionCounts;
    }
  | { readonly type: "notice"; readonly text: string };

/** Body of every answer that is no success. */
export interface ErrorAnswer {
  /** One sentence. */
  readonly error: string;
  readonly kind: string;
}
