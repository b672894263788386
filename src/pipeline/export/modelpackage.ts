/**
 * A model folder to a package of bioimage.io: one zip with the network, how to use it, and a test image with
 * what the network makes of it.
 */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { InvalidInput, OutputError } from "../../core/errors.js";
import { float32Of, type Image, type StoredPlane } from "../../core/image.js";
import { type LabelImage, labelImage } from "../../core/labels.js";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import type { Tensor } from "../../core/tensor.js";
import { overlayLabels } from "../../draw/overlay.js";
import { normalise } from "../../imgproc/normalise.js";
import { encodeNpy } from "../../io/npy.js";
import { encodePng } from "../../io/png/png.js";
import { encodeZip, firstZipEntry } from "../../io/zip.js";
import { sizeMultiple } from "../../model/modelconfig.js";
import { type ModelDescription, weightsFromOnnx } from "../../model/modelfile.js";
import { parameterCount } from "../../model/parameters.js";
import type { Predictor } from "../../model/predictor.js";
import { readOpset } from "../../nn/onnx.js";
import { segment } from "../../segment/segment.js";
import { simulatePresets } from "../../simulate/scene.js";
import { simulate } from "../../simulate/simulate.js";
import { type PipelineContext, runStage } from "../stage/events.js";
import { codeOf, openBytes, readBytes, unwritable, writeFileAtomic } from "../store/files.js";
import type { OutputOptions } from "../store/folders.js";
import { modelFiles } from "../store/modelfiles.js";
import { loadModel } from "../store/modelfolder.js";
import { bioimageioYaml, type ModelCredits, packageFiles, packageReadme } from "./bioimageio.js";
import { defaultCredits } from "./modelcredits.js";

/** Where the package goes, and what people say of the model. */
export type ExportOptions = OutputOptions & {
  readonly [K in keyof ModelCredits]?: ModelCredits[K] | undefined;
};

/** What was written. */
export interface ModelPackage {
  readonly file: string;
  readonly bytes: number;
  /** Names of the files in it, in their order. */
  readonly contents: readonly string[];
  /** As the description states them. */
  readonly authors: readonly string[];
  readonly license: string;
}

/**
 * Writes the model in `folder` as a bioimage.io package. The same model and options give the same bytes.
 *
 * @param out a file name that ends in .zip; an earlier package of that name is replaced with `overwrite`,
 *   anything else never
 * @throws InvalidInput for a folder that is no model, and for credits that bioimage.io does not take;
 *   CorruptFile; OutputError; Cancelled
 */
export async function exportModel(
  folder: string,
  out: string,
  options: ExportOptions,
  context: PipelineContext = {},
): Promise<ModelPackage> {
  const credits = {
    name: options.name ?? defaultCredits.name,
    authors: options.authors ?? defaultCredits.authors,
    license: options.license ?? defaultCredits.license,
  };
  checkCredits(credits);
  if (!/\.zip$/i.test(out))
    throw new InvalidInput("out", "a file name that ends in .zip", out === "" ? "none" : out);
  modelFiles(folder);
  await assertFileReplaceable(out, options.overwrite);
  const { value } = await runStage(context, "export-model", `${folder} for bioimage.io`, async (stage) => {
    const { files, nuclei } = await packageOf(folder, credits, stage);
    throwIfCancelled(stage, "Export");
    const bytes = encodeZip(files);
    await writeFileAtomic(out, bytes);
    const names = Object.keys(files);
    return {
      value: {
        file: out,
        bytes: bytes.length,
        contents: names,
        authors: credits.authors,
        license: credits.license,
      },
      text:
        `${names.length} files, ${(bytes.length / 2 ** 20).toFixed(1)} MiB; nuclei found in the ` +
        `simulated test image: ${nuclei}`,
      notices: noticesOf(credits, nuclei),
    };
  });
  return value;
}

/** What bioimage.io's description takes for names and licences. */
function checkCredits({ name, authors, license }: ModelCredits): void {
  if (!/^[A-Za-z0-9_+\- ()]{5,64}$/.test(name))
    throw new InvalidInput("name", "5 to 64 letters, digits, spaces and _ + - ( )", `"${name}"`);
  const wrong = authors.find((author) => author.trim() === "" || /[/\\]/.test(author));
  if (wrong !== undefined)
    throw new InvalidInput("authors", "names without slashes, separated by semicolons", `"${wrong}"`);
  if (!/^[A-Za-z0-9.+-]+$/.test(license))
    throw new InvalidInput("license", "an SPDX identifier such as CC-BY-4.0 or MIT", `"${license}"`);
}

/** @throws OutputError when something lies there that must not be lost */
async function assertFileReplaceable(path: string, overwrite: boolean): Promise<void> {
  const status = statOf(path);
  if (status === undefined) return;
  const other = "choose another name";
  if (!status.isFile()) throw new OutputError(`${path} exists and is not a file; ${other}.`);
  const source = await openBytes(path);
  const made = firstZipEntry(await source.read(0, Math.min(source.size, 100))) === packageFiles.yaml;
  if (!made) throw new OutputError(`${path} is a file that karyon export-model did not make; ${other}.`);
  if (!overwrite)
    throw new OutputError(`${path} is an earlier package; ${other}, or give overwrite: true to replace it.`);
}

