import { describe, expect, it } from "vitest";
import { fuzzFormat } from "../../../test/formatfuzz.js";
import { fuzzedLif, readAllOfLif, xmlPart } from "../../../test/liffile.js";
import { isKaryonError } from "../../core/errors.js";
import { type Random, random } from "../../core/random.js";
import { concatBytes } from "../bytes.js";

/** A file with one to three numbers of its XML changed to those that readers trip over. */
function otherNumbers(original: Uint8Array, rng: Random): Uint8Array {
  const units = new DataView(original.buffer, original.byteOffset).getUint32(9, true);
  const end = 13 + 2 * units;
  let xml = new TextDecoder("utf-16le").decode(original.subarray(13, end));
  for (let n = 1 + rng.integer(3); n > 0; n--) {
    const numbers = [...xml.matchAll(/="(-?[\d.e+-]*)"/g)];
    const { index, 0: whole } = numbers[rng.integer(numbers.length)]!;
    const value = extremes[rng.integer(extremes.length)]!;
    xml = `${xml.slice(0, index)}="${value}"${xml.slice(index + whole.length)}`;
  }
  return concatBytes([xmlPart(xml), original.subarray(end)]);
}

const extremes = [
  ...["", "0", "1", "2", "3", "7", "10", "16", "32", "255", "65536", "4294967296"],
  ...["9007199254740991", "1e300", "-1", "NaN", "1e-300", "0x10", "1,5", "&lt;", "MemBlock_18"],
];

describe("damaged LIF files end in an error that says so, or are read", () => {
  it.each([1, 2] as const)("of version %i", { timeout: 60_000 }, async (version) => {
    const counts = await fuzzFormat(fuzzedLif(version), readAllOfLif, { cases: 250, seed: version });
    expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(20);
  });

  it("with other numbers in their XML", { timeout: 60_000 }, async () => {
    const rng = random(3);
    const original = fuzzedLif(2);
    let [sound, refused] = [0, 0];
    for (let i = 0; i < 600; i++) {
      try {
        await readAllOfLif(otherNumbers(original, rng));
        sound++;
      } catch (error) {
        if (!isKaryonError(error)) throw new Error(`case ${i}`, { cause: error });
        expect(error.message).toMatch(/^test\.lif: [^\n]+\.$/);
        refused++;
      }
    }
    expect(Math.min(sound, refused)).toBeGreaterThan(50);
  });
});
