import { unzipSync } from "fflate";
import { afterEach, describe, expect, it, vi } from "vitest";
import { encodeZip, firstZipEntry } from "./zip.js";

const files = {
  "b.txt": new TextEncoder().encode("second letter, first file ".repeat(20)),
  "a.bin": Uint8Array.of(0, 255),
  empty: new Uint8Array(0),
};

afterEach(() => vi.unstubAllEnvs());

describe("encodeZip", () => {
  it("holds the files, in their order", () => {
    const read = unzipSync(encodeZip(files));
    expect(Object.keys(read)).toEqual(["b.txt", "a.bin", "empty"]);
    expect(read).toEqual(files);
  });

  it("gives the same bytes at any time and in any time zone", () => {
    const [here, ...others] = ["UTC", "Asia/Tokyo", "America/Los_Angeles"].map((zone) => {
      vi.stubEnv("TZ", zone);
      return encodeZip(files);
    });
    for (const other of others) expect(other).toEqual(here);
    // 1 January 1980, 0:00, in the first file's header.
    expect([...here!.subarray(10, 14)]).toEqual([0, 0, 0x21, 0]);
  });
});

describe("firstZipEntry", () => {
  it("names the first file of an archive, and nothing of other bytes", () => {
    expect(firstZipEntry(encodeZip(files).subarray(0, 100))).toBe("b.txt");
    expect(
      firstZipEntry(new TextEncoder().encode("a text that is longer than the header of an archive")),
    ).toBeUndefined();
    expect(firstZipEntry(Uint8Array.of(0x50, 0x4b, 3, 4))).toBeUndefined();
  });
});
