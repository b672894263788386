import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { frameNames, numberingOf, safeName } from "./framenames.js";
import { globMatcher, listInputs, naturalOrder, stemOf } from "./inputs.js";

describe("naturalOrder", () => {
  it("orders numbers by value", () => {
    expect(["frame10.tif", "frame2.tif", "frame1.tif", "b1", "a20", "a3"].sort(naturalOrder)).toEqual([
      "a3",
      "a20",
      "b1",
      "frame1.tif",
      "frame2.tif",
      "frame10.tif",
    ]);
    expect(["t2c10", "t10c1", "t2c9"].sort(naturalOrder)).toEqual(["t2c9", "t2c10", "t10c1"]);
    expect(["99999999999999999999", "100000000000000000000"].sort(naturalOrder)).toEqual([
      "99999999999999999999",
      "100000000000000000000",
    ]);
  });

  it("is an order: unequal texts differ, and both ways round alike", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "0", "1", "2", ".") });
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        const sign = (x: string, y: string): number => Math.sign(naturalOrder(x, y));
        expect(sign(a, b)).toBe(-sign(b, a) || 0);
        expect(sign(a, b) === 0).toBe(a === b);
        if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe("globMatcher", () => {
  it.each([
    ["*.tif", "a.tif", true],
    ["*.tif", "a/b.tif", false],
    ["**/*.tif", "a.tif", true],
    ["**/*.tif", "a/b/c.tif", true],
    ["t?.tif", "t1.tif", true],
    ["t?.tif", "t12.tif", false],
    ["t[0-3].tif", "t2.tif", true],
    ["t[!0-3].tif", "t2.tif", false],
    ["t[!0-3].tif", "t7.tif", true],
    ["{a,b}*.{tif,png}", "b1.png", true],
    ["{a,b}*.{tif,png}", "c1.png", false],
    ["a+(1).tif", "a+(1).tif", true],
    ["a.tif", "axtif", false],
    ["t[]x].tif", "t].tif", true],
    ["a**", "a/b/c", true],
  ])("%s on %s: %s", (pattern, path, expected) => {
    expect(globMatcher(pattern)(path)).toBe(expected);
  });

  it("refuses brackets without partner", () => {
    expect(() => globMatcher("a[b")).toThrow(/a \] for each \[/);
    expect(() => globMatcher("{a,b")).toThrow(/a \} for each \{/);
    expect(() => globMatcher("[z-a]")).toThrow(/valid pattern/);
  });
});

describe("listInputs", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "karyon-inputs-"));
    mkdirSync(join(folder, "sub/deep"), { recursive: true });
    mkdirSync(join(folder, "only/folders"), { recursive: true });
    for (const name of [
      "f10.tif",
      "f2.TIF",
      "f1.png",
      ".hidden.tif",
      "notes.txt",
      "sub/s1.tiff",
      "sub/deep/d1.tif",
      "odd[1].tif",
    ])
      writeFileSync(join(folder, name), "x");
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const list = async (...inputs: string[]): Promise<string[]> =>
    (await listInputs(inputs.map((input) => join(folder, input)))).files.map((file) =>
      relative(folder, file),
    );

  it("takes the images of a folder in natural order, and says what it passes over", async () => {
    expect(await list("")).toEqual(["f1.png", "f2.TIF", "f10.tif", "odd[1].tif"]);
    expect((await listInputs([folder])).notices).toEqual([
      "Passed over 1 file that is not TIFF or PNG: notes.txt.",
    ]);
  });

  it("expands patterns, takes files by name whatever they are called, and each once", async () => {
    expect(await list("f*.tif")).toEqual(["f10.tif"]);
    expect(await list("**/*.tif*")).toEqual(["f10.tif", "odd[1].tif", "sub/deep/d1.tif", "sub/s1.tiff"]);
    expect(await list("{sub,none}/*")).toEqual(["sub/s1.tiff"]);
    expect(await list("notes.txt", "f2.TIF", "f2.TIF", "f*")).toEqual([
      "f1.png",
      "f2.TIF",
      "f10.tif",
      "notes.txt",
    ]);
    expect(await list("odd[1].tif")).toEqual(["odd[1].tif"]);
  });

  it("says what is wrong, and what to do", async () => {
    await expect(list("none.tif")).rejects.toThrow(
      /none\.tif: expected a readable file, received nothing of that name/,
    );
    await expect(list("only")).rejects.toThrow(
      /holds 1 folder and no image; give one of them, such as .*folders/,
    );
    await expect(list("*.xyz")).rejects.toThrow(
      /TIFF or PNG images, received none in .*\*\.xyz \(nothing found\)/,
    );
    await expect(listInputs([])).rejects.toThrow(/at least one/);
    expect((await listInputs([join(folder, "sub"), join(folder, "*.xyz")])).notices[0]).toMatch(
      /no image in .*\*\.xyz/,
    );
  });
});

describe("names", () => {
  it("of frames are unique, even where case does not count, and safe", () => {
    const place = (path: string, frame = 0, frames = 1): { path: string; frame: number; frames: number } => ({
      path,
      frame,
      frames,
    });
    expect(frameNames([place("x/Movie 1.ome.tif", 0, 2), place("x/Movie 1.ome.tif", 1, 2)])).toEqual([
      "Movie_1_t000",
      "Movie_1_t001",
    ]);
    expect(frameNames([place("x/a.tif"), place("y/A.tif"), place("y/a.png"), place("b.tif")])).toEqual([
      "x_a",
      "y_A",
      "y_a_2",
      "b",
    ]);
    expect(frameNames([place("m.tif", 0, 20000), place("m.tif", 19999, 20000)])).toEqual([
      "m_t00000",
      "m_t19999",
    ]);
    expect([safeName("a/b:c?"), safeName("..x"), safeName("???"), safeName("Zelle µ 3")]).toEqual([
      "a_b_c_",
      "x",
      "_",
      "Zelle_µ_3",
    ]);
    expect(stemOf("a/b.ome.tiff")).toBe("b");
  });

  it("that differ only in digits are told from others", () => {
    expect(numberingOf(["f1.tif", "f2.tif", "f10.tif"])).toEqual({ varying: 1, gap: ["2", "10"] });
    expect(numberingOf(["f08.tif", "f09.tif", "f10.tif"])).toEqual({ varying: 1, gap: undefined });
    expect(numberingOf(["f0.tif", "f10.tif", "f20.tif"])).toEqual({ varying: 1, gap: undefined });
    expect(numberingOf(["t1c1", "t1c2", "t2c1"])).toEqual({ varying: 2, gap: undefined });
    expect(numberingOf(["a1", "b1"])).toBeUndefined();
    expect(numberingOf(["a1"])).toBeUndefined();
  });
});
