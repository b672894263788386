import { describe, it } from "vitest";
import { fuzzFormat } from "../../../test/formatfuzz.js";
import { fuzzedLif, readAllOfLif } from "../../../test/liffile.js";

describe("damaged LIF files of thousands of kinds end in an error that says so, or are read", () => {
  it.each([1, 2] as const)("of version %i", { timeout: 600_000 }, async (version) => {
    await fuzzFormat(fuzzedLif(version), readAllOfLif, { cases: 2000, seed: 70 + version });
  });
});
