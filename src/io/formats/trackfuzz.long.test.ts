import { expect, it } from "vitest";
import { fuzzCtc, fuzzGeff, fuzzPoints, fuzzTrackMate } from "../../../test/trackfuzz.js";

it.each([
  ["TrackMate files", fuzzTrackMate],
  ["graphs in GEFF", fuzzGeff],
  ["folders of the Cell Tracking Challenge", fuzzCtc],
  ["tables of points", fuzzPoints],
])("reads %s damaged in 2000 ways, or refuses them", { timeout: 600_000 }, async (_, fuzz) => {
  const { refused } = await fuzz(2000, 2);
  expect(refused).toBeGreaterThan(400);
});
