import { InvalidInput, UnsupportedFormat } from "../../core/errors.js";
import type { Window } from "../../core/image.js";
import { assertWithin } from "../image/crop.js";
import { isLif, readLifParts } from "../lif/lifblocks.js";
import { type LifSeries, openLifSeries } from "../lif/lifseries.js";
import { imagesOf } from "../lif/liftree.js";
import { parseXml } from "../xml.js";
import type { ByteInput } from "./fileformat.js";
import {
  type ImageFormat,
  type ImageSet,
  type OpenedImage,
  type PlaneIndex,
  type ReadPlane,
  unsaid,
} from "./imageformat.js";

/** Leica LIF: many images in one file, uncompressed; and LOF, one image in a file. */
export const lifImages: ImageFormat = {
  name: "Leica LIF",
  extensions: ["lif", "lof"],
  from: "bytes",
  recognise: isLif,
  open: openLif,
};

async function openLif({ bytes, where }: ByteInput): Promise<ImageSet> {
  const parts = await readLifParts(bytes, where);
  const nodes = imagesOf(parseXml(parts.xml, where, "XML"), where);
  if (nodes.length === 0)
    throw new UnsupportedFormat(where, "a LIF project without images", "choose a file with images");
  return {
    format: lifImages.name,
    series: nodes.map(({ name }) => ({ name })),
    open: async (series) => {
      const node = nodes[series];
      if (node === undefined)
        throw new InvalidInput(where, `a series from 0 to ${nodes.length - 1}`, String(series));
      return Promise.resolve(opened(openLifSeries(bytes, where, parts, node), where));
    },
  };
}

function opened(image: LifSeries, where: string): OpenedImage {
  const { height, width, read, bits, ...known } = image;
  const colour = image.samples === 3 ? "rgb" : "grey";
  const readWindow = async (index: PlaneIndex, window: Window): Promise<ReadPlane> => {
    assertPlane(index, image, where);
    assertWithin(where, image, window);
    return {
      plane: await read(index, window),
      meaning: { colour, bits: bits(index.channel) },
      sample: 0,
    };
  };
  return {
    ...unsaid,
    ...known,
    format: lifImages.name,
    height,
    width,
    bits: bits(0),
    colour,
    levels: [{ height, width }],
    size: async (index) => {
      assertPlane(index, image, where);
      return Promise.resolve({ height, width });
    },
    read: (index) => readWindow(index, { y: 0, x: 0, height, width }),
    readWindow: (index, window) => readWindow(index, window),
  };
}

function assertPlane(index: PlaneIndex, image: LifSeries, where: string): void {
  const { frame, channel, slice, level = 0 } = index;
  const isWithin = (at: number, count: number): boolean => Number.isInteger(at) && at >= 0 && at < count;
  if (
    isWithin(frame, image.frames) &&
    isWithin(channel, image.channels) &&
    isWithin(slice, image.slices) &&
    level === 0
  )
    return;
  throw new InvalidInput(
    where,
    `a plane of ${image.frames} frames, ${image.channels} channels and ${image.slices} slices`,
    `frame ${frame}, channel ${channel}, slice ${slice}, level ${level}`,
  );
}
