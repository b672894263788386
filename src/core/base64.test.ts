import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { base64, bytesOfBase64 } from "./base64.js";

describe("base64", () => {
  it("is what Node gives, and comes back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = base64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString("base64"));
        expect(bytesOfBase64(text)).toEqual(bytes);
      }),
    );
  });

  it("knows text that it did not make", () => {
    for (const text of ["AAA", "A*AA", "AAAAA===", "AA=A", "ÄAAA", "===="])
      expect(bytesOfBase64(text), text).toBeUndefined();
  });
});
