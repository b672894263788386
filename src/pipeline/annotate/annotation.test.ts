import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { random } from "../../core/random.js";
import { parseCsv } from "../../io/csv.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import { objectHeader } from "../../workers/frame.js";
import { type PartialConfig, resolveConfig } from "../config/config.js";
import { annotate } from "../run/commands.js";
import { readLabels } from "../store/labelfiles.js";
import { type AnnotationSummary, diametersOf, readAnnotation } from "./annotation.js";

let root = "";
const at = (name: string): string => join(root, name);
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-annotation-"));
  mkdirSync(at("movie"));
  for (let t = 0; t < 5; t++) writeFileSync(at(`movie/t${t}.tif`), picture(100, 120, 12, 40, t));
  mkdirSync(at("mixed"));
  // Two acquisitions in turn, and an image of one value.
  for (const [name, bytes] of Object.entries({
    a: picture(100, 120, 12, 40, 1),
    b: picture(90, 90, 6, 18, 2),
    c: picture(100, 120, 12, 40, 3),
    d: picture(90, 90, 6, 18, 4),
    e: flat(),
  }))
    writeFileSync(at(`mixed/${name}.tif`), bytes);
});
afterAll(() => rmSync(root, { recursive: true }));

/** Bright disks of radius `r`, `pitch` px apart, on noise; `seed` moves each and varies its brightness. */
function picture(height: number, width: number, r: number, pitch: number, seed: number): Uint8Array {
  const rng = random(seed);
  const data = Uint8Array.from({ length: height * width }, () => 20 + rng.integer(9));
  for (let top = 0; top + pitch <= height; top += pitch) {
    for (let left = 0; left + pitch <= width; left += pitch) {
      const [cy, cx, bright] = [
        top + pitch / 2 + rng.uniform(-1, 1),
        left + pitch / 2 + rng.uniform(-1, 1),
        rng.uniform(110, 150),
      ];
      for (let y = top; y < top + pitch; y++)
        for (let x = left; x < left + pitch; x++)
          data[y * width + x]! += Math.round(bright / (1 + Math.exp((Math.hypot(y - cy, x - cx) - r) / 0.6)));
    }
  }
  return encodeTiff([{ height, width, samples: 1, data }]);
}
const flat = (): Uint8Array =>
  encodeTiff([{ height: 90, width: 90, samples: 1, data: new Uint8Array(8100).fill(7) }]);

const run = (input: string, out: string, config: PartialConfig = {}): Promise<AnnotationSummary> =>
  annotate({
    inputs: [at(input)],
    out: at(out),
    config: resolveConfig({ ...config, general: { threads: 2, ...config.general } }, "the test"),
    overwrite: false,
  });

