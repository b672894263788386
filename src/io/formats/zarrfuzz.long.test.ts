import { describe, expect, it } from "vitest";
import { readAll, zarrsToDamage, zarrToDamage, zippedZarrToDamage } from "../../../test/damagedzarr.js";
import { fuzzFormat } from "../../../test/formatfuzz.js";
import { zippedInput } from "../../../test/madezarr.js";

describe("damaged OME-Zarr, in 2000 ways each", { timeout: 600_000 }, () => {
  it.each(zarrsToDamage)("%s is read, or refused by one sentence", async (kind) => {
    const { bytes, read } = await zarrToDamage(kind);
    expect((await fuzzFormat(bytes, read, { cases: 2000, seed: 11 })).refused).toBeGreaterThan(200);
  });

  it("in a zip archive is read, or refused by one sentence", async () => {
    const read = (bytes: Uint8Array): Promise<void> => readAll(zippedInput(bytes));
    const counts = await fuzzFormat(await zippedZarrToDamage(), read, { cases: 2000, seed: 12 });
    expect(counts.refused).toBeGreaterThan(800);
  });
});
