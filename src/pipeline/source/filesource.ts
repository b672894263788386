import type { ImageSource } from "../../core/image.js";

/** A source that knows the files it comes from. */
export interface FileSource extends ImageSource {
  /** Paths, with the series of files that hold several: `movie.lif#3`. */
  readonly files: readonly string[];
}
