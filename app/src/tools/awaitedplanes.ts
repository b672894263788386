/** Planes whose levels the server has yet to tell. */
import type { LabelLayerName } from "../../../src/server/messages.js";
import { findLabelPlane, labelPlane, type LabelPlane } from "../viewer/labelplanes.js";
import { imagePlane } from "../viewer/zarrtiles.js";

/** Between two looks, and as long as it is worth looking, ms. */
const [pause, patience] = [50, 5000];

async function awaited<T>(find: () => T | undefined): Promise<T | undefined> {
  const end = performance.now() + patience;
  for (;;) {
    const found = find();
    if (found !== undefined || performance.now() > end) return found;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** The labels of a frame. @throws Error where the server does not tell them */
export const awaitedLabels = async (layer: LabelLayerName, frame: number): Promise<LabelPlane> =>
  (await awaited(() => findLabelPlane(layer, frame))) ?? labelPlane(layer, frame);

/** The image of a frame; undefined where the server does not tell it. */
export const awaitedImage = (frame: number, channel: number): Promise<ReturnType<typeof imagePlane>> =>
  awaited(() => imagePlane(frame, channel));