/** The files of a dataset but for the record of the run, which holds times. */
function filesOf(folder: string): Map<string, Buffer> {
  const names = readdirSync(at(folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name !== "run.json" && statSync(join(at(folder), name)).isFile())
    .sort();
  return new Map(names.map((name) => [name, readFileSync(join(at(folder), name))]));
}

function expectSameFiles(actual: string, expected: string): void {
  const [files, others] = [filesOf(actual), filesOf(expected)];
  expect([...files.keys()]).toEqual([...others.keys()]);
  for (const [name, bytes] of files) expect(bytes.equals(others.get(name)!), name).toBe(true);
}

describe("a dataset", () => {
  it.each([
    ["movie", {}],
    ["mixed", {}],
    ["movie", { background: "noise" }],
    ["mixed", { preset: "paper" }],
  ] as const)("has the same bytes for 1, 2 and 3 threads: %s %o", async (input, options) => {
    const names = [1, 2, 3].map(
      (threads) => `${input}-${JSON.stringify(options).replace(/\W+/g, "")}-${threads}`,
    );
    for (const [index, name] of names.entries())
      await run(input, name, { annotate: options, general: { threads: index + 1 } });
    expect([...filesOf(names[0]!).keys()]).toContain("objects.csv");
    expect(filesOf(names[0]!).size).toBe(2 + 4 * 5);
    for (const name of names.slice(1)) expectSameFiles(name, names[0]!);
  });

  it("has no folder of overlays where none are wanted, and is the same for the rest", async () => {
    await run("mixed", "with");
    await run("mixed", "without", { annotate: { overlays: false } });
    expect(existsSync(at("with/overlays/a.png"))).toBe(true);
    expect(existsSync(at("without/overlays"))).toBe(false);
    // Nothing is left of what waited on disk.
    expect(readdirSync(at("without")).sort()).toEqual([
      "annotation.json",
      "candidates",
      "images",
      "masks",
      "objects.csv",
      "run.json",
    ]);
    const rest = new Map([...filesOf("with")].filter(([name]) => !name.startsWith("overlays")));
    expect([...filesOf("without").keys()]).toEqual([...rest.keys()]);
    for (const [name, bytes] of filesOf("without")) expect(bytes.equals(rest.get(name)!), name).toBe(true);
  });

  it("says what was estimated of each acquisition, in annotation.json as in the answer", async () => {
    const summary = await run("mixed", "acquisitions");
    expect(readAnnotation(at("acquisitions"))).toEqual(JSON.parse(JSON.stringify(summary)));
    expect(summary.images.map(({ name, acquisition }) => [name, acquisition])).toEqual([
      ["a", 0],
      ["b", 1],
      ["c", 0],
      ["d", 1],
      ["e", 2],
    ]);
    const [large, small, none] = summary.acquisitions;
    expect([large, small, none].map((acquisition) => acquisition!.images)).toEqual([2, 2, 1]);
    expect(Math.abs(large!.diameter / 24 - 1)).toBeLessThan(0.15);
    expect(Math.abs(small!.diameter / 12 - 1)).toBeLessThan(0.15);
    expect(large!.background).toBeGreaterThanOrEqual(20);
    expect(large!.background).toBeLessThanOrEqual(24);
    expect(large!.noise).toBeGreaterThan(1);
    expect(large!.noise).toBeLessThan(4);
    expect(none).toEqual({
      images: 1,
      diameter: 0,
      background: 7,
      noise: 0,
      saturation: expect.any(Number) as number,
      areas: [0, 0],
    });
    expect(summary.warnings.some((text) => text.startsWith("e: "))).toBe(true);
    expect([...diametersOf(summary).keys()]).toEqual(["a", "b", "c", "d"]);

    // The areas, and the numbers of objects, are those of the table and of the masks.
    const { header, rows } = parseCsv(readFileSync(at("acquisitions/objects.csv"), "utf8"));
    expect(header).toEqual(objectHeader);
    const cell = (row: readonly string[], column: string): string => row[header.indexOf(column)]!;
    for (const [index, acquisition] of summary.acquisitions.entries()) {
      const members = summary.images.filter((image) => image.acquisition === index);
      const areas = rows
        .filter((row) => members.some(({ name }) => name === cell(row, "image")) && cell(row, "kept") === "1")
        .map((row) => Number(cell(row, "area_px2")));
      expect(acquisition.areas).toEqual(
        areas.length === 0 ? [0, 0] : [Math.min(...areas), Math.max(...areas)],
      );
    }
    for (const { name, kept, candidates, diameter, acquisition } of summary.images) {
      expect([
        (await readLabels(at(`acquisitions/masks/${name}.tif`))).count,
        (await readLabels(at(`acquisitions/candidates/${name}.tif`))).count,
      ]).toEqual([kept, candidates]);
      if (acquisition < 2) expect(Math.abs(diameter / (acquisition === 0 ? 24 : 12) - 1)).toBeLessThan(0.15);
    }
  });

  it("takes a movie as one acquisition, and a diameter that was given for it", async () => {
    const summary = await run("movie", "given", { annotate: { diameter: 21 } });
    expect(summary.acquisitions).toMatchObject([{ images: 5, diameter: 21 }]);
    expect(
      summary.images.every(({ acquisition, settings }) => acquisition === 0 && settings["diameter"] === 21),
    ).toBe(true);
    expect(summary.kind).toBe("movie");
  });
});
