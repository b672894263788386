import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { fuzzFormat } from "../../test/formatfuzz.js";
import { type MadeEntry, madeZip } from "../../test/madezip.js";
import { CorruptFile, UnsupportedFormat } from "../core/errors.js";
import { type ByteSource, memorySource } from "./bytes.js";
import { encodeZip } from "./zip.js";
import { isZip, openZip } from "./zipread.js";
import { zipStore } from "./zipstore.js";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const files = {
  "b.txt": text("second letter, first file ".repeat(20)),
  "folder/a.bin": Uint8Array.of(0, 255),
  empty: new Uint8Array(0),
};
const open = (bytes: Uint8Array): ReturnType<typeof openZip> => openZip(memorySource(bytes), "a.zip");
const failureOf = (bytes: Uint8Array): Promise<unknown> =>
  open(bytes).then(String, (error: unknown) => error);

/** A source that counts what is read. */
function counted(bytes: Uint8Array): ByteSource & { total: number } {
  const source = {
    size: bytes.length,
    total: 0,
    read: (offset: number, length: number): Promise<Uint8Array> => {
      source.total += length;
      return Promise.resolve(bytes.subarray(offset, offset + length));
    },
  };
  return source;
}

describe("openZip", () => {
  it.each([0, 6] as const)("gives files and their bytes, at level %d", async (level) => {
    const zip = await open(zipSync(files, { level }));
    expect(zip.names).toEqual(["b.txt", "folder/a.bin", "empty"]);
    for (const [name, bytes] of Object.entries(files)) {
      expect(zip.sizeOf(name)).toBe(bytes.length);
      expect(Buffer.compare((await zip.read(name))!, bytes)).toBe(0);
      expect(Buffer.compare((await zip.readRange(name, 1, 5))!, bytes.subarray(1, 6))).toBe(0);
    }
    expect(await zip.read("none")).toBeUndefined();
    expect(await zip.readRange("none", 0, 1)).toBeUndefined();
    expect(zip.sizeOf("none")).toBeUndefined();
  });

  it("reads names that are no UTF-8 as one character a byte", async () => {
    const bytes = madeZip([{ name: "m~~m.roi", flags: 0 }]).map((byte) => (byte === 0x7e ? 0x93 : byte));
    expect((await open(bytes)).names).toEqual(["m\x93\x93m.roi"]);
  });

  it("reads what this package writes", async () => {
    const zip = await open(encodeZip(files));
    expect(await zip.read("b.txt")).toEqual(files["b.txt"]);
  });

  it("reads an entry without the others", async () => {
    const source = counted(zipSync({ big: new Uint8Array(2e6), small: Uint8Array.of(7) }, { level: 0 }));
    const zip = await openZip(source, "a.zip");
    expect(await zip.read("small")).toEqual(Uint8Array.of(7));
    expect(await zip.readRange("big", 10, 3)).toEqual(new Uint8Array(3));
    expect(source.total).toBeLessThan(70_000);
  });

  it("leaves folders out, and reads a comment and a name that is not ASCII", async () => {
    const bytes = madeZip([{ name: "z/" }, { name: "z/Zähler.txt", data: text("1") }], { comment: "PK" });
    const zip = await open(bytes);
    expect(zip.names).toEqual(["z/Zähler.txt"]);
    expect(await zip.read("z/Zähler.txt")).toEqual(text("1"));
  });

  it("reads lengths and places of 64 bits", async () => {
    const zip = await open(madeZip([{ name: "a", data: text("long") }, { name: "b" }], { large: true }));
    expect(zip.names).toEqual(["a", "b"]);
    expect(await zip.read("a")).toEqual(text("long"));
  });

  it("opens an archive of nothing", async () => {
    expect((await open(zipSync({}))).names).toEqual([]);
    expect(isZip(zipSync({}))).toBe(true);
    expect(isZip(zipSync(files))).toBe(true);
    expect(isZip(text("PKzip"))).toBe(false);
  });
});

