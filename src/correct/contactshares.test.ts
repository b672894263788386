import { describe, expect, it } from "vitest";
import { windowOf } from "../../test/labelrows.js";
import { labelImage } from "../core/labels.js";
import { contactShares } from "./contactshares.js";

describe("contactShares", () => {
  it("gives the shared part of each outline", () => {
    const { height, width, data } = windowOf(["11..", "1122", "..22", "?4.."]);
    // 1 and 2 share one edge of eight; 4 has none, as unknown pixels are no object.
    expect(contactShares(labelImage(height, width, data))).toEqual(Float64Array.of(0, 1 / 8, 1 / 8, 0, 0));
  });

  it("counts the border of the image as outline", () => {
    expect(contactShares(labelImage(1, 2, Int32Array.of(1, 2)))).toEqual(Float64Array.of(0, 1 / 4, 1 / 4));
  });
});
