/**
 * The description of a model as bioimage.io has it: `bioimageio.yaml` (model description 0.5) and the
 * README.md beside it.
 */
import { stringify } from "yaml";
import { counted } from "../../core/wording.js";
import { receptiveMargin, sizeMultiple } from "../../model/modelconfig.js";
import type { ModelDescription } from "../../model/modelfile.js";
import { references } from "../../report/methods.js";

/** The version of the specification that the description is written to, and was validated against. */
const formatVersion = "0.5.12";

/**
 * Files of a package. The network and `model.json` keep their names, so that an unpacked package is a model
 * folder.
 */
export const packageFiles = {
  yaml: "bioimageio.yaml",
  documentation: "README.md",
  cover: "cover.png",
  network: "model.onnx",
  description: "model.json",
  image: "test_image.npy",
  probability: "test_probability.npy",
  distances: "test_distances.npy",
} as const;

/** What people say of a model; nothing of it can be known from the model itself. */
export interface ModelCredits {
  readonly name: string;
  readonly authors: readonly string[];
  /** SPDX identifier. */
  readonly license: string;
}

/** All that the description and the README say of a model. */
export interface PackageFacts extends ModelCredits {
  readonly description: ModelDescription;
  /** Of the standard operators, as the network's file states it. */
  readonly opset: number;
  readonly parameters: number;
  /** Edge of the test image, px, and nuclei that the network finds in it. */
  readonly testImage: { readonly size: number; readonly nuclei: number };
  /** SHA-256 of each file but `bioimageio.yaml`, by its name. */
  readonly hashes: Readonly<Record<string, string>>;
}

type Entry = Readonly<Record<string, unknown>>;

/** Names a file of the package with its hash. */
type FileOf = (name: string) => Entry;

/**
 * The model description, `bioimageio.yaml`.
 *
 * Source: bioimageio.spec 0.5.12, src/bioimageio/spec/model/v0_5.py.
 */
export function bioimageioYaml(facts: PackageFacts): string {
  const { description, hashes } = facts;
  const { config, provenance } = description;
  const file: FileOf = (name) => ({ source: name, sha256: hashes[name] });
  const content = {
    format_version: formatVersion,
    type: "model",
    name: facts.name,
    description: summaryOf(description),
    ...(facts.authors.length > 0 ? { authors: facts.authors.map((name) => ({ name })) } : {}),
    cite: citations(),
    license: facts.license,
    documentation: file(packageFiles.documentation),
    covers: [file(packageFiles.cover)],
    tags,
    ...timestampOf(provenance),
    inputs: [inputOf(description, file)],
    outputs: outputsOf(config, file),
    weights: { onnx: { ...file(packageFiles.network), opset_version: facts.opset } },
    attachments: [file(packageFiles.description)],
    config: configOf(facts),
  };
  return stringify(content, { lineWidth: 0, aliasDuplicateObjects: false });
}

const summaryOf = (description: ModelDescription): string =>
  "StarDist network for cell nuclei in two-dimensional fluorescence images, trained " +
  `${beginningOf(description.provenance)} with Karyon. Nuclei should measure about ` +
  `${sizeText(description)} px across. ` +
  "Its outputs become nuclei by non-maximum suppression of star-convex polygons, which is not part of the network.";

const tags = [
  "stardist",
  "karyon",
  "nuclei",
  "fluorescence-light-microscopy",
  "2d",
  "unet",
  "instance-segmentation",
];

/** The network's file fixes the batch to one image. */
const batchAxis: Entry = { type: "batch", size: 1 };

const channelAxis = (names: readonly string[]): Entry => ({ type: "channel", channel_names: names });

function inputOf({ config, normalisation }: ModelDescription, file: FileOf): Entry {
  const multiple = sizeMultiple(config);
  const space = (id: string): Entry => ({ type: "space", id, size: { min: multiple, step: multiple } });
  const { kwargs } = preprocessing(normalisation);
  return {
    id: "image",
    description: "Grey values of one channel, as they were acquired.",
    axes: [batchAxis, channelAxis(["nuclei"]), space("y"), space("x")],
    data: { type: "float32" },
    preprocessing: [{ id: "scale_range", kwargs }],
    test_tensor: file(packageFiles.image),
  };
}

function outputsOf({ grid, rays }: ModelDescription["config"], file: FileOf): Entry[] {
  const cells = (id: string): Entry => ({
    type: "space",
    id,
    size: { tensor_id: "image", axis_id: id },
    scale: grid,
  });
  const rayNames = Array.from({ length: rays }, (_, k) => `ray_${k}`);
  return [
    {
      id: "probability",
      description: "Probability that the pixel lies in a nucleus, higher towards its middle.",
      axes: [batchAxis, channelAxis(["probability"]), cells("y"), cells("x")],
      data: { type: "float32" },
      test_tensor: file(packageFiles.probability),
    },
    {
      id: "distances",
      description:
        "Distance in px of the input to the border of the nucleus, ray by ray; ray k points 360 k / " +
        "rays degrees from x to y.",
      axes: [batchAxis, channelAxis(rayNames), cells("y"), cells("x")],
      data: { type: "float32" },
      test_tensor: file(packageFiles.distances),
    },
  ];
}

