import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { madeLoops, madeValue, nd2Bytes } from "../../../test/nd2file.js";
import { openBytes, openMade, readValues } from "../../../test/nd2read.js";
import { itWithShared, sharedData } from "../../../test/shared.js";
import { type ByteSource, memorySource } from "../bytes.js";
import { openNd2 } from "../nd2/nd2.js";
import { headTimes, listedTimes } from "../nd2/nd2times.js";

const { time } = madeLoops;

describe("windows of ND2 frames", () => {
  it("are parts of the whole, whatever the layout", () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          height: fc.integer({ min: 1, max: 9 }),
          width: fc.integer({ min: 1, max: 9 }),
          padding: fc.integer({ min: 0, max: 7 }),
          compressed: fc.boolean(),
          type: fc.constantFrom("uint8", "uint16", "float32"),
          channels: fc.constantFrom(
            [{ name: "a" }],
            [{ name: "a" }, { name: "b" }],
            [{ name: "a", components: 3 }],
          ),
          corner: fc.tuple(
            fc.double({ min: 0, max: 0.99, noNaN: true }),
            fc.double({ min: 0, max: 0.99, noNaN: true }),
          ),
          side: fc.tuple(
            fc.double({ min: 0, max: 1, noNaN: true }),
            fc.double({ min: 0, max: 1, noNaN: true }),
          ),
        }),
        async ({ corner, side, ...made }) => {
          const image = await openMade({ ...made, frames: 1 });
          const channel = image.channels - 1;
          const { plane } = await image.read({ frame: 0, channel, slice: 0 });
          const [y, x] = [Math.floor(corner[0] * made.height), Math.floor(corner[1] * made.width)];
          const height = 1 + Math.floor(side[0] * (made.height - y - 1));
          const width = 1 + Math.floor(side[1] * (made.width - x - 1));
          const part = await image.readWindow!({ frame: 0, channel, slice: 0 }, { y, x, height, width });
          const { samples } = plane;
          for (let v = 0; v < height; v++) {
            const from = ((y + v) * made.width + x) * samples;
            expect([...part.plane.data.subarray(v * width * samples, (v + 1) * width * samples)]).toEqual([
              ...plane.data.subarray(from, from + width * samples),
            ]);
          }
          const [first, last] = [
            madeValue(0, image.samples === 3 ? 2 : channel, y, x),
            madeValue(0, image.samples === 3 ? 0 : channel, y + height - 1, x + width - 1),
          ];
          expect([part.plane.data[0], part.plane.data.at(-1)]).toEqual([first, last]);
        },
      ),
      { seed: 11, numRuns: 150 },
    ));

  it("are read by their rows, and opening reads no pixels", async () => {
    const bytes = nd2Bytes({
      height: 1000,
      width: 100,
      loops: [time(3)],
      frames: 3,
      listed: true,
      times: [0, 1, 2],
    });
    let read = 0;
    const source: ByteSource = {
      size: bytes.length,
      read: (offset, length) => {
        read += length;
        return memorySource(bytes).read(offset, length);
      },
    };
    const image = await (await openBytes(source)).open(0);
    expect(read).toBeLessThan(60_000);
    read = 0;
    await image.readWindow!({ frame: 1, channel: 0, slice: 0 }, { y: 10, x: 0, height: 5, width: 100 });
    expect(read).toBeLessThan(1500);
    await expect(
      image.readWindow!({ frame: 1, channel: 0, slice: 0 }, { y: 999, x: 0, height: 2, width: 1 }),
    ).rejects.toThrow(/a window within 1000 x 100 pixels/);
  });
});

interface Expected {
  readonly sizes: Readonly<Record<string, number>>;
  readonly voxel_um_xyz: readonly number[];
  readonly channels: readonly string[];
  readonly first_event_s: number;
  readonly first_plane_sum: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly dtype: string;
}

describe("a file of a microscope", () => {
  const place = ["reader_tests", "vendor", "cluster.nd2"];
  itWithShared(...place)("is read as by its maker's reader", async () => {
    const folder = sharedData("reader_tests", "vendor");
    const all = JSON.parse(readFileSync(`${folder}/expected.json`, "utf8")) as Record<string, Expected>;
    const expected = all["cluster.nd2"]!;
    const bytes = new Uint8Array(readFileSync(sharedData(...place)));
    const set = await openBytes(bytes);
    expect(set.series).toEqual([{ name: "" }]);
    const image = await set.open(0);
    const { T, Z, C, Y, X } = expected.sizes;
    expect([image.frames, image.slices, image.channels, image.height, image.width]).toEqual([T, Z, C, Y, X]);
    expect([image.pixelSize, image.pixelSize, image.sliceSpacing]).toEqual(
      expected.voxel_um_xyz.map((size) => expect.closeTo(size, 9) as number),
    );
    expect(image.channelNames).toEqual(expected.channels);
    expect([image.type, image.bits]).toEqual([expected.dtype, 12]);
    // As the reader of its maker lists them.
    expect(image.frameTimes).toEqual([0, 10.6410967, 21.2950944].map((t) => expect.closeTo(t, 6) as number));
    expect(image.frameInterval).toBeCloseTo(10.6475472, 6);
    expect([image.notices, image.damage]).toEqual([[], undefined]);
    const file = await openNd2(memorySource(bytes), "cluster.nd2");
    for (const times of [listedTimes, headTimes]) {
      const [first] = await times(file.chunks, [0]);
      expect(first! / 1000).toBeCloseTo(expected.first_event_s, 9);
    }
    const sums: number[] = [];
    let [least, most] = [Infinity, -Infinity];
    for (let frame = 0; frame < image.frames; frame++) {
      for (let slice = 0; slice < image.slices; slice++) {
        for (let channel = 0; channel < image.channels; channel++) {
          const values = await readValues(image, frame, channel, slice);
          sums.push(values.reduce((sum, value) => sum + value, 0));
          least = Math.min(least, ...values);
          most = Math.max(most, ...values);
        }
      }
    }
    expect(sums[0]).toBe(expected.first_plane_sum);
    expect(sums.reduce((sum, value) => sum + value, 0)).toBe(expected.sum);
    expect([least, most]).toEqual([expected.min, expected.max]);
    expect(sums).toEqual(clusterSums);
  });
});

/** Sums of the planes of cluster.nd2, channels fastest, then slices, by nd2 0.12.0. */
const clusterSums: readonly number[] = [
  243, 0, 34274, 0, 174770, 6960, 418527, 71965, 409845, 127833, 213456, 112298, 49258, 36964, 0, 1070, 0, 0,
  0, 0, 326, 0, 37577, 0, 192689, 12878, 413082, 57108, 391845, 129772, 184813, 103521, 31740, 27768, 12, 340,
  0, 0, 0, 0, 406, 0, 41424, 0, 189104, 11317, 427076, 61964, 387774, 132204, 186063, 98728, 29747, 25975,
  133, 42, 0, 0, 0, 0,
];
