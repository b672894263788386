import { describe, it } from "vitest";
import { fuzzPng, fuzzTiff, pngsToDamage, tiffsToDamage } from "../../../test/damage.js";

describe("damaged files of thousands of kinds end in an error that says so, or are read", () => {
  it.each(tiffsToDamage)("%s", { timeout: 600_000 }, (name) => fuzzTiff(name, { numRuns: 3000 }));
  it.each(pngsToDamage)("%s", { timeout: 600_000 }, (name) => fuzzPng(name, { numRuns: 3000 }));
});