/** What bioimage.io, StarDist and Karyon want to know beside the specification. */
function configOf({ description, parameters }: PackageFacts): Entry {
  const { config, normalisation, thresholds, diameter, diameterRange } = description;
  return {
    bioimageio: {
      architecture_type: "StarDist (2D U-Net)",
      modality: "fluorescence microscopy",
      target_structure: ["nuclei"],
      task: "instance segmentation",
      model_parameter_count: parameters,
    },
    stardist: {
      thresholds: { prob: thresholds.probability, nms: thresholds.overlap },
      grid: [config.grid, config.grid],
      n_rays: config.rays,
    },
    karyon: {
      model: packageFiles.description,
      diameter,
      ...(diameterRange === undefined ? {} : { diameterRange }),
      normalisation,
      config,
    },
  };
}

/**
 * `normalise` in bioimage.io's terms: percentiles of each image, nothing clipped. `normalise` adds nothing to
 * the divisor; `eps`, which must be above 0, is next to nothing, where the default of the specification
 * (1e-6) would change images of small grey values. Without a dot in it, readers of YAML 1.1 would take the
 * number for text.
 */
const preprocessing = ({ low, high }: ModelDescription["normalisation"]): { readonly kwargs: Entry } => ({
  kwargs: { axes: ["channel", "y", "x"], min_percentile: low, max_percentile: high, eps: 1.5e-20 },
});

const citations = (): Entry[] =>
  references
    .filter(({ key }) => ["Englbrecht", "Schmidt", "Ronneberger"].includes(key))
    .map(({ text }) => {
      const [words, doi] = text.split(" doi:") as [string, string];
      return { text: words, doi };
    });

/** When the model was made, not when it was packed, so that the same model gives the same bytes. */
function timestampOf({ created }: ModelDescription["provenance"]): Entry {
  const time = typeof created === "string" ? new Date(created) : undefined;
  return time === undefined || Number.isNaN(time.getTime()) ? {} : { timestamp: time.toISOString() };
}

const rounded = (value: number): string => String(Number(value.toPrecision(3)));

function sizeText({ diameter, diameterRange }: ModelDescription): string {
  if (diameterRange === undefined || rounded(diameterRange.low) === rounded(diameterRange.high))
    return rounded(diameter);
  return `${rounded(diameter)} (${rounded(diameterRange.low)} to ${rounded(diameterRange.high)})`;
}

type ReadmeFacts = Omit<PackageFacts, "hashes">;

/**
 * README.md: what the model is, how it came about, how to use it, and what it cannot do. Says nothing that
 * the model's file does not.
 */
export const packageReadme = (facts: ReadmeFacts): string =>
  [
    introductionText(facts),
    `## Input and outputs\n\n${tensorsText(facts)}`,
    suppressionText(facts),
    `## How to use\n\n${usageText(facts)}`,
    `## Training\n\n${trainingText(facts.description)}`,
    `## Validation\n\n${validationText(facts.description)}\n${testImageText(facts)}`,
    `## Limits\n\n${limitsText}\n`,
  ].join("\n\n");

const introductionText = ({ name, description, opset, parameters }: ReadmeFacts): string => {
  const { config, provenance } = description;
  return [
    `# ${name}`,
    "",
    "A StarDist network (Schmidt et al. 2018) for cell nuclei in two-dimensional fluorescence images, bright " +
      `on dark. It was trained ${beginningOf(provenance)} with Karyon, in the manner of Englbrecht et al. (2021).`,
    `A U-Net of depth ${config.depth} with ${config.filters} filters on its first level predicts on a grid of ` +
      `${config.grid} px, with ${config.rays} rays; ${parameters} parameters; ONNX, operators of version ${opset}.`,
  ].join("\n");
};

function tensorsText({ description }: ReadmeFacts): string {
  const { config, normalisation } = description;
  const { grid, rays } = config;
  const multiple = sizeMultiple(config);
  const margin = Math.ceil(receptiveMargin(config) / multiple) * multiple;
  return [
    `- \`image\`: one channel, float32, height and width multiples of ${multiple} px (pad the lower and right ` +
      "border by mirroring, as Karyon does). Each image is normalised by itself: its percentiles",
    `  ${normalisation.low} and ${normalisation.high} become 0 and 1, and nothing is clipped. The package ` +
      "describes this as preprocessing; who runs the ONNX file alone has to do it.",
    "- **Size of nuclei**: the network learned from images whose median diameter was " +
      `${sizeText(description)} px in its input. Scale other images so that their nuclei have that size.`,
    `- \`probability\`: 1 x height / ${grid} x width / ${grid}, 0 to 1. Element (i, j) belongs to pixel ` +
      `(${grid} i, ${grid} j).`,
    `- \`distances\`: ${rays} x height / ${grid} x width / ${grid}, in px of the input; ray k points in the ` +
      `direction (y, x) = (sin, cos)(2 pi k / ${rays}). Values may be negative where there is no nucleus.`,
    `- Tiles of a large image should overlap by ${margin} px on each side and begin on multiples of ` +
      `${multiple} px: then they give the values of the whole image.`,
  ].join("\n");
}

