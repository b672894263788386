import { InvalidInput } from "../core/errors.js";
import { encodeTiff } from "../io/tiff/encode.js";
import { type Exporter, neededPart, wholeFile } from "./exporter.js";
import { labelFrames } from "./frameobjects.js";
import { maskTiff } from "./maskfiles.js";

const title = "StarDist data set";

/**
 * Images and labels as StarDist trains on them: `images/FRAME.tif`, grey, and `masks/FRAME.tif`, of 16 bits, or
 * of 32 where a label is above 65535.
 */
export const starDistExporter: Exporter = {
  name: "stardist",
  title,
  needs: ["images", "labels"],
  async *files(input, options = {}) {
    const images = neededPart(input, "images", title);
    const labels = neededPart(input, "labels", title);
    if (images.frames !== labels.frames)
      throw new InvalidInput(
        "labels",
        `one image for each of the ${images.frames} frames`,
        String(labels.frames),
      );
    const { pixelSize } = input;
    for await (const { frame, name, image: mask } of labelFrames(input, title, options)) {
      const { height, width, data } = await images.read(frame, { signal: options.signal });
      if (height !== mask.height || width !== mask.width)
        throw new InvalidInput(
          "labels",
          `${height} x ${width} pixels, as the image ${name} has`,
          `${mask.height} x ${mask.width}`,
        );
      yield wholeFile(`images/${name}.tif`, encodeTiff([{ height, width, samples: 1, data }], { pixelSize }));
      yield wholeFile(`masks/${name}.tif`, maskTiff(mask, pixelSize));
    }
  },
};
