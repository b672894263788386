import { describe, expect, it } from "vitest";
import { nucleiOf } from "../../test/spots.js";
import type { TrackEdit } from "./edits.js";
import * as choices from "./trackchoices.js";

// 0 - 1 divides into 2 and 3; 4 is alone in frame 2, 5 in frame 3.
const links = choices.linkedNuclei({
  nuclei: nucleiOf([
    { t: 0, y: 0, x: 0 },
    { t: 1, y: 0, x: 1 },
    { t: 2, y: 0, x: 2 },
    { t: 2, y: 9, x: 3 },
    { t: 2, y: 50, x: 4 },
    { t: 3, y: 50, x: 5 },
  ]),
  frames: 4,
  edges: Uint32Array.of(0, 1, 1, 2, 1, 3),
});
/** The gesture and the rows, which the columns of the places tell. */
const told = (edit: TrackEdit | undefined): unknown =>
  edit && [edit.gesture, ...edit.spots.map(({ x }) => x)];

describe("the edits of clicks", () => {
  it("cut before and after a nucleus", () => {
    expect(choices.cutBefore(links, 1)).toEqual({
      layer: "tracks",
      gesture: "cut",
      spots: [
        { frame: 0, y: 0, x: 0 },
        { frame: 1, y: 0, x: 1 },
      ],
    });
    expect(choices.cutBefore(links, 4)).toBeUndefined();
    expect(choices.cutAfter(links, 1).map(told)).toEqual([
      ["cut", 1, 2],
      ["cut", 1, 3],
    ]);
    expect(choices.cutAfter(links, 4)).toEqual([]);
  });

  it("join two in the order of time", () => {
    expect(told(choices.joinSelected(links, 5, 4))).toEqual(["join", 4, 5]);
    expect(told(choices.joinSelected(links, 1, 2))).toEqual(["join", 1, 2]);
    expect(choices.joinSelected(links, 1, 0)).toBeUndefined();
    expect(choices.joinSelected(links, 3, 4)).toBeUndefined();
  });

  it("add a division with the earliest as the mother", () => {
    expect(told(choices.addDivision(links, [4, 1, 5]))).toEqual(["divide", 1, 4, 5]);
    expect(choices.addDivision(links, [3, 2, 1])).toBeUndefined();
    expect(choices.addDivision(links, [2, 3, 5])).toBeUndefined();
  });

  it("delete, confirm and refuse", () => {
    expect(told(choices.deleteSpot(links, 4))).toEqual(["delete", 4]);
    expect(told(choices.deleteBranch(links, 1))).toEqual(["deleteTrack", 1]);
    expect(told(choices.confirmDivision(links, 1))).toEqual(["confirm", 1]);
    expect(choices.confirmDivision(links, 0)).toBeUndefined();
    expect(told(choices.refuseDivision(links, 3))).toEqual(["refuse", 1, 3]);
    expect(choices.refuseDivision(links, 1)).toBeUndefined();
  });
});