const suppressionText = ({ description: { thresholds } }: ReadmeFacts): string =>
  [
    `**The outputs are no nuclei yet.** Polygons with a probability above ${thresholds.probability} are ` +
      `candidates; of those that share more than ${thresholds.overlap} of the smaller area the most probable stays`,
    "(`config.stardist.thresholds`: prob, nms). This suppression is not part of the ONNX file, nor of the package.",
  ].join("\n");

const usageText = ({
  description: { config },
}: ReadmeFacts): string => `With Karyon: unpack the package; the folder is a model folder.

\`\`\`
npx karyon segment FOLDER my-images/ -o labels
\`\`\`

In Python, with bioimageio.core, onnxruntime and stardist:

\`\`\`python
import numpy as np
from bioimageio.core import predict
from bioimageio.spec import load_model_description
from stardist import non_maximum_suppression, polygons_to_label

model = load_model_description("PACKAGE.zip")
image = np.load("image.npy")  # height x width, multiples of ${sizeMultiple(config)}
sample = predict(model=model, inputs={"image": image[None, None].astype("float32")})
probability = np.asarray(sample.members["probability"].data)[0, 0]
distances = np.moveaxis(np.asarray(sample.members["distances"].data)[0], 0, -1)
settings = model.config.stardist
grid, thresholds = tuple(settings["grid"]), settings["thresholds"]
points, scores, rays = non_maximum_suppression(
    distances, probability, grid=grid, b=0, prob_thresh=thresholds["prob"], nms_thresh=thresholds["nms"])
labels = polygons_to_label(rays, points, shape=image.shape, prob=scores)
\`\`\``;

const testImageText = ({ testImage: { size, nuclei } }: ReadmeFacts): string =>
  [
    `The test image of this package is simulated (${size} x ${size} px; nuclei that the network finds in it: ` +
      `${nuclei}, drawn on the cover). It shows that the network runs as it should, not how good it is. ` +
      "To validate the model on your own data, outline the nuclei of",
    "some images by hand and compare: `npx karyon evaluate TRUTH labels`.",
  ].join("\n");

const limitsText = [
  "- One channel, two dimensions, nuclei bright on dark and all of about the size named above.",
  "- It knows what its training images showed; on other cells, stains or microscopes look at the results first.",
  "- Each nucleus must be star-convex: every point of its border seen from its middle.",
  "- An image without contrast (both percentiles equal) holds no nuclei; values that are not numbers must be " +
    "replaced beforehand.",
].join("\n");

const beginningOf = ({ from }: ModelDescription["provenance"]): string =>
  from === undefined ? "from scratch" : "further from an earlier model";

function trainingText({ provenance }: ModelDescription): string {
  const settings = (typeof provenance["settings"] === "object" ? provenance["settings"] : {}) as Readonly<
    Record<string, unknown>
  >;
  const images = provenance["trainingImages"];
  const sentences = [
    typeof provenance["karyon"] === "string"
      ? `Trained with Karyon ${provenance["karyon"]}`
      : "Trained with Karyon",
    Array.isArray(images) ? ` on ${counted(images.length, "image")}` : "",
    provenance["from"] === undefined
      ? ", from scratch: no pretrained weights."
      : ", from the weights of an earlier model of Karyon, whose own training data are not recorded here.",
    " How the masks of the training set were made is not recorded in the model; Karyon makes " +
      "them from the images automatically, unless it is given others.",
  ].join("");
  const facts = [
    // Done, which may be fewer than were set.
    ["steps", provenance["steps"] ?? settings["steps"]] as const,
    ...Object.entries(settingNames).map(([key, text]) => [text, settings[key]] as const),
    [
      "augmentation",
      settings["augment"] === undefined
        ? undefined
        : settings["augment"] === "none"
          ? "none"
          : `on, see ${packageFiles.description}`,
    ] as const,
    ["seed", provenance["seed"]] as const,
  ].filter(([, value]) => typeof value === "number" || typeof value === "string");
  const list = facts.map(([text, value]) => `- ${text}: ${String(value)}`).join("\n");
  return (
    `${sentences}\n${list === "" ? "" : `\n${list}\n`}\nAll that is recorded of it, with the ` +
    `names of the images, stands in \`${packageFiles.description}\`.`
  );
}

const settingNames: Readonly<Record<string, string>> = {
  batch: "patches a step",
  patch: "edge of a patch, px",
  learningRate: "largest learning rate",
  schedule: "course of the learning rate",
  compose: "share of patches composed of touching nuclei",
};

function validationText({ provenance }: ModelDescription): string {
  const score = provenance["validationScore"];
  if (typeof score !== "number" || !Number.isFinite(score))
    return "Nothing was held back from training to check it.";
  return (
    "On parts held back from training it finds the masks of its training set again with a mean " +
    `average precision of ${score.toFixed(2)} (over IoU 0.3, 0.5, 0.7). Where the masks were ` +
    "made automatically, that is agreement with them, not with the truth."
  );
}
