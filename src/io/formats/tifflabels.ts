import { openTiff } from "../tiff/open.js";
import type { LabelFormat } from "./labelformat.js";
import { labelsOf } from "./labelvalues.js";
import { isTiff, tiffExtensions } from "./tiffimage.js";

/** TIFF of any integers, one label image a page. */
export const tiffLabels: LabelFormat = {
  name: "TIFF",
  extensions: tiffExtensions,
  from: "bytes",
  recognise: (head) => isTiff(head),
  open: async ({ bytes, where }) => {
    const tiff = await openTiff(bytes, where);
    if (tiff.damage !== undefined) throw tiff.damage;
    return {
      planes: tiff.planes.length,
      notices: [],
      size: (plane) => tiff.planes[plane]!,
      read: async (plane) => labelsOf(await tiff.read(plane), where),
      readWindow: async (plane, window) => labelsOf(await tiff.readWindow(plane, window), where),
    };
  },
};
