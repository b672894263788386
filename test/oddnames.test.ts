/** Names of files and folders that people give: through annotation, a whole run, a study and a segmentation. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeTiff } from "../src/io/tiff/encode.js";
import { resolveConfig } from "../src/pipeline/config/config.js";
import { annotate, segmentImages } from "../src/pipeline/run/commands.js";
import { run } from "../src/pipeline/run/run.js";
import { readRun } from "../src/pipeline/store/provenance.js";
import { study } from "../src/pipeline/study/study.js";
import { discImage } from "./badimages/scenes.js";

const small = { train: { steps: 3, patch: 32, filters: 4, batch: 1 }, general: { threads: 1 } };
const config = resolveConfig(small, "the test");
let root = "";
// A space, letters of other scripts and a character beyond 16 bits.
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "karyon odd é 核 🔬 "));
  mkdirSync(at(cells));
  writeFileSync(at(cells, film), encodeTiff([0, 1, 2].map(frame)));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const at = (...parts: readonly string[]): string => join(root, ...parts);
const cells = "Zellen (β) 3 µm [a] & b";
const film = "näh #2 50%.tif";
const centres = [24, 70].flatMap((y) => [24, 70].map((x) => [y, x] as const));

/** Four discs that move by a pixel a frame. */
const frame = (t: number): { height: number; width: number; samples: number; data: Uint8Array } => {
  const moved = centres.map(([y, x]) => [y, x + t] as const);
  return { height: 96, width: 96, samples: 1, data: discImage([96, 96], moved, 13).data };
};

describe("a run with odd names", () => {
  it("does every stage, and finds all of it again", async () => {
    const out = at("Ergebnis #1 (50%)");
    const { report } = await run({ inputs: [at(cells, film)], out, config, overwrite: false });
    expect(readFileSync(report, "utf8")).toContain("</html>");
    expect(readdirSync(join(out, "labels")).filter((name) => name.endsWith(".tif"))).toEqual([
      "näh_2_50__t000.tif",
      "näh_2_50__t001.tif",
      "näh_2_50__t002.tif",
    ]);
    const stages: string[] = [];
    const onEvent = (event: { readonly event: string; readonly stage?: unknown }): void => {
      if (event.event === "done") stages.push(String(event.stage));
    };
    await run({ inputs: [at(cells)], out, config, overwrite: false }, { onEvent });
    expect(stages).toEqual(["read"]);
    expect(readRun(out)!.inputs.map(({ file }) => file)).toEqual([`../${cells}/${film}`]);
  });

  it("gives a network that segments images of the longest names", async () => {
    const folder = at("lang");
    mkdirSync(folder);
    // 253 bytes, of 255 that a name may have.
    const longest = ["甲", "乙"].map((end) => `${"核".repeat(82)}${end}.tif`);
    for (const [t, name] of longest.entries()) writeFileSync(join(folder, name), encodeTiff([frame(t)]));
    const model = at("Ergebnis #1 (50%)", "model");
    const out = at("Marken µ");
    await segmentImages({ model, inputs: [folder], out, config, overwrite: false });
    const made = readdirSync(out).filter((name) => name.endsWith(".tif"));
    expect(made.length).toBe(2);
    expect(made.every((name) => Buffer.byteLength(name) < 250)).toBe(true);
  });

  it("and a study, whose table names such files", async () => {
    mkdirSync(at("Größe №2"));
    writeFileSync(at("Größe №2", film), encodeTiff([3, 4, 5].map(frame)));
    const samples = at(cells, "Proben, neu.csv");
    writeFileSync(
      samples,
      `file,condition,replicate\n"${film}","Kontrolle, 0 µM",1\n"../Größe №2/*.tif","β-Blocker ""5""",2\n`,
    );
    const model = at("Ergebnis #1 (50%)", "model");
    const given = resolveConfig({ ...small, run: { model } }, "the test");
    const out = at("Studie №1");
    await study({ samples, out, config: given, overwrite: false });
    expect(readFileSync(join(out, "report.html"), "utf8")).toContain("β-Blocker &quot;5&quot;");
    expect(readdirSync(join(out, "samples")).length).toBe(2);
  });
});

describe("names that differ in case only", () => {
  it("give results of which none overwrites another, where case does not count", async () => {
    const folder = at("Zwillinge");
    mkdirSync(folder);
    const names = ["A.tif", "a.tif", "B.TIF", "b.png.tif", "\u00e4.tif", "a\u0308.tif"];
    for (const [t, name] of names.entries()) writeFileSync(join(folder, name), encodeTiff([frame(t)]));
    const found = readdirSync(folder).length;
    const out = at("Zwillinge, annotiert");
    const summary = await annotate({ inputs: [folder], out, config, overwrite: false });
    expect(summary.images.length).toBe(found);
    for (const part of ["images", "masks"]) {
      const made = readdirSync(join(out, part)).map((name) => name.toLowerCase().normalize("NFC"));
      expect(new Set(made).size).toBe(found);
    }
    const labels = at("Zwillinge, segmentiert");
    const model = at("Ergebnis #1 (50%)", "model");
    await segmentImages({ model, inputs: [folder], out: labels, config, overwrite: false });
    const made = readdirSync(labels).filter((name) => name.endsWith(".tif"));
    expect(new Set(made.map((name) => name.toLowerCase().normalize("NFC"))).size).toBe(found);
  });
});
