import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inPieces, masks, scattered } from "../../test/planes.js";
import { labelImage } from "../core/labels.js";
import { components } from "./components.js";
import { largestPiece, largestPieces } from "./pieces.js";

const drawn = (...rows: string[]): { height: number; width: number; data: Uint8Array } => ({
  height: rows.length,
  width: rows[0]!.length,
  data: Uint8Array.from(rows.join(""), (c) => (c === "#" ? 1 : 0)),
});

describe("largestPiece", () => {
  it("takes the larger piece, and the one with the first pixel of two that are equally large", () => {
    expect(largestPiece(drawn("#.##", "...#"))).toEqual(drawn("..##", "...#").data);
    expect(largestPiece(drawn("#..#", "#..#"))).toEqual(drawn("#...", "#...").data);
  });

  it("does not connect by corners, nor the end of a row with the start of the next", () => {
    expect(largestPiece(drawn("#..", ".##"))).toEqual(drawn("...", ".##").data);
    expect(largestPiece(drawn("..##", "#..."))).toEqual(drawn("..##", "....").data);
  });

  it("gives nothing of nothing, and all of a full mask", () => {
    expect(largestPiece(drawn("..", ".."))).toEqual(new Uint8Array(4));
    expect(largestPiece(drawn("##", "##"))).toEqual(new Uint8Array(4).fill(1));
  });

  it("is the largest connected component, the first of the largest", () => {
    fc.assert(
      fc.property(masks(12), (mask) => {
        const { data, count } = components(mask.data, mask.height, mask.width, 4);
        const areas = new Array<number>(count + 1).fill(0);
        for (const label of data) if (label > 0) areas[label]!++;
        const largest = areas.indexOf(Math.max(1, ...areas));
        expect(largestPiece(mask)).toEqual(
          Uint8Array.from(data, (label) => (label > 0 && label === largest ? 1 : 0)),
        );
      }),
    );
  });
});

describe("largestPieces", () => {
  const labels = {
    height: 2,
    width: 7,
    count: 3,
    data: Int32Array.from([3, 0, 1, 2, 1, 1, 0, 3, 3, 0, 2, 1, 0, 0]),
  };

  it("keeps the largest piece of each object and drops small ones", () => {
    expect([...largestPieces(labels, 3).data]).toEqual([3, 0, 0, 0, 1, 1, 0, 3, 3, 0, 0, 1, 0, 0]);
  });

  it("treats each label as a mask of its own, and -1 as background", () => {
    fc.assert(
      fc.property(scattered(12), ({ height, width, data }) => {
        const image = labelImage(
          height,
          width,
          data.map((label, i) => (label === 0 && i % 3 === 0 ? -1 : label)),
        );
        const out = largestPieces(image);
        expect(inPieces(out, 4)).toEqual([]);
        expect(out.data.every((label, i) => label === 0 || label === image.data[i])).toBe(true);
        for (let label = 1; label <= image.count; label++) {
          const mask = { height, width, data: Uint8Array.from(data, (value) => (value === label ? 1 : 0)) };
          expect(Uint8Array.from(out.data, (value) => (value === label ? 1 : 0))).toEqual(largestPiece(mask));
        }
      }),
    );
  });
});
