import { describe, expect, it } from "vitest";
import { fixture } from "../../../test/damage.js";
import { fuzzFormat } from "../../../test/formatfuzz.js";
import { readSeries, seriesToDamage } from "../../../test/tiffseriesfuzz.js";

describe("damaged TIFF files of several images or sizes are read, or refused by one sentence", () => {
  it.each(seriesToDamage)("%s", async (name) => {
    const counts = await fuzzFormat(fixture(name), (bytes) => readSeries(bytes, name), {
      cases: 200,
      seed: 3,
    });
    expect(counts.refused).toBeGreaterThan(50);
  });
});
