import { describe, expect, it } from "vitest";
import { rowsOfWindow, windowOf } from "../../test/labelrows.js";
import {
  compactLabels,
  fileValues,
  type LabelImage,
  labelImage,
  type LabelSource,
  labelSourceOf,
} from "../core/labels.js";
import { applyLabelEdits, correctedLabels } from "./applylabels.js";
import type { LabelEdit, LabelPatch } from "./edits.js";
import { draw } from "./labelgestures.js";

const rows = ["11..", "11..", "..22"];
const image = (): LabelImage => labelImage(3, 4, windowOf(rows).data);
const patch = (y: number, x: number, after: readonly number[]): LabelPatch => ({
  y,
  x,
  height: 1,
  width: after.length,
  before: new Int32Array(after.length),
  after: Int32Array.from(after),
});
const edit = (frame: number, patches: readonly LabelPatch[]): LabelEdit => ({
  layer: "labels",
  gesture: "paint",
  frame,
  patches,
});
const rowsOfImage = (labels: LabelImage): string[] => rowsOfWindow({ y: 0, x: 0, ...labels });

describe("correctedLabels", () => {
  const plain = labelSourceOf([image(), image()], ["a", "b"]);
  const withWindows: LabelSource = {
    ...plain,
    readWindow: async (frame, { y, x, height, width }) => {
      const { data, width: all } = await plain.read(frame);
      return labelImage(
        height,
        width,
        Int32Array.from(
          { length: height * width },
          (_, i) => data[(y + Math.floor(i / width)) * all + x + (i % width)]!,
        ),
      );
    },
  };
  const edits = [edit(1, [patch(0, 1, [3, 3])]), edit(1, [patch(0, 2, [5, 5])])];

  it("gives frames after their edits in order, and others as they are", async () => {
    const corrected = correctedLabels(plain, edits);
    expect(corrected.frameNames).toEqual(["a", "b"]);
    expect(await corrected.read(0)).toBe(await plain.read(0));
    const frame = await corrected.read(1);
    expect(rowsOfImage(frame)).toEqual(["1355", "11..", "..22"]);
    expect(frame.count).toBe(5);
    expect(rowsOfImage(await plain.read(1))).toEqual(rows);
    expect("readWindow" in corrected).toBe(false);
  });

  it("gives windows of them", async () => {
    const corrected = correctedLabels(withWindows, edits);
    const window = await corrected.readWindow!(1, { y: 0, x: 2, height: 2, width: 2 });
    expect(rowsOfImage(window)).toEqual(["55", ".."]);
    expect(rowsOfImage(await corrected.readWindow!(1, { y: 1, x: 0, height: 2, width: 3 }))).toEqual([
      "11.",
      "..2",
    ]);
  });

  it("takes the values of the file where labels were made compact", () => {
    const large = 2 ** 30;
    const compact = compactLabels(labelImage(1, 4, Int32Array.of(large, 0, large + 9, 0)));
    const changed = applyLabelEdits(compact, [edit(0, [patch(0, 1, [large + 5])])]);
    expect(fileValues(changed)).toEqual(Int32Array.of(large, large + 5, large + 9, 0));
    expect(changed.data).toEqual(Int32Array.of(1, 2, 3, 0));
  });

  it("gives what a gesture in a window promised", () => {
    const window = windowOf(["..", ".."], 0, 2);
    const outline = [
      { y: -1, x: 1.5 },
      { y: -1, x: 9 },
      { y: 9, x: 9 },
      { y: 9, x: 1.5 },
    ];
    const patches = draw(window, outline, { label: 7, protect: true })!;
    expect(rowsOfImage(applyLabelEdits(image(), [edit(0, patches)]))).toEqual(["1177", "1177", "..22"]);
  });
});
