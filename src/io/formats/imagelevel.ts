import { InvalidInput } from "../../core/errors.js";
import { lastPart } from "./fileformat.js";
import type { NamedImage } from "./imageformat.js";

/**
 * An image at one of the sizes that its file stores.
 *
 * @param level 0 is the full size
 * @param key what messages call the option
 * @throws InvalidInput when the file has no such level
 */
export function atLevel<Named extends NamedImage>(file: Named, level: number, key = "level"): Named {
  if (level === 0) return file;
  const size = file.levels[level];
  if (size === undefined)
    throw new InvalidInput(
      key,
      `0 to ${file.levels.length - 1}, the sizes that ${lastPart(file.path)} holds ` +
        `(${file.levels.map(({ height, width }) => `${height} x ${width}`).join(", ")})`,
      String(level),
    );
  const { height, width } = size;
  const { pixelSize, read, readWindow } = file;
  return {
    ...file,
    height,
    width,
    levels: [size],
    // Sizes are rounded: the longer side tells the scale best.
    pixelSize:
      pixelSize === undefined
        ? undefined
        : pixelSize * (width > height ? file.width / width : file.height / height),
    notices: [...file.notices, `Level ${level} of ${file.levels.length} is read, of ${height} x ${width} px`],
    size: () => Promise.resolve({ height, width }),
    read: (index, options) => read({ ...index, level }, options),
    readWindow:
      readWindow === undefined
        ? undefined
        : (index, window, options) => readWindow({ ...index, level }, window, options),
  };
}
