/**
 * Packages of tiny untrained networks: what is in them, whether it agrees, and whether another runtime
 * computes the same.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import * as web from "onnxruntime-web";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ort } from "#runtime";
import { InvalidInput, OutputError } from "../../core/errors.js";
import { random } from "../../core/random.js";
import type { Tensor } from "../../core/tensor.js";
import { pngHeader } from "../../io/png/png.js";
import type { ModelConfig } from "../../model/modelconfig.js";
import {
  exportOnnx,
  formatModelDescription,
  type ModelDescription,
  parseModelDescription,
} from "../../model/modelfile.js";
import { initialWeights, parameterCount, toTensors } from "../../model/parameters.js";
import type { PipelineEvent } from "../stage/events.js";
import { loadModel } from "../store/modelfolder.js";
import { packageFiles } from "./bioimageio.js";
import { exportModel } from "./modelpackage.js";

const config: ModelConfig = { rays: 8, grid: 2, depth: 2, filters: 4, convolutionsPerLevel: 1, features: 8 };
const description: ModelDescription = {
  config,
  normalisation: { low: 2, high: 99.5 },
  thresholds: { probability: 0.45, overlap: 0.3 },
  diameter: 21.5,
  diameterRange: { low: 18, high: 25 },
  provenance: {
    karyon: "0.1.0",
    created: "2026-02-03T04:05:06.789Z",
    seed: 7,
    settings: { steps: 40, augment: "none" },
    validationScore: 0.25,
    trainingImages: ["a", "b"],
  },
};

let root = "";
const at = (name: string): string => join(root, name);

function writeModel(name: string, text: ModelDescription, network: ModelConfig = text.config): string {
  mkdirSync(at(name), { recursive: true });
  writeFileSync(
    at(`${name}/model.onnx`),
    exportOnnx(network, toTensors(network, initialWeights(network, random(1)))),
  );
  writeFileSync(at(`${name}/model.json`), formatModelDescription(text));
  return at(name);
}

const packed = (name: string): Record<string, Uint8Array> =>
  unzipSync(new Uint8Array(readFileSync(at(name))));
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

interface Axis {
  readonly type: string;
  readonly id?: string;
  readonly size?: unknown;
  readonly scale?: number;
  readonly channel_names?: readonly string[];
}
interface File {
  readonly source: string;
  readonly sha256: string;
}
interface Port {
  readonly id: string;
  readonly axes: readonly Axis[];
  readonly data: { readonly type: string };
  readonly preprocessing: readonly { readonly id: string; readonly kwargs: Record<string, unknown> }[];
  readonly test_tensor: File;
}
interface Description {
  readonly inputs: readonly [Port];
  readonly outputs: readonly [Port, Port];
  readonly weights: { readonly onnx: File & { readonly opset_version: number } };
  readonly documentation: File;
  readonly covers: readonly [File];
  readonly attachments: readonly [File];
  readonly config: Record<"stardist" | "karyon" | "bioimageio", unknown>;
  readonly [key: string]: unknown;
}

/** A second reader of .npy, for files of float32. */
function readNpy(bytes: Uint8Array | undefined): Tensor {
  expect([...bytes!.subarray(0, 8)]).toEqual([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0]);
  const begin = 10 + bytes![8]! + 256 * bytes![9]!;
  const [, shape] = /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(([\d, ]+)\), \} *\n$/.exec(
    text(bytes!.subarray(10, begin)),
  )!;
  return { shape: shape!.split(",").map(Number), data: new Float32Array(bytes!.slice(begin).buffer) };
}

/** numpy.percentile: linear between the values in order. */
function percentile(values: Float32Array, percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (percent / 100) * (sorted.length - 1);
  const below = Math.floor(place);
  return sorted[below]! + (place - below) * ((sorted[below + 1] ?? 0) - sorted[below]!);
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((max, value, i) => Math.max(max, Math.abs(value - b[i]!)), 0);
};

async function runInNode(network: Uint8Array, { shape, data }: Tensor): Promise<Float32Array[]> {
  const session = await ort.InferenceSession.create(network);
  const outputs = await session.run({ image: new ort.Tensor("float32", data, [...shape]) });
  await session.release();
  return ["probability", "distances"].map((name) => outputs[name]!.data as Float32Array);
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "karyon-export-"));
  await exportModel(writeModel("model", description), at("model.zip"), {
    overwrite: false,
    authors: ["Ada Lovelace", "Marie Curie"],
    license: "MIT",
    name: "Tiny (test)",
  });
});
afterAll(() => rmSync(root, { recursive: true }));

