/**
 * The documents of an OME-Zarr that is written. Source: OME-NGFF 0.4 and 0.5, ngff.openmicroscopy.org
 * (multiscales, omero, labels, image-label); Zarr specification, versions 2 and 3.
 */
import type { PlaneSource, WrittenType } from "../image/planesource.js";
import { bloscConfig } from "../codecs/blosc.js";

/** Version of OME-Zarr: 0.4 is Zarr 2, 0.5 is Zarr 3. */
export type OmeZarrVersion = "0.4" | "0.5";

/** Level of zstd: the files of 0.5. */
export const zstdLevel = 3;

const json = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

/** A file of a hierarchy. */
export interface ZarrFile {
  /** Parts joined by "/". */
  readonly path: string;
  readonly bytes: Uint8Array;
}

const below = (folder: string, name: string): string => (folder === "" ? name : `${folder}/${name}`);

/** A group with metadata of OME. @param ome their members, without the version */
export function groupFiles(
  folder: string,
  version: OmeZarrVersion,
  ome: Readonly<Record<string, unknown>>,
): ZarrFile[] {
  if (version === "0.5") {
    const attributes = { ome: { version, ...ome } };
    return [
      { path: below(folder, "zarr.json"), bytes: json({ zarr_format: 3, node_type: "group", attributes }) },
    ];
  }
  return [
    { path: below(folder, ".zattrs"), bytes: json(ome) },
    { path: below(folder, ".zgroup"), bytes: json({ zarr_format: 2 }) },
  ];
}

/** How an array is written. */
export interface ArrayPlan {
  /** Of t, c, z, y and x. */
  readonly shape: readonly number[];
  readonly type: WrittenType;
  readonly chunkShape: readonly number[];
  /** Of the files, where they hold several chunks each. */
  readonly shardShape: readonly number[] | undefined;
}

const types2: Readonly<Record<WrittenType, string>> = {
  uint8: "|u1",
  uint16: "<u2",
  uint32: "<u4",
  int32: "<i4",
  float32: "<f4",
};

/** Names of the axes, which all arrays that are written have. */
export const axisNames = ["t", "c", "z", "y", "x"] as const;

/** The document of an array. */
export function arrayFile(folder: string, version: OmeZarrVersion, plan: ArrayPlan): ZarrFile {
  const { shape, type, chunkShape } = plan;
  if (version === "0.5") return { path: below(folder, "zarr.json"), bytes: json(array3(plan)) };
  const document = {
    zarr_format: 2,
    shape,
    chunks: chunkShape,
    dtype: types2[type],
    compressor: { id: "blosc", ...bloscConfig() },
    fill_value: 0,
    order: "C",
    filters: null,
    dimension_separator: "/",
  };
  return { path: below(folder, ".zarray"), bytes: json(document) };
}

function array3({ shape, type, chunkShape, shardShape }: ArrayPlan): unknown {
  const bytes = type === "uint8" ? { name: "bytes" } : { name: "bytes", configuration: { endian: "little" } };
  const codecs = [bytes, { name: "zstd", configuration: { level: zstdLevel, checksum: false } }];
  const sharding = {
    name: "sharding_indexed",
    configuration: {
      chunk_shape: chunkShape,
      codecs,
      index_codecs: [{ name: "bytes", configuration: { endian: "little" } }, { name: "crc32c" }],
      index_location: "end",
    },
  };
  return {
    zarr_format: 3,
    node_type: "array",
    shape,
    data_type: type,
    chunk_grid: { name: "regular", configuration: { chunk_shape: shardShape ?? chunkShape } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    fill_value: 0,
    codecs: shardShape === undefined ? codecs : [sharding],
    attributes: {},
    dimension_names: axisNames,
  };
}

/** Values of a channel that are shown from black to white, and all that there can be. */
export interface ShownRange {
  readonly start: number;
  readonly end: number;
  readonly min: number;
  readonly max: number;
}

/** The image in its sizes. @param levels how many there are */
export function multiscales(
  name: string,
  version: OmeZarrVersion,
  source: PlaneSource,
  levels: number,
): readonly unknown[] {
  const space = { type: "space", ...(source.pixelSize === undefined ? {} : { unit: "micrometer" }) };
  const axes = [
    { name: "t", type: "time", ...(source.frameInterval === undefined ? {} : { unit: "second" }) },
    { name: "c", type: "channel" },
    { name: "z", type: "space", ...(source.sliceSpacing === undefined ? {} : { unit: "micrometer" }) },
    { name: "y", ...space },
    { name: "x", ...space },
  ];
  const pixel = source.pixelSize ?? 1;
  const datasets = Array.from({ length: levels }, (_, level) => {
    const factor = 2 ** level;
    const outer = [source.frameInterval ?? 1, 1, source.sliceSpacing ?? 1];
    const scale = { type: "scale", scale: [...outer, pixel * factor, pixel * factor] };
    // The centre of the first value of a smaller copy lies between the pixels that it stands for.
    const shift = (pixel * (factor - 1)) / 2;
    const translation = { type: "translation", translation: [0, 0, 0, shift, shift] };
    return { path: String(level), coordinateTransformations: level === 0 ? [scale] : [scale, translation] };
  });
  return [{ ...(version === "0.4" ? { version } : {}), name, axes, datasets }];
}

/** Colours of channels, for those that are given none: one is white. */
const channelColours = ["00FF00", "FF00FF", "00FFFF", "FFFF00", "FF0000", "0000FF"];

/** How an image is shown. @param ranges one a channel */
export function omero(
  source: Pick<PlaneSource, "channels" | "slices" | "channelNames">,
  version: OmeZarrVersion,
  ranges: readonly ShownRange[],
  colours: readonly string[] | undefined,
): unknown {
  const channels = ranges.map((window, i) => {
    const label = source.channelNames?.[i] ?? "";
    const ownColour = source.channels === 1 ? "FFFFFF" : channelColours[i % channelColours.length]!;
    return {
      ...(label === "" ? {} : { label }),
      color: colours?.[i] ?? ownColour,
      window,
      active: true,
      coefficient: 1,
      family: "linear",
      inverted: false,
    };
  });
  const rdefs = {
    defaultT: 0,
    defaultZ: Math.floor(source.slices / 2),
    model: source.channels === 1 ? "greyscale" : "color",
  };
  return { ...(version === "0.4" ? { version } : {}), channels, rdefs };
}
