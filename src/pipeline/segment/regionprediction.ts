/**
 * What a network finds in a window of a frame, in a thread of its own: for a page that shows a network while it
 * is trained, or several side by side.
 *
 * The window is predicted with a margin around it, so wide that what the network says of the window is what it
 * says in the whole frame; grey values are normalised by the percentiles of the whole frame (of five windows,
 * where it is too large to be held). The scale is the one given; else it comes from the diameter given; else
 * from the size that is estimated from the frame, and is corrected by the nuclei found where they differ much,
 * as `karyon segment` does with each image of a set. In a movie `karyon segment` has one scale for all frames:
 * give it (`rescale`) where it is known. Refined outlines depend on the nuclei around, and may differ by single
 * pixels from those of the whole frame. The same request gives the same labels.
 */
import type { ModelSource } from "../../api/openmodel.js";
import { cores } from "#platform";
import type { ImageSource, ReadOptions, Window } from "../../core/image.js";
import { receptiveMargin, sizeMultiple } from "../../model/modelconfig.js";
import type { Device } from "../../nn/devices.js";
import { scaleFor } from "../../segment/modelscale.js";
import { frameOf, previewWindows } from "../../segment/readable.js";
import { imageCorrection } from "../../segment/scaleplan.js";
import {
  defaultLabelOptions,
  type SegmentImageOptions,
  type StartingScale,
} from "../../segment/segmentimage.js";
import type { PredictedRegion, PredictionFacts, PredictTasks } from "../../workers/predicttasks.js";
import { superseding, workerService } from "../../workers/service.js";
import { assertFrame, frameFacts, surroundingsOf } from "../annotate/surroundings.js";

/** Where a network predicts, and how. */
export interface RegionPredictionRequest {
  /** The same object again for the same network, which then stays open; a snapshot of a training will do. */
  readonly model: ModelSource;
  /** The same object again for the same images. */
  readonly source: ImageSource;
  readonly frame: number;
  /** Within the frame. */
  readonly window: Window;
  /** Defaults: those of the model. */
  readonly options?: Partial<SegmentImageOptions> & Pick<ReadOptions, "channel" | "z">;
  /** A newer request of the same lane stops this one: one lane for each picture. Default: one for all. */
  readonly lane?: string | undefined;
}

/** What is found in the window: plain data. */
export interface RegionPrediction extends PredictedRegion {
  readonly window: Window;
}

/** Predicts windows of frames in a thread of its own. */
export interface RegionPredictor {
  /**
   * @throws Cancelled when the signal was aborted, or a newer request of the lane has come; InvalidInput when
   *   the window is not within the frame; CorruptFile for a network that cannot be opened; what reading throws
   */
  predict(request: RegionPredictionRequest, signal?: AbortSignal): Promise<RegionPrediction>;
  /** Ends the thread. Who waits gets Cancelled. */
  close(): Promise<void>;
}

/** What the thread runs on. */
export interface RegionPredictorOptions {
  /** Threads of the runtime. Default: all cores; fewer leave some to a training. */
  readonly threads?: number | undefined;
  /** Default `cpu`. */
  readonly device?: Device | undefined;
}

/** Pixels up to which the grey values of a frame are all looked at. */
const maxWhole = 2 ** 23;

/** Starts nothing yet: the thread begins with the first request, and stays until `close`. */
export function regionPredictor({
  threads = cores(),
  device = "cpu",
}: RegionPredictorOptions = {}): RegionPredictor {
  const service = workerService<PredictTasks>("predictworker.js", "segments parts of images");
  const known = frameFacts<PredictionFacts>();
  const newest = superseding();

  const factsOf = (request: RegionPredictionRequest, signal: AbortSignal): Promise<PredictionFacts> => {
    const { source, frame, model, options: { channel, z, ...options } = {} } = request;
    const { normalisation } = model.description;
    const measured = options.rescale === undefined && options.diameter === undefined;
    const find = async (): Promise<PredictionFacts> => {
      const image = await frameOf(source, frame, { channel, z });
      const images =
        image.height * image.width <= maxWhole
          ? [await image.read()]
          : await Promise.all(previewWindows(image).map((window) => image.readWindow(window)));
      return service.run("facts", { images, normalisation, measured });
    };
    return known(
      source,
      [frame, channel, z, normalisation.low, normalisation.high, measured].join(" "),
      find,
      signal,
    );
  };

  return {
    async predict(request, outside) {
      const signal = newest(request.lane ?? "", outside);
      const { source, frame, window, model, options: { channel, z, ...options } = {} } = request;
      assertFrame(source, frame);
      const size = await source.size(frame);
      surroundingsOf(window, size, 0);
      const { range, diameter } = await factsOf(request, signal);
      const start = startOf(model, options, diameter);
      const { outer, inner } = surroundingsOf(window, size, ...marginOf(model, start));
      const image = await source.readWindow(frame, outer, { channel, z, signal });
      const ask = (network: ModelSource | undefined): Promise<PredictedRegion | undefined> =>
        service.run(
          "region",
          {
            model: modelKey(model),
            source: network && { onnx: network.onnx, description: network.description },
            threads,
            device,
            image,
            inner,
            start,
            options: { ...defaultLabelOptions, ...options, range },
          },
          signal,
        );
      return { ...((await ask(undefined)) ?? (await ask(model))!), window };
    },
    close: () => service.close(),
  };
}

/** @param estimated diameter, px; NaN where unknown */
function startOf(
  { description }: ModelSource,
  { rescale, diameter }: Partial<SegmentImageOptions>,
  estimated: number,
): StartingScale {
  if (rescale !== undefined) return { scale: rescale, correction: undefined };
  if (diameter !== undefined) return { scale: scaleFor(diameter, description), correction: undefined };
  return { scale: scaleFor(estimated, description), correction: imageCorrection };
}

/**
 * Margin, px of the image: as far as the network sees, and a nucleus more, whose every rival must be known.
 * Beside it the multiple of px on which the network's cells begin.
 */
function marginOf(
  { description: { config, diameter } }: ModelSource,
  { scale }: StartingScale,
): [margin: number, multiple: number] {
  // A scale that is not positive is refused later, with a sentence.
  const by = scale > 0 ? scale : 1;
  return [Math.ceil((receptiveMargin(config) + 2 * diameter) / by), by === 1 ? sizeMultiple(config) : 1];
}

/** A number for each network, equal for the same one. */
const numbers = new WeakMap<ModelSource, number>();
let count = 0;

function modelKey(model: ModelSource): string {
  const number = numbers.get(model) ?? ++count;
  numbers.set(model, number);
  return `model ${number}`;
}
