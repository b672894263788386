import { describe, expect, it } from "vitest";
import { objectCases } from "../../../test/objectfiles.js";
import { fuzzFormat } from "../../../test/formatfuzz.js";
import { readCorners } from "../../../test/opened.js";

describe("damaged files of objects, many", () => {
  it.each(objectCases.map(({ name, bytes }) => [name, bytes] as const))(
    "%s",
    { timeout: 600_000 },
    async (name, bytes) => {
      const counts = await fuzzFormat(await bytes(), (damaged) => readCorners(name, damaged), {
        cases: 2000,
        seed: 7,
      });
      expect(counts.read + counts.refused).toBe(2000);
    },
  );
});
