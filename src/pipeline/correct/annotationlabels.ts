/** Masks and candidates of a training set as label images of the frames that they come from. */
import { join } from "node:path";
import type { AnnotatedImage } from "../../annotate/annotationsummary.js";
import { type ImageSource, sharedWindow, type Window } from "../../core/image.js";
import { labelImage, type LabelImage, type LabelSource } from "../../core/labels.js";
import { labelsInFiles } from "../store/labelsource.js";
import type { Annotation } from "../annotate/annotatestage.js";

/** An image of a training set: a frame, or a window of one. */
export interface PlacedImage extends Pick<AnnotatedImage, "name" | "height" | "width"> {
  /** Of the source, from 0. */
  readonly frame: number;
  /** First row and column in the frame, px. */
  readonly y: number;
  readonly x: number;
  /** Labels of the frame's images before this one: its label k is label `first + k` of the frame. */
  readonly first: number;
}

/** Numbers of objects in the images of a training set. */
export type AnnotationPlane = "masks" | "candidates";

/** Where the images of a training set lie, in their order. */
export function placedImages(
  { summary }: Pick<Annotation, "summary">,
  frameNames: readonly string[],
  plane: AnnotationPlane,
): PlacedImage[] {
  const places = new Map(frameNames.map((name, frame) => [name, frame]));
  const counts = new Map<number, number>();
  return summary.images.flatMap(({ name, height, width, source = name, window, kept, candidates }) => {
    const frame = places.get(source);
    if (frame === undefined) return [];
    const first = counts.get(frame) ?? 0;
    counts.set(frame, first + (plane === "masks" ? kept : candidates));
    return [{ name, height, width, frame, y: window?.y ?? 0, x: window?.x ?? 0, first }];
  });
}

/**
 * The masks of a training set (1.. nuclei, 0 background, -1 unknown), or its candidates, frame by frame. Of a
 * frame too large to be annotated whole, what lies outside of its windows is 0, and the labels of its windows
 * follow each other.
 */
export function annotationLabels(
  annotation: Annotation,
  source: Pick<ImageSource, "frames" | "frameNames" | "size">,
  plane: AnnotationPlane,
): LabelSource {
  const images = placedImages(annotation, source.frameNames, plane);
  const files = labelsInFiles(
    images.map(({ name }) => join(annotation.folder, plane, `${name}.tif`)),
    images.map(({ name }) => name),
  );
  const read = async (frame: number, window: Window, signal?: AbortSignal): Promise<LabelImage> => {
    const data = new Int32Array(window.height * window.width);
    for (const [index, image] of images.entries()) {
      const part = image.frame === frame ? sharedWindow(image, window) : undefined;
      if (part === undefined) continue;
      const own = { ...part, y: part.y - image.y, x: part.x - image.x };
      const labels = await files.readWindow!(index, own, { signal });
      paste(labels, image.first, { data, window, part });
    }
    return labelImage(window.height, window.width, data);
  };
  return {
    frames: source.frames,
    frameNames: source.frameNames,
    size: (frame) => source.size(frame),
    read: async (frame, { signal } = {}) =>
      read(frame, { y: 0, x: 0, ...(await source.size(frame)) }, signal),
    readWindow: (frame, window, { signal } = {}) => read(frame, window, signal),
  };
}

interface Target {
  readonly data: Int32Array;
  readonly window: Window;
  /** The part of the window that the labels are of. */
  readonly part: Window;
}

function paste({ data: labels }: LabelImage, first: number, { data, window, part }: Target): void {
  for (let row = 0; row < part.height; row++) {
    const to = (part.y - window.y + row) * window.width + part.x - window.x;
    for (let column = 0; column < part.width; column++) {
      const label = labels[row * part.width + column]!;
      data[to + column] = label > 0 ? first + label : label;
    }
  }
}
