import { describe, expect, it } from "vitest";
import { labelImage, labelSourceOf } from "./labels.js";

describe("labelSourceOf", () => {
  it("gives images by frame with their sizes, and refuses other frames", async () => {
    const images = [labelImage(1, 2, Int32Array.of(0, 1)), labelImage(2, 1, Int32Array.of(1, 2))];
    const source = labelSourceOf(images);
    expect([source.frames, source.frameNames]).toEqual([2, ["0", "1"]]);
    expect([await source.read(1), await source.size(1)]).toEqual([images[1], { height: 2, width: 1 }]);
    expect(labelSourceOf(images, ["a", "b"]).frameNames).toEqual(["a", "b"]);
    await expect(source.read(2)).rejects.toThrow(/frame: expected 0 to 1, received 2/);
    await expect(source.size(-1)).rejects.toThrow(/received -1/);
  });
});
