/** Writes OME-Zarr: an image with smaller copies and its labels, band by band of rows. */
import { InvalidInput } from "../../core/errors.js";
import { type Band as Rows, halved, halvedSizes } from "../image/halving.js";
import {
  checkSource,
  type PlanePlace,
  type PlaneSource,
  readSource,
  writtenArrays,
  type WrittenType,
} from "../image/planesource.js";

import {
  arrayFile,
  type ArrayPlan,
  groupFiles,
  multiscales,
  omero,
  type OmeZarrVersion,
  type ShownRange,
  type ZarrFile,
} from "./zarrdocuments.js";
import { bandFiles } from "./zarrfiles.js";

/** A label image beside the image. */
export interface WrittenLabels {
  /** Name of its folder in `labels/`. */
  readonly name: string;
  /** Of the image's size and frames, with one channel. */
  readonly source: PlaneSource;
  /** Colours of labels: red, green, blue and opacity, 0 to 255. */
  readonly colours?: readonly { readonly label: number; readonly rgba: readonly number[] }[] | undefined;
  /** What is known of labels, such as a track. */
  readonly properties?:
    | readonly {
        readonly label: number;
        readonly values: Readonly<Record<string, string | number | boolean>>;
      }[]
    | undefined;
}

/** How an OME-Zarr is written. */
export interface WriteZarrOptions {
  /** Default "0.4", which more programs open. */
  readonly version?: OmeZarrVersion | undefined;
  /** Name of the image. Default "image" */
  readonly name?: string | undefined;
  /** Edge of a chunk in y and x, px, even. Default 512 */
  readonly chunk?: number | undefined;
  /** Edge of a shard, px, a multiple of `chunk`; only of 0.5. Default: each chunk is a file */
  readonly shard?: number | undefined;
  /** One a channel, such as "00FF00". */
  readonly colours?: readonly string[] | undefined;
  readonly labels?: readonly WrittenLabels[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The files of an OME-Zarr, in the order in which they are done: the group's own documents are the last, so
 * that a hierarchy that was broken off is none. Zarr 2 is compressed with Blosc (zstd), Zarr 3 with zstd: what
 * zarr-python, Fiji, napari and vizarr read alike. Of each size of the image one row of chunks, or of shards, is
 * in memory. Chunks of zeros are not written. The bytes depend on the arguments alone.
 *
 * @throws InvalidInput for options or a source that cannot be written, and for what the source gives
 */
export async function* writeZarr(
  image: PlaneSource,
  options: WriteZarrOptions = {},
): AsyncGenerator<ZarrFile> {
  const { version = "0.4", name = "image", labels = [], signal } = options;
  const settings = checkedSettings(image, options);
  const ranges = channelRanges(image);
  yield* imageFiles({ folder: "", image, settings, ranges, signal });
  for (const label of labels)
    yield* labelFiles(label, { settings, version, signal, hasImage: true, size: image });
  if (labels.length > 0) yield* groupFiles("labels", version, { labels: labels.map((label) => label.name) });
  yield* groupFiles("", version, {
    multiscales: multiscales(name, version, image, settings.sizes.length),
    omero: omero(image, version, ranges.shown(), options.colours),
  });
}

/**
 * A label image as an OME-Zarr of its own, without the image.
 *
 * @throws InvalidInput
 */
export async function* writeZarrLabels(
  labels: WrittenLabels,
  options: Omit<WriteZarrOptions, "labels" | "colours"> = {},
): AsyncGenerator<ZarrFile> {
  const { version = "0.4", signal } = options;
  const settings = checkedSettings(labels.source, options);
  yield* labelFiles(labels, { settings, version, signal, hasImage: false, size: labels.source });
}

interface Settings {
  readonly version: OmeZarrVersion;
  readonly chunk: number;
  readonly shard: number | undefined;
  /** Of the image and its smaller copies. */
  readonly sizes: readonly { readonly height: number; readonly width: number }[];
}

function checkedSettings(source: PlaneSource, options: WriteZarrOptions): Settings {
  checkSource(source);
  const { version = "0.4", chunk = 512, shard, colours, labels = [] } = options;
  if (!(Number.isSafeInteger(chunk) && chunk >= 2 && chunk % 2 === 0 && chunk <= 2 ** 13))
    throw new InvalidInput("chunk", "an even number of pixels from 2 to 8192", String(chunk));
  if (shard !== undefined && version !== "0.5")
    throw new InvalidInput("shard", "version 0.5, the first with shards", `version ${version}`);
  const most = 2 ** 15;
  if (shard !== undefined && !(Number.isSafeInteger(shard / chunk) && shard >= chunk && shard <= most))
    throw new InvalidInput("shard", `a multiple of ${chunk} up to ${most}`, String(shard));
  if (colours !== undefined && !colours.every((colour) => /^[0-9A-Fa-f]{6}$/.test(colour)))
    throw new InvalidInput("colours", 'colours such as "00FF00"', colours.join(", "));
  const names = labels.map(({ name }) => name);
  if (new Set(names).size !== names.length || !names.every((name) => /^[\w-][\w. -]*$/.test(name)))
    throw new InvalidInput("labels", "different names of letters and digits", names.join(", "));
  return { version, chunk, shard, sizes: halvedSizes(source, chunk) };
}

interface LabelSettings {
  readonly settings: Settings;
  readonly version: OmeZarrVersion;
  readonly signal: AbortSignal | undefined;
  readonly hasImage: boolean;
  /** Of the image that the labels are of. */
  readonly size: { readonly height: number; readonly width: number };
}

async function* labelFiles(labels: WrittenLabels, how: LabelSettings): AsyncGenerator<ZarrFile> {
  const { settings, version, signal, hasImage, size } = how;
  const source = { ...labels.source, isLabels: true };
  checkSource(source);
  if (source.height !== size.height || source.width !== size.width || source.channels !== 1)
    throw new InvalidInput(
      `the labels "${labels.name}"`,
      `${size.height} x ${size.width} pixels in one channel`,
      `${source.height} x ${source.width} in ${source.channels}`,
    );
  const folder = hasImage ? `labels/${labels.name}` : "";
  yield* imageFiles({ folder, image: source, settings, ranges: undefined, signal });
  yield* groupFiles(folder, version, {
    multiscales: multiscales(labels.name, version, source, settings.sizes.length),
    "image-label": {
      ...(version === "0.4" ? { version } : {}),
      ...(labels.colours === undefined
        ? {}
        : { colors: labels.colours.map(({ label, rgba }) => ({ "label-value": label, rgba })) }),
      ...(labels.properties === undefined
        ? {}
        : {
            properties: labels.properties.map(({ label, values }) => ({ "label-value": label, ...values })),
          }),
      ...(hasImage ? { source: { image: "../../" } } : {}),
    },
  });
}

interface ImageJob {
  readonly folder: string;
  readonly image: PlaneSource;
  readonly settings: Settings;
  readonly ranges: Ranges | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Arrays of all sizes, without the group's own documents. */
async function* imageFiles(job: ImageJob): AsyncGenerator<ZarrFile> {
  const { folder, image, settings } = job;
  const { frames, channels, slices } = image;
  const levels = settings.sizes.map((size, level): Level => ({
    folder: folder === "" ? String(level) : `${folder}/${level}`,
    plan: planOf(image, size, settings),
  }));
  for (const { folder: path, plan } of levels) yield arrayFile(path, settings.version, plan);
  for (let frame = 0; frame < frames; frame++)
    for (let channel = 0; channel < channels; channel++)
      for (let slice = 0; slice < slices; slice++) yield* planeFiles(job, levels, { frame, channel, slice });
}

interface Level {
  readonly folder: string;
  readonly plan: ArrayPlan;
}

function planOf(
  { frames, channels, slices, type }: PlaneSource,
  { height, width }: { readonly height: number; readonly width: number },
  { chunk, shard }: Settings,
): ArrayPlan {
  const shape = [frames, channels, slices, height, width];
  if (shard !== undefined)
    return { shape, type, chunkShape: [1, 1, 1, chunk, chunk], shardShape: [1, 1, 1, shard, shard] };
  const chunkShape = [1, 1, 1, Math.min(chunk, height), Math.min(chunk, width)];
  return { shape, type, chunkShape, shardShape: undefined };
}

/** All sizes of a plane: each band of rows is written, halved, and handed to the next size. */
async function* planeFiles(
  { image, settings, ranges, signal }: ImageJob,
  levels: readonly Level[],
  place: PlanePlace,
): AsyncGenerator<ZarrFile> {
  const bandHeight = settings.shard ?? settings.chunk;
  const plane = [place.frame, place.channel, place.slice];
  const waiting = levels.map(({ plan }) => bandOf(image.type, plan.shape[4]!, bandHeight));
  for (let y = 0; y < image.height; y += bandHeight) {
    signal?.throwIfAborted();
    const height = Math.min(bandHeight, image.height - y);
    const data = await readSource(image, { y, x: 0, height, width: image.width }, place, signal);
    let rows: Rows | undefined = { height, width: image.width, data };
    for (let level = 0; level < levels.length && rows !== undefined; level++) {
      const { folder, plan } = levels[level]!;
      const full: Rows | undefined = waiting[level]!.add(rows, plan.shape[3]!);
      if (full === undefined) break;
      const number = waiting[level]!.number();
      yield* bandFiles(folder, settings.version, plan, { ...full, plane, number });
      ranges?.see(place.channel, full, level === 0, level === levels.length - 1);
      rows = level + 1 < levels.length ? halved(full, image.type, image.isLabels === true) : undefined;
    }
  }
}

/** Gathers rows until they are a band, or the last of a plane. */
function bandOf(
  type: WrittenType,
  width: number,
  bandHeight: number,
): {
  readonly add: (rows: Rows, planeHeight: number) => Rows | undefined;
  /** Of the band that `add` gave last, from 0. */
  readonly number: () => number;
} {
  let held: Rows = { height: 0, width, data: new writtenArrays[type](0) };
  let [seen, given] = [0, 0];
  return {
    add: (rows, planeHeight) => {
      seen += rows.height;
      held = held.height === 0 ? rows : joinedRows(held, rows);
      if (held.height < bandHeight && seen < planeHeight) return undefined;
      const full = held;
      held = { height: 0, width, data: new writtenArrays[type](0) };
      given++;
      return full;
    },
    number: () => given - 1,
  };
}

function joinedRows(above: Rows, below: Rows): Rows {
  const data = new (above.data.constructor as Uint16ArrayConstructor)(above.data.length + below.data.length);
  data.set(above.data);
  data.set(below.data, above.data.length);
  return { height: above.height + below.height, width: above.width, data };
}

/** Finds what is shown of each channel: from the darkest to the brightest value of its smallest copy. */
interface Ranges {
  readonly see: (channel: number, rows: Rows, isFull: boolean, isSmallest: boolean) => void;
  readonly shown: () => readonly ShownRange[];
}

/** Ranges of types that viewers offer all of. */
const typeRanges: Readonly<Partial<Record<WrittenType, readonly [min: number, max: number]>>> = {
  uint8: [0, 255],
  uint16: [0, 65535],
};

function channelRanges({ channels, type }: PlaneSource): Ranges {
  const none = (): { min: number; max: number } => ({ min: Infinity, max: -Infinity });
  const all = Array.from({ length: channels }, none);
  const small = Array.from({ length: channels }, none);
  const widen = (range: { min: number; max: number }, { data }: Rows): void => {
    for (let i = 0; i < data.length; i++) {
      const value = data[i]!;
      if (!Number.isFinite(value)) continue;
      if (value < range.min) range.min = value;
      if (value > range.max) range.max = value;
    }
  };
  return {
    see: (channel, rows, isFull, isSmallest) => {
      if (isFull && typeRanges[type] === undefined) widen(all[channel]!, rows);
      if (isSmallest) widen(small[channel]!, rows);
    },
    shown: () =>
      small.map((range, channel) => {
        const [min, max] = typeRanges[type] ?? [all[channel]!.min, all[channel]!.max];
        const ends = range.min <= range.max ? [range.min, range.max] : [0, 1];
        const whole = min <= max ? { min, max } : { min: 0, max: 1 };
        // A range of one value shows nothing.
        return { start: ends[0]!, end: ends[1]! > ends[0]! ? ends[1]! : ends[0]! + 1, ...whole };
      }),
  };
}
