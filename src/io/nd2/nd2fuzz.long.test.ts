import { describe, expect, it } from "vitest";
import { fuzzFormat } from "../../../test/formatfuzz.js";
import { fuzzedNd2, readAllNd2 } from "../../../test/nd2read.js";

describe("thousands of damaged ND2 files are read, or refused by one sentence", () => {
  it.each(fuzzedNd2)("$name", { timeout: 600_000 }, async ({ bytes }) => {
    const counts = await fuzzFormat(bytes, readAllNd2, { cases: 2000, seed: 77 });
    expect(counts.refused).toBeGreaterThan(200);
  });
});
