/**
 * The annotation of a window of a frame, as plain data, while somebody turns the options: what `karyon
 * annotate` would make of it, in a thread that remembers what the options do not change.
 *
 * What decides, and how it differs from a whole annotation:
 *
 * - Light (background, noise) is that of the whole frame, as in a whole annotation. Of a frame too large to be
 *   annotated whole it is the median of five windows, where a whole annotation takes each window's own.
 * - The diameter is the one given, else the acquisition's, else the frame's own estimate, where a whole
 *   annotation takes the median of the acquisition's images.
 * - What is usual (area, brightness, ...) is measured on the candidates in the window and in a margin around
 *   it, and on those of the acquisition where they are given. In a small window of few nuclei it is uncertain:
 *   give the acquisition's, or a larger window.
 * - Other frames lend no certainty: an object is never rejected because it flickers, nor kept because its
 *   neighbours in time are sure.
 *
 * Objects at the border of the frame are judged as in a whole annotation. Those that the outer edge of the
 * margin cuts are not kept; hardly any reaches into the window.
 */
import type { AnnotateOptions } from "../../annotate/movieoptions.js";
import type { ScaleEstimate } from "../../annotate/scale.js";
import type { ObjectFeatures } from "../../annotate/types.js";
import { hasOwnReading } from "../../annotate/annotationplan.js";
import { isLarge, openSides } from "../../annotate/views.js";
import type { Image, ImageSource, ReadOptions, Window } from "../../core/image.js";
import { estimateSize } from "../../segment/nucleussize.js";
import { frameOf } from "../../segment/readable.js";
import type { PreviewTasks, RegionAnnotation, RegionAnnotationAnswer } from "../../workers/previewtasks.js";
import { superseding, type WorkerService, workerService } from "../../workers/service.js";
import { assertFrame, frameFacts, sourceKey, type Surroundings, surroundingsOf } from "./surroundings.js";

/** The options of an annotation that change what is seen. */
export type RegionOptions = Pick<
  AnnotateOptions,
  "preset" | "diameter" | "minArea" | "maxArea" | "sensitivity" | "channel" | "z"
>;

/** What is to be annotated, and how. */
export interface RegionPreviewRequest {
  /** The same object again for the same images: what is remembered is remembered of it. */
  readonly source: ImageSource;
  readonly frame: number;
  /** Within the frame; it may be all of it. Time and memory grow with it: some 10^6 px suit a page. */
  readonly window: Window;
  readonly options: RegionOptions;
  /** What an annotation of the run has told of the acquisition that the frame belongs to. */
  readonly acquisition?:
    | {
        /** px; that of `options` goes before it. */
        readonly diameter?: number | undefined;
        /** Candidates of its other images. */
        readonly objects?: readonly ObjectFeatures[] | undefined;
      }
    | undefined;
  /** A newer request of the same lane stops this one. Default: one lane for all. */
  readonly lane?: string | undefined;
}

/** What is seen in the window: plain data, with arrays of its own. */
export interface RegionPreview extends RegionAnnotation {
  readonly window: Window;
  /** Of the frame, with the diameter that was used, px; NaN where none is known. */
  readonly scale: ScaleEstimate;
}

/** Annotates windows of frames in a thread of its own. */
export interface RegionPreviewer {
  /**
   * @throws Cancelled when the signal was aborted, or a newer request of the lane has come; InvalidInput when
   *   the window is not within the frame; what reading throws
   */
  preview(request: RegionPreviewRequest, signal?: AbortSignal): Promise<RegionPreview>;
  /** Estimates the scale of a frame ahead, such as when it is shown. @throws what reading throws */
  warm(source: ImageSource, frame: number, options: Pick<RegionOptions, "channel" | "z">): Promise<void>;
  /** Ends the thread. Who waits gets Cancelled. */
  close(): Promise<void>;
}

/** Margin around a window, in diameters, px at least and px at most. */
const margins = { diameters: 1.5, least: 16, most: 128 } as const;

/** Starts nothing yet: the thread begins with the first request, and stays until `close`. */
export function regionPreviewer(): RegionPreviewer {
  const service = workerService<PreviewTasks>("previewworker.js", "previews the annotation");
  const scales = frameFacts<ScaleEstimate>();
  const newest = superseding();

  const scaleOf = (
    source: ImageSource,
    frame: number,
    { channel, z }: ReadOptions,
    signal?: AbortSignal,
  ): Promise<ScaleEstimate> =>
    scales(
      source,
      `${frame} ${channel} ${z}`,
      async () => {
        const image = await frameOf(source, frame, { channel, z });
        const onThread = (part: Image): Promise<ScaleEstimate> => service.run("estimate", { image: part });
        return (await estimateSize(image, onThread)).estimate;
      },
      signal,
    );

  return {
    async preview(request, outside) {
      const signal = newest(request.lane ?? "", outside);
      const { source, frame, window, options, acquisition } = request;
      assertFrame(source, frame);
      const size = await source.size(frame);
      surroundingsOf(window, size, 0);
      const estimate = await scaleOf(source, frame, options, signal);
      const hasOwn = hasOwnReading(source.kind, isLarge(size), estimate);
      const pooled = hasOwn ? undefined : acquisition?.diameter;
      const diameter = options.diameter ?? pooled ?? estimate.diameter;
      const scale = { ...estimate, diameter };
      const margin = diameter > 0 ? Math.ceil(margins.diameters * diameter) : margins.least;
      const around = surroundingsOf(window, size, Math.min(margins.most, Math.max(margins.least, margin)));
      const region = await annotated(service, request, { around, size, scale }, signal);
      return { ...region, window, scale };
    },
    async warm(source, frame, options) {
      assertFrame(source, frame);
      await scaleOf(source, frame, options);
    },
    close: () => service.close(),
  };
}

/** Asks the thread, and reads the image only where the thread does not remember it. */
async function annotated(
  service: WorkerService<PreviewTasks>,
  { source, frame, options, acquisition }: RegionPreviewRequest,
  {
    around: { outer, inner },
    size,
    scale,
  }: {
    readonly around: Surroundings;
    readonly size: { readonly height: number; readonly width: number };
    readonly scale: ScaleEstimate;
  },
  signal: AbortSignal,
): Promise<RegionAnnotation> {
  const { channel, z, preset, minArea, maxArea, sensitivity } = options;
  const place = [outer.y, outer.x, outer.height, outer.width].join(" ");
  const request = {
    key: [sourceKey(source), frame, channel, z, place, scale.diameter, scale.spotted].join(", "),
    origin: { y: outer.y, x: outer.x },
    open: openSides(size, outer),
    inner,
    frame,
    preset,
    options: { diameter: scale.diameter, minArea, maxArea, sensitivity },
    scale,
    others: acquisition?.objects ?? [],
    beside: source.kind === "movie" ? ("frames" as const) : ("images" as const),
  };
  const ask = (image: Image | undefined): Promise<RegionAnnotationAnswer> =>
    service.run("region", { ...request, image }, signal);
  const remembered = preset === "paper" ? undefined : await ask(undefined);
  return remembered ?? (await ask(await source.readWindow(frame, outer, { channel, z, signal })))!;
}
