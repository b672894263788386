import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { allPlanes, openedLabels } from "../../../test/opened.js";
import { differing, partition, type Plane } from "../../../test/planes.js";
import { type MadeRoi, madeRoi } from "../../../test/roibytes.js";
import { itWithShared, sharedData } from "../../../test/shared.js";
import { concatBytes, memorySource } from "../bytes.js";
import { openTiff } from "../tiff/open.js";
import { zipPieces } from "../zipwrite.js";
import { decodeRoi } from "./roidecode.js";
import { objectsOfRois, readRoiSet } from "./roiobjects.js";

const rowsOf = ({ height, width, data }: Plane<Int32Array>): string[] =>
  Array.from({ length: height }, (_, y) => data.subarray(y * width, (y + 1) * width).join(""));

async function setOf(...rois: readonly MadeRoi[]): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const files = rois.map((roi, i) => ({ name: `${i}.roi`, bytes: madeRoi(roi) }));
  for await (const piece of zipPieces(files)) pieces.push(piece);
  return concatBytes(pieces);
}

const square = (from: number, to: number): (readonly [number, number])[] => [
  [from, from],
  [to, from],
  [to, to],
  [from, to],
];
const one = async (roi: MadeRoi): Promise<string[]> => rowsOf((await allPlanes("a.roi", madeRoi(roi)))[0]!);

describe("a selection of ImageJ", () => {
  it("is a polygon, freehand or traced, with coordinates from the corner of its box", async () => {
    for (const type of [0, 7, 8])
      expect(await one({ type, box: [1, 1, 3, 3], points: square(1, 3) })).toEqual(["000", "011", "011"]);
  });

  it("is read at sub-pixel resolution as ImageJ fills it: centres on the right edge are inside", async () => {
    const points = [
      [0.5, 0.5],
      [2.5, 0.5],
      [2.5, 2.5],
      [0.5, 2.5],
    ] as const;
    expect(await one({ type: 0, box: [0, 0, 3, 3], points })).toEqual(["000", "011", "011"]);
    // Versions without sub-pixel resolution have whole coordinates.
    expect(await one({ type: 0, version: 221, box: [0, 0, 3, 3], points })).toEqual(["11", "11"]);
  });

  it("is a rectangle, with rounded corners too", async () => {
    expect(await one({ type: 1, box: [1, 0, 2, 3] })).toEqual(["000", "111"]);
    expect((await one({ type: 1, box: [0, 0, 6, 6], arc: 4 }))[0]).toBe("011110");
  });

  it("is an oval with the pixels whose centres are inside, as ImageJ has it", async () => {
    // Of ImageJ 1.54f: OvalRoi(0, 0, 7, 5).getMask().
    expect(await one({ type: 2, box: [0, 0, 5, 7] })).toEqual([
      "0111110",
      "1111111",
      "1111111",
      "1111111",
      "0111110",
    ]);
  });

  it("is a path of lines and curves, whose pieces and holes follow the even-odd rule", async () => {
    const path = [0, 0, 0, 1, 6, 0, 1, 6, 6, 1, 0, 6, 4, 0, 2, 2, 1, 4, 2, 1, 4, 4, 1, 2, 4, 4];
    expect(await one({ type: 1, path })).toEqual([
      "111111",
      "111111",
      "110011",
      "110011",
      "111111",
      "111111",
    ]);
    // A half circle of radius 4, as two cubic curves, and a parabola.
    const k = 4 * 0.5523;
    const half = [0, 0, 4, 3, 0, 4 - k, 4 - k, 0, 4, 0, 3, 4 + k, 0, 8, 4 - k, 8, 4, 4];
    expect(await one({ type: 1, path: half })).toEqual(["00111100", "01111110", "11111111", "11111111"]);
    expect(await one({ type: 1, path: [0, 0, 4, 2, 4, -4, 8, 4, 4] })).toEqual([
      "00011000",
      "00111100",
      "01111110",
      "11111111",
    ]);
  });

  it("is refused where its path or its points are damaged", async () => {
    await expect(one({ type: 1, path: [0, 1] })).rejects.toThrow(/path of the selection is damaged/);
    await expect(one({ type: 1, path: [9, 1, 1] })).rejects.toThrow(/path of the selection is damaged/);
    await expect(one({ type: 1, path: [2, 1, 1, 2, 2] })).rejects.toThrow(/begins with a curve/);
    await expect(one({ type: 0, points: [[NaN, 1.5]] })).rejects.toThrow(/that of no image/);
    await expect(one({ type: 11 })).rejects.toThrow(/unknown type 11/);
    const cut = madeRoi({ type: 0, points: square(0, 50) }).subarray(0, 70);
    expect(() => decodeRoi(cut, "a.roi")).toThrow(/4 points does not fit/);
  });

  it("is an object for each piece where a composite one is all that there is", async () => {
    const path = [0, 0, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1, 4, 0, 3, 0, 1, 4, 0, 1, 4, 1, 1, 3, 1, 4];
    const labels = await openedLabels("a.roi", madeRoi({ type: 1, path }));
    expect(rowsOf(await labels.read(0))).toEqual(["1002"]);
    expect(rowsOf(await labels.readWindow(0, { y: 0, x: 2, height: 1, width: 2 }))).toEqual(["02"]);
    expect(labels.notices).toEqual(["the composite selection taken apart into its 2 pieces"]);
    expect(rowsOf((await allPlanes("a.zip", await setOf({ type: 1, path })))[0]!)).toEqual(["1001"]);
  });
});

