import { decodePng, isPng, pngHeader, pngHeaderLength } from "../png/png.js";
import type { PngHeader } from "../png/pngheader.js";
import type { ByteInput } from "./fileformat.js";
import { type ImageFormat, oneImage, type OpenedImage, unsaid } from "./imageformat.js";

/** Ends of the names of PNG files. */
export const pngExtensions = ["png"] as const;

/** PNG: one plane, decoded whole. */
export const pngImages: ImageFormat = {
  name: "PNG",
  extensions: pngExtensions,
  from: "bytes",
  recognise: isPng,
  open: async (input) => oneImage(opened(input, await readPngHeader(input))),
};

/** The header of a PNG file, without its pixels. @throws CorruptFile */
export const readPngHeader = async ({ bytes, where }: ByteInput): Promise<PngHeader> =>
  pngHeader(await bytes.read(0, Math.min(pngHeaderLength, bytes.size)), where);

function opened({ bytes, where }: ByteInput, header: PngHeader): OpenedImage {
  const { height, width, samples, bits } = header;
  const colour = colourOf(header);
  return {
    ...unsaid,
    format: "PNG",
    height,
    width,
    levels: [{ height, width }],
    type: bits === 16 ? "uint16" : "uint8",
    bits,
    samples,
    compression: "deflate",
    colour,
    size: () => Promise.resolve({ height, width }),
    read: async () => {
      const png = decodePng(await bytes.read(0, bytes.size), where);
      return { plane: png.plane, meaning: { colour, bits: png.bits, palette: png.palette }, sample: 0 };
    },
    readWindow: undefined,
  };
}

function colourOf({ palette, samples }: PngHeader): "grey" | "rgb" | "palette" {
  if (palette) return "palette";
  return samples >= 3 ? "rgb" : "grey";
}
