import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { CorruptFile } from "../core/errors.js";
import type { StoredPlane } from "../core/image.js";
import { memorySource } from "./bytes.js";
import { decodePng } from "./png/png.js";
import { openTiff } from "./tiff/open.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = resolve(root, process.env["KARYON_SHARED"] ?? "../shared", "data/reader_tests");
const here = existsSync(folder);

interface Entry {
  readonly shape?: number[];
  readonly axes?: string;
  readonly dtype?: string;
  readonly min?: number;
  readonly max?: number;
  readonly sum?: number;
  readonly first_row_head?: number[];
  readonly note: string;
}
const manifest: Record<string, Entry> = here
  ? (JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as Record<string, Entry>)
  : {};

async function planesOf(name: string): Promise<StoredPlane[]> {
  const bytes = new Uint8Array(readFileSync(join(folder, name)));
  if (name.endsWith(".png")) return [decodePng(bytes, name).plane];
  const tiff = await openTiff(memorySource(bytes), name);
  return Promise.all(tiff.planes.map((_, i) => tiff.read(i)));
}

describe.skipIf(!here)("files of many programs, against what their makers say", () => {
  it("has files to read", () => {
    expect(Object.keys(manifest).length).toBeGreaterThanOrEqual(28);
  });

  for (const [name, entry] of Object.entries(manifest)) {
    if (entry.shape === undefined) continue;
    it(`${name}: ${entry.note}`, async () => {
      const planes = await planesOf(name);
      const { height, width, samples, data } = planes[0]!;
      const outer = entry
        .shape!.filter((_, i) => !"YXS".includes(entry.axes![i]!))
        .reduce((a, b) => a * b, 1);
      expect(planes.length).toBe(outer);
      const size = (axis: string): number => entry.shape![entry.axes!.indexOf(axis)] ?? 1;
      expect([height, width, samples]).toEqual([size("Y"), size("X"), size("S")]);
      expect(data.constructor.name.toLowerCase()).toBe(`${entry.dtype!}array`);
      let [min, max, sum] = [Infinity, -Infinity, 0];
      for (const plane of planes) {
        for (const value of plane.data) {
          if (Number.isNaN(value)) continue;
          min = Math.min(min, value);
          max = Math.max(max, value);
          sum += value;
        }
      }
      expect([min, max]).toEqual([entry.min, entry.max]);
      // Sums of integers are exact; numpy adds 32-bit floats pairwise.
      expect(Math.abs(sum - entry.sum!)).toBeLessThanOrEqual(
        entry.dtype === "float32" ? Math.abs(entry.sum!) * 1e-6 : 0,
      );
      expect([...data.subarray(0, 8)]).toEqual(entry.first_row_head);
    });
  }

  it.each(["made/truncated.tif", "made/not_a_tiff.tif"])("%s fails with one clear sentence", async (name) => {
    const failure = await planesOf(name).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(CorruptFile);
    const { message } = failure as CorruptFile;
    expect(message).toContain(name);
    expect(message).toMatch(/^[^\n]+\.$/);
    expect(message).toMatch(/cut off|not a TIFF/);
  });
});
