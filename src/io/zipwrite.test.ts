import { describe, expect, it } from "vitest";
import { concatBytes, memorySource } from "./bytes.js";
import { openZip } from "./zipread.js";
import { type ZipFile, zipPieces } from "./zipwrite.js";

async function archiveOf(files: Iterable<ZipFile>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of zipPieces(files)) pieces.push(piece);
  return concatBytes(pieces);
}

function* many(count: number): Generator<ZipFile> {
  for (let i = 0; i < count; i++) yield { name: `${i}.roi`, bytes: Uint8Array.of(i & 255, i >> 8) };
}

describe("zipPieces", () => {
  it("packs what becomes smaller, and holds names and bytes", async () => {
    const files = [
      { name: "folder/zeros", bytes: new Uint8Array(5000) },
      { name: "µ.roi", bytes: Uint8Array.of(1, 2, 3) },
      { name: "empty", bytes: new Uint8Array(0) },
    ];
    const bytes = await archiveOf(files);
    expect(bytes.length).toBeLessThan(500);
    const archive = await openZip(memorySource(bytes), "z");
    expect(archive.names).toEqual(files.map(({ name }) => name));
    expect(archive.isStored("µ.roi")).toBe(true);
    for (const { name, bytes: content } of files) expect(await archive.read(name)).toEqual(content);
    expect(await archiveOf(files)).toEqual(bytes);
  });

  it("is an archive without files, too", async () => {
    expect((await openZip(memorySource(await archiveOf([])), "z")).names).toEqual([]);
  });

  it("holds more files than 16 bits count", { timeout: 60_000 }, async () => {
    const bytes = await archiveOf(many(65_540));
    const archive = await openZip(memorySource(bytes), "z");
    expect(archive.names).toHaveLength(65_540);
    expect(await archive.read("65539.roi")).toEqual(Uint8Array.of(3, 0));
    const small = await archiveOf(many(65_534));
    const [end, largeEnd] = [small.length - 22, small.length - 98];
    expect(new DataView(small.buffer).getUint16(end + 10, true)).toBe(65_534);
    expect(new DataView(small.buffer).getUint32(largeEnd, true)).not.toBe(0x06064b50);
  });
});
