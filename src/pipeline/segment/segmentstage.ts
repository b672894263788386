/** The segmentation as a stage: images and a network to labels. */
import { type Annotation } from "../annotate/annotatestage.js";
import { diametersOf } from "../annotate/annotation.js";
import { chooseDevice } from "../config/device.js";
import type { Config } from "../config/options.js";
import { threadsOf } from "../config/threads.js";
import { framesText, imagesBasis, type OpenInputs } from "../source/opening.js";
import type { Result, Stage } from "../stage/stage.js";
import { loadModel } from "../store/modelfolder.js";
import type { TrainedModel } from "../train/trainedmodel.js";
import { readSegmentation, segmentationIn, segmentInto, type SegmentationResult } from "./segmentation.js";
import { madeOf, segmentationParts, type WithInput } from "./segmentationparts.js";

/** What a segmentation takes. */
export interface SegmentStageInput {
  readonly inputs: OpenInputs;
  readonly model: Result<Pick<TrainedModel, "folder">>;
  /** Tells the size of the nuclei, where the same images were annotated. */
  readonly annotation?: Result<Annotation> | undefined;
}

/** Segments images. Threads, device and memory do not count as options: at most last bits depend on them. */
export function segmentStage(
  { inputs, model, annotation }: SegmentStageInput,
  config: Config,
): Stage<SegmentationResult, "segment", SegmentationResult> {
  const { memory: _memory, ...options } = config.segment;
  const { source } = inputs;
  const isKnown = annotation !== undefined || config.segment.rescale !== undefined;
  const withInput: WithInput = async (device, use) => {
    const diameters = annotation && diametersOf((await annotation.value()).summary);
    const network = await loadModel((await model.value()).folder, threadsOf(config), device);
    try {
      return await use({ source, model: network, diameters });
    } finally {
      await network.predictor.release();
    }
  };
  return {
    name: "segment",
    text: framesText(source),
    from: annotation === undefined ? [model] : [annotation, model],
    options: { ...imagesBasis(inputs, config), segment: options },
    make: async (folder, work) => {
      const { device, notices } = await chooseDevice(config);
      return withInput(device, async (input) =>
        madeOf(await segmentInto(folder, input, config, work), { device, notices }),
      );
    },
    parts: segmentationParts(config, isKnown, withInput),
    open: (folder, made) =>
      Promise.resolve(made === undefined ? readSegmentation(folder) : segmentationIn(folder, made)),
  };
}
