/** Files from one format into another, through the disk. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hexStamps, lifFile } from "../../../test/liffile.js";
import { differing, lattice } from "../../../test/planes.js";
import { branchesOf } from "../../core/tracks.js";
import { exporters } from "../../exchange/exporters.js";
import { openAs } from "../../io/formats/fileformat.js";
import { trackFormats } from "../../io/formats/trackformats.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import { openSource } from "../source/source.js";
import { fileInput, folderStore } from "../store/formatinput.js";
import { openLabels, readLabels, writeLabels } from "../store/labelfiles.js";
import { type Conversion, convert, type ConvertOptions } from "./convert.js";

let folder: string;
const at = (name: string): string => join(folder, name);
const nuclei = lattice(4, 16, 11);
const side = nuclei.width;
const grey = (frame: number, factor = 1): Uint8Array =>
  Uint8Array.from(nuclei.data, (label, i) => (label > 0 ? 100 + 50 * frame : i % 7) * factor);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "karyon-convert-"));
  const data = new Uint8Array(3 * side * side);
  for (const frame of [0, 1, 2]) data.set(grey(frame), frame * side * side);
  const dimensions = [
    { id: 1, size: side, stride: 1, length: (side - 1) * 0.5e-6, unit: "m" },
    { id: 2, size: side, stride: side, length: (side - 1) * 0.5e-6, unit: "m" },
    { id: 4, size: 3, stride: side * side, length: 1200, unit: "s" },
  ];
  const movie = {
    channels: [{ bits: 8, dye: "Hoechst" }],
    dimensions,
    data,
    inside: hexStamps([0, 600, 1200]),
  };
  const file = lifFile([
    { name: "Control 1", ...movie },
    { name: "Drug", ...movie },
  ]);
  writeFileSync(at("movie.lif"), file);
  mkdirSync(at("labels"));
  for (const frame of [0, 1, 2]) await writeLabels(at(`labels/t${frame}.tif`), nuclei);
});
afterAll(() => rmSync(folder, { recursive: true }));

const converted = (from: string, to: string, options: Partial<ConvertOptions> = {}): Promise<Conversion> =>
  convert({ from: at(from), to: at(to), overwrite: false, source: {}, ...options });

describe("images", () => {
  it.each([
    ["a.ome.tif", ["Hoechst"]],
    ["a.tif", []],
    ["a.ome.zarr", ["Hoechst"]],
  ])("of a series become %s, with their calibration", async (name, channelNames) => {
    await converted("movie.lif#Drug", name);
    const source = await openSource([at(name)]);
    expect(source).toMatchObject({
      frames: 3,
      pixelSize: 0.5,
      frameInterval: 600,
      channelNames,
    });
    for (const frame of [0, 1, 2]) expect(differing((await source.read(frame)).data, grey(frame))).toBe(0);
  });

  it("are those of the frames and the rectangle that were asked for", async () => {
    const source = { frames: "1..2", crop: "0,0,16,20" };
    await converted("movie.lif#0", "part.ome.tif", { source });
    const part = await openSource([at("part.ome.tif")]);
    expect([part.frames, await part.size(0)]).toEqual([2, { height: 16, width: 20 }]);
    expect((await part.read(0)).data[5 * 20 + 6]).toBe(grey(1)[5 * side + 6]);
  });

  it("become a file a frame as PNG", async () => {
    await converted("movie.lif#1", "pngs", { format: "png" });
    expect(readdirSync(at("pngs"))).toHaveLength(3);
  });

  it("lie beside their labels in one hierarchy", async () => {
    await converted("movie.lif#1", "both.ome.zarr", { labels: at("labels") });
    expect((await openSource([at("both.ome.zarr")])).frames).toBe(3);
    const labels = await openLabels(at("both.ome.zarr/labels/nuclei"));
    expect(labels.planes).toBe(3);
    expect(differing((await labels.read(2)).data, nuclei.data)).toBe(0);
  });
});

describe("label images", () => {
  it.each([
    ["l.ome.tif", undefined],
    ["l.tif", undefined],
    ["l.zip", undefined],
    ["l.geojson", undefined],
    ["l.json", undefined],
    ["l.ome.zarr", undefined],
    ["l05.ome.zarr", "ome-zarr-0.5"],
  ])("of a folder become %s, and come back", async (name, format) => {
    await converted("labels", name, { format });
    await converted(name, `back_${name}.ome.tif`, { images: at("movie.lif#0"), format: "ome-tiff" });
    const back = await openLabels(at(`back_${name}.ome.tif`));
    expect([back.planes, back.size(0)]).toMatchObject([3, { height: side, width: side }]);
    for (const frame of [0, 2]) expect(differing((await back.read(frame)).data, nuclei.data)).toBe(0);
  });

  it.each(["cellpose", "stardist", "png"])("become a folder for %s", async (format) => {
    const options = format === "stardist" ? { images: at("movie.lif#0") } : {};
    const { files } = await converted("labels", `for_${format}`, { format, ...options });
    expect(files).toBeGreaterThanOrEqual(3);
    const masks = format === "stardist" ? at("for_stardist/masks") : at(`for_${format}`);
    const first = readdirSync(masks).sort()[0]!;
    expect(differing((await readLabels(join(masks, first))).data, nuclei.data)).toBe(0);
  });
});

describe("tracks", () => {
  const masks = (name: string): void => {
    mkdirSync(at(name));
    for (const frame of [0, 1, 2]) {
      const data = Uint16Array.from(nuclei.data, (label) => (label === 1 && frame === 2 ? 17 : label));
      writeFileSync(
        at(`${name}/mask00${frame}.tif`),
        encodeTiff([{ height: side, width: side, samples: 1, data }]),
      );
    }
    const lines = Array.from({ length: 16 }, (_, i) => `${i + 1} 0 ${i === 0 ? 1 : 2} 0\n`);
    writeFileSync(at(`${name}/res_track.txt`), `${lines.join("")}17 2 2 1\n`);
  };

  it.each([
    ["t.xml", undefined],
    ["t.geff", undefined],
    ["t_ctc", "ctc"],
  ])("of the Cell Tracking Challenge become %s, and the same tracks come back", async (name, format) => {
    if (!existsSync(at("tracked"))) masks("tracked");
    await converted("tracked", name, { format });
    const input = name.endsWith(".xml")
      ? await fileInput(at(name))
      : ({ from: "store", where: at(name), name, store: folderStore(at(name)) } as const);
    const { graph, labels } = await openAs(trackFormats, input);
    expect([graph.frames, graph.nuclei.count, graph.edges.length / 2]).toEqual([3, 48, 32]);
    expect(branchesOf(graph).map(({ rows }) => rows.length)).toEqual(new Array<number>(16).fill(3));
    if (labels !== undefined) expect((await labels.read(2)).count).toBeGreaterThanOrEqual(16);
  });
});

describe("what cannot be converted", () => {
  it("is refused by one sentence, and nothing is left", async () => {
    await expect(converted("movie.lif#0", "x.zip")).rejects.toThrow(
      /movie\.lif#0: expected label images or outlines, received a series of images; find the nuclei first/,
    );
    await expect(converted("movie.lif#0", "x.xml")).rejects.toThrow(/expected tracks, received a series/);
    await expect(converted("movie.lif", "x.tif")).rejects.toThrow(/a file of 2 series; choose one/);
    await expect(converted("labels", "x.foo")).rejects.toThrow(
      /a name whose end says the format, received x\.foo/,
    );
    await expect(converted("labels", "x", { format: "roy" })).rejects.toThrow(
      /--to: expected one of ome-tiff/,
    );
    await expect(converted("labels", "x", { format: "stardist" })).rejects.toThrow(
      /expected images, which StarDist data set holds, received none; give them with --images/,
    );
    expect(readdirSync(folder).filter((name) => /^\.?x/.test(name))).toEqual([]);
  });

  it("replaces a file only when told, and a folder of others never", async () => {
    await converted("labels", "again.zip");
    await expect(converted("labels", "again.zip")).rejects.toThrow(/again\.zip is there already/);
    await converted("labels", "again.zip", { overwrite: true });
    mkdirSync(at("mine"));
    writeFileSync(at("mine/thesis.txt"), "years");
    await expect(converted("labels", "mine", { format: "png", overwrite: true })).rejects.toThrow(
      /mine is a folder of other files/,
    );
    expect(readdirSync(at("mine"))).toEqual(["thesis.txt"]);
  });

  it("stops when told, and nothing is left", async () => {
    const stop = new AbortController();
    stop.abort();
    const options = { from: at("labels"), to: at("stopped.ome.zarr"), overwrite: false, source: {} };
    await expect(convert(options, { signal: stop.signal })).rejects.toMatchObject({ kind: "Cancelled" });
    expect(readdirSync(folder).filter((name) => name.includes("stopped"))).toEqual([]);
  });
});

it("has a name and ends of its own for every format", () => {
  const ends = exporters.flatMap(({ extension, otherExtensions = [] }) => [
    ...(extension === undefined ? [] : [extension]),
    ...otherExtensions,
  ]);
  expect(new Set(exporters.map(({ name }) => name)).size).toBe(exporters.length);
  expect(new Set(ends).size).toBe(ends.length);
});
