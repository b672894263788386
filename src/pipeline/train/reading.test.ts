import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { labelImage } from "../../core/labels.js";
import { random } from "../../core/random.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import type { ModelConfig } from "../../model/modelconfig.js";
import { exportOnnx, formatModelDescription } from "../../model/modelfile.js";
import { initialWeights, toTensors } from "../../model/parameters.js";
import type * as labelFiles from "../store/labelfiles.js";
import { writeLabels } from "../store/labelfiles.js";
import type * as modelFolder from "../store/modelfolder.js";
import { initialModelOf } from "./training.js";
import { maxPixels, readSamples } from "./trainingset.js";

/** What was read from the disk, in order. */
const read = vi.hoisted(() => ({ masks: [] as string[], models: [] as string[] }));
vi.mock("../store/labelfiles.js", async (original) => {
  const actual = await original<typeof labelFiles>();
  return {
    ...actual,
    readLabels: (path: string) => {
      read.masks.push(path);
      return actual.readLabels(path);
    },
  };
});
vi.mock("../store/modelfolder.js", async (original) => {
  const actual = await original<typeof modelFolder>();
  return {
    ...actual,
    readInitialModel: (folder: string) => {
      read.models.push(folder);
      return actual.readInitialModel(folder);
    },
  };
});

const folder = mkdtempSync(join(tmpdir(), "karyon-reading-"));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  read.masks.length = 0;
  read.models.length = 0;
});

const size = { height: 24, width: 30 };
const names = ["a", "b", "c"];

/** Three images with two squares each; of the last one the mask is empty. */
async function makeDataset(): Promise<string> {
  const dataset = join(folder, "dataset");
  for (const part of ["images", "masks"]) mkdirSync(join(dataset, part), { recursive: true });
  for (const [index, name] of names.entries()) {
    const labels = new Int32Array(size.height * size.width);
    for (let y = 4; y < 12; y++) {
      labels.fill(1, y * size.width + 3, y * size.width + 11);
      labels.fill(2, y * size.width + 18, y * size.width + 27);
    }
    if (index === 2) labels.fill(0);
    const data = Uint8Array.from(labels, (label, i) => 20 + 60 * label + ((i * 7 + index) % 5));
    writeFileSync(join(dataset, "images", `${name}.tif`), encodeTiff([{ ...size, samples: 1, data }]));
    await writeLabels(join(dataset, "masks", `${name}.tif`), labelImage(size.height, size.width, labels));
  }
  return dataset;
}

describe("readSamples", () => {
  const options = { normalisation: { low: 1, high: 99.8 }, images: undefined };

  it("decoded every mask twice: now each once", async () => {
    const dataset = await makeDataset();
    const { samples } = await readSamples(dataset, { ...options, scaleOf: () => 1 }, {});
    expect(samples.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(read.masks).toEqual(names.map((name) => join(dataset, "masks", `${name}.tif`)));
  });

  it("gives the same samples and fingerprints whether images are chosen or all are taken", async () => {
    const dataset = await makeDataset();
    const all = await readSamples(dataset, { ...options, scaleOf: () => 1 }, {});
    const one = await readSamples(dataset, { ...options, scaleOf: () => 1, images: 1 }, {});
    expect(one.images).toEqual([all.images[1]]);
    expect(one.samples[0]!.labels.data).toEqual(all.samples[1]!.labels.data);
    expect(new Set(all.images.map(({ sha256 }) => sha256)).size).toBe(2);
  });

  it("says that fewer images are used where more would take too many pixels", async () => {
    const dataset = await makeDataset();
    // By the pixels at the network's scale alone: nothing that large is made, since only one image is taken.
    const scale = Math.sqrt(maxPixels / (size.height * size.width)) / 20;
    const { samples, notices } = await readSamples(
      dataset,
      { ...options, scaleOf: () => scale, images: 1 },
      {},
    );
    expect([samples.length, notices]).toEqual([1, []]);
  });
});

describe("initialModelOf", () => {
  const config: ModelConfig = {
    rays: 4,
    grid: 2,
    depth: 1,
    filters: 4,
    convolutionsPerLevel: 1,
    features: 4,
  };
  /** A model folder with random weights. */
  function makeModel(seed: number): string {
    const model = join(folder, "model");
    mkdirSync(model, { recursive: true });
    const weights = toTensors(config, initialWeights(config, random(seed)));
    writeFileSync(join(model, "model.onnx"), exportOnnx(config, weights));
    writeFileSync(
      join(model, "model.json"),
      formatModelDescription({
        config,
        normalisation: { low: 1, high: 99.8 },
        thresholds: { probability: 0.5, overlap: 0.4 },
        diameter: 40,
        diameterRange: undefined,
        provenance: { seed },
      }),
    );
    return model;
  }

  it("read model.onnx three times in a run: now once for a configuration", () => {
    const train = { from: makeModel(1) };
    const first = initialModelOf(train)!;
    expect(initialModelOf(train)).toBe(first);
    expect(read.models).toEqual([train.from]);
  });

  it("reads it again when the files have changed, and for another configuration", () => {
    const train = { from: makeModel(1) };
    const first = initialModelOf(train)!;
    makeModel(2);
    expect(initialModelOf(train)!.sha256).not.toBe(first.sha256);
    expect(initialModelOf({ ...train })!.description.provenance).toEqual({ seed: 2 });
    expect(read.models).toHaveLength(3);
    expect(initialModelOf({ from: undefined })).toBeUndefined();
  });
});
