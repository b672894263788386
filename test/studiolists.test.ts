/** Lists that the studio's page makes of what the server says. */
import { describe, expect, it } from "vitest";
import { historyLines } from "../app/src/state/edithistory.js";
import { warningLines } from "../app/src/views/warninglines.js";
import type { LabelEdit } from "../src/correct/edits.js";

describe("warnings of files", () => {
  it("are said once where they differ only in numbers, with the files that they are about", () => {
    const lines = warningLines([
      { file: "a.tif", warnings: ["The pixel size is not given", "0.7 % of the values are 255"] },
      { file: "b.tif", warnings: ["The pixel size is not given", "0.8 % of the values are 255"] },
      { file: "c.tif", warnings: ["12 % of the values are 255", "The frames differ in size"] },
    ]);
    expect(lines.map(({ files }) => files)).toEqual([2, 3, 1]);
    expect(lines[1]!.text).toContain("of the values are 255");
  });
});

describe("the list of edits", () => {
  const patch = { y: 10, x: 20, height: 3, width: 5, before: new Int32Array(15), after: new Int32Array(15) };
  const edit = (gesture: LabelEdit["gesture"], frame: number): LabelEdit => ({
    layer: "annotation",
    gesture,
    frame,
    patches: [patch],
  });

  it("has those of before the page was opened, and of other pages, between its own", () => {
    const lines = historyLines(
      [
        { edit: edit("split", 1), number: 4, isUndone: false },
        { edit: edit("delete", 2), number: 6, isUndone: true },
        { edit: edit("merge", 3), number: 0, isUndone: false },
      ],
      [
        { number: 5, layer: "tracks", gesture: "refuse", frame: 7 },
        { number: 4, layer: "annotation", gesture: "split", frame: 1 },
        { number: 2, layer: "annotation", gesture: "paint", frame: 0 },
      ],
    );
    expect(lines.map(({ text, frame, isUndone }) => [text, frame, isUndone])).toEqual([
      ["Merged objects", 3, false],
      ["Deleted objects", 2, true],
      ["Refused a division", 7, false],
      ["Split an object", 1, false],
      ["Painted", 0, false],
    ]);
    expect(lines.map(({ place }) => place?.y)).toEqual([11, 11, undefined, 11, undefined]);
  });
});
