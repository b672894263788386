import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { writtenFile, writtenFiles } from "../../test/exported.js";
import { allPlanes, openedLabels } from "../../test/opened.js";
import { lattice, type Plane, scattered } from "../../test/planes.js";
import { labelImage, type LabelImage, labelSourceOf } from "../core/labels.js";
import { emptyNuclei } from "../core/nuclei.js";
import type { TrackGraph } from "../core/tracks.js";
import { fillRings } from "../geometry/fillrings.js";
import { memorySource } from "../io/bytes.js";
import { decodeRoi } from "../io/objects/roidecode.js";
import { readRoiSet } from "../io/objects/roiobjects.js";
import { openZip } from "../io/zipread.js";
import { cocoExporter } from "./cocoexporter.js";
import type { Exporter, ExportInput } from "./exporter.js";
import { quPathExporter } from "./qupathexporter.js";
import { roiExporter } from "./roiexporter.js";

const outlineExporters: readonly Exporter[] = [roiExporter, quPathExporter, cocoExporter];

/** Labels 1..n in the same order, as files of outlines give them; what is unknown becomes background. */
function consecutive({ height, width, data }: Plane<Int32Array>): LabelImage {
  const values = [...new Set(data)].filter((value) => value > 0).sort((a, b) => a - b);
  const places = new Map(values.map((value, i) => [value, i + 1]));
  return labelImage(
    height,
    width,
    data.map((value) => places.get(value) ?? 0),
  );
}

const imagesOf = (planes: readonly Plane<Int32Array>[]): LabelImage[] =>
  planes.map(({ height, width, data }) => labelImage(height, width, data));

async function onlyFile(
  exporter: Exporter,
  input: ExportInput,
): Promise<{ path: string; bytes: Uint8Array }> {
  const files = await writtenFiles(exporter.files(input));
  expect(files).toHaveLength(1);
  return files[0]!;
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe.each(outlineExporters.map((exporter) => [exporter.name, exporter] as const))("%s", (_, exporter) => {
  it("is read as the very labels, with holes and pieces", async () => {
    await fc.assert(
      fc.asyncProperty(scattered(10), async (plane) => {
        const { path, bytes } = await onlyFile(exporter, {
          name: "m",
          labels: labelSourceOf(imagesOf([plane])),
        });
        const [read] = await allPlanes(path, bytes, { size: plane });
        expect(read!.data).toEqual(consecutive(plane).data);
      }),
      { numRuns: 60 },
    );
  });

  it("has every frame of a movie", async () => {
    const frames = [lattice(2, 8, 5), lattice(2, 8, 3), lattice(2, 8, 1)];
    const { path, bytes } = await onlyFile(exporter, { name: "movie", labels: labelSourceOf(frames) });
    const read = await allPlanes(path, bytes, { size: frames[0]! });
    expect(read.map(({ data }) => data)).toEqual(frames.map(({ data }) => data));
    expect((await openedLabels(path, bytes)).notices).toEqual([]);
  });

  it("needs labels, and stops when told", async () => {
    await expect(writtenFiles(exporter.files({ name: "m" }))).rejects.toThrow(/expected label images/);
    const controller = new AbortController();
    controller.abort();
    const labels = labelSourceOf([lattice(2, 8, 5)]);
    await expect(
      writtenFiles(exporter.files({ name: "m", labels }, { signal: controller.signal })),
    ).rejects.toMatchObject({ kind: "Cancelled" });
  });
});

/** Two frames: nucleus 1 becomes 2; 3 is in a track of its own. */
function tracked(): ExportInput {
  const images = [
    labelImage(3, 5, Int32Array.of(0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0)),
    labelImage(3, 5, Int32Array.of(2, 2, 0, 0, 3, 2, 0, 0, 0, 0, 0, 0, 0, 0, 3)),
  ];
  const nuclei = emptyNuclei(3);
  nuclei.frame.set([0, 1, 1]);
  nuclei.label.set([1, 2, 3]);
  nuclei.solidity.set([1, 0.75, NaN]);
  const graph: TrackGraph = { nuclei, frames: 2, edges: Uint32Array.of(0, 1) };
  return { name: "movie", labels: labelSourceOf(images, ["t0", "t1"]), graph };
}

describe("roiExporter", () => {
  it("names selections after frame and label, and has frame, track and pieces", async () => {
    const { path, bytes } = await onlyFile(roiExporter, tracked());
    expect(path).toBe("movie_RoiSet.zip");
    const rois = await readRoiSet(memorySource(bytes), path);
    expect(
      rois.map(({ name, kind, frame, position, group }) => [name, kind, frame, position, group]),
    ).toEqual([
      ["0001-0001", "traced", 1, 1, 1],
      ["0002-0002", "traced", 2, 2, 1],
      ["0002-0003", "composite", 2, 2, 2],
    ]);
    expect((await openZip(memorySource(bytes), path)).names[2]).toBe("0002-0003.roi");
  });

  it("writes coordinates beyond 60,000 as floats, which are read exactly", async () => {
    const image = labelImage(1, 60_010, new Int32Array(60_010).fill(1, 60_003, 60_007));
    const { bytes } = await onlyFile(roiExporter, { name: "wide", labels: labelSourceOf([image]) });
    const archive = await openZip(memorySource(bytes), "wide");
    const roi = await archive.read("0001-0001.roi");
    expect(new DataView(roi!.buffer, roi!.byteOffset).getInt16(50)).toBe(128);
    const filled = { ...image, data: new Int32Array(60_010) };
    fillRings(filled, decodeRoi(roi!, "wide").rings!, 1);
    expect(filled.data).toEqual(image.data);
  });

  it("gives groups only where all numbers of tracks fit", async () => {
    const { graph, ...rest } = tracked();
    const large = [{ id: 65_536, parent: 0, rows: [0, 1], root: 65_536 }];
    const { bytes } = await onlyFile(roiExporter, { ...rest, graph, branches: large });
    expect((await readRoiSet(memorySource(bytes), "m")).map(({ group }) => group)).toEqual([0, 0, 0]);
    const fitting = [{ ...large[0]!, id: 300 }];
    const second = await onlyFile(roiExporter, { ...rest, graph, branches: fitting });
    expect((await readRoiSet(memorySource(second.bytes), "m")).map(({ group }) => group)).toEqual([
      300, 300, 0,
    ]);
  });
});

describe("quPathExporter", () => {
  it("writes a detection a line, with units, track and ids that stay", async () => {
    const { path, bytes } = await onlyFile(quPathExporter, { ...tracked(), pixelSize: 0.5 });
    expect(path).toBe("movie.geojson");
    const lines = textOf(bytes).trim().split("\n");
    expect(lines).toHaveLength(5);
    const features = (JSON.parse(textOf(bytes)) as { features: Record<string, unknown>[] }).features;
    expect(features[0]).toMatchObject({
      type: "Feature",
      geometry: { type: "Polygon" },
      properties: {
        objectType: "detection",
        measurements: { "Area µm^2": 1, "Centroid X µm": 1, "Centroid Y µm": 1, "Track ID": 1, Solidity: 1 },
      },
    });
    expect(features[0]!["geometry"]).not.toHaveProperty("plane");
    const [ring] = (features[0]!["geometry"] as { coordinates: [number, number][][] }).coordinates;
    expect(ring!.at(-1)).toEqual(ring![0]);
    // Between the centres of the pixels 1 and 2, and those outside.
    expect(ring!.flat().every((value) => value > 0.5 && value < 3.5)).toBe(true);
    const square = { height: 4, width: 4, data: new Int32Array(16) };
    fillRings(square, [Float64Array.from(ring!.flat())], 1);
    expect(square.data).toEqual(Int32Array.of(0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0));
    expect(features[2]).toMatchObject({
      geometry: { type: "MultiPolygon", plane: { c: -1, z: 0, t: 1 } },
      properties: { measurements: { Solidity: "NaN", Label: 3 } },
    });
    const ids = features.map(({ id }) => id as string);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids)
      expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect((await onlyFile(quPathExporter, { ...tracked(), pixelSize: 0.5 })).bytes).toEqual(bytes);
  });

  it("says px where the size of a pixel is unknown, and has no features without objects", async () => {
    expect(textOf((await onlyFile(quPathExporter, tracked())).bytes)).toContain('"Area px^2":4');
    const none = labelSourceOf([labelImage(2, 2, new Int32Array(4))]);
    const { bytes } = await onlyFile(quPathExporter, { name: "none", labels: none });
    expect(JSON.parse(textOf(bytes))).toEqual({ type: "FeatureCollection", features: [] });
  });
});

