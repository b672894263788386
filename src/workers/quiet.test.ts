import { expect, it } from "vitest";
import { quietSince } from "./quiet.js";

it("waits for what is left of the time since the last answer, and not at all where there was none", async () => {
  const before = performance.now();
  await quietSince(-Infinity);
  await quietSince(before - 10_000);
  const between = performance.now();
  await quietSince(between);
  // Timers may be a millisecond early.
  expect(performance.now() - between).toBeGreaterThanOrEqual(249);
  expect(between - before).toBeLessThan(249);
});
