import { describe, expect, it } from "vitest";
import { allPlanes, openedLabels } from "../../../test/opened.js";
import type { Plane } from "../../../test/planes.js";
import { runsOfText, textOfRuns } from "./columnruns.js";

const rowsOf = ({ height, width, data }: Plane<Int32Array>): string[] =>
  Array.from({ length: height }, (_, y) => data.subarray(y * width, (y + 1) * width).join(""));
const square = (from: number, to: number): number[][] => [
  [from, from],
  [to, from],
  [to, to],
  [from, to],
  [from, from],
];
const polygon = (...rings: readonly number[][][]): object => ({ type: "Polygon", coordinates: rings });
const feature = (geometry: unknown, properties: object = {}, more: object = {}): object => ({
  type: "Feature",
  geometry,
  properties,
  ...more,
});
const read = async (value: unknown, name = "a.geojson"): Promise<string[][]> =>
  (await allPlanes(name, JSON.stringify(value))).map(rowsOf);

describe("GeoJSON", () => {
  it("is a collection, a list, a feature or a bare outline, with holes and groups", async () => {
    const ring = feature(polygon(square(0, 3), square(1, 2)));
    const rows = [["111", "101", "111"]];
    expect(await read({ type: "FeatureCollection", features: [ring] })).toEqual(rows);
    expect(await read([ring], "a.json")).toEqual(rows);
    expect(await read(ring)).toEqual(rows);
    expect(await read(polygon(square(0, 1)))).toEqual([["1"]]);
    const group = { type: "MultiPolygon", coordinates: [[square(0, 1)], [square(1, 2)]] };
    expect(await read(feature(group))).toEqual([["10", "01"]]);
  });

  it("has the nuclei of cells, and says so", async () => {
    const cell = feature(
      polygon(square(0, 3)),
      { objectType: "cell" },
      { nucleusGeometry: polygon(square(1, 2)) },
    );
    const labels = await openedLabels("a.geojson", JSON.stringify([cell]));
    expect(rowsOf(await labels.read(0))).toEqual(["00", "01"]);
    expect(labels.notices).toEqual(["the nuclei of 1 cell read, not their own outlines"]);
  });

  it("has detections, also nested and of older files, without the annotations about them", async () => {
    const region = feature(polygon(square(0, 9)), {
      objectType: "annotation",
      measurements: [{ name: "Area", value: 81 }],
      childObjects: [feature(polygon(square(0, 1)), { object_type: "detection" })],
    });
    const old = feature(polygon(square(1, 2)), {}, { id: "PathDetectionObject" });
    const labels = await openedLabels(
      "a.json",
      JSON.stringify({ type: "FeatureCollection", features: [region, old] }),
    );
    expect(rowsOf(await labels.read(0))).toEqual(["10", "02"]);
    expect(labels.notices).toEqual(["1 annotation about the objects left out"]);
    expect(await read([feature(polygon(square(0, 1)), { objectType: "annotation" })])).toEqual([["1"]]);
  });

  it("leaves out what has no area, and says so", async () => {
    const features = [
      feature({ type: "Point", coordinates: [1, 1] }),
      feature(null),
      feature(polygon(square(0, 1))),
    ];
    const labels = await openedLabels("a.geojson", JSON.stringify(features));
    expect(labels.notices).toEqual([
      "1 Point left out, which has no area",
      "1 feature without a geometry left out, which has no area",
    ]);
  });

  it("has a plane for each time, else for each slice; not both", async () => {
    const at = (plane: object): object => feature({ ...polygon(square(0, 1)), plane });
    expect(await read([at({ c: -1, z: 0, t: 1 }), feature(polygon(square(0, 2)))])).toEqual([
      ["11", "11"],
      ["10", "00"],
    ]);
    expect(await read([at({ z: 2 })])).toHaveLength(3);
    await expect(read([at({ z: 2 }), at({ t: 2 })])).rejects.toThrow(/slices of several frames/);
  });

  it("may have numbers that JSON has no word for", async () => {
    const text = JSON.stringify([feature(polygon(square(0, 1)), { measurements: { a: 0, b: "NaN" } })]);
    expect((await allPlanes("a.geojson", text.replace('"a":0', '"a":NaN,"c": -Infinity')))[0]!.count).toBe(1);
  });

  it("is refused with one sentence where it is damaged", async () => {
    const damaged = [
      [
        [feature({ type: "Polygon", coordinates: [[["x", 1]]] })],
        /feature 1 has a point that is none of an image/,
      ],
      [[feature({ type: "Polygon", coordinates: [[[1e30, 1]]] })], /feature 1 has a point/],
      [[feature({ type: "Polygon" })], /feature 1 has no rings/],
      [{ type: "FeatureCollection" }, /a collection without features/],
      [{ some: "thing" }, /neither GeoJSON nor COCO is not supported/],
      [[1], /neither GeoJSON nor COCO/],
    ] as const;
    for (const [value, message] of damaged) await expect(read(value)).rejects.toThrow(message);
    await expect(allPlanes("a.json", '{"a": ')).rejects.toThrow(/this is no JSON text/);
  });
});

