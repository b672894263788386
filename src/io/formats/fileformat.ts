/**
 * The seam for file formats: what is the same for all of them. A format is one object in one array
 * (`imageFormats`, `labelFormats`); names, extensions and messages follow from the array.
 */
import { CorruptFile, UnsupportedFormat, type KaryonError } from "../../core/errors.js";
import type { ByteSource, Store } from "../bytes.js";
import { unreadFormatOf } from "./unreadformats.js";

/** A file to be opened. */
export interface ByteInput {
  readonly from: "bytes";
  /** What messages call it, such as its path. */
  readonly where: string;
  /** Its name without a folder. */
  readonly name: string;
  readonly bytes: ByteSource;
  /** Another file of the same folder, by name. @throws InvalidInput when there is none */
  readonly sibling: (name: string) => Promise<ByteInput>;
}

/** A hierarchy to be opened. */
export interface StoreInput {
  readonly from: "store";
  /** What messages call it, such as its path. */
  readonly where: string;
  /** Its name without a folder. */
  readonly name: string;
  readonly store: Store;
}

/** What a format can be opened from. */
export type FormatInput = ByteInput | StoreInput;

/** What may be said when something is opened. */
export interface OpenOptions {
  /** Settles whether slices without a distance are frames: "movie" makes them frames. */
  readonly kind?: "movie" | "images" | undefined;
  /**
   * Size of the image that outlines belong to, px, for formats that hold outlines and no size. Default: the
   * smallest that holds them all.
   */
  readonly size?: { readonly height: number; readonly width: number } | undefined;
  /** Files opened with the same object share the memory for what one window leaves for the next. */
  readonly together?: object | undefined;
}

interface FormatNames {
  /** For people, such as "TIFF". */
  readonly name: string;
  /** Ends of names that the format goes by, in lower case and without the dot. */
  readonly extensions: readonly string[];
}

/** A format whose images are files of bytes. */
export interface ByteFormat<Opened> extends FormatNames {
  readonly from: "bytes";
  /**
   * True for a file of this format, whatever its name.
   *
   * @param head the first bytes: `headLength`, or all that there are
   * @param name without a folder, for formats that their bytes do not tell
   */
  readonly recognise: (head: Uint8Array, name: string) => boolean;
  /** Reads what is needed to know the contents, no pixels. @throws CorruptFile, UnsupportedFormat */
  readonly open: (input: ByteInput, options: OpenOptions) => Promise<Opened>;
}

/** A format whose images are hierarchies of values by key. A folder is one by its extension. */
export interface StoreFormat<Opened> extends FormatNames {
  readonly from: "store";
  /** True for a hierarchy of this format. */
  readonly recognise: (store: Store, name: string) => Promise<boolean>;
  /** Reads what is needed to know the contents, no pixels. @throws CorruptFile, UnsupportedFormat */
  readonly open: (input: StoreInput, options: OpenOptions) => Promise<Opened>;
}

/** A file format that is read as `Opened`. */
export type FileFormat<Opened> = ByteFormat<Opened> | StoreFormat<Opened>;

/** Bytes of a file that formats are told by. */
export const headLength = 64;

/**
 * Opens a file or hierarchy as the first of the formats that knows it.
 *
 * @throws UnsupportedFormat when none does, and it is of a format known but not read
 * @throws CorruptFile when none does, and it is of no known format; and what the format throws
 */
export async function openAs<Opened>(
  formats: readonly FileFormat<Opened>[],
  input: FormatInput,
  options: OpenOptions = {},
): Promise<Opened> {
  if (input.from === "store") {
    for (const format of formats) {
      if (format.from === "store" && (await format.recognise(input.store, input.name)))
        return format.open(input, options);
    }
    throw notRecognised(formats, input, new Uint8Array(0));
  }
  const head = await input.bytes.read(0, Math.min(headLength, input.bytes.size));
  for (const format of formats) {
    if (format.from === "bytes" && format.recognise(head, input.name)) return format.open(input, options);
  }
  throw notRecognised(formats, input, head);
}

function notRecognised(
  formats: readonly FileFormat<unknown>[],
  { where, name, from }: FormatInput,
  head: Uint8Array,
): KaryonError {
  const unread = unreadFormatOf(name, head);
  if (unread !== undefined) return new UnsupportedFormat(where, unread.name, unread.advice);
  const names = distinctNames(formats).map((format) => `${/^[AEIO]/.test(format) ? "an" : "a"} ${format}`);
  const empty = from === "bytes" && head.length === 0;
  return new CorruptFile(
    where,
    0,
    empty ? "the file is empty" : `this is neither ${names.join(" nor ")} file`,
    `check the file, or export it again as ${namesOf(formats)}`,
  );
}

/** A format that is read from files and from folders is two of them. */
const distinctNames = (formats: readonly FileFormat<unknown>[]): readonly string[] => [
  ...new Set(formats.map(({ name }) => name)),
];

/** The names of formats as a choice: "TIFF or PNG". */
export function namesOf(formats: readonly FileFormat<unknown>[]): string {
  const names = distinctNames(formats);
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} or ${names.at(-1)!}`;
}

/** The last part of a path, for messages. */
export const lastPart = (path: string): string => /[^/\\]*$/.exec(path)![0];

/** True when a name ends as those of one of the formats do. */
export const hasNameOf = (formats: readonly FileFormat<unknown>[], name: string): boolean =>
  formats.some(({ extensions }) => hasExtension(name, extensions));

/** True when a name ends in one of the extensions, in either case. */
export const hasExtension = (name: string, extensions: readonly string[]): boolean =>
  extensions.some((extension) => name.toLowerCase().endsWith(`.${extension}`));
