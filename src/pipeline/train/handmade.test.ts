/** Annotations that people made in other programs: learned from, scored against, and tracked. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lattice } from "../../../test/planes.js";
import { writtenFiles } from "../../../test/exported.js";
import { labelSourceOf } from "../../core/labels.js";
import { exportersOf } from "../../exchange/exporters.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import { resolveConfig } from "../config/config.js";
import { evaluateLabels } from "../evaluate/evaluation.js";
import { trackLabels } from "../run/commands.js";
import { writeLabels } from "../store/labelfiles.js";
import { readSamples, type TrainingSet } from "./trainingset.js";

let folder: string;
const at = (name: string): string => join(folder, name);
const labels = lattice(4, 16, 11);
const { height, width } = labels;

/** Labels of one frame as the only file of a format. */
async function fileOf(format: string, frames = 1): Promise<Uint8Array> {
  const source = labelSourceOf(new Array<typeof labels>(frames).fill(labels));
  const [exporter] = exportersOf(format);
  return (await writtenFiles(exporter!.files({ name: "a", labels: source })))[0]!.bytes;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "karyon-handmade-"));
  const image = encodeTiff([
    { height, width, samples: 1, data: Uint8Array.from(labels.data, (label, i) => (label > 0 ? 90 : i % 5)) },
  ]);
  const masks = [
    ["tiff", "a.tif", undefined],
    ["roi", "a.zip", "roi"],
    ["geojson", "a_masks.geojson", "qupath"],
    ["coco", "a.json", "coco"],
  ] as const;
  for (const [set, mask, format] of masks) {
    for (const part of ["images", "masks"]) mkdirSync(at(`${set}/${part}`), { recursive: true });
    writeFileSync(at(`${set}/images/a.tif`), image);
    if (format === undefined) await writeLabels(at(`${set}/masks/${mask}`), labels);
    else writeFileSync(at(`${set}/masks/${mask}`), await fileOf(format));
  }
  mkdirSync(at("labels"));
  for (const frame of [0, 1, 2]) await writeLabels(at(`labels/t${frame}.tif`), labels);
  writeFileSync(at("movie.zip"), await fileOf("roi", 3));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("a training set", () => {
  const read = (set: string): Promise<TrainingSet> =>
    readSamples(at(set), { scaleOf: () => 1, normalisation: { low: 1, high: 99.8 }, images: undefined }, {});

  it.each(["roi", "geojson", "coco"])("with masks as %s is that with label images", async (set) => {
    expect((await read(set)).images).toEqual((await read("tiff")).images);
  });
});

describe("an evaluation", () => {
  it("takes outlines of a movie in one file as its truth, frame by frame", async () => {
    const { scores, names } = await evaluateLabels(at("movie.zip"), at("labels"));
    expect(names).toEqual(["movie_t000", "movie_t001", "movie_t002"]);
    expect(scores.pooled).toMatchObject({ truthObjects: 48, predictedObjects: 48 });
    expect(scores.pooled.thresholds[0]).toMatchObject({ f1: 1 });
  });

  it("takes outlines without a size on either side", async () => {
    const { scores } = await evaluateLabels(at("labels/t0.tif"), at("roi/masks/a.zip"));
    expect(scores.pooled).toMatchObject({ truthObjects: 16, predictedObjects: 16 });
    const swapped = await evaluateLabels(at("roi/masks/a.zip"), at("labels/t0.tif"));
    expect(swapped.scores.pooled).toMatchObject({ truthObjects: 16, predictedObjects: 16 });
  });
});

it("outlines of a movie are tracked as its label images are", async () => {
  const config = resolveConfig({}, "test");
  const options = { config, overwrite: false };
  const fromOutlines = await trackLabels({ labels: at("movie.zip"), out: at("t1"), ...options });
  const fromLabels = await trackLabels({ labels: at("labels"), out: at("t2"), ...options });
  // The outlines have no size of their own, so that the border of the image is elsewhere.
  expect([fromOutlines.frames, fromOutlines.branches]).toEqual([fromLabels.frames, fromLabels.branches]);
});
