import { describe, expect, it } from "vitest";
import {
  madeZarr,
  readAll,
  strangeFiles,
  zarrsToDamage,
  zarrToDamage,
  zippedZarrToDamage,
} from "../../../test/damagedzarr.js";
import { fuzzFormat } from "../../../test/formatfuzz.js";
import { inputOf, zippedInput } from "../../../test/madezarr.js";
import { isKaryonError } from "../../core/errors.js";
import { random } from "../../core/random.js";

describe("damaged OME-Zarr", () => {
  it.each(zarrsToDamage)("%s is read, or refused by one sentence", async (kind) => {
    const { bytes, read } = await zarrToDamage(kind);
    const counts = await fuzzFormat(bytes, read);
    expect(counts.read).toBeGreaterThan(5);
    expect(counts.refused).toBeGreaterThan(50);
  });

  it.each(zarrsToDamage)("%s with strange documents is read, or refused by one sentence", async (kind) => {
    const files = await madeZarr(kind);
    const rng = random(5);
    let [read, refused] = [0, 0];
    for (let i = 0; i < 300; i++) {
      const made = strangeFiles(files, rng);
      try {
        await readAll(inputOf(made));
        read++;
      } catch (error) {
        if (!isKaryonError(error)) throw new Error(`case ${i}`, { cause: error });
        expect(error.message).toMatch(/^[^\n]+\.$/);
        refused++;
      }
    }
    expect(read).toBeGreaterThan(50);
    expect(refused).toBeGreaterThan(50);
  });

  it("in a zip archive is read, or refused by one sentence", async () => {
    const counts = await fuzzFormat(await zippedZarrToDamage(), (bytes) => readAll(zippedInput(bytes)));
    expect(counts.refused).toBeGreaterThan(200);
  });
});