describe("openZip refuses", () => {
  it.each(["../a", "/a", "a\\b", "a/../../b", "a//b", "./a", "C:/a", "a\0b", ""])(
    "a name that leaves its folder: %j",
    async (name) => {
      const failure = await failureOf(madeZip([{ name }]));
      expect(failure).toBeInstanceOf(CorruptFile);
      expect(String(failure)).toMatch(/no path in it[^\n]+\.$/);
    },
  );

  it("a name that is there twice", async () => {
    expect(await failureOf(madeZip([{ name: "a" }, { name: "a" }]))).toMatchObject({
      message: expect.stringContaining('"a" more than once') as string,
    });
  });

  it("encrypted archives and those in several files, by name", async () => {
    const encrypted = await failureOf(madeZip([{ name: "a", flags: 1 }]));
    expect(encrypted).toBeInstanceOf(UnsupportedFormat);
    expect(String(encrypted)).toContain("an encrypted zip archive is not supported");
    const several = await failureOf(madeZip([{ name: "a" }], { disk: 1 }));
    expect(several).toBeInstanceOf(UnsupportedFormat);
    expect(String(several)).toContain("in several files");
  });

  const entries: readonly (readonly [what: string, entry: MadeEntry, message: string])[] = [
    ["packing that is not read", { name: "a", method: 14 }, "packed by LZMA, is not supported"],
    ["a wrong checksum", { name: "a", data: text("x"), crc: 1 }, "the checksum of"],
    [
      "data that are not deflate",
      { name: "a", method: 8, data: Uint8Array.of(255, 255) },
      "cannot be unpacked",
    ],
    ["another name before the data", { name: "a", localName: "b" }, "not where the directory"],
    ["a longer name before the data", { name: "a", localName: "ab" }, "not where the directory"],
    ["a header elsewhere", { name: "a", at: 1 }, "not where the directory"],
  ];
  it.each(entries)("%s, when it is read", async (_, entry, message) => {
    await expect((await open(madeZip([entry]))).read("a")).rejects.toThrow(message);
  });

  it("a file that unpacks to more than it says, or than it may", async () => {
    const bomb = zipSync({ a: new Uint8Array(1e6) });
    const zip = await open(bomb);
    await expect(zip.read("a", 999_999)).rejects.toThrow("more than the 999999 that it may");
    const view = new DataView(bomb.buffer);
    const directory = view.getUint32(bomb.length - 6, true);
    view.setUint32(directory + 24, 1000, true);
    await expect((await open(bomb)).read("a")).rejects.toThrow(/cannot be unpacked/);
  });

  it("a directory that does not fit, without a loop over it", async () => {
    const bytes = madeZip([{ name: "a" }]);
    const view = new DataView(bytes.buffer);
    for (const [field, width, value] of [
      [12, 2, 0xffff],
      [10, 4, 0xffffff],
      [6, 4, 0xffffffff],
    ] as const) {
      const damaged = bytes.slice();
      new DataView(damaged.buffer)[width === 2 ? "setUint16" : "setUint32"](
        view.byteLength - field,
        value,
        true,
      );
      expect(await failureOf(damaged)).toBeInstanceOf(CorruptFile);
    }
  });

  it("what is cut off", async () => {
    const bytes = zipSync(files);
    for (const length of [0, 3, 30, bytes.length - 1])
      expect(await failureOf(bytes.subarray(0, length))).toBeInstanceOf(CorruptFile);
  });
});

describe("damaged archives", () => {
  it.each([false, true])("are read or refused, large: %s", async (large) => {
    const bytes = madeZip(
      [{ name: "a", data: text("some text") }, { name: "b/c", data: new Uint8Array(100) }, { name: "d" }],
      { large },
    );
    const { read, refused } = await fuzzFormat(bytes, async (damaged) => {
      const zip = await open(damaged);
      for (const name of zip.names) await zip.read(name);
    });
    expect(read).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(100);
  });
});

describe("zipStore", () => {
  it("is the folder of an archive", async () => {
    const made = { "x.zarr/.zgroup": text("{}"), "x.zarr/0/0.0": text("abcdef"), other: text("no") };
    for (const level of [0, 6] as const) {
      const store = zipStore(await open(zipSync(made, { level })), "x.zarr");
      expect(await store.list("")).toEqual([".zgroup", "0/0.0"]);
      expect(await store.list("0/")).toEqual(["0/0.0"]);
      expect(await store.get("0/0.0")).toEqual(text("abcdef"));
      expect([await store.size("0/0.0"), await store.size("other")]).toEqual([6, undefined]);
      expect(await store.get("other")).toBeUndefined();
      expect(await store.getRange("0/0.0", { offset: 2, length: 3 })).toEqual(text("cde"));
      expect(await store.getRange("0/0.0", { offset: 4, length: 30 })).toEqual(text("ef"));
      expect(await store.getRange("0/0.0", { offset: 40, length: 30 })).toEqual(new Uint8Array(0));
      expect(await store.getRange("1", { offset: 4, length: 30 })).toBeUndefined();
    }
  });
});
