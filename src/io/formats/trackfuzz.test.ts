import { expect, it } from "vitest";
import { fuzzCtc, fuzzGeff, fuzzPoints, fuzzTrackMate } from "../../../test/trackfuzz.js";

it.each([
  ["TrackMate files", fuzzTrackMate],
  ["graphs in GEFF", fuzzGeff],
  ["folders of the Cell Tracking Challenge", fuzzCtc],
  ["tables of points", fuzzPoints],
])("reads damaged %s, or refuses them with one sentence", { timeout: 120_000 }, async (_, fuzz) => {
  const { refused } = await fuzz(500, 1);
  expect(refused).toBeGreaterThan(100);
});
