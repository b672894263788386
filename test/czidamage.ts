/** CZI files to be damaged, and how they are read to the end. */
import type { OpenedImage } from "../src/io/formats/imageformat.js";
import { cziOf, makeCzi } from "./czifile.js";

/** A small file with a bit of everything: two scenes, mosaics, a pyramid, times, metadata, all compressions. */
export async function cziToDamage(): Promise<Uint8Array> {
  const pixels = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 37) % 251);
  const tiles = [0, 1].flatMap((S) =>
    [0, 1].flatMap((T) =>
      [0, 1].map((M) => ({
        x: 1000 * S + 10 * M - 5,
        y: -7,
        width: 12,
        height: 10,
        pixelType: 1,
        compression: [0, 5, 6, 0][2 * T + M]!,
        split: S === 0,
        at: { S, T, M, C: 0, Z: 0 },
        pixels: pixels(240),
        xml: `<METADATA><Tags><AcquisitionTime>2020-01-01T00:00:1${T}Z</AcquisitionTime></Tags></METADATA>`,
      })),
    ),
  );
  const pyramid = [0, 1].map((T) => ({
    x: -5,
    y: -7,
    width: 22,
    height: 10,
    stored: { width: 11, height: 5 },
    pixelType: 1,
    at: { S: 0, T, C: 0, Z: 0 },
    pixels: pixels(110),
  }));
  const scene = (index: number): string =>
    `<Scene Index="${index}" Name="P${index}"><CenterPosition>1,2</CenterPosition></Scene>`;
  return makeCzi({
    tiles: [...tiles, ...pyramid],
    stamps: [1, 2.5],
    xml: `<ImageDocument><Metadata><Information><Image><Dimensions><S><Scenes>${scene(0)}${scene(1)}</Scenes></S><Channels><Channel Name="DAPI"/></Channels></Dimensions></Image></Information><Scaling><Items><Distance Id="X"><Value>1e-7</Value></Distance></Items></Scaling></Metadata></ImageDocument>`,
  });
}

/** Opens all series and reads all of their planes. */
export async function readAllCzi(bytes: Uint8Array): Promise<void> {
  const set = await cziOf(bytes);
  for (const [series] of set.series.entries()) await readAllPlanes(await set.open(series));
}

async function readAllPlanes(image: OpenedImage): Promise<void> {
  const planes = image.frames * image.channels * image.slices;
  for (let plane = 0; plane < planes; plane++) {
    const index = {
      slice: plane % image.slices,
      channel: Math.floor(plane / image.slices) % image.channels,
      frame: Math.floor(plane / image.slices / image.channels),
    };
    for (const [level] of image.levels.entries()) await image.read({ ...index, level });
  }
}