describe("a RoiSet", () => {
  it("leaves out what has no area, and says so", async () => {
    const bytes = await setOf(
      { type: 10, points: [[1, 1]] },
      { type: 8, points: square(0, 2) },
      { type: 10, points: [[2, 2]] },
      { type: 3 },
      { type: 1, subtype: 1 },
      { type: 0, options: 1, points: square(2, 3) },
    );
    const labels = await openedLabels("a.zip", bytes);
    expect(rowsOf(await labels.read(0))).toEqual(["110", "110", "002"]);
    expect(labels.notices).toEqual([
      "2 point selections without an area left out",
      "1 line selection without an area left out",
      "1 text selection without an area left out",
      "1 fitted spline taken as the polygon of its points",
    ]);
  });

  it("gives what objects share to the smaller one, and says so", async () => {
    const bytes = await setOf({ type: 8, points: square(1, 2) }, { type: 8, points: square(0, 3) });
    const labels = await openedLabels("a.zip", bytes);
    expect(rowsOf(await labels.read(0))).toEqual(["222", "212", "222"]);
    expect(rowsOf(await labels.readWindow(0, { y: 1, x: 1, height: 2, width: 2 }))).toEqual(["12", "22"]);
    expect(labels.notices[0]).toMatch(/the smaller one has what they share \(1 object gave some\)/);
  });

  it.each([
    ["frames", { place: [1, 1, 2] }, { place: [1, 1, 1] }],
    ["slices", { place: [0, 2, 0] }, { place: [0, 1, 0] }],
    ["positions", { position: 2 }, { position: 1 }],
  ] as const)("puts selections onto planes by their %s", async (_, second, first) => {
    const bytes = await setOf(
      { type: 8, points: square(0, 1), ...second },
      { type: 8, points: square(0, 2), ...first },
    );
    expect((await allPlanes("a.zip", bytes)).map(rowsOf)).toEqual([
      ["11", "11"],
      ["10", "00"],
    ]);
  });

  it("refuses frames with slices, frames that no movie has, and archives of other files", async () => {
    const at = (place: readonly [number, number, number]): MadeRoi => ({
      type: 8,
      points: square(0, 1),
      place,
    });
    await expect(allPlanes("a.zip", await setOf(at([1, 1, 2]), at([1, 3, 1])))).rejects.toThrow(
      /slices of several frames/,
    );
    await expect(allPlanes("a.zip", await setOf(at([1, 1, 2 ** 30])))).rejects.toMatchObject({
      kind: "CorruptFile",
    });
    const pieces: Uint8Array[] = [];
    for await (const piece of zipPieces([{ name: "a.txt", bytes: new Uint8Array(1) }])) pieces.push(piece);
    await expect(allPlanes("a.zip", concatBytes(pieces))).rejects.toThrow(/without ImageJ selections/);
  });

  it("refuses a heap of outlines that would take hours", async () => {
    const zigzag = Array.from({ length: 4000 }, (_, i) => [i, (i % 2) * 30_000] as const);
    await expect(allPlanes("a.roi", madeRoi({ type: 0, points: zigzag }))).rejects.toMatchObject({
      kind: "UnsupportedFormat",
    });
  });
});

