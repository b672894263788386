/** The seam for what is given to other programs: images, labels, objects and tracks in formats of theirs. */
import { InvalidInput } from "../core/errors.js";
import type { ImageSource } from "../core/image.js";
import type { LabelSource } from "../core/labels.js";
import type { Nuclei } from "../core/nuclei.js";
import type { StageContext } from "../core/progress.js";
import type { Branch, TrackGraph } from "../core/tracks.js";
import type { ByteSink } from "../io/bytes.js";

/** What there is to be given: a movie or images, with what was found in them. */
export interface ExportInput {
  /** Short name of the movie, without a folder; files are named after it. */
  readonly name: string;
  readonly images?: ImageSource | undefined;
  /** As many frames as `images`. */
  readonly labels?: LabelSource | undefined;
  /** Measured objects of `labels`, where there are no tracks: `graph` has its own. */
  readonly nuclei?: Nuclei | undefined;
  /** Its nuclei have the labels of `labels`, frame by frame. */
  readonly graph?: TrackGraph | undefined;
  /** Branches of the graph, where the caller has them; else they are made. */
  readonly branches?: readonly Branch[] | undefined;
  /** µm per pixel; undefined when unknown. */
  readonly pixelSize?: number | undefined;
  /** Seconds between frames; undefined when unknown. */
  readonly frameInterval?: number | undefined;
  /** Path of the file that the images are in, for formats that name it. */
  readonly imageFile?: string | undefined;
}

/** A part of what there is to be given. */
export type ExportPart = "images" | "labels" | "graph";

/** A file of an export. */
export interface ExportedFile {
  /** Relative to the folder of the export, with "/" between folders. */
  readonly path: string;
  /** Writes the file; each place once, but for a head that comes last. */
  readonly write: (sink: ByteSink) => Promise<void>;
}

/** How an export is stopped, says how far it is, and what it assumed. */
export interface ExportContext extends StageContext {
  /** Takes one sentence for the user. */
  readonly tell?: ((text: string) => void) | undefined;
}

/** A format for other programs. An exporter knows no disk: who calls it writes the files where they belong. */
export interface Exporter {
  /** Short name, such as `trackmate`. */
  readonly name: string;
  /** Name for people, such as "TrackMate XML". */
  readonly title: string;
  /** The parts that it cannot do without. */
  readonly needs: readonly ExportPart[];
  /** End of the name of the one thing that it makes, without a dot; undefined when that is a folder of files. */
  readonly extension?: string | undefined;
  /** Other ends of names that are taken for the format. */
  readonly otherExtensions?: readonly string[] | undefined;
  /** Whether that one thing is a folder of files, and not a file. Their paths are as seen from it. */
  readonly isHierarchy?: boolean | undefined;
  /**
   * The files, made one by one as they are asked for: frames are read when it is their turn.
   *
   * @throws InvalidInput before the first file where the format cannot hold what is given; Cancelled when
   *   `options.signal` says so
   */
  readonly files: (input: ExportInput, options?: ExportContext) => AsyncIterable<ExportedFile>;
}

/** A file whose bytes are at hand. */
export const wholeFile = (path: string, bytes: Uint8Array | string): ExportedFile => ({
  path,
  write: (sink) => sink.write(0, typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes),
});

/** A file whose bytes come in pieces, one after the other. */
export const fileInPieces = (
  path: string,
  pieces: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): ExportedFile => ({
  path,
  write: async (sink) => {
    let at = 0;
    for await (const piece of pieces()) {
      await sink.write(at, piece);
      at += piece.length;
    }
  },
});

/** A part that an exporter needs. @throws InvalidInput when it is not there */
export function neededPart<Part extends ExportPart>(
  input: ExportInput,
  part: Part,
  title: string,
): NonNullable<ExportInput[Part]> {
  const value = input[part];
  if (value !== undefined) return value;
  const names = { images: "images", labels: "label images", graph: "tracks" } as const;
  throw new InvalidInput(`export as ${title}`, names[part], "none");
}
