import { describe, it } from "vitest";
import { cziToDamage, readAllCzi } from "../../../test/czidamage.js";
import { fuzzFormat } from "../../../test/formatfuzz.js";

describe("damaged CZI files end in an error that says so, or are read", () => {
  it("500 of one seed", async () => {
    await fuzzFormat(await cziToDamage(), readAllCzi, { cases: 500, seed: 21 });
  });
});
