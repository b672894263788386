import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quickModel, quickOptions, quickSamples } from "../../test/quickmodel.js";
import type { Image } from "../core/image.js";
import { concatNuclei, type Nuclei } from "../core/nuclei.js";
import { encodePng } from "../io/png/png.js";
import { formatModelDescription } from "../model/modelfile.js";
import * as node from "../node.js";
import { parseNuclei } from "../io/nucleifile.js";
import { openModel, segment } from "./openmodel.js";
import { train, type LabelledImage, type TrainedModel } from "./trainsamples.js";

const folder = mkdtempSync(join(tmpdir(), "karyon-model-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let samples: LabelledImage[];
let model: TrainedModel;

const png = ({ height, width, data }: Image): Uint8Array => encodePng({ height, width, samples: 1, data });

beforeAll(async () => {
  samples = await quickSamples();
  model = await quickModel();
  await mkdir(join(folder, "model"));
  writeFileSync(join(folder, "model", "model.onnx"), model.onnx);
  writeFileSync(join(folder, "model", "model.json"), formatModelDescription(model.description));
}, 120_000);

describe("train", () => {
  it("gives in memory the network that the folders give", async () => {
    for (const name of ["images", "masks"]) await mkdir(join(folder, "set", name), { recursive: true });
    for (const { image, labels, name } of samples) {
      writeFileSync(join(folder, "set", "images", `${name}.png`), png(image));
      await node.writeLabels(join(folder, "set", "masks", `${name}.tif`), labels);
    }
    const { threads, seed, ...train } = quickOptions;
    const config = {
      general: { threads, seed, device: "cpu" },
      train,
    } as const;
    const out = join(folder, "trained");
    const { description } = await node.train({ dataset: join(folder, "set"), out, config });
    expect(readFileSync(join(out, "model.onnx")).equals(model.onnx)).toBe(true);
    expect(description.thresholds).toEqual(model.description.thresholds);
    expect(description.diameterRange).toEqual(model.description.diameterRange);
  });

  it("says how far it is, and stops when it is told to", async () => {
    const controller = new AbortController();
    let seen = 0;
    const work = train(samples, {
      ...quickOptions,
      signal: controller.signal,
      onProgress: ({ done }) => {
        seen = done;
        if (done === 3) controller.abort();
      },
    });
    const error = await work.catch((thrown: unknown) => thrown);
    expect(node.isKaryonError(error) && error.kind).toBe("Cancelled");
    expect(seen).toBe(3);
  });

  it("refuses samples without a nucleus by kind", async () => {
    const [{ image, labels }] = samples as [LabelledImage];
    const empty = { ...labels, data: new Int32Array(labels.data.length), count: 0 };
    const error = await train([{ image, labels: empty }]).catch((thrown: unknown) => thrown);
    expect(node.isKaryonError(error) && error.kind).toBe("InvalidInput");
  });
});

describe("openModel", () => {
  it("gives for an image in memory what karyon segment gives for its file, at a scale that is not 1", async () => {
    const [{ image }] = samples as [LabelledImage];
    const file = join(folder, "image.png");
    writeFileSync(file, png(image));
    const out = join(folder, "segmented");
    const summary = await node.segment({ model: join(folder, "model"), inputs: [file], out });
    expect(summary.images[0]!.scale).toBeGreaterThan(1.1);
    await using opened = await node.openModel(join(folder, "model"));
    const found = await opened.segment(image);
    expect(found.nuclei.count).toBeGreaterThan(20);
    expect(found.nuclei.count).toBeLessThan(35);
    expect(found.labels).toEqual(await node.readLabels(join(out, "image.tif")));
    const table = parseNuclei(readFileSync(join(out, "objects.csv"), "utf8"), "objects.csv");
    for (const column of ["label", "area", "touchesEdge"] as const satisfies readonly (keyof Nuclei)[])
      expect(table[column]).toEqual(concatNuclei([found.nuclei])[column]);
  });

  it("gives the same from the contents of the files, opened once or for one image alone", async () => {
    const [{ image }] = samples as [LabelledImage];
    const opened = await openModel(model, { threads: 2 });
    const found = await opened.segment(image);
    expect((await segment(image, { model: opened })).labels).toEqual(found.labels);
    await opened.release();
    expect((await segment(image, { model })).labels).toEqual(found.labels);
  });

  it("is of no use after its release", async () => {
    const [{ image }] = samples as [LabelledImage];
    const opened = await openModel(model);
    await opened[Symbol.asyncDispose]();
    await expect(opened.segment(image)).rejects.toThrow();
  });
});