/** 1 for pixels whose centre is on an edge of an outline, within 1e-6 px. */
function onEdges(
  outlines: readonly (readonly Float64Array[])[],
  { height, width }: { readonly height: number; readonly width: number },
): Uint8Array {
  const out = new Uint8Array(height * width);
  const mark = (y: number, x: number): void => {
    const [row, column] = [Math.round(y - 0.5), Math.round(x - 0.5)];
    if (Math.abs(row + 0.5 - y) > 1e-6 || Math.abs(column + 0.5 - x) > 1e-6) return;
    if (row >= 0 && row < height && column >= 0 && column < width) out[row * width + column] = 1;
  };
  for (const ring of outlines.flat()) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const [ax, ay, bx, by] = [ring[j]!, ring[j + 1]!, ring[i]!, ring[i + 1]!];
      for (let y = Math.ceil(Math.min(ay, by) - 0.5) + 0.5; y <= Math.max(ay, by); y++)
        if (ay !== by) mark(y, ax + ((y - ay) / (by - ay)) * (bx - ax));
      if (ay !== by) continue;
      for (let x = Math.ceil(Math.min(ax, bx) - 0.5) + 0.5; x <= Math.max(ax, bx); x++) mark(ay, x);
    }
  }
  return out;
}

const folder = "mdck_training_masks";
const shared = (name: string): Uint8Array => new Uint8Array(readFileSync(sharedData(folder, name)));
const truthOf = async (name: string): Promise<Plane<Int32Array>> => {
  const { height, width, data } = await (await openTiff(memorySource(shared(name)), name)).read(0);
  return { height, width, data: Int32Array.from(data) };
};

describe("the drawn nuclei of others", () => {
  /**
   * The labels were made by another program, for which a centre on an edge is inside. ImageJ has it inside
   * where the nucleus is to its left or above, and so it is read. No half-pixel shift is in them, and the
   * winding rule makes no difference. All else is the same, but for 43 pixels of frame 41 that two nuclei of
   * nearly equal size share: which is the smaller depends on the centres on their edges.
   */
  itWithShared(folder).each([
    ["frame1_1215.zip", 1, 1215, 0],
    ["frame11_1263.zip", 2, 1263, 0],
    ["frame21_1280.zip", 3, 1280, 0],
    ["frame31_1310.zip", 4, 1310, 0],
    ["frame41_1341.zip", 5, 1341, 43],
  ] as const)(
    "are the labels but for centres on edges: %s",
    { timeout: 60_000 },
    async (name, number, count, inDoubt) => {
      const truth = await truthOf(`train${number}_manual_labels.tif`);
      const [read] = await allPlanes(name, shared(name), { size: truth });
      const { objects } = objectsOfRois(await readRoiSet(memorySource(shared(name)), name), name);
      expect(objects).toHaveLength(count);
      const edges = onEdges(
        objects.flatMap(({ parts }) => parts),
        truth,
      );
      const partner = new Map<number, number>();
      let differ = 0;
      for (let i = 0; i < edges.length; i++) {
        if (edges[i] === 1) continue;
        const [a, b] = [read!.data[i]!, truth.data[i]!];
        if (!partner.has(a)) partner.set(a, b);
        if (partner.get(a) !== b) differ++;
      }
      expect(differ).toBe(inDoubt);
      expect(partner.size).toBe(new Set(partner.values()).size);
      expect(partner.get(0)).toBe(0);
      expect(partner.size).toBeGreaterThan(count - 5);
    },
  );

  itWithShared(folder)("are those of a mask in one selection", { timeout: 60_000 }, async () => {
    const truth = await truthOf("train1_auto_labels.tif");
    const name = "frame1_auto_composite.roi";
    const [read] = await allPlanes(name, shared(name), { size: truth });
    expect(read!.count).toBe(835);
    expect(differing(partition(read!), partition(truth))).toBe(0);
  });
});
