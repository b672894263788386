import { type Exporter, neededPart, wholeFile } from "./exporter.js";
import { labelFrames, nucleiOf } from "./frameobjects.js";
import { largestLabel, maskPng, most16, tooLarge } from "./maskfiles.js";

const title = "PNG labels";

/** A label image a frame as PNG of 16 bits, `FRAME.png`. Labels above 65535 are refused. */
export const pngExporter: Exporter = {
  name: "png",
  title,
  needs: ["labels"],
  async *files(input, options = {}) {
    neededPart(input, "labels", title);
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
  },
};