describe("a package", () => {
  const read = (): { files: Record<string, Uint8Array>; yaml: Description } => {
    const files = packed("model.zip");
    return { files, yaml: parse(text(files[packageFiles.yaml])) as Description };
  };

  it("describes itself in the words of bioimage.io", () => {
    const { yaml } = read();
    expect(yaml).toMatchObject({
      format_version: "0.5.12",
      type: "model",
      name: "Tiny (test)",
      license: "MIT",
      authors: [{ name: "Ada Lovelace" }, { name: "Marie Curie" }],
      timestamp: "2026-02-03T04:05:06.789Z",
    });
    expect(yaml["description"]).toMatch(/about 21\.5 \(18 to 25\) px across/);
    expect((yaml["cite"] as { doi: string }[]).map(({ doi }) => doi)).toEqual([
      "10.1371/journal.pone.0250093",
      "10.1007/978-3-319-24574-4_28",
      "10.1007/978-3-030-00934-2_30",
    ]);
    expect(yaml.weights.onnx.opset_version).toBe(17);
    expect(yaml.config).toMatchObject({
      stardist: { thresholds: { prob: 0.45, nms: 0.3 }, grid: [2, 2], n_rays: 8 },
      karyon: { config, diameter: 21.5, diameterRange: { low: 18, high: 25 } },
      bioimageio: { model_parameter_count: parameterCount(config) },
    });
  });

  it("names every file it holds with its right hash", () => {
    const { files, yaml } = read();
    const named = [
      yaml.documentation,
      ...yaml.covers,
      ...yaml.attachments,
      yaml.weights.onnx,
      ...[...yaml.inputs, ...yaml.outputs].map((port) => port.test_tensor),
    ];
    expect(named.map(({ source }) => source).sort()).toEqual(
      Object.keys(files)
        .filter((name) => name !== packageFiles.yaml)
        .sort(),
    );
    for (const { source, sha256 } of named)
      expect(createHash("sha256").update(files[source]!).digest("hex"), source).toBe(sha256);
  });

  it("has axes that are those of the network and of the test arrays", () => {
    const { files, yaml } = read();
    const [image] = yaml.inputs;
    const sizes = new Map<string, number>();
    const input = readNpy(files[image.test_tensor.source]);
    image.axes.forEach((axis, i) => {
      if (axis.type !== "space") return;
      expect(axis.size).toEqual({ min: 8, step: 8 });
      expect(input.shape[i]! % 8).toBe(0);
      sizes.set(axis.id!, input.shape[i]!);
    });
    expect([...sizes.keys()]).toEqual(["y", "x"]);
    expect(image.id).toBe("image");
    expect(yaml.outputs.map(({ id }) => id)).toEqual(["probability", "distances"]);
    expect(yaml.outputs.map(({ axes }) => axes[1]!.channel_names!.length)).toEqual([1, config.rays]);
    for (const { axes, test_tensor } of yaml.outputs) {
      expect(readNpy(files[test_tensor.source]).shape).toEqual(
        axes.map((axis) => {
          if (axis.type !== "space") return axis.channel_names?.length ?? axis.size;
          const { tensor_id, axis_id } = axis.size as { tensor_id: string; axis_id: string };
          expect(tensor_id).toBe("image");
          return sizes.get(axis_id)! / axis.scale!;
        }),
      );
    }
  });

  it("has the test outputs that follow from its test input by what it describes", async () => {
    const { files, yaml } = read();
    const [{ preprocessing, test_tensor }] = yaml.inputs;
    expect(preprocessing.map(({ id }) => id)).toEqual(["scale_range"]);
    const { axes, min_percentile, max_percentile, eps } = preprocessing[0]!.kwargs as {
      axes: string[];
      min_percentile: number;
      max_percentile: number;
      eps: number;
    };
    expect([axes, min_percentile, max_percentile]).toEqual([["channel", "y", "x"], 2, 99.5]);
    expect(eps).toBeGreaterThan(0);
    const { shape, data } = readNpy(files[test_tensor.source]);
    const [low, high] = [percentile(data, min_percentile), percentile(data, max_percentile)];
    expect(high - low).toBeGreaterThan(20);
    const scaled = data.map((value) => (value - low) / (high - low + eps));
    expect(Math.max(...scaled)).toBeGreaterThan(1);
    const outputs = await runInNode(files[yaml.weights.onnx.source]!, { shape, data: scaled });
    // The runtime may sum in another order with another number of threads: some units of float32 at values
    // around 1.
    outputs.forEach((output, i) =>
      expect(
        largestDifference(output, readNpy(files[yaml.outputs[i]!.test_tensor.source]).data),
      ).toBeLessThan(1e-5),
    );
  });

  it("runs in onnxruntime-web as in onnxruntime-node, at two sizes", async () => {
    const { files } = read();
    web.env.wasm.numThreads = 1;
    const session = await web.InferenceSession.create(files[packageFiles.network]!, {
      executionProviders: ["wasm"],
    });
    expect([session.inputNames, session.outputNames]).toEqual([["image"], ["probability", "distances"]]);
    const rng = random(5);
    for (const [height, width] of [
      [32, 48],
      [72, 40],
    ] as const) {
      const shape = [1, 1, height, width];
      const data = Float32Array.from({ length: height * width }, () => rng.next());
      const outputs = await session.run({ image: new web.Tensor("float32", data, shape) });
      expect(outputs["distances"]!.dims).toEqual([1, 8, height / 2, width / 2]);
      const expected = await runInNode(files[packageFiles.network]!, { shape, data });
      const found = ["probability", "distances"].map((name) => outputs[name]!.data as Float32Array);
      expect(Math.max(...expected[1]!) - Math.min(...expected[1]!)).toBeGreaterThan(0.01);
      // The same sums in another order: some units of float32 at values around 1.
      found.forEach((values, i) => expect(largestDifference(values, expected[i]!)).toBeLessThan(1e-5));
    }
    await session.release();
  });

  it("is a model folder again when it is unpacked", async () => {
    const { files, yaml } = read();
    mkdirSync(at("unpacked"));
    for (const [name, bytes] of Object.entries(files)) writeFileSync(at(`unpacked/${name}`), bytes);
    const { description: again, predictor } = await loadModel(at("unpacked"), 1);
    await predictor.release();
    expect(again).toEqual(description);
    expect(parseModelDescription(text(files[yaml.attachments[0].source]))).toEqual(description);
    expect(Buffer.from(files[packageFiles.network]!).equals(readFileSync(at("model/model.onnx")))).toBe(true);
  });

  it("has a cover twice as wide as high, and a text of what is known of the model", () => {
    const { files } = read();
    const { height, width } = pngHeader(files[packageFiles.cover]!, "cover.png");
    expect(width).toBe(2 * height);
    const readme = text(files[packageFiles.documentation]);
    expect(readme).toMatch(/^# Tiny \(test\)\n/);
    for (const part of [
      "2 images",
      "steps: 40",
      "augmentation: none",
      "seed: 7",
      "21.5 (18 to 25) px",
      "precision of 0.25",
      "## Validation",
      "multiples of 8 px",
      "above 0.45",
      "more than 0.3 of",
    ])
      expect(readme).toContain(part);
    expect(readme).not.toMatch(/undefined|NaN|\[object/);
    // A pass over comments had once taken this paragraph for one, and put stars before its lines.
    expect(readme).toMatch(/^\*\*The outputs are no nuclei yet\.\*\* Polygons/m);
    expect(readme).not.toMatch(/^\* /m);
  });

  it("has the same bytes when it is made again", async () => {
    const credits = { authors: ["Ada Lovelace", "Marie Curie"], license: "MIT", name: "Tiny (test)" };
    await exportModel(at("model"), at("again.zip"), { overwrite: false, ...credits });
    expect(readFileSync(at("again.zip")).equals(readFileSync(at("model.zip")))).toBe(true);
  });
});

describe("exportModel", () => {
  it(
    "does not call a model trained from scratch that went on from another, and names the steps " +
      "that were done",
    async () => {
      const provenance = {
        ...description.provenance,
        steps: 30,
        from: { sha256: "ab", created: "2026-01-01T00:00:00.000Z" },
      };
      await exportModel(writeModel("further", { ...description, provenance }), at("further.zip"), {
        overwrite: false,
      });
      const files = packed("further.zip");
      const said = [packageFiles.yaml, packageFiles.documentation]
        .map((name) => text(files[name]))
        .join("\n");
      expect(said).not.toMatch(/from\s+scratch/);
      expect(said).toMatch(/trained further from an earlier model with\s+Karyon/);
      expect(said).toMatch(
        /, from the weights of an earlier model of Karyon, whose own training data are not recorded here\. How/,
      );
      expect(said).toMatch(/^- steps: 30$/m);
    },
  );

  it("takes a model of which little is known, names no author, and says so", async () => {
    const folder = writeModel("bare", {
      ...description,
      config: { ...config, grid: 1, depth: 1 },
      diameter: 5,
      diameterRange: undefined,
      provenance: { validationScore: null },
    });
    const events: PipelineEvent[] = [];
    const made = await exportModel(
      folder,
      at("bare.zip"),
      { overwrite: false },
      { onEvent: (event) => events.push(event) },
    );
    expect(made).toMatchObject({
      file: at("bare.zip"),
      bytes: readFileSync(at("bare.zip")).length,
      authors: [],
      license: "CC-BY-4.0",
    });
    expect(events.flatMap((event) => (event.event === "notice" ? [event.text] : []))).toContainEqual(
      expect.stringMatching(/^No author is named: .*CC-BY-4\.0/),
    );
    const files = packed("bare.zip");
    expect(made.contents).toEqual(Object.keys(files));
    const yaml = parse(text(files[packageFiles.yaml])) as Description;
    expect(yaml).not.toHaveProperty("authors");
    expect(yaml).not.toHaveProperty("timestamp");
    expect(yaml.outputs[0].axes[2]).toMatchObject({ scale: 1 });
    expect(text(files[packageFiles.documentation])).toMatch(
      /trained from scratch with Karyon.*from scratch: no pretrained weights/s,
    );
    expect(text(files[packageFiles.documentation])).toMatch(/Nothing was held back from training/);
    expect(text(files[packageFiles.documentation])).not.toMatch(/undefined|NaN|null|\[object/);
  });

  it("says what is no model, or not one model", async () => {
    mkdirSync(at("empty"));
    await expect(exportModel(at("empty"), at("x.zip"), { overwrite: false })).rejects.toThrow(
      /expected a model folder with model\.onnx and model\.json, received no model\.onnx/,
    );
    const mixed = writeModel("mixed", { ...description, config: { ...config, rays: 16 } }, config);
    await expect(exportModel(mixed, at("x.zip"), { overwrite: false })).rejects.toThrow(
      /model\.onnx, tensor "head\.weight"/,
    );
    expect(readdirSync(root).filter((name) => name.startsWith("x") || name.endsWith(".unfinished"))).toEqual(
      [],
    );
  });

  it.each([
    [{ name: "St@rDist" }, /^name: expected 5 to 64 letters/],
    [{ name: "abc" }, /^name: /],
    [{ authors: ["Ada", ""] }, /^authors: expected names/],
    [{ authors: ["Ada/Marie"] }, /^authors: /],
    [
      { license: "all mine" },
      /^license: expected an SPDX identifier such as CC-BY-4\.0 or MIT, received "all mine"/,
    ],
  ])("refuses what bioimage.io does not take: %j", async (credits, message) => {
    const attempt = exportModel(at("model"), at("never.zip"), { overwrite: false, ...credits });
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
    expect(existsSync(at("never.zip"))).toBe(false);
  });

  it("replaces a package only when told to, and nothing else ever", async () => {
    const before = readFileSync(at("model.zip"));
    await expect(exportModel(at("model"), at("model.zip"), { overwrite: false })).rejects.toThrow(
      /model\.zip is an earlier package; .*overwrite: true/,
    );
    expect(readFileSync(at("model.zip")).equals(before)).toBe(true);
    writeFileSync(at("replaced.zip"), before);
    await exportModel(at("model"), at("replaced.zip"), { overwrite: true });
    expect(parse(text(packed("replaced.zip")[packageFiles.yaml]))).toMatchObject({
      name: "StarDist nuclei (Karyon)",
    });
    writeFileSync(at("thesis.zip"), "text");
    await expect(exportModel(at("model"), at("thesis.zip"), { overwrite: true })).rejects.toThrow(
      /did not make/,
    );
    expect(readFileSync(at("thesis.zip"), "utf8")).toBe("text");
    mkdirSync(at("folder.zip"));
    await expect(exportModel(at("model"), at("folder.zip"), { overwrite: true })).rejects.toBeInstanceOf(
      OutputError,
    );
    await expect(exportModel(at("model"), at("model.tar"), { overwrite: true })).rejects.toThrow(
      /^out: expected a file name that ends in \.zip/,
    );
    await expect(
      exportModel(at("model"), at("thesis.zip/x.zip"), { overwrite: true }),
    ).rejects.toBeInstanceOf(OutputError);
  });

  it("leaves nothing when it is stopped", async () => {
    await expect(
      exportModel(at("model"), at("stopped.zip"), { overwrite: false }, { signal: AbortSignal.abort() }),
    ).rejects.toThrow(/stopped/);
    expect(existsSync(at("stopped.zip"))).toBe(false);
  });
});