function statOf(path: string): ReturnType<typeof statSync> {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (codeOf(error) === "") throw error;
    throw unwritable(path, error);
  }
}

interface Contents {
  /** By name, the description first. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Nuclei found in the test image. */
  readonly nuclei: number;
}

async function packageOf(folder: string, credits: ModelCredits, stage: StageContext): Promise<Contents> {
  const [networkFile, descriptionFile] = modelFiles(folder);
  // One thread, so that the test outputs do not depend on the number of cores.
  const { description, predictor } = await loadModel(folder, 1);
  try {
    const network = await readBytes(networkFile);
    // The description speaks of this configuration; the network must be of it.
    weightsFromOnnx(network, description.config);
    const image = testImage(description);
    const normalised = normalise(image, description.normalisation.low, description.normalisation.high);
    const { probability, distances } = await predictor.predict(normalised, image.height, image.width);
    throwIfCancelled(stage, "Export");
    const labels = await outlined(image, predictor, description, stage);
    const { rays, grid } = description.config;
    const cells = [image.height / grid, image.width / grid];
    const array = (channels: number, shape: readonly number[], data: Float32Array): Uint8Array =>
      encodeNpy({ shape: [1, channels, ...shape], data } satisfies Tensor);
    const facts = {
      ...credits,
      description,
      opset: readOpset(network, networkFile),
      parameters: parameterCount(description.config),
      testImage: { size: image.height, nuclei: labels.count },
    };
    const parts = {
      [packageFiles.documentation]: new TextEncoder().encode(packageReadme(facts)),
      [packageFiles.cover]: encodePng(besideEachOther(image, labels)),
      [packageFiles.network]: network,
      [packageFiles.description]: await readBytes(descriptionFile),
      [packageFiles.image]: array(1, [image.height, image.width], float32Of(image.data)),
      [packageFiles.probability]: array(1, cells, probability),
      [packageFiles.distances]: array(rays, cells, distances),
    };
    const hashes = Object.fromEntries(
      Object.entries(parts).map(([name, bytes]) => [name, createHash("sha256").update(bytes).digest("hex")]),
    );
    return {
      files: {
        [packageFiles.yaml]: new TextEncoder().encode(bioimageioYaml({ ...facts, hashes })),
        ...parts,
      },
      nuclei: labels.count,
    };
  } finally {
    await predictor.release();
  }
}

function noticesOf({ authors, license }: ModelCredits, nuclei: number): string[] {
  return [
    ...(authors.length === 0
      ? [
          "No author is named: name the authors before you publish the package. Its licence is " +
            `${license} unless you give another one.`,
        ]
      : []),
    ...(nuclei === 0
      ? [
          "The network finds no nucleus in the simulated test image. It may have been trained too " +
            "little, or on images that look quite different.",
        ]
      : []),
  ];
}

/** Edge of the test image in nuclei. */
const nucleiAcross = 5;
/** Its smallest edge, px. */
const smallest = 96;
/** Its largest edge in predictions: the test outputs are what makes a package large. */
const mostCells = 256;

/** Simulated nuclei of the size that the network knows, as far as they can be simulated, in 8 bits. */
function testImage({ config, diameter }: ModelDescription): Image {
  const multiple = sizeMultiple(config);
  const size =
    Math.ceil(Math.min(mostCells * config.grid, Math.max(smallest, nucleiAcross * diameter)) / multiple) *
    multiple;
  const nucleus = Math.min(200, Math.max(8, diameter));
  return simulate({
    ...simulatePresets.easy,
    coverage: 0.3,
    diameter: nucleus,
    height: size,
    width: size,
    frames: 1,
    seed: 1,
  }).image(0);
}

async function outlined(
  image: Image,
  predictor: Predictor,
  { thresholds, normalisation }: ModelDescription,
  stage: StageContext,
): Promise<LabelImage> {
  const { labels } = await segment(
    image,
    predictor,
    {
      probabilityThreshold: thresholds.probability,
      overlapThreshold: thresholds.overlap,
      normalisation,
      outline: "star",
      tile: image.height,
    },
    { signal: stage.signal },
  );
  return labels;
}

/**
 * The image and, right of it, the image with outlines: twice as wide as high, as bioimage.io wants its
 * covers. RGB.
 */
function besideEachOther(image: Image, labels: LabelImage): StoredPlane {
  const { height, width } = image;
  const halves = [labelImage(height, width, new Int32Array(height * width)), labels].map((drawn) =>
    overlayLabels(image, drawn),
  );
  const row = 3 * width;
  const data = new Uint8Array(2 * row * height);
  halves.forEach((half, side) => {
    for (let y = 0; y < height; y++)
      data.set((half.data as Uint8Array).subarray(y * row, (y + 1) * row), (2 * y + side) * row);
  });
  return { height, width: 2 * width, samples: 3, data };
}
