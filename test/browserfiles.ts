/** A small file of each format, as a page may be given it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Image } from "../src/core/image.js";
import { sourceOfImages } from "../src/core/imagesource.js";
import { labelSourceOf } from "../src/core/labels.js";
import { exporters } from "../src/exchange/exporters.js";
import type { ExportInput } from "../src/exchange/exporter.js";
import { encodeZip } from "../src/io/zip.js";
import type { Kind } from "./browser/sums.js";
import { makeCzi } from "./czifile.js";
import { writtenFiles } from "./exported.js";
import { fuzzedLif } from "./liffile.js";
import { madeLoops, nd2Bytes } from "./nd2file.js";
import { lattice } from "./planes.js";
import { trackMateText } from "./trackmatefile.js";
import { writtenTiffs } from "./writtentiffs.js";

/** A file, and what it is opened as. */
export interface BrowserFile {
  readonly kind: Kind;
  readonly name: string;
  readonly bytes: () => Promise<Uint8Array>;
}

const fixture = async (name: string): Promise<Uint8Array> =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../fixtures/io/${name}`, import.meta.url))));

const values = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * i + 3) % 251);

/** Two frames of 24 x 24 px with labels. */
function exportInput(): ExportInput {
  const image = (t: number): Image => ({
    height: 24,
    width: 24,
    data: Uint16Array.from({ length: 576 }, (_, i) => 1000 + i * (t + 1)),
  });
  return {
    name: "movie",
    images: sourceOfImages([image(0), image(1)], { kind: "movie" }),
    labels: labelSourceOf([lattice(3, 8, 5), lattice(3, 8, 3)]),
    pixelSize: 0.5,
  };
}

/** All files of an export, one of them or, of a hierarchy, a zip archive of all. */
async function exported(name: string): Promise<Uint8Array> {
  const exporter = exporters.find((each) => each.name === name)!;
  const files = await writtenFiles(exporter.files(exportInput()));
  if (exporter.isHierarchy !== true) return files[0]!.bytes;
  return encodeZip(Object.fromEntries(files.map(({ path, bytes }) => [path, bytes])));
}

/** Gray8, two channels of two tiles; one of them compressed with zstd. */
async function cziBytes(): Promise<Uint8Array> {
  const { zstdEncode } = await import("../src/io/codecs/zstd.js");
  const pixels = values(48);
  const tile = { y: 0, width: 8, height: 6 };
  return makeCzi({
    tiles: [
      { ...tile, x: 0, at: { C: 0 }, pixels },
      { ...tile, x: 8, at: { C: 0 }, pixels: pixels.slice().reverse() },
      { ...tile, x: 0, at: { C: 1 }, compression: 5, pixels: await zstdEncode(pixels) },
      { ...tile, x: 8, at: { C: 1 }, pixels },
    ],
  });
}

const images = (name: string, bytes: BrowserFile["bytes"]): BrowserFile => ({ kind: "images", name, bytes });
const labels = (name: string, bytes: BrowserFile["bytes"]): BrowserFile => ({ kind: "labels", name, bytes });

/** One at least of each format, and of each codec that the browser has in another way than Node. */
export const browserFiles: readonly BrowserFile[] = [
  images("zstd.ome.tif", () => writtenTiffs["u16_zstd.ome.tif"]!.bytes()),
  images("deflate.ome.tif", () => writtenTiffs["u32_deflate.ome.tif"]!.bytes()),
  images("imagej.tif", () => writtenTiffs["u16_imagej.tif"]!.bytes()),
  images("jpeg_grey.tif", () => fixture("jpeg_tables_grey.tif")),
  images("jpeg_colour.tif", () => fixture("jpeg_tables_ycc.tif")),
  images("two.png", () => exported("png")),
  images("v04.zarr.zip", () => exported("ome-zarr")),
  images("v05.zarr.zip", () => exported("ome-zarr-0.5")),
  images("version1.lif", async () => fuzzedLif(1)),
  images("version2.lif", async () => fuzzedLif(2)),
  images("made.czi", cziBytes),
  images("made.nd2", async () =>
    nd2Bytes({
      frames: 6,
      loops: [madeLoops.time(3), madeLoops.slices(2)],
      channels: [{ name: "DAPI" }, { name: "GFP" }],
      type: "uint16",
      compressed: true,
      notation: "packed",
    }),
  ),
  labels("labels.ome.tif", () => writtenTiffs["i32_labels_zstd.ome.tif"]!.bytes()),
  labels("RoiSet.zip", () => exported("roi")),
  labels("objects.geojson", () => exported("qupath")),
  { kind: "tracks", name: "tracks.xml", bytes: async () => new TextEncoder().encode(trackMateText()) },
];
