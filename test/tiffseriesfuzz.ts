/** Opens every image of a damaged TIFF file by its format, and reads its first planes in every size. */
import { InvalidInput } from "../src/core/errors.js";
import { memorySource } from "../src/io/bytes.js";
import { openAs } from "../src/io/formats/fileformat.js";
import { tiffImages } from "../src/io/formats/tiffimage.js";
import { fixture } from "./damage.js";

/** Files of several images, of smaller copies, and of metadata elsewhere. */
export const seriesToDamage = [
  "images.ome.tif",
  "subifds.ome.tif",
  "slide.svs",
  "set.companion.ome",
  "set_c.tif",
];

/** @param name of the file that is damaged; its siblings are sound */
export async function readSeries(bytes: Uint8Array, name: string): Promise<void> {
  const set = await openAs([tiffImages], {
    from: "bytes",
    where: name,
    name,
    bytes: memorySource(bytes),
    sibling: (other) => {
      if (!/^set[_a-z]*\.(tif|companion\.ome)$/.test(other))
        return Promise.reject(new InvalidInput(other, "a file", "none"));
      const sibling = {
        from: "bytes",
        where: other,
        name: other,
        bytes: memorySource(fixture(other)),
      } as const;
      return Promise.resolve({
        ...sibling,
        sibling: () => Promise.reject(new InvalidInput(other, "a file", "none")),
      });
    },
  });
  for (let series = 0; series < Math.min(set.series.length, 4); series++) {
    const image = await set.open(series);
    for (let i = 0; i < Math.min(image.frames * image.channels, 4); i++) {
      const index = { frame: Math.floor(i / image.channels), channel: i % image.channels, slice: 0 };
      for (let level = 0; level < image.levels.length; level++) await image.read({ ...index, level });
    }
  }
}
