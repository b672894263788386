import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scattered } from "../../test/planes.js";
import { labelImage } from "../core/labels.js";
import { fillRings } from "./fillrings.js";
import { outlinesOf, twiceSignedArea } from "./outlines.js";
import { simplePiece } from "./simplerings.js";

const piecesOf = (rows: readonly string[]): ReturnType<typeof simplePiece>[] => {
  const data = Int32Array.from(rows.join(""), Number);
  return outlinesOf(labelImage(rows.length, rows[0]!.length, data))[0]!.pieces.map(simplePiece);
};

describe("simplePiece", () => {
  it("makes a hole of background that touches the outside at a corner", () => {
    const [piece] = piecesOf(["1110", "1011", "1111"].map((row) => row.replace("1011", "1101")));
    expect(piece!.holes).toEqual([Float64Array.of(3, 1, 2, 1, 2, 2, 3, 2)]);
    expect(twiceSignedArea(piece!.outer)).toBe(2 * 11);
  });

  it("makes two of holes that touch at a corner", () => {
    const [piece] = piecesOf(["1111", "1011", "1101", "1111"]);
    expect(piece!.holes.map((hole) => [hole.length, twiceSignedArea(hole)])).toEqual([
      [8, -2],
      [8, -2],
    ]);
  });

  it("passes no point of a ring twice, and fills to the same pixels", () => {
    fc.assert(
      fc.property(scattered(12), ({ height, width, data }) => {
        const filled = { height, width, data: new Int32Array(data.length) };
        for (const { label, pieces } of outlinesOf(labelImage(height, width, data))) {
          for (const { outer, holes } of pieces.map(simplePiece)) {
            expect(twiceSignedArea(outer)).toBeGreaterThan(0);
            expect(holes.every((hole) => twiceSignedArea(hole) < 0)).toBe(true);
            for (const ring of [outer, ...holes]) {
              const points = Array.from(
                { length: ring.length / 2 },
                (_, i) => `${ring[2 * i]!},${ring[2 * i + 1]!}`,
              );
              expect(new Set(points).size).toBe(points.length);
            }
            fillRings(filled, [outer, ...holes], label);
          }
        }
        expect(filled.data).toEqual(data);
      }),
    );
  });
});
