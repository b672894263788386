import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lonelyNuclei, touchingPairs } from "../../../test/touching.js";
import { random } from "../../core/random.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import { resolveConfig } from "../config/config.js";
import { annotate, train } from "../run/commands.js";
import { readLabels } from "../store/labelfiles.js";
import { readAnnotation } from "./annotation.js";

describe("touching nuclei in a dataset", () => {
  let folder = "";
  const images: string[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "karyon-composing-"));
    for (const seed of [1, 2, 3]) {
      const {
        image: { height, width, data },
      } = lonelyNuclei({ diameter: 24, nuclei: 9, type: "uint8", noise: 2 }, random(seed));
      images.push(join(folder, `image${seed}.tif`));
      writeFileSync(images.at(-1)!, encodeTiff([{ height, width, samples: 1, data }]));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const config = resolveConfig(
    {
      general: { threads: 1 },
      input: { kind: "images" },
      annotate: { composeTouching: 4 },
      train: { compose: 0.5, steps: 2, patch: 32, filters: 4, batch: 1 },
    },
    "the test",
  );

  it("are written apart from what training reads, and listed", async () => {
    const dataset = join(folder, "dataset");
    await annotate({ inputs: images, out: dataset, config, overwrite: false });
    const names = [1, 2, 3, 4].map((n) => `composed_000${n}`);
    for (const part of ["images", "masks"])
      expect(readdirSync(join(dataset, "composed", part)).sort()).toEqual(names.map((name) => `${name}.tif`));
    expect(readdirSync(join(dataset, "composed", "overlays")).sort()).toEqual(
      names.map((name) => `${name}.png`),
    );
    expect(readdirSync(join(dataset, "images")).sort()).toEqual(["image1.tif", "image2.tif", "image3.tif"]);
    const { composed } = readAnnotation(dataset);
    expect(composed!.map(({ name, source }) => [name, source])).toEqual(
      names.map((name, i) => [name, `image${(i % 3) + 1}`]),
    );
    for (const { name, pairs, pasted } of composed!) {
      expect(pasted).toBeGreaterThan(0);
      expect(
        touchingPairs(await readLabels(join(dataset, "composed", "masks", `${name}.tif`))).size,
      ).toBeGreaterThanOrEqual(pairs);
    }
    const bytes = (name: string): Buffer => readFileSync(join(dataset, "composed", "images", name));
    expect(bytes("composed_0004.tif")).not.toEqual(bytes("composed_0001.tif"));

    const { description } = await train({ dataset, out: join(folder, "model"), config, overwrite: false });
    const { trainingImages, validationImages, composedImages } = description.provenance;
    // Three images are split by blocks: all of them on both sides.
    for (const list of [trainingImages, validationImages])
      expect(list).toEqual(["image1", "image2", "image3"]);
    expect(composedImages).toBe(12);
  });

  it("are not made unless asked for", async () => {
    const dataset = join(folder, "plain");
    await annotate({
      inputs: images.slice(0, 1),
      out: dataset,
      config: resolveConfig({ general: { threads: 1 } }, "the test"),
      overwrite: false,
    });
    expect(existsSync(join(dataset, "composed"))).toBe(false);
    expect(readAnnotation(dataset)).not.toHaveProperty("composed");
  });

  it("are reported missing where nothing can be composed", async () => {
    const empty = join(folder, "empty.tif");
    writeFileSync(
      empty,
      encodeTiff([
        {
          height: 64,
          width: 64,
          samples: 1,
          data: Uint8Array.from({ length: 4096 }, (_, i) => 20 + ((i * 7919) % 13)),
        },
      ]),
    );
    const { composed, warnings } = await annotate({
      inputs: [empty],
      out: join(folder, "none"),
      config,
      overwrite: false,
    });
    expect(composed).toEqual([]);
    expect(warnings.join(" ")).toMatch(
      /Only 0 of 4 images with touching nuclei could be composed\. empty: fewer than two/,
    );
  });
});
