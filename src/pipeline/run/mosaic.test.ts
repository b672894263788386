import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { differing } from "../../../test/planes.js";
import type { LabelImage } from "../../core/labels.js";
import { random } from "../../core/random.js";
import { tiledTiffWriter } from "../../io/tiff/tiled.js";
import { type AnnotationSummary, diametersOf, windowsOf } from "../annotate/annotation.js";
import { explainPixel } from "../annotate/explain.js";
import { preview } from "../annotate/preview.js";
import { resolveConfig } from "../config/config.js";
import { evaluateLabels } from "../evaluate/evaluation.js";
import { openSource } from "../source/source.js";
import { openAtomic } from "../store/files.js";
import { openLabelWriter, readLabels } from "../store/labelfiles.js";
import { annotate } from "./commands.js";

// Just large enough for windows: 3 x 3 of 1400 x 1400 px. Disks stand on a lattice in the upper two thirds;
// the lowest windows hold a constant. The lattice is shifted so that the upper and left edges of the image
// cut disks, and so do the edges between the first windows and the second.
const [height, width, pitch, radius, shift] = [4200, 4200, 60, 14, 20];
/**
 * Disks of a window in each direction that the edges of the window do not cut; in the first, the edges of the
 * image cut some of them.
 */
const perSide = 23;
let root = "";
const at = (name: string): string => join(root, name);
let summary: AnnotationSummary;

const config = resolveConfig({ annotate: { windows: 2 }, general: { threads: 2 } }, "the test");

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "karyon-mosaic-"));
  mkdirSync(at("in"));
  mkdirSync(at("truth"));
  const rng = random(1);
  const file = await openAtomic(at("in/m.tif"));
  const image = tiledTiffWriter(file, { height, width, type: "uint8" });
  const truth = await openLabelWriter(at("truth/m.tif"), { height, width });
  const across = Math.ceil((width + shift) / pitch);
  for (let y = 0; y < height; y++) {
    const [grey, labels] = [new Uint8Array(width), new Int32Array(width)];
    for (let x = 0; x < width; x++) {
      const inside = y < 2800;
      const [v, u] = [y + shift, x + shift];
      const distance = Math.hypot((v % pitch) - pitch / 2, (u % pitch) - pitch / 2);
      if (inside && distance < radius) labels[x] = Math.floor(v / pitch) * across + Math.floor(u / pitch) + 1;
      grey[x] =
        y >= 2800
          ? 20
          : 20 + rng.integer(9) + (inside ? Math.round(120 / (1 + Math.exp((distance - radius) / 0.6))) : 0);
    }
    await image.rows(grey, 1);
    await truth.rows(labels, 1);
  }
  await image.finish();
  await file.close();
  await truth.close();
  summary = await annotate({ inputs: [at("in")], out: at("dataset"), config, overwrite: false });
}, 240_000);
afterAll(() => rmSync(root, { recursive: true }));

const mask = (name: string): Promise<LabelImage> => readLabels(at(`dataset/masks/${name}.tif`));

