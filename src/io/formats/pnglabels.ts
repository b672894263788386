import type { StoredPlane } from "../../core/image.js";
import { cropPlane } from "../image/crop.js";
import { decodePng, isPng } from "../png/png.js";
import type { LabelFormat } from "./labelformat.js";
import { labelsOf } from "./labelvalues.js";
import { pngExtensions, readPngHeader } from "./pngimage.js";

/** PNG of up to 16 bits: one label image. */
export const pngLabels: LabelFormat = {
  name: "PNG",
  extensions: pngExtensions,
  from: "bytes",
  recognise: isPng,
  open: async (input) => {
    const { bytes, where } = input;
    const { height, width } = await readPngHeader(input);
    const decoded = async (): Promise<StoredPlane> => decodePng(await bytes.read(0, bytes.size), where).plane;
    return {
      planes: 1,
      notices: [],
      size: () => ({ height, width }),
      read: async () => labelsOf(await decoded(), where),
      readWindow: async (_, window) => labelsOf(cropPlane(await decoded(), window, where), where),
    };
  },
};
