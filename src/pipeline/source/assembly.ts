/**
 * What several files are together, and the sentences that tell the user what was found, assumed and
 * converted.
 */
import { basename } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { counted, some } from "../../core/wording.js";
import type { GreyOptions } from "../../io/formats/greyframes.js";
import { readingNotices } from "../../io/formats/readingnotices.js";
import { numberingOf } from "./framenames.js";
import type { ImageFile } from "./imagefile.js";

/** How files are read as one source. */
export interface SourceOptions extends GreyOptions {
  /** Seconds between frames, in place of what the files say. */
  readonly frameInterval?: number | undefined;
  /** What the files are together. Default: found from names and sizes, see `assemblyOf`. */
  readonly kind?: "movie" | "images" | undefined;
  /**
   * Leave out files and frames that cannot be read, with a notice. Every frame is then decoded once on
   * opening. Default false.
   */
  readonly skipBadFrames?: boolean | undefined;
  /** Which of the sizes that files are stored in, 0 for the full one. Default 0. */
  readonly level?: number | undefined;
  /** Frames that are read, from 0, both included: "10..19", "10..", "..19". Default: all. */
  readonly frames?: string | undefined;
  /** Rectangle that is read: "y,x,height,width", px. Default: all. */
  readonly crop?: string | undefined;
  /** A label image: what is not 0 there is left out of all work. */
  readonly exclude?: string | undefined;
  /** A folder whose files are no inputs: the one that the output goes to. */
  readonly except?: string | undefined;
  /** Whether every channel is used, and not one that was chosen: the notices then say so. Default false. */
  readonly everyChannel?: boolean | undefined;
  /** The same of slices. Default false. */
  readonly everySlice?: boolean | undefined;
}

/** What files are together. */
export interface Assembly {
  readonly kind: "movie" | "images";
  readonly notices: readonly string[];
}

/**
 * Decides whether files are a movie or independent images.
 *
 * One file is a movie when it has frames. Several are a movie when each is a single frame, all have one size,
 * and their names differ in digits only; otherwise they are images, several movies too.
 *
 * @param forced what the user says they are
 * @throws InvalidInput when a movie is forced on files of several sizes
 */
export function assemblyOf(files: readonly ImageFile[], forced?: "movie" | "images"): Assembly {
  const sizes = sizesOf(files);
  if (forced === "movie" && sizes.length > 1) {
    throw new InvalidInput(
      "input.kind",
      "images of one size for a movie",
      some(sizes),
      "leave the odd files out, or read them as images (input.kind images)",
    );
  }
  if (forced !== undefined) return { kind: forced, notices: [] };
  const mixed =
    sizes.length > 1
      ? [`The images have ${sizes.length} sizes (${some(sizes)}): they are read as independent images.`]
      : [];
  if (files.length === 1)
    return { kind: files[0]!.frames > 1 && sizes.length === 1 ? "movie" : "images", notices: mixed };
  const movies = files.filter((file) => file.frames > 1).length;
  if (movies > 0) return { kind: "images", notices: [...mixed, manyMovies(movies, files.length)] };
  const numbering = numberingOf(files.map((file) => basename(file.path)));
  if (mixed.length > 0 || numbering === undefined) return { kind: "images", notices: mixed };
  const notices = [
    `${files.length} files of one size whose names differ only in digits are read as a movie ` +
      "(input.kind images reads them as independent images).",
  ];
  if (numbering.varying > 1)
    notices.push(
      `${numbering.varying} numbers in the names differ: check that they are one movie, and not ` +
        "several positions or channels.",
    );
  if (numbering.gap !== undefined)
    notices.push(
      `The numbers of the files skip from ${numbering.gap[0]} to ${numbering.gap[1]}: frames may be missing.`,
    );
  return { kind: "movie", notices };
}

const manyMovies = (movies: number, files: number): string =>
  `${movies} of ${files} files hold several frames. All frames are read as independent images; ` +
  "to track a movie, give it alone (input.kind movie joins the files in order).";

const sizesOf = (files: readonly ImageFile[]): string[] => [
  ...new Set(
    files.flatMap((file) => [
      `${file.height} x ${file.width}`,
      ...(file.mixedSizes ? [`others in ${basename(file.path)}`] : []),
    ]),
  ),
];

/** Pixel size (µm) and frame interval (s) that hold for all files; undefined when unknown. */
export interface Calibration {
  readonly pixelSize: number | undefined;
  readonly frameInterval: number | undefined;
  readonly notices: readonly string[];
}

/** Pixel size and frame interval of all files together: the user's, else the files', where they agree. */
export function calibrationOf(
  files: readonly ImageFile[],
  kind: "movie" | "images",
  options: SourceOptions,
): Calibration {
  const notices: string[] = [];
  const common = (values: readonly (number | undefined)[], what: string): number | undefined => {
    const all = [...new Set(values)];
    const known = all.filter((value) => value !== undefined);
    // Frames of a movie were taken alike, even if only the first says how; independent images need not have
    // been.
    if (all.length === 1 || (kind === "movie" && known.length === 1)) return known[0];
    notices.push(
      `The files give different ${what} (${some(all.map((value) => String(value ?? "none")))}): ` +
        "none holds for all of them.",
    );
    return undefined;
  };
  const pixelSize =
    options.pixelSize ??
    common(
      files.map((file) => file.pixelSize),
      "pixel sizes in µm",
    );
  const interval =
    kind === "movie"
      ? (options.frameInterval ??
        common(
          files.map((file) => file.frameInterval),
          "frame intervals in s",
        ))
      : undefined;
  const missing = [
    pixelSize === undefined ? "pixel size (input.pixelSize, in µm)" : "",
    kind === "movie" && interval === undefined ? "frame interval (input.frameInterval, in s)" : "",
  ].filter((text) => text !== "");
  if (missing.length > 0)
    notices.push(
      `No ${missing.join(" and no ")} is known: results are in ` +
        `${missing.length === 2 ? "px and frames" : pixelSize === undefined ? "px" : "frames"} there.`,
    );
  return { pixelSize, frameInterval: interval, notices };
}

/** What was chosen, converted or assumed on reading; files that share a sentence are named together. */
export function sourceNotices(files: readonly ImageFile[], options: SourceOptions): string[] {
  const byText = new Map<string, string[]>();
  for (const file of files) {
    for (const text of [...file.notices, ...readingNotices(file, options, "input.")])
      byText.set(text, [...(byText.get(text) ?? []), basename(file.path)]);
  }
  return [...byText].map(([text, names]) => {
    if (files.length === 1) return `${text}.`;
    const which =
      names.length === files.length
        ? `all ${files.length} files`
        : `${counted(names.length, "file")}: ${some(names)}`;
    return `${text} (${which}).`;
  });
}
