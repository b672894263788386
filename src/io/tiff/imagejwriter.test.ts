import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differing } from "../../../test/planes.js";
import { madePlane, madeSource, type MadeSource, memorySink } from "../../../test/writtenplanes.js";
import { InvalidInput } from "../../core/errors.js";
import { memorySource } from "../bytes.js";
import { stackOf } from "./axes.js";
import { readDirectories } from "./directory.js";
import { type ImageJWritten, isReachable, writeImageJTiff } from "./imagejwriter.js";
import { openTiff } from "./open.js";

async function written(made: MadeSource): Promise<ImageJWritten & { readonly bytes: Uint8Array }> {
  const sink = memorySink();
  const result = await writeImageJTiff(sink, madeSource(made));
  return { ...result, bytes: sink.bytes() };
}
const small: MadeSource = { height: 4, width: 5, frames: 2, channels: 2, slices: 3, type: "uint16" };

describe("writeImageJTiff", () => {
  it("writes what is read again: any axes, size and type", async () => {
    const cases = fc.record({
      height: fc.integer({ min: 1, max: 9 }),
      width: fc.integer({ min: 1, max: 9 }),
      frames: fc.integer({ min: 1, max: 4 }),
      channels: fc.integer({ min: 1, max: 3 }),
      slices: fc.integer({ min: 1, max: 3 }),
      type: fc.constantFrom("uint8", "uint16", "float32"),
    } as const);
    await fc.assert(
      fc.asyncProperty(cases, async (axes) => {
        const made = { ...axes, sliceSpacing: 2, pixelSize: 0.5 };
        const { bytes, notices } = await written(made);
        expect(notices).toEqual([]);
        const tiff = await openTiff(memorySource(bytes), "made.tif");
        const { frames, channels, slices, type } = axes;
        expect(tiff.planes.length).toBe(frames * channels * slices);
        expect(stackOf(tiff, "made.tif")).toMatchObject({ format: "ImageJ", frames, channels, slices });
        for (const [plane, info] of tiff.planes.entries()) {
          expect(info).toMatchObject({ type, compression: "none" });
          expect(differing((await tiff.read(plane)).data, madePlane(made, plane))).toBe(0);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("keeps calibration, range and names of channels", async () => {
    const made = {
      ...small,
      pixelSize: 0.325,
      sliceSpacing: 1.5,
      frameInterval: 600,
      channelNames: ["DAPI", "µ"],
    };
    const { bytes } = await written({ ...made, value: (y, x, plane) => 7 + y + x + plane });
    const tiff = await openTiff(memorySource(bytes), "made.tif");
    expect(tiff.metadata.description).toBe(
      "ImageJ=1.54f\nimages=12\nchannels=2\nslices=3\nframes=2\nhyperstack=true\nunit=micron\n" +
        "finterval=600\ntunit=sec\nloop=false\nspacing=1.5\nmin=7\nmax=25\n",
    );
    expect(stackOf(tiff, "made.tif")).toMatchObject({
      pixelSize: 0.325,
      sliceSpacing: 1.5,
      frameInterval: 600,
      channelNames: ["DAPI", "µ"],
    });
  });

  it("writes labels as 16 bits, beyond as floats with a notice, and never as others", async () => {
    const labels = (most: number): MadeSource => ({
      ...small,
      type: "int32",
      isLabels: true,
      value: (y, x, plane) => (plane === 11 ? most - x : x),
    });
    const few = await written(labels(65535));
    expect(few.notices).toEqual([]);
    const many = await written(labels(70000));
    expect(many.notices).toEqual([
      "The labels go up to 70000, which ImageJ has no integers for: they are written as 32-bit floats",
    ]);
    for (const [{ bytes }, type, most] of [
      [few, "uint16", 65535],
      [many, "float32", 70000],
    ] as const) {
      const tiff = await openTiff(memorySource(bytes), "labels.tif");
      expect(tiff.planes[11]!.type).toBe(type);
      expect([...(await tiff.read(11)).data]).toEqual([...madePlane(labels(most), 11)]);
    }
    await expect(written(labels(2 ** 24 + 1))).rejects.toThrow(/received 16777217/);
  });

  it("above 4 GB has one directory, and the planes behind each other", async () => {
    expect([isReachable(4e9, 1000), isReachable(4.29e9, 1e5), isReachable(2 ** 32, 2)]).toEqual([
      true,
      false,
      false,
    ]);
    const sink = memorySink();
    await writeImageJTiff(sink, madeSource(small), { directories: "first" });
    const bytes = sink.bytes();
    const tiff = await openTiff(memorySource(bytes), "one.tif");
    expect(tiff.planes.length).toBe(12);
    for (let plane = 0; plane < 12; plane++)
      expect(differing((await tiff.read(plane)).data, madePlane(small, plane))).toBe(0);
    // Without the description there is one page, and the file ends with the pixels.
    expect((await readDirectories(memorySource(bytes), "one.tif")).directories).toHaveLength(1);
    expect(bytes.length % 16).toBe((12 * 4 * 5 * 2) % 16);
  });

  it("stops when told, without a header", async () => {
    const sink = memorySink();
    const control = new AbortController();
    const options = { signal: control.signal, onProgress: () => control.abort() };
    await expect(writeImageJTiff(sink, madeSource(small), options)).rejects.toThrow(
      /stopped before it ended/,
    );
    await expect(openTiff(memorySource(sink.bytes()), "half.tif")).rejects.toThrow(/not a TIFF/);
  });

  it("refuses planes beyond 4 GB", async () => {
    const source = madeSource({ ...small, height: 70_000, width: 70_000 });
    await expect(writeImageJTiff(memorySink(), source)).rejects.toThrow(InvalidInput);
  });
});
