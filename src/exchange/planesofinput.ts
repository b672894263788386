/** Images and label images as the writers of files take them. */
import { InvalidInput } from "../core/errors.js";
import type { ImageSource } from "../core/image.js";
import { fileValues, type LabelSource } from "../core/labels.js";
import type { PlaneSource, WrittenType } from "../io/image/planesource.js";
import type { ExportInput } from "./exporter.js";

/** What a file says beside its pixels. */
type Calibration = Pick<ExportInput, "pixelSize" | "frameInterval">;

/**
 * Images, all channels and slices of them. Channels of several types of samples have the widest of them.
 *
 * @throws InvalidInput when frames differ in size
 */
export async function planesOfImages(images: ImageSource, calibration: Calibration): Promise<PlaneSource> {
  const size = await commonSize(images, images.kind === "images" ? images.frames : 1);
  const type = await widestType(images);
  return {
    ...size,
    frames: images.frames,
    channels: images.channels,
    slices: images.slices,
    type,
    pixelSize: calibration.pixelSize ?? images.pixelSize,
    sliceSpacing: images.sliceSpacing,
    frameInterval: calibration.frameInterval ?? images.frameInterval,
    frameTimes: images.frameTimes,
    channelNames: images.channelNames?.length === images.channels ? images.channelNames : undefined,
    read: async (window, { frame, channel, slice }, { signal } = {}) => {
      const { data } = await images.readWindow(frame, window, { channel, z: slice, signal });
      if (type === "uint16" && data instanceof Uint8Array) return Uint16Array.from(data);
      if (type === "float32" && !(data instanceof Float32Array)) return Float32Array.from(data);
      return data;
    },
  };
}

const widths = ["uint8", "uint16", "float32"] as const satisfies readonly WrittenType[];

async function widestType(images: ImageSource): Promise<(typeof widths)[number]> {
  const corner = { y: 0, x: 0, height: 1, width: 1 };
  let widest = 0;
  for (let channel = 0; channel < images.channels; channel++) {
    const { data } = await images.readWindow(0, corner, { channel, z: 0 });
    const width = data instanceof Float32Array ? 2 : data instanceof Uint16Array ? 1 : 0;
    widest = Math.max(widest, width);
  }
  return widths[widest]!;
}

/**
 * Label images, with the values of their files. What is unknown (-1) is background.
 *
 * @throws InvalidInput when frames differ in size
 */
export async function planesOfLabels(labels: LabelSource, calibration: Calibration): Promise<PlaneSource> {
  const size = await commonSize(labels, labels.frames);
  // A frame that is read whole is kept for the bands that follow.
  let kept: { readonly frame: number; readonly data: Promise<Int32Array> } | undefined;
  const whole = (frame: number, signal: AbortSignal | undefined): Promise<Int32Array> => {
    if (kept?.frame !== frame) kept = { frame, data: labels.read(frame, { signal }).then(fileValues) };
    return kept.data;
  };
  return {
    ...size,
    ...calibration,
    frames: labels.frames,
    channels: 1,
    slices: 1,
    type: "int32",
    isLabels: true,
    read: async (window, { frame }, { signal } = {}) => {
      if (labels.readWindow !== undefined)
        return withoutUnknown(fileValues(await labels.readWindow(frame, window, { signal })).slice());
      const data = await whole(frame, signal);
      const out = new Int32Array(window.height * window.width);
      for (let row = 0; row < window.height; row++) {
        const from = (window.y + row) * size.width + window.x;
        out.set(data.subarray(from, from + window.width), row * window.width);
      }
      return withoutUnknown(out);
    },
  };
}

function withoutUnknown(data: Int32Array): Int32Array {
  for (let i = 0; i < data.length; i++) if (data[i]! < 0) data[i] = 0;
  return data;
}

/** @param looked frames that are looked at; those of a movie have one size */
async function commonSize(
  frames: Pick<ImageSource, "size" | "frameNames">,
  looked: number,
): Promise<{ readonly height: number; readonly width: number }> {
  const { height, width } = await frames.size(0);
  for (let frame = 1; frame < looked; frame++) {
    const other = await frames.size(frame);
    if (other.height !== height || other.width !== width)
      throw new InvalidInput(
        "images of one file",
        `one size, ${height} x ${width} px as ${frames.frameNames[0]!}`,
        `${other.height} x ${other.width} px in ${frames.frameNames[frame]!}`,
        "convert each of them on its own",
      );
  }
  return { height, width };
}

/**
 * What goes into a file of one image: label images where there are some, else the images.
 *
 * @throws InvalidInput when there is neither
 */
export async function onePlaneSource(input: ExportInput, title: string): Promise<PlaneSource> {
  const { pixelSize, frameInterval, labels, images } = input;
  if (labels !== undefined) return planesOfLabels(labels, { pixelSize, frameInterval });
  if (images !== undefined) return planesOfImages(images, { pixelSize, frameInterval });
  throw new InvalidInput(`export as ${title}`, "images or label images", "neither");
}
