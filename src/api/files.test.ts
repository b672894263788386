import { expect, it } from "vitest";
import { lattice } from "../../test/planes.js";
import { trackMateText } from "../../test/trackmatefile.js";
import { madePlane, type MadeSource, madeSource, memorySink } from "../../test/writtenplanes.js";
import { storeOf } from "../../test/madezarr.js";
import { sourceOfImages } from "../core/imagesource.js";
import { labelSourceOf } from "../core/labels.js";
import { memorySource } from "../io/bytes.js";
import { encodeTiff } from "../io/tiff/encode.js";
import { writeOmeTiff } from "../io/tiff/omewriter.js";
import { exportedBytes, exportFormats, exportTo } from "./exportfiles.js";
import { imageSourceOfFile, labelSourceOfFile } from "./filesources.js";
import { openImages, openLabels, openTracks } from "./openfiles.js";

const made: MadeSource = {
  ...{ height: 40, width: 30, frames: 2, channels: 2, slices: 3, type: "uint16", pixelSize: 0.5 },
  channelNames: ["DAPI", "GFP"],
};

async function madeTiff(): Promise<Uint8Array> {
  const sink = memorySink();
  await writeOmeTiff(sink, madeSource(made), { tile: 16, compression: "none" });
  return sink.bytes();
}

const labels = labelSourceOf([lattice(3, 8, 5), lattice(3, 8, 3)]);

it("opens images from bytes, a blob and a source alike", async () => {
  const bytes = await madeTiff();
  for (const given of [bytes, new Blob([bytes.slice()]), memorySource(bytes)]) {
    const { series, open } = await openImages({ name: "a.ome.tif", bytes: given });
    expect(series).toHaveLength(1);
    const { plane } = await (await open(0)).read({ frame: 1, channel: 1, slice: 2 });
    expect(plane.data).toEqual(madePlane(made, 11));
  }
});

it("looks for other files of a set among the siblings, by name", async () => {
  const set =
    '<OME><Image ID="Image:0"><Pixels Type="uint8" SizeX="2" SizeY="1" SizeC="1" SizeZ="1" SizeT="1" ' +
    'DimensionOrder="XYZCT"><TiffData IFD="0" PlaneCount="1"><UUID FileName="b.tif">urn:uuid:1</UUID></TiffData>' +
    "</Pixels></Image></OME>";
  const bytes = new TextEncoder().encode(set);
  const other = encodeTiff([{ height: 1, width: 2, samples: 1, data: Uint8Array.of(7, 9) }]);
  const read = async (siblings: { name: string; bytes: Uint8Array }[]): Promise<number[]> => {
    const { open } = await openImages({ name: "a.companion.ome", bytes, siblings });
    return [...(await (await open(0)).read({ frame: 0, channel: 0, slice: 0 })).plane.data];
  };
  expect(await read([{ name: "b.tif", bytes: other }])).toEqual([7, 9]);
  await expect(read([{ name: "c.tif", bytes: other }])).rejects.toThrow(/b\.tif/);
  await expect(read([])).rejects.toThrow(/b\.tif/);
});

it("gives grey frames of a channel, a slice or the maximum, a size and a window", async () => {
  const image = await (await openImages({ name: "a.ome.tif", bytes: await madeTiff() })).open(0);
  const source = imageSourceOfFile(image, { name: "a", channel: "gfp", z: 1 });
  expect([source.kind, source.frames, source.pixelSize, source.frameNames]).toEqual([
    "movie",
    2,
    0.5,
    ["a_t000", "a_t001"],
  ]);
  expect((await source.read(1)).data).toEqual(madePlane(made, 9));
  expect((await source.read(1, { channel: 0, z: 2 })).data).toEqual(madePlane(made, 10));
  const { data } = await source.readWindow(0, { y: 3, x: 4, height: 1, width: 5 });
  expect(data).toEqual(madePlane(made, 3).subarray(3 * 30 + 4, 3 * 30 + 9));
  const most = await imageSourceOfFile(image).read(0);
  const slices = [0, 2, 4].map((plane) => madePlane(made, plane));
  expect([...most.data]).toEqual([...most.data].map((_, i) => Math.max(...slices.map((each) => each[i]!))));
  expect(source.notices).toEqual([
    "Of 2 channels, number 1, GFP, is read (channel chooses).",
    "Of 3 slices, number 1 is read (z, from 0).",
  ]);
});

it("names the options that do not fit as they are here", async () => {
  const image = await (await openImages({ name: "a.ome.tif", bytes: await madeTiff() })).open(0);
  expect(() => imageSourceOfFile(image, { channel: 2 })).toThrow(/^channel: expected 0 to 1/);
  expect(() => imageSourceOfFile(image, { z: 3 })).toThrow(/^z: expected/);
  expect(() => imageSourceOfFile(image, { level: 9 })).toThrow(/^level: expected/);
  await expect(imageSourceOfFile(image).read(2)).rejects.toThrow(/^frame: expected 0 to 1, received 2/);
});

it("writes an image as a hierarchy, and opens it again", async () => {
  const image = await (await openImages({ name: "a.ome.tif", bytes: await madeTiff() })).open(0);
  const input = { name: "a", images: imageSourceOfFile(image), pixelSize: 0.5 };
  const files: Record<string, Uint8Array> = {};
  for await (const file of exportTo("ome-zarr", input)) files[file.path] = await exportedBytes(file);
  const again = await (await openImages({ name: "a.zarr", store: storeOf(files) })).open(0);
  expect(again.channelNames).toEqual(["DAPI", "GFP"]);
  expect((await again.read({ frame: 1, channel: 1, slice: 2 })).plane.data).toEqual(madePlane(made, 11));
});

it("gives labels frame by frame", async () => {
  const images = sourceOfImages([0, 1].map(() => ({ height: 24, width: 24, data: new Uint8Array(576) })));
  for await (const roi of exportTo("roi", { name: "a", images, labels })) {
    const opened = await openLabels(
      { name: roi.path, bytes: await exportedBytes(roi) },
      { size: { height: 24, width: 24 } },
    );
    const source = labelSourceOfFile(opened, ["a", "b"]);
    expect([source.frames, source.frameNames]).toEqual([2, ["a", "b"]]);
    expect((await source.read(1)).data).toEqual((await labels.read(1)).data);
    await expect(source.read(2)).rejects.toThrow(/^frame: expected 0 to 1/);
  }
});

it("opens tracks", async () => {
  const { format, graph } = await openTracks({
    name: "a.xml",
    bytes: new TextEncoder().encode(trackMateText()),
  });
  expect([format, graph.nuclei.count]).toEqual(["TrackMate", 3]);
});

it("refuses what is no image, and formats that are not there", async () => {
  const bytes = new TextEncoder().encode("text");
  await expect(openImages({ name: "a.txt", bytes })).rejects.toMatchObject({ kind: "CorruptFile" });
  await expect(exportTo("gif", { name: "a" }).next()).rejects.toThrow(/^format: expected one of ome-tiff, /);
  expect((await exportFormats()).map(({ name }) => name)).toContain("ome-zarr");
});
