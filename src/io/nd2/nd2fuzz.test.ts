import { describe, expect, it } from "vitest";
import { fuzzFormat } from "../../../test/formatfuzz.js";
import { fuzzedNd2, readAllNd2 } from "../../../test/nd2read.js";

describe("damaged ND2 files are read, or refused by one sentence", () => {
  it.each(fuzzedNd2)("$name", { timeout: 120_000 }, async ({ bytes, cases, seed }) => {
    const counts = await fuzzFormat(bytes, readAllNd2, { cases, seed });
    expect(counts.refused).toBeGreaterThan(50);
    expect(counts.read).toBeGreaterThan(20);
  });
});
