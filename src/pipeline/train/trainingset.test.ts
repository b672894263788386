import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lattice } from "../../../test/planes.js";
import { sourceOfImages } from "../../core/imagesource.js";
import { labelSourceOf } from "../../core/labels.js";
import { starDistExporter } from "../../exchange/stardistexporter.js";
import { writeExported } from "../store/exportedfile.js";
import {
  chosenImages,
  datasetFiles,
  evenlyChosen,
  leastPart,
  maxPixels,
  readSamples,
} from "./trainingset.js";

const alike = (count: number, pixels: number): number[] => new Array<number>(count).fill(pixels);

describe("evenlyChosen", () => {
  it("takes all that fit", () => {
    expect(evenlyChosen(alike(4, maxPixels / 4), undefined)).toEqual([0, 1, 2, 3]);
    expect(evenlyChosen([maxPixels, 1], undefined)).toHaveLength(1);
  });

  it("spreads as many of a long movie as fit over its whole length", () => {
    const frame = 2048 ** 2;
    const chosen = evenlyChosen(alike(91, frame), undefined);
    expect(chosen).toHaveLength(Math.floor(maxPixels / frame));
    const gaps = chosen.slice(1).map((index, i) => index - chosen[i]!);
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
    expect(chosen[0]! + 90 - chosen.at(-1)!).toBeLessThanOrEqual(Math.max(...gaps) + 1);
  });

  it("stays within the memory where sizes differ, and takes one image whatever its size", () => {
    const pixels = [50, 1, 1, 50, 1, 1, 50, 1];
    const chosen = evenlyChosen(pixels, undefined, 60);
    expect(chosen.reduce((sum, index) => sum + pixels[index]!, 0)).toBeLessThanOrEqual(60);
    expect(chosen.length).toBeGreaterThan(2);
    expect(evenlyChosen([100, 100], undefined, 60)).toHaveLength(1);
    expect(evenlyChosen([], undefined)).toEqual([]);
  });

  it("takes the number that the user wants, as far as there are so many", () => {
    expect(evenlyChosen(alike(10, 1e9), 2)).toEqual([2, 7]);
    expect(evenlyChosen(alike(3, 1), 5)).toEqual([0, 1, 2]);
  });
});

describe("chosenImages", () => {
  const used = (pixels: readonly number[], { indices, most }: ReturnType<typeof chosenImages>): number =>
    indices.reduce((sum, index) => sum + Math.min(pixels[index]!, most), 0);

  it("takes whole frames of a movie, and parts of all independent images", () => {
    const pixels = alike(100, 1e6);
    expect(chosenImages(pixels, "movie", undefined)).toMatchObject({ most: Infinity });
    expect(chosenImages(pixels, "movie", undefined).indices).toHaveLength(44);
    const images = chosenImages(pixels, "images", undefined);
    expect(images.indices).toHaveLength(100);
    expect(images.most).toBe(maxPixels / 100);
  });

  it("takes images whole where all fit, where the user says how many, and where there is one", () => {
    expect(chosenImages([10, 20], "images", undefined)).toEqual({ indices: [0, 1], most: Infinity });
    expect(chosenImages(alike(100, 1e6), "images", 80)).toMatchObject({ most: Infinity });
    expect(chosenImages([2 * maxPixels], "images", undefined)).toEqual({ indices: [0], most: Infinity });
  });

  it("takes fewer images where parts would be too small", () => {
    const pixels = alike(10_000, 1e6);
    const images = chosenImages(pixels, "images", undefined);
    expect(images.indices).toHaveLength(Math.floor(maxPixels / leastPart));
    expect(images.most).toBeGreaterThanOrEqual(leastPart);
    expect(used(pixels, images)).toBeCloseTo(maxPixels, 3);
    // Small images do not make others whole.
    const mixed = [...alike(500, 1000), ...alike(100, 1e6)];
    expect(used(mixed, chosenImages(mixed, "images", undefined))).toBeCloseTo(maxPixels, 3);
  });
});

describe("a data set as StarDist has it", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "karyon-stardist-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = async (part: string): Promise<void> => {
    const labels = lattice(3, 12, 8);
    const data = Uint8Array.from(labels.data, (label) => (label > 0 ? 200 : 20));
    const images = sourceOfImages([{ height: labels.height, width: labels.width, data }], {
      frameNames: ["a"],
    });
    const files = starDistExporter.files({ name: "set", images, labels: labelSourceOf([labels], ["a"]) });
    for await (const file of files) await writeExported(join(folder, part), file);
  };
  const read = (): ReturnType<typeof readSamples> =>
    readSamples(
      folder,
      {
        scaleOf: () => 1,
        normalisation: { low: 1, high: 99.8 },
        images: undefined,
      },
      {},
    );

  it("is read from train, and what is kept for testing is not", async () => {
    await write("train");
    await write("test");
    expect(
      datasetFiles(folder).map(({ image, mask }) => [image, mask].map((file) => relative(folder, file))),
    ).toEqual([[join("train", "images", "a.tif"), join("train", "masks", "a.tif")]]);
    const { samples, notices } = await read();
    expect(samples).toHaveLength(1);
    expect(notices).toEqual([
      `The images of the folder train are used; others of ${folder} are kept for testing.`,
    ]);
  });

  it("is read as it is exported, without a notice", async () => {
    await write("");
    expect((await read()).notices).toEqual([]);
  });
});
