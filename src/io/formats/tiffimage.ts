import { CorruptFile, isKaryonError } from "../../core/errors.js";
import type { ByteSource } from "../bytes.js";
import type { Stack } from "../image/stack.js";
import { stacksOf } from "../tiff/axes.js";
import { isOme, type OmeText, omeStacks, parseOme } from "../tiff/ome.js";
import { openTiff, type TiffFile } from "../tiff/open.js";
import type { CutStrips } from "../tiff/read.js";
import { type ByteInput, hasExtension, type OpenOptions } from "./fileformat.js";
import type { ImageFormat, ImageSet } from "./imageformat.js";
import { tiffFormatNames, openSeries } from "./tiffseries.js";

/** Ends of the names of TIFF files; `btf`, `tf8` and `tf2` are BigTIFF. */
export const tiffExtensions = ["tif", "tiff", "btf", "tf8", "tf2"] as const;

/** Ends of the names of files that hold the metadata of an OME-TIFF in several files, and no pixels. */
const companionExtensions = ["companion.ome"] as const;

/** TIFF, also of ImageJ and OME, in one file or several. */
export const tiffImages: ImageFormat = {
  name: "TIFF",
  extensions: [...tiffExtensions, "lsm", "stk", "svs", ...companionExtensions],
  from: "bytes",
  recognise: (head, name) => isTiff(head) || isCompanion(head, name),
  open: async (input, options) => {
    const cut = cutStripsOf(options);
    const head = await input.bytes.read(0, Math.min(2, input.bytes.size));
    const set = isTiff(head) ? await tiffSet(input, options, cut) : await companionSet(input, options);
    const { own, stacks } = set;
    return {
      format: tiffFormatNames[stacks[0]!.format],
      series: stacks.map(({ name }) => ({ name })),
      open: (series) => openSeries(input, { own, stack: stacks[series]!, several: stacks.length > 1 }, cut),
    } satisfies ImageSet;
  },
};

/** True for the first bytes of a TIFF file: its byte order. */
export function isTiff(head: Uint8Array): boolean {
  const order = String.fromCharCode(head[0] ?? 0, head[1] ?? 0);
  return order === "II" || order === "MM";
}

const isCompanion = (head: Uint8Array, name: string): boolean =>
  hasExtension(name, companionExtensions) && /^\s*(?:\ufeff)?</.test(new TextDecoder().decode(head));

const shared = new WeakMap<object, CutStrips>();

function cutStripsOf({ together }: OpenOptions): CutStrips {
  const kept = together === undefined ? undefined : shared.get(together);
  if (kept !== undefined) return kept;
  const cut: CutStrips = new Map();
  if (together !== undefined) shared.set(together, cut);
  return cut;
}

interface TiffSet {
  /** The file itself; undefined for one without pixels. */
  readonly own: TiffFile | undefined;
  readonly stacks: readonly Stack[];
}

async function tiffSet(input: ByteInput, { kind }: OpenOptions, cut: CutStrips): Promise<TiffSet> {
  const own = await openTiff(input.bytes, input.where, cut);
  const elsewhere = await metadataElsewhere(input, own.metadata.description);
  return { own, stacks: stacksOf(own, input.name, kind, elsewhere) };
}

/** More bytes of OME-XML than any text has. */
const mostTextBytes = 2 ** 28;

async function textOf(bytes: ByteSource): Promise<string> {
  return new TextDecoder().decode(await bytes.read(0, Math.min(bytes.size, mostTextBytes)));
}

/** What another file says where an OME-TIFF leaves its metadata to it; undefined where that is missing. */
async function metadataElsewhere(input: ByteInput, description: string): Promise<OmeText | undefined> {
  if (!isOme(description)) return undefined;
  const { elsewhere } = parseOme(description, input.name);
  if (elsewhere === undefined) return undefined;
  const other = await input.sibling(elsewhere).catch((error: unknown) => {
    if (isKaryonError(error, "InvalidInput")) return undefined;
    throw error;
  });
  if (other === undefined) return undefined;
  const head = await other.bytes.read(0, Math.min(2, other.bytes.size));
  const text = isTiff(head)
    ? (await openTiff(other.bytes, other.where)).metadata.description
    : await textOf(other.bytes);
  return parseOme(text, other.where);
}

async function companionSet(input: ByteInput, { kind }: OpenOptions): Promise<TiffSet> {
  const text = parseOme(await textOf(input.bytes), input.where);
  const stacks = omeStacks(text, { name: input.name, planes: [], uuid: text.uuid }, kind);
  if (stacks.length === 0) throw new CorruptFile(input.where, 0, "its OME-XML describes no image");
  return { own: undefined, stacks };
}
