/** Files of numpy and Cellpose, made by `fixtures/generate_objects.py`. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { allPlanes } from "../../../test/opened.js";

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../../../fixtures/objects/${name}`, import.meta.url))));
const { files } = JSON.parse(new TextDecoder().decode(fixture("manifest.json"))) as {
  readonly files: readonly { readonly file: string; readonly planes: number }[];
};

/** The labels of the script. */
function expected(plane: number): number[] {
  const data = Array.from({ length: 24 }, () => 0);
  for (const x of [1, 2, 3]) data[x] = 1 + plane;
  for (const y of [2, 3]) data[y * 6 + 4] = 100 + plane;
  return data;
}

describe("arrays of numpy", () => {
  it("is a list with all protocols and types", () => {
    expect(files.length).toBeGreaterThan(20);
  });

  it.each(files.map(({ file, planes }) => [file, planes] as const))("reads %s", async (file, planes) => {
    const read = await allPlanes(file, fixture(file));
    expect(read.map(({ data }) => [...data])).toEqual(Array.from({ length: planes }, (_, i) => expected(i)));
    expect(read[0]).toMatchObject({ height: 4, width: 6 });
  });

  it("refuses a pickle that would run a command, by the name of that", async () => {
    await expect(allPlanes("harm_seg.npy", fixture("harm_seg.npy"))).rejects.toThrow(
      /a pickle that names posix\.system is not supported/,
    );
  });

  it("refuses arrays that are longer than the file, of other types and dimensions", async () => {
    const changed = (from: string, to: string): Uint8Array => {
      const text = Buffer.from(fixture("stack_u2.npy")).toString("latin1").replace(from, to);
      return Uint8Array.from(text, (character) => character.charCodeAt(0));
    };
    await expect(allPlanes("a.npy", changed("(2, 4, 6)", "(2, 9, 6)"))).rejects.toThrow(/does not fit/);
    await expect(allPlanes("a.npy", changed("<u2", "<c8"))).rejects.toThrow(/type "c8"/);
    await expect(allPlanes("a.npy", changed("(2, 4, 6)", "(48,)   "))).rejects.toThrow(/1 dimensions/);
    await expect(allPlanes("a.npy", changed("(2, 4, 6)", "(0, 4, 6)"))).rejects.toThrow(/empty/);
    await expect(allPlanes("a.npy", fixture("stack_u2.npy").subarray(0, 9))).rejects.toMatchObject({
      kind: "CorruptFile",
    });
  });

  it("refuses other operations, and pickles without masks", async () => {
    const head = fixture("p4_numpy2_seg.npy").subarray(0, 128);
    const pickle = (...bytes: number[]): Uint8Array => Uint8Array.of(...head, ...bytes);
    await expect(allPlanes("a.npy", pickle(0x80, 4, 0x69))).rejects.toThrow(/pickle operation 0x69/);
    await expect(allPlanes("a.npy", pickle(0x80, 4, 0x7d, 0x2e))).rejects.toThrow(/without masks/);
    await expect(allPlanes("a.npy", pickle(0x80, 4, 0x2e))).rejects.toMatchObject({ kind: "CorruptFile" });
    await expect(allPlanes("a.npy", pickle(0x80, 4, 0x68, 7, 0x2e))).rejects.toThrow(/pickle is damaged/);
    await expect(allPlanes("a.npy", pickle(0x80, 9, 0x2e))).rejects.toThrow(/protocol 9/);
  });
});
