import { describe, it } from "vitest";
import { cziToDamage, readAllCzi } from "../../../test/czidamage.js";
import { fuzzFormat } from "../../../test/formatfuzz.js";

describe("damaged CZI files of thousands of kinds end in an error that says so, or are read", () => {
  it("2000 of another seed", { timeout: 600_000 }, async () => {
    await fuzzFormat(await cziToDamage(), readAllCzi, { cases: 2000, seed: 22 });
  });
});
