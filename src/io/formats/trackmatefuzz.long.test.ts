import { expect, it } from "vitest";
import { fuzzTrackMate } from "../../../test/trackfuzz.js";

it("reads TrackMate files damaged in 2000 ways, or refuses them", { timeout: 600_000 }, async () => {
  const { refused } = await fuzzTrackMate(2000, 2);
  expect(refused).toBeGreaterThan(400);
});
