import { expect, it } from "vitest";
import { fuzzTrackMate } from "../../../test/trackfuzz.js";

it("reads damaged TrackMate files, or refuses them with one sentence", { timeout: 120_000 }, async () => {
  const { refused } = await fuzzTrackMate(500, 1);
  expect(refused).toBeGreaterThan(100);
});
