/** Lists that the studio's page makes of what the server says. */
import { describe, expect, it } from "vitest";
import { historyLines } from "../app/src/state/edithistory.js";
import { joinedWarnings } from "../app/src/state/inspectionwarnings.js";
import type { LabelEdit } from "../src/correct/edits.js";

describe("warnings of files", () => {
  it("are said once where they differ only in numbers", () => {
    const warnings = joinedWarnings([
      { warnings: ["The pixel size is not given", "0.7 % of the values are 255"] },
      { warnings: ["The pixel size is not given", "0.8 % of the values are 255"] },
      { warnings: ["12 % of the values are 255", "The frames differ in size"] },
    ]);
    expect(warnings).toEqual([
      "The pixel size is not given",
      "0.7 % of the values are 255 (and the same with 2 other figures)",
      "The frames differ in size",
    ]);
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
