import { describe, expect, it } from "vitest";
import { readAll, zarrsToDamage, zarrToDamage, zippedZarrToDamage } from "../../../test/damagedzarr.js";
import { fuzzFormat } from "../../../test/formatfuzz.js";
import { zippedInput } from "../../../test/madezarr.js";

describe("damaged OME-Zarr", () => {
  it.each(zarrsToDamage)("%s is read, or refused by one sentence", async (kind) => {
    const { bytes, read } = await zarrToDamage(kind);
    const counts = await fuzzFormat(bytes, read);
    expect(counts.read).toBeGreaterThan(20);
    expect(counts.refused).toBeGreaterThan(50);
  });

  it("in a zip archive is read, or refused by one sentence", async () => {
    const counts = await fuzzFormat(await zippedZarrToDamage(), (bytes) => readAll(zippedInput(bytes)));
    expect(counts.refused).toBeGreaterThan(200);
  });
});
