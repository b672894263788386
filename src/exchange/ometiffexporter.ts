import { writeOmeTiff } from "../io/tiff/omewriter.js";
import type { Exporter } from "./exporter.js";
import { onePlaneSource } from "./planesofinput.js";

/** OME-TIFF in tiles, with smaller copies: label images where there are some, else the images. */
export const omeTiffExporter: Exporter = {
  name: "ome-tiff",
  title: "OME-TIFF",
  needs: [],
  extension: "ome.tif",
  otherExtensions: ["ome.tiff", "ome.btf"],
  async *files(input, { signal, onProgress } = {}) {
    const source = await onePlaneSource(input, "OME-TIFF");
    yield {
      path: `${input.name}.ome.tif`,
      write: (sink) => writeOmeTiff(sink, source, { name: input.name, signal, onProgress }),
    };
  },
};