describe("COCO", () => {
  const dataset = (
    annotations: readonly object[],
    images: readonly object[] = [{ id: 7, height: 3, width: 4 }],
  ): object => ({
    images,
    annotations: annotations.map((annotation, i) => ({ id: i, image_id: 7, ...annotation })),
    categories: [],
  });
  const rle = (counts: unknown, size: readonly number[] = [3, 4]): object => ({
    segmentation: { counts, size },
  });

  it("has polygons and packed runs, column by column, in an image of its size", async () => {
    const polygons = {
      segmentation: [
        [0, 0, 1, 0, 1, 1, 0, 1],
        [3, 2, 4, 2, 4, 3, 3, 3],
      ],
    };
    expect(await read(dataset([polygons, rle([4, 3, 5])]), "a.json")).toEqual([["1020", "0200", "0201"]]);
    expect(await read(dataset([rle(textOfRuns([4, 3, 5]))]), "a.json")).toEqual([["0010", "0100", "0100"]]);
  });

  it("has a plane for each image, in their order", async () => {
    const images = [
      { id: "b", height: 1, width: 2 },
      { id: 7, height: 2, width: 1 },
    ];
    expect(await read(dataset([rle([1, 1], [2, 1])], images), "a.json")).toEqual([["00"], ["0", "1"]]);
  });

  it("says what has no outline, and what is a crowd", async () => {
    const value = dataset([{ bbox: [0, 0, 1, 1] }, { segmentation: [] }, { ...rle([0, 1]), iscrowd: 1 }]);
    const { notices } = await openedLabels("a.json", JSON.stringify(value));
    expect(notices).toEqual([
      "2 annotations without an outline left out",
      "1 crowd taken for one object each",
    ]);
  });

  it("is refused where runs do not fit, before anything is made of them", async () => {
    for (const counts of [[0, 13], [1e15, 1e15], [-1, 2], [0.5], ["1"], "~~~~"])
      await expect(read(dataset([rle(counts)]), "a.json")).rejects.toMatchObject({ kind: "CorruptFile" });
    await expect(read(dataset([rle([1], [4, 3])]), "a.json")).rejects.toThrow(/not the size of its image/);
    await expect(read(dataset([{ image_id: 8 }]), "a.json")).rejects.toThrow(/annotation 1 is of no image/);
    await expect(read(dataset([], [{ id: 7 }]), "a.json")).rejects.toThrow(/no height and width/);
    await expect(read(dataset([], []), "a.json")).rejects.toThrow(/without images/);
  });
});

describe("runs as text", () => {
  it("are those of pycocotools", () => {
    // Of pycocotools 2.0.11: mask.frPyObjects.
    expect(textOfRuns([7, 3, 2, 3, 15])).toBe("7320=");
    expect(textOfRuns([1000, 1, 999, 1_000_000, 2, 10_997_998])).toBe("Xo01Wo0oa`n0kPO^eSa9");
    for (const runs of [
      [0, 30],
      [1000, 1, 999, 1_000_000, 2],
      [2 ** 30, 5, 3, 2 ** 29],
    ])
      expect(runsOfText(textOfRuns(runs), "a")).toEqual(runs);
  });
});
