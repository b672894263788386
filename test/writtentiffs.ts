/** TIFF files of our writers that another program has read: what they are made of. */
import { writeImageJTiff } from "../src/io/tiff/imagejwriter.js";
import { type OmeTiffOptions, writeOmeTiff } from "../src/io/tiff/omewriter.js";
import { madeSource, type MadeSource, memorySink } from "./writtenplanes.js";

/** A file, and what is in it. */
export interface WrittenTiff {
  readonly made: MadeSource;
  readonly bytes: () => Promise<Uint8Array>;
}

const axes = { height: 70, width: 45, frames: 2, channels: 2, slices: 3 } as const;
const calibrated = { pixelSize: 0.325, sliceSpacing: 1.5, frameInterval: 600 } as const;
const named = { channelNames: ["DAPI", "Größe"] } as const;

const ome = (made: MadeSource, options: OmeTiffOptions): WrittenTiff => ({
  made,
  bytes: async () => {
    const sink = memorySink();
    await writeOmeTiff(sink, madeSource(made), { tile: 16, ...options });
    return sink.bytes();
  },
});

const imagej = (made: MadeSource): WrittenTiff => ({
  made,
  bytes: async () => {
    const sink = memorySink();
    await writeImageJTiff(sink, madeSource(made));
    return sink.bytes();
  },
});

/** By the name of the file. Those with "deflate" depend on the zlib of the platform, the others on nothing. */
export const writtenTiffs: Readonly<Record<string, WrittenTiff>> = {
  "u16_zstd.ome.tif": ome(
    { ...axes, ...calibrated, ...named, type: "uint16" },
    { compression: "zstd", name: "A" },
  ),
  "u8_none.ome.tif": ome({ ...axes, type: "uint8", frameTimes: [0, 601] }, { compression: "none" }),
  "f32_none_bigtiff.ome.tif": ome(
    { ...axes, frames: 1, slices: 1, type: "float32" },
    { compression: "none", bigTiff: true },
  ),
  "i32_labels_zstd.ome.tif": ome(
    { ...axes, channels: 1, slices: 1, type: "int32", isLabels: true },
    { compression: "zstd" },
  ),
  "u32_deflate.ome.tif": ome({ ...axes, channels: 1, type: "uint32" }, { compression: "deflate" }),
  "u16_imagej.tif": imagej({ ...axes, ...calibrated, ...named, type: "uint16" }),
  "f32_imagej.tif": imagej({ ...axes, slices: 1, type: "float32" }),
  "labels_imagej.tif": imagej({
    ...{ height: 9, width: 8, frames: 2, channels: 1, slices: 1, type: "int32", isLabels: true },
    value: (y, x, plane) => 1000 * plane * (y * 8 + x + 5000),
  }),
};
