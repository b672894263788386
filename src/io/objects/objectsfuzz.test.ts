import { describe, expect, it } from "vitest";
import { objectCases } from "../../../test/objectfiles.js";
import { fuzzFormat } from "../../../test/formatfuzz.js";
import { readCorners } from "../../../test/opened.js";

describe("damaged files of objects", () => {
  it.each(objectCases.map(({ name, bytes }) => [name, bytes] as const))("%s", async (name, bytes) => {
    const counts = await fuzzFormat(await bytes(), (damaged) => readCorners(name, damaged));
    expect(counts.read + counts.refused).toBe(500);
    expect(counts.refused).toBeGreaterThan(0);
  });
});
