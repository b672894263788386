/** What a format of tracks gives: a graph of nuclei, and their outlines where it has them. */
import type { LabelSource } from "../../core/labels.js";
import type { TrackGraph } from "../../core/tracks.js";
import type { FileFormat } from "./fileformat.js";

/** A format of tracks. */
export type TrackFormat = FileFormat<OpenedTracks>;

/** Tracks of another program. */
export interface OpenedTracks {
  /** For people, such as "TrackMate". */
  readonly format: string;
  /** In px and frames; columns of the nuclei that the file does not say are NaN, its flags 0. */
  readonly graph: TrackGraph;
  /** Label images in which each nucleus has its label, frame by frame; undefined for tracks of points. */
  readonly labels: LabelSource | undefined;
  /** µm; undefined when the file does not say. */
  readonly pixelSize: number | undefined;
  /** Seconds; undefined when the file does not say. */
  readonly frameInterval: number | undefined;
  /** What was assumed or left out, as sentences without file name and full stop. */
  readonly notices: readonly string[];
}