describe("the annotation of an image too large to be annotated whole", () => {
  it("takes windows that hold something, each an image of its own with its place, all one acquisition", async () => {
    expect(
      summary.images.map(({ name, source, window, acquisition }) => ({ name, source, window, acquisition })),
    ).toEqual([
      {
        name: "m_y00000_x00000",
        source: "m",
        window: { y: 0, x: 0, height: 1400, width: 1400 },
        acquisition: 0,
      },
      {
        name: "m_y01400_x01400",
        source: "m",
        window: { y: 1400, x: 1400, height: 1400, width: 1400 },
        acquisition: 0,
      },
    ]);
    for (const folder of ["images", "masks", "candidates", "overlays"])
      expect(readdirSync(at(`dataset/${folder}`)).length).toBe(2);
    const source = await openSource([at("in/m.tif")]);
    const image = await (await openSource([at("dataset/images/m_y01400_x01400.tif")])).read(0);
    expect(
      differing(
        image.data,
        (await source.readWindow(0, { y: 1400, x: 1400, height: 1400, width: 1400 })).data,
      ),
    ).toBe(0);
  });

  it("leaves unknown what the edge of a window cuts, and keeps what the edge of the image cuts", async () => {
    for (const { name, kept } of summary.images) expect((await mask(name)).count).toBe(kept);
    const [first, second] = [(await mask("m_y00000_x00000")).data, (await mask("m_y01400_x01400")).data];
    // Along each edge, how many pixels are nuclei and how many unknown.
    const along = (data: Int32Array, pixel: (i: number) => number): [nuclei: boolean, unknown: boolean] => {
      const labels = Array.from({ length: 1400 }, (_, i) => data[pixel(i)]!);
      return [labels.some((label) => label > 0), labels.some((label) => label === -1)];
    };
    const [top, bottom, left, right] = [
      (i: number) => i,
      (i: number) => 1399 * 1400 + i,
      (i: number) => i * 1400,
      (i: number) => i * 1400 + 1399,
    ];
    for (const edge of [top, left])
      expect([along(first, edge)[0], along(second, edge)]).toEqual([true, [false, true]]);
    for (const edge of [bottom, right]) expect(along(first, edge)).toEqual([false, true]);
    expect(summary.images.every(({ kept }) => kept > 0.9 * perSide ** 2)).toBe(true);
    expect(readFileSync(at("dataset/objects.csv"), "utf8")).toMatch(/,cut,.*edge of the window/);
  });

  it("tells the diameter by the name of the window and of the image", () => {
    const diameters = diametersOf(summary);
    expect([...diameters.keys()].sort()).toEqual(["m", "m_y00000_x00000", "m_y01400_x01400"]);
    expect(Math.abs(diameters.get("m")! / (2 * radius) - 1)).toBeLessThan(0.1);
  });

  it("is explained by a pixel of the image, or of the window", async () => {
    const ofImage = await explainPixel(at("dataset"), 1450, 1450, "m");
    expect(ofImage).toMatchObject({ image: "m_y01400_x01400", y: 50, x: 50, kept: true });
    expect(await explainPixel(at("dataset"), 50, 50, "m_y01400_x01400")).toEqual(ofImage);
    expect((await explainPixel(at("dataset"), 50, 50)).image).toBe("m_y00000_x00000");
    await expect(explainPixel(at("dataset"), 100, 2000, "m")).rejects.toThrow(
      /a pixel of m in one of the 2 windows/,
    );
  });

  it("is compared with the truth of the whole image, within its windows", async () => {
    for (const truth of [at("truth"), at("truth/m.tif")]) {
      const { names, scores, unused } = await evaluateLabels(truth, at("dataset/masks"), {}, [0.5], {
        partial: true,
        windows: windowsOf(summary),
      });
      expect([names, unused]).toEqual([["m_y00000_x00000", "m_y01400_x01400"], 0]);
      expect(scores.pooled.truthObjects).toBe(2 * perSide ** 2);
      expect(scores.pooled.thresholds[0]!.f1).toBeGreaterThan(0.95);
    }
  });

  it("is previewed in its middle window, or the one that is named", async () => {
    const middle = await preview([at("in/m.tif")], "0", at("pictures"), config);
    expect([
      middle.name,
      middle.sure > 0.9 * perSide ** 2,
      existsSync(at("pictures/preview_m_y01400_x01400.png")),
    ]).toEqual(["m_y01400_x01400", true, true]);
    expect((await preview([at("in/m.tif")], "m_y00000_x02800", at("pictures"), config)).name).toBe(
      "m_y00000_x02800",
    );
    await expect(preview([at("in/m.tif")], "m_y00001_x00000", at("pictures"), config)).rejects.toThrow(
      /one of the 9 windows of m: m_y00000_x00000 to m_y02800_x02800/,
    );
  });
});
