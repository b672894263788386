import { describe, expect, it } from "vitest";
import { fuzzFormat } from "../../../test/formatfuzz.js";
import { fuzzedLif, readAllOfLif } from "../../../test/liffile.js";

describe("damaged LIF files end in an error that says so, or are read", () => {
  it.each([1, 2] as const)("of version %i", { timeout: 60_000 }, async (version) => {
    const counts = await fuzzFormat(fuzzedLif(version), readAllOfLif, { cases: 250, seed: version });
    expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(20);
  });
});
