import { concatNuclei, type Nuclei } from "../core/nuclei.js";
import { measure } from "../imgproc/regions.js";
import { nucleiCsv } from "../io/nucleifile.js";
import { type ExportContext, type Exporter, type ExportInput, wholeFile } from "./exporter.js";
import { labelFrames } from "./frameobjects.js";

const title = "CSV of objects";

/**
 * A table with a line for each object: frame, label, place, area, shape; in px, and in µm beside it where the
 * pixel size is known. Objects that were not measured yet are measured, with the brightness of the images where
 * there are some.
 */
export const csvExporter: Exporter = {
  name: "csv",
  title,
  needs: ["labels"],
  extension: "csv",
  async *files(input, options = {}) {
    const nuclei = input.graph?.nuclei ?? input.nuclei ?? (await measured(input, options));
    const names = input.labels?.frameNames;
    yield wholeFile(`${input.name}.csv`, nucleiCsv(nuclei, input.pixelSize, names));
  },
};

async function measured(input: ExportInput, options: ExportContext): Promise<Nuclei> {
  const tables: Nuclei[] = [];
  for await (const { frame, image } of labelFrames(input, title, options)) {
    const grey = await input.images?.read(frame, { signal: options.signal });
    tables.push(measure(image, { frame, image: grey }));
  }
  return concatNuclei(tables);
}
