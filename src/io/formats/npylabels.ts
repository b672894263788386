import { readSegMasks } from "../objects/cellposeseg.js";
import { isNpy, readNpyHeader } from "../objects/npyread.js";
import { planesOfArray } from "../objects/numpyarray.js";
import { cropPlane } from "../image/crop.js";
import type { LabelFormat } from "./labelformat.js";
import { labelsOf } from "./labelvalues.js";

/** Arrays of numpy: integers of two or three dimensions, or the masks of Cellpose's `_seg.npy`. */
export const npyLabels: LabelFormat = {
  name: "NumPy",
  extensions: ["npy"],
  from: "bytes",
  recognise: isNpy,
  open: async ({ bytes, where }) => {
    const header = await readNpyHeader(bytes, where);
    const array = header.type.startsWith("O") ? await readSegMasks(header, where) : header;
    const { planes, height, width, read } = planesOfArray(array, where);
    return {
      planes,
      notices: [],
      size: () => ({ height, width }),
      read: async (plane) => labelsOf(await read(plane), where),
      readWindow: async (plane, window) => labelsOf(cropPlane(await read(plane), window, where), where),
    };
  },
};