describe("cocoExporter", () => {
  it("writes polygons for objects of one piece, runs for others, with boxes and filled areas", async () => {
    const { path, bytes } = await onlyFile(cocoExporter, tracked());
    expect(path).toBe("movie.json");
    const { images, annotations, categories } = JSON.parse(textOf(bytes)) as Record<string, object[]>;
    expect(images).toEqual([
      { id: 1, file_name: "t0.tif", height: 3, width: 5 },
      { id: 2, file_name: "t1.tif", height: 3, width: 5 },
    ]);
    expect(annotations).toMatchObject([
      { image_id: 1, segmentation: [[1, 1, 3, 1, 3, 3, 1, 3]], area: 4, bbox: [1, 1, 2, 2], iscrowd: 0 },
      { image_id: 2, area: 3, bbox: [0, 0, 2, 2], track_id: 1 },
      { image_id: 2, segmentation: { size: [3, 5], counts: "<110" }, area: 2, bbox: [4, 0, 1, 3] },
    ]);
    expect(categories).toMatchObject([{ id: 1, name: "nucleus" }]);
  });

  it("names the image's own file where it is the only one", async () => {
    const labels = labelSourceOf([lattice(1, 4, 2)]);
    const { bytes } = await onlyFile(cocoExporter, { name: "a", labels, imageFile: "C:\\data\\a.png" });
    expect(textOf(bytes)).toContain('"file_name":"a.png"');
  });
});

it("writes each file only once, from its beginning", async () => {
  for (const exporter of outlineExporters) {
    for await (const file of exporter.files(tracked())) {
      const places: number[] = [];
      let end = 0;
      await file.write({
        write: async (position, bytes) => {
          places.push(position - end);
          end = position + bytes.length;
        },
      });
      expect(places.every((gap) => gap === 0)).toBe(true);
      expect((await writtenFile(file)).bytes.length).toBe(end);
    }
  }
});
