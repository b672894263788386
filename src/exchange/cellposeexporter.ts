import { type Exporter, wholeFile } from "./exporter.js";
import { labelFrames } from "./frameobjects.js";
import { maskTiff } from "./maskfiles.js";

const title = "Cellpose masks";

/**
 * A label image a frame as Cellpose names them, `FRAME_cp_masks.tif`: of 16 bits, or of 32 where a label is
 * above 65535.
 */
export const cellposeExporter: Exporter = {
  name: "cellpose",
  title,
  needs: ["labels"],
  async *files(input, options = {}) {
    for await (const { name, image } of labelFrames(input, title, options))
      yield wholeFile(`${name}_cp_masks.tif`, maskTiff(image));
  },
};
