import { InvalidInput } from "../core/errors.js";
import type { Image, ImageSource } from "../core/image.js";
import { throwIfCancelled } from "../core/progress.js";
import { encodePng } from "../io/png/png.js";
import {
  type ExportContext,
  type ExportedFile,
  type Exporter,
  type ExportInput,
  wholeFile,
} from "./exporter.js";
import { labelFrames, nucleiOf } from "./frameobjects.js";
import { largestLabel, maskPng, most16, tooLarge } from "./maskfiles.js";

const title = "PNG";

/**
 * A PNG a frame, `FRAME.png`: label images of 16 bits where there are some, else the images, a file a channel
 * and slice. Labels above 65535, and floats, are refused.
 */
export const pngExporter: Exporter = {
  name: "png",
  title,
  needs: [],
  async *files(input, options = {}) {
    if (input.labels !== undefined) yield* labelFiles(input, options);
    else if (input.images !== undefined) yield* imageFiles(input.images, options);
    else throw new InvalidInput(`export as ${title}`, "images or label images", "neither");
  },
};

async function* labelFiles(input: ExportInput, options: ExportContext): AsyncGenerator<ExportedFile> {
  const nuclei = nucleiOf(input);
  const known = nuclei?.label.reduce((most, label) => Math.max(most, label), 0) ?? 0;
  if (known > most16) throw tooLarge(known);
  // Without a table the frames are looked at first: what is refused leaves no files.
  if (nuclei === undefined) {
    for await (const { image } of labelFrames(input, title, { signal: options.signal }))
      if (largestLabel(image) > most16) throw tooLarge(largestLabel(image));
  }
  for await (const { name, image } of labelFrames(input, title, options))
    yield wholeFile(`${name}.png`, maskPng(image));
}

async function* imageFiles(images: ImageSource, options: ExportContext): AsyncGenerator<ExportedFile> {
  const { frames, channels, slices, frameNames } = images;
  for (let frame = 0; frame < frames; frame++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let slice = 0; slice < slices; slice++) {
        throwIfCancelled(options, "The export");
        const image = await images.read(frame, { channel, z: slice, signal: options.signal });
        const place = `${channels > 1 ? `_c${channel}` : ""}${slices > 1 ? `_z${slice}` : ""}`;
        yield wholeFile(`${frameNames[frame]!}${place}.png`, greyPng(image));
      }
    }
    options.onProgress?.({ done: frame + 1, total: frames, message: title });
  }
}

function greyPng({ height, width, data }: Image): Uint8Array {
  if (data instanceof Float32Array)
    throw new InvalidInput(
      "images",
      "integers of 8 or 16 bits for PNG",
      "floats",
      "export as OME-TIFF, which holds them",
    );
  return encodePng({ height, width, samples: 1, data });
}
