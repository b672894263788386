import { describe, expect, it } from "vitest";
import { frameNames, numberingOf, safeName } from "./framenames.js";

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
  });

  it("differ where letters do, whatever their case and their composition", () => {
    const names = [
      "x/A.tif",
      "x/a.tif",
      "x/stra\u00dfe.tif",
      "x/STRASSE.tif",
      "x/\u00e4.tif",
      "x/a\u0308.tif",
    ];
    const made = frameNames(names.map((path) => ({ path, frame: 0, frames: 1 })));
    expect(made).toEqual(["x_A", "x_a_2", "x_stra\u00dfe", "x_STRASSE_2", "x_\u00e4", "x_\u00e4_2"]);
  });

  it("suit Windows: no device, no dot at the end", () => {
    expect(["CON", "aux.x", "com1", "Lpt9.1", "console", "com", "a..", "nul."].map(safeName)).toEqual([
      "_CON",
      "_aux.x",
      "_com1",
      "_Lpt9.1",
      "console",
      "com",
      "a",
      "_nul",
    ]);
  });

  it("leave room for their ends in 255 bytes, in whole letters, and differ nevertheless", () => {
    const bytes = (text: string): number => Buffer.byteLength(text);
    expect([safeName("x".repeat(300)), bytes(safeName("核".repeat(120)))]).toEqual(["x".repeat(100), 198]);
    expect(safeName("𝒜".repeat(120))).toBe("𝒜".repeat(50));
    const names = ["d", "e"].map((end) => `${"夹".repeat(80)}${end}/${"核".repeat(80)}.tif`);
    const made = frameNames(names.map((path) => ({ path, frame: 0, frames: 1 })));
    expect(new Set(made).size).toBe(2);
    expect(made.map(bytes).every((count) => count < 220)).toBe(true);
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
