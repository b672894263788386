import { writeImageJTiff } from "../io/tiff/imagejwriter.js";
import type { Exporter } from "./exporter.js";
import { onePlaneSource } from "./planesofinput.js";

/** A hyperstack of ImageJ: label images where there are some, else the images. */
export const imageJExporter: Exporter = {
  name: "imagej",
  title: "ImageJ TIFF",
  needs: [],
  extension: "tif",
  otherExtensions: ["tiff"],
  async *files(input, { signal, onProgress, tell } = {}) {
    const source = await onePlaneSource(input, "ImageJ TIFF");
    yield {
      path: `${input.name}.tif`,
      write: async (sink) => {
        const { notices } = await writeImageJTiff(sink, source, { signal, onProgress });
        for (const notice of notices) tell?.(`${notice}.`);
      },
    };
  },
};
