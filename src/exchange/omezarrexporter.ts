import { InvalidInput } from "../core/errors.js";
import { type WriteZarrOptions, writeZarr, writeZarrLabels } from "../io/zarr/writezarr.js";
import { type Exporter, type ExportInput, wholeFile } from "./exporter.js";
import { labelColours } from "./labelcolours.js";
import { planesOfImages, planesOfLabels } from "./planesofinput.js";

const title = "OME-Zarr";

/** OME-Zarr 0.4: the images with their labels beside them, both in several sizes. */
export const omeZarrExporter: Exporter = {
  name: "ome-zarr",
  title: `${title} 0.4`,
  needs: [],
  extension: "ome.zarr",
  otherExtensions: ["zarr"],
  isHierarchy: true,
  files: (input, { signal } = {}) => files(input, { version: "0.4", signal }),
};

/** The same as OME-Zarr 0.5. */
export const omeZarr5Exporter: Exporter = {
  ...omeZarrExporter,
  name: "ome-zarr-0.5",
  title: `${title} 0.5`,
  extension: "v0.5.ome.zarr",
  otherExtensions: [],
  files: (input, { signal } = {}) => files(input, { version: "0.5", signal }),
};

async function* files(input: ExportInput, options: WriteZarrOptions): ReturnType<Exporter["files"]> {
  const { name, images, pixelSize, frameInterval } = input;
  const calibration = { pixelSize, frameInterval };
  const labels = input.labels && {
    name: "nuclei",
    source: await planesOfLabels(input.labels, calibration),
    colours: await labelColours(input),
  };
  if (images === undefined && labels === undefined)
    throw new InvalidInput(`export as ${title}`, "images or label images", "neither");
  const written =
    images === undefined
      ? writeZarrLabels(labels!, { ...options, name })
      : writeZarr(await planesOfImages(images, calibration), {
          ...options,
          name,
          labels: labels === undefined ? [] : [labels],
        });
  for await (const { path, bytes } of written) yield wholeFile(path, bytes);
}
