/** The annotation as a stage: images to a training set. */
import { framesOfShard } from "../../core/frameshards.js";
import type { ImageSource } from "../../core/image.js";
import { counted } from "../../core/wording.js";
import type { Config } from "../config/options.js";
import type { OpenInputs } from "../source/opening.js";
import { framesText, imagesBasis } from "../source/opening.js";
import type { Stage, StageParts, StageResult } from "../stage/stage.js";
import { annotateInto, type AnnotationSummary, diametersOf, readAnnotation } from "./annotation.js";
import { candidatesInto, mergeInto, partKey, scalesInto } from "./annotationparts.js";

/** A training set on disk. */
export interface Annotation {
  /** Holds `images/`, `masks/`, `candidates/` and `objects.csv`. */
  readonly folder: string;
  readonly summary: AnnotationSummary;
  /** Folder of masks that take the place of those of the same name, where some were corrected by hand. */
  readonly correctedMasks?: string | undefined;
}

/** Annotates images. */
export const annotateStage = (
  inputs: OpenInputs,
  config: Config,
): Stage<Annotation, "annotate", AnnotationSummary> => ({
  name: "annotate",
  text: `${framesText(inputs.source)}, preset ${config.annotate.preset}`,
  from: [],
  options: { ...imagesBasis(inputs, config), seed: config.general.seed, annotate: config.annotate },
  make: async (folder, work) => madeOf(await annotateInto(folder, inputs.source, config, work)),
  parts: annotationParts(inputs.source, config),
  open: (folder, made) => Promise.resolve({ folder, summary: made ?? readAnnotation(folder) }),
});

/** What is told of an annotation. */
function madeOf(made: AnnotationSummary): StageResult<AnnotationSummary> {
  const { images } = made;
  const kept = images.reduce((sum, image) => sum + image.kept, 0);
  const candidates = images.reduce((sum, image) => sum + image.candidates, 0);
  const text =
    `${kept} of ${candidates} objects are certain nuclei${windowsText(made)}` +
    `${diametersText(made)}${touchingText(made)}`;
  return { value: made, text, data: { images: images.length, candidates, kept }, notices: made.warnings };
}

/** The sizes of the nuclei of a part of the frames, then their candidates, then the dataset. */
const annotationParts = (source: ImageSource, config: Config): StageParts<AnnotationSummary> => ({
  rounds: [1, 2],
  file: ({ round, ...shard }) => partKey(round === 1 ? "scales" : "proposals", shard),
  make: async (parts, { round, ...shard }, context) => {
    const target = { parts, source, config, context };
    await (round === 1 ? scalesInto(target, shard) : candidatesInto(target, shard));
    const frames = counted(framesOfShard(shard, source.frames).length, "frame");
    return `${round === 1 ? "sizes" : "candidates"} of ${frames}`;
  },
  merge: async (folder, parts, count, context) =>
    madeOf(await mergeInto({ folder, source, config, context }, parts, count)),
});

/** How much of images too large to be annotated whole was looked at. */
function windowsText({ images }: AnnotationSummary): string {
  const windows = images.filter(({ window }) => window !== undefined);
  if (windows.length === 0) return "";
  const large = new Set(windows.map(({ source }) => source)).size;
  return `, in ${counted(windows.length, "window")} of ${counted(large, "large image")}`;
}

/** Diameters that are named before the list is cut. */
const maxDiameters = 5;

function diametersText(summary: AnnotationSummary): string {
  const diameters = [...diametersOf(summary).values()].map((diameter) => `${diameter.toFixed(0)} px`);
  const sizes = [...new Set(diameters)];
  if (sizes.length === 0) return "";
  const more = sizes.length > maxDiameters ? " ..." : "";
  return `, diameter ${sizes.slice(0, maxDiameters).join(", ")}${more}`;
}

const touchingText = ({ composed }: AnnotationSummary): string =>
  composed === undefined ? "" : `, ${counted(composed.length, "image")} of touching nuclei composed`;
