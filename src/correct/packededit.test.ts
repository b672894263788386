import { describe, expect, it } from "vitest";
import { packValue } from "../core/packing.js";
import { checkReviewed, checkWithin } from "./checkedit.js";
import type { LabelEdit, TrackEdit } from "./edits.js";
import { packEdit, unpackEdit } from "./packededit.js";

const patch = { y: 4, x: 5, height: 1, width: 2, before: Int32Array.of(0, 7), after: Int32Array.of(2, 2) };
const painted: LabelEdit = {
  layer: "labels",
  gesture: "paint",
  frame: 3,
  patches: [patch, { ...patch, x: 7 }],
};
const spot = (frame: number): { frame: number; y: number; x: number } => ({ frame, y: 1.5, x: 2 });
const cut: TrackEdit = { layer: "tracks", gesture: "cut", spots: [spot(1), spot(2)] };

describe("packed edits", () => {
  it("come back, without fields that do not belong to them", () => {
    expect(unpackEdit(packEdit(painted))).toEqual(painted);
    expect(unpackEdit(packEdit(cut))).toEqual(cut);
    expect(
      unpackEdit(packValue({ ...cut, other: 1, spots: cut.spots.map((s) => ({ ...s, z: 1 })) })),
    ).toEqual(cut);
  });

  it.each([
    [{ ...painted, layer: "masks" }, /^edit\.layer: expected one of annotation, labels, received "masks"/],
    [{ ...painted, gesture: "cut" }, /^edit\.gesture: expected one of paint, /],
    [{ ...painted, gesture: "ignore" }, /only annotations have ignored pixels/],
    [{ ...painted, frame: 1.5 }, /^edit\.frame: expected a whole number from 0 on, received 1\.5/],
    [{ ...painted, patches: [] }, /^edit\.patches: expected one or more/],
    [{ ...painted, patches: "all" }, /^edit\.patches: expected a list, received "all"/],
    [{ ...painted, patches: [{ ...patch, y: -1 }] }, /^edit\.patches\[0\]\.y: /],
    [
      { ...painted, patches: [{ ...patch, width: 3 }] },
      /before: expected 1 x 3 integers of 32 bits, received 2 numbers/,
    ],
    [{ ...painted, patches: [{ ...patch, after: [2, 2] }] }, /after: .* received a list of 2/],
    [{ ...painted, patches: [{ ...patch, after: Float32Array.of(2, 2) }] }, /after: /],
    [{ ...painted, patches: [{ ...patch, after: Int32Array.of(2, -1) }] }, /labels from 0 on, received -1/],
    [
      { ...painted, patches: [patch, { ...patch, x: 6 }] },
      /do not overlap, received two that do, from \(4, 5\) and from \(4, 6\)/,
    ],
    [{ ...cut, spots: [spot(1)] }, /^edit\.spots: expected 2 for "cut", received 1/],
    [{ ...cut, spots: [spot(2), spot(2)] }, /^edit\.spots: expected frames after 2/],
    [
      { ...cut, spots: [spot(1), { ...spot(2), y: NaN }] },
      /^edit\.spots\[1\]\.y: expected a finite number, received NaN/,
    ],
    [[1], /^edit: expected an object/],
    [null, /^edit: expected an object/],
  ])("are refused with what is wrong: %#", (value, message) => {
    expect(() => unpackEdit(packValue(value))).toThrow(message);
    expect(() => unpackEdit(packValue(value))).toThrow(expect.objectContaining({ kind: "InvalidInput" }));
  });

  it("takes -1 in annotations", () => {
    const edit: LabelEdit = {
      ...painted,
      layer: "annotation",
      patches: [{ ...patch, after: Int32Array.of(-1, -1) }],
    };
    expect(unpackEdit(packEdit(edit))).toEqual(edit);
  });

  it("refuses bytes that were not packed, or made to mislead", () => {
    const head = (text: string): Uint8Array => {
      const bytes = new Uint8Array(4 + text.length);
      new DataView(bytes.buffer).setUint32(0, text.length, true);
      bytes.set(new TextEncoder().encode(text), 4);
      return bytes;
    };
    const marks = [
      '{"$":["Nothing",0,1]}',
      '{"$":["Int32Array",0,9]}',
      '{"$":5}',
      '{"$":["Int32Array",-3,1]}',
      "nul",
    ];
    for (const bytes of [new Uint8Array(0), ...marks.map(head)])
      expect(() => unpackEdit(bytes)).toThrow(expect.objectContaining({ kind: "InvalidInput" }));
  });
});

describe("checkWithin", () => {
  const bounds = { frames: 4, height: 5, width: 9 };

  it("takes what lies within the frames and no more", () => {
    checkWithin(painted, bounds);
    checkWithin(cut, bounds);
    expect(() => checkWithin(painted, { ...bounds, width: 8 })).toThrow(
      /within 5 x 8 pixels, received 1 x 2 from \(4, 7\)/,
    );
    expect(() => checkWithin(painted, { ...bounds, frames: 3 })).toThrow(
      /^edit\.frame: expected 0 to 2, received 3/,
    );
    expect(() => checkWithin(cut, { ...bounds, frames: 2 })).toThrow(/received 2/);
  });
});

describe("checkReviewed", () => {
  it("takes a frame, and says what is wrong", () => {
    const reviewed = { layer: "labels", frame: 2, isDone: false };
    expect(checkReviewed(reviewed)).toEqual(reviewed);
    expect(() => checkReviewed({ ...reviewed, isDone: 1 })).toThrow(
      /^reviewed\.isDone: expected true or false, received 1/,
    );
  });
});
