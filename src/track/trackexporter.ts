import type { LabelSource } from "../core/labels.js";
import type { StageContext } from "../core/progress.js";
import type { Branch, TrackGraph } from "../core/tracks.js";

/** A file of an export. */
export interface ExportedFile {
  /** Relative to the folder of the export, with "/" between folders. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What an export takes beside tracks and labels. */
export interface TrackExportOptions extends StageContext {
  /** Branches of the graph, where the caller has them; else they are made. */
  readonly branches?: readonly Branch[] | undefined;
}

/**
 * A format in which tracks are given to other programs. An exporter knows no disk: who calls it writes the files
 * where they belong.
 */
export interface TrackExporter {
  /** Short name, such as `ctc`. */
  readonly name: string;
  /** Name for people. */
  readonly title: string;
  /**
   * The files of an export, made one by one as they are asked for: frames are read when it is their turn.
   *
   * @param graph whose nuclei have the labels of `labels`, frame by frame
   * @throws InvalidInput before the first file where the format cannot hold the tracks, or the labels are not
   *   those of the graph; Cancelled when `options.signal` says so
   */
  files(graph: TrackGraph, labels: LabelSource, options?: TrackExportOptions): AsyncIterable<ExportedFile>;
}
