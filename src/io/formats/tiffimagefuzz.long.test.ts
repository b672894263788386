import { describe, it } from "vitest";
import { fixture } from "../../../test/damage.js";
import { fuzzFormat } from "../../../test/formatfuzz.js";
import { readSeries, seriesToDamage } from "../../../test/tiffseriesfuzz.js";

describe("damaged TIFF files of several images or sizes, in thousands of ways", () => {
  it.each(seriesToDamage)("%s", { timeout: 600_000 }, async (name) => {
    await fuzzFormat(fixture(name), (bytes) => readSeries(bytes, name), { cases: 2000, seed: 4 });
  });
});
