/**
 * The documents of the OME-Zarr that a project is served as. Source: OME-NGFF 0.4, ngff.openmicroscopy.org
 * (multiscales, omero, labels, image-label, bioformats2raw.layout); Zarr specification, version 2.
 */
import type { ImageSource } from "../../core/image.js";
import type { WrittenType } from "../../io/image/planesource.js";
import { omero } from "../../io/zarr/zarrdocuments.js";
import { layoutOf, type PlaneReader } from "./chunkpyramid.js";
import type { ServedImage } from "./servedplanes.js";

/** A document, as JSON. */
export type Document = Readonly<Record<string, unknown>>;

/** Of every group. */
export const groupDocument: Document = { zarr_format: 2 };

/** Of the hierarchy: its images lie beside each other. */
export const rootAttributes: Document = { "bioformats2raw.layout": 3 };

/** Of the group that lists the images. */
export const seriesAttributes = (count: number): Document => ({
  series: Array.from({ length: count }, (_, series) => String(series)),
});

const types: Readonly<Record<WrittenType, string>> = {
  uint8: "|u1",
  uint16: "<u2",
  uint32: "<u4",
  int32: "<i4",
  float32: "<f4",
};

/** An array: one level of an image, or of its labels. */
export function arrayDocument(planes: PlaneReader, level: number, image: ServedImage): Document {
  const { chunk, sizes } = layoutOf(planes);
  const { height, width } = sizes[level]!;
  const outer = planes.isLabels ? [image.frames] : [image.frames, image.channels];
  return {
    zarr_format: 2,
    shape: [...outer, height, width],
    chunks: [...outer.map(() => 1), chunk, chunk],
    dtype: types[planes.type],
    compressor: planes.isLabels ? { id: "zlib", level: 1 } : null,
    fill_value: 0,
    order: "C",
    filters: null,
    dimension_separator: "/",
  };
}

/** Of an image. */
export const imageAttributes = async (
  source: ImageSource,
  image: ServedImage,
  name: string,
): Promise<Document> => ({
  multiscales: [multiscale(source, image.planes, name)],
  omero: omero(
    { ...source, slices: 1, channelNames: source.channelNames },
    "0.4",
    await image.ranges(),
    undefined,
  ),
});

/** Of a label image. */
export const labelAttributes = (source: ImageSource, planes: PlaneReader, name: string): Document => ({
  multiscales: [multiscale(source, planes, name)],
  "image-label": { version: "0.4", source: { image: "../../" } },
});

function multiscale(source: ImageSource, planes: PlaneReader, name: string): Document {
  const { pixelSize, frameInterval } = source;
  const space = { type: "space", ...(pixelSize === undefined ? {} : { unit: "micrometer" }) };
  const time = { name: "t", type: "time", ...(frameInterval === undefined ? {} : { unit: "second" }) };
  const channel = planes.isLabels ? [] : [{ name: "c", type: "channel" }];
  const [interval, pixel] = [frameInterval ?? 1, pixelSize ?? 1];
  const datasets = layoutOf(planes).sizes.map((_, level) => {
    const factor = 2 ** level;
    const inner = channel.map(() => 1);
    const scale = { type: "scale", scale: [interval, ...inner, pixel * factor, pixel * factor] };
    // The centre of the first value of a smaller copy lies between the pixels that it stands for.
    const shift = (pixel * (factor - 1)) / 2;
    const translation = { type: "translation", translation: [0, ...inner.map(() => 0), shift, shift] };
    return { path: String(level), coordinateTransformations: level === 0 ? [scale] : [scale, translation] };
  });
  return {
    version: "0.4",
    name,
    axes: [time, ...channel, { name: "y", ...space }, { name: "x", ...space }],
    datasets,
  };
}
