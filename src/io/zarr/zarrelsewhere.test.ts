import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { madeSource } from "../../../test/madezarr.js";
import { checksumOf, zarrElsewhere, zarrsElsewhere } from "../../../test/zarrselsewhere.js";

interface ReadArray {
  readonly path: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly sum: number;
}
interface ReadElsewhere {
  readonly sha256: string;
  readonly valid: Readonly<Record<string, string>>;
  readonly arrays: readonly ReadArray[];
  readonly nodes: readonly { readonly name: string; readonly shapes: readonly (readonly number[])[] }[];
}
const read = JSON.parse(
  readFileSync(new URL("../../../fixtures/read_elsewhere/ome_zarr.json", import.meta.url), "utf8"),
) as { readonly read: Readonly<Record<string, ReadElsewhere>> };

/** Where to write the hierarchies for other programs; see fixtures/read_elsewhere/ome_zarr.py. */
const folder = process.env["KARYON_ELSEWHERE"];

describe("hierarchies that zarr-python, ome-zarr-py and ome-zarr-models have read", () => {
  it.each(zarrsElsewhere)("%s is what is written today", async (name) => {
    const files = await zarrElsewhere(name);
    if (folder !== undefined)
      for (const [path, bytes] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, `${name}.zarr`, path)), { recursive: true });
        writeFileSync(join(folder, `${name}.zarr`, path), bytes);
      }
    expect(read.read[name]?.sha256).toBe(checksumOf(files));
  });

  it.each(zarrsElsewhere)("%s was valid, with the sizes and values that were written", async (name) => {
    const { valid, arrays, nodes } = read.read[name]!;
    expect(valid).toEqual({ image: "valid", labels: "valid", nuclei: "valid" });
    expect(nodes.map((node) => node.name)).toEqual(["cells", "nuclei"]);
    const size = { height: 70, width: 100, frames: 2, slices: 2 };
    const type = name.endsWith("float") ? "float32" : name.endsWith("int") ? "int32" : "uint16";
    for (const [path, channels, kind] of [
      ["", 2, type],
      ["labels/nuclei/", 1, "int32"],
    ] as const) {
      const levels = arrays.filter(
        (array) => array.path.startsWith(path) && array.path.length === path.length + 1,
      );
      expect(levels.map(({ shape }) => shape)).toEqual(
        [
          [70, 100],
          [35, 50],
          [18, 25],
        ].map((yx) => [2, channels, 2, ...yx]),
      );
      const source = madeSource({ ...size, channels, type: kind });
      let sum = 0;
      for (let plane = 0; plane < 4 * channels; plane++) {
        const place = {
          frame: Math.floor(plane / (2 * channels)),
          channel: Math.floor(plane / 2) % channels,
          slice: plane % 2,
        };
        const data = await source.read({ y: 0, x: 0, height: 70, width: 100 }, place);
        for (const value of data) sum += value;
      }
      expect(levels[0]).toMatchObject({ dtype: kind, sum });
    }
  });
});
