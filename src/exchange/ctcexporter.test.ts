import { describe, expect, it } from "vitest";
import { labelImage, type LabelSource } from "../core/labels.js";
import { emptyNuclei } from "../core/nuclei.js";
import type { TrackGraph } from "../core/tracks.js";
import { encodeTiff } from "../io/tiff/encode.js";
import { ctcExporter } from "./ctcexporter.js";
import { writtenFiles } from "../../test/exported.js";
import { exporters } from "./exporters.js";

/** Two frames: nucleus 1 goes on as 2, 3 is alone in the second; label 1 there belongs to no nucleus. */
const images = [labelImage(1, 4, Int32Array.of(0, 1, 1, -1)), labelImage(1, 4, Int32Array.of(3, 2, 1, 0))];
const nuclei = emptyNuclei(3);
nuclei.frame.set([0, 1, 1]);
nuclei.label.set([1, 2, 3]);
const graph: TrackGraph = { nuclei, frames: 2, edges: Uint32Array.of(0, 1) };

const source = (read: number[] = []): LabelSource => ({
  frames: 2,
  frameNames: ["a", "b"],
  size: async (frame) => images[frame]!,
  read: async (frame) => {
    read.push(frame);
    return images[frame]!;
  },
});

describe("ctcExporter", () => {
  it("writes a mask a frame with the labels of the tracks, and their table", async () => {
    const files = await writtenFiles(ctcExporter.files({ name: "movie", graph, labels: source() }));
    expect(files.map(({ path }) => path)).toEqual(["mask000.tif", "mask001.tif", "res_track.txt"]);
    const mask = (...data: number[]): Uint8Array =>
      encodeTiff([{ height: 1, width: 4, samples: 1, data: Uint16Array.from(data) }]);
    expect(files[0]!.bytes).toEqual(mask(0, 1, 1, 0));
    expect(files[1]!.bytes).toEqual(mask(2, 1, 0, 0));
    expect(new TextDecoder().decode(files[2]!.bytes)).toBe("1 0 1 0\n2 1 1 0\n");
  });

  it("reads a frame when it is its turn, and stops when told", async () => {
    const [read, controller] = [[] as number[], new AbortController()];
    const files = ctcExporter.files(
      { name: "movie", graph, labels: source(read) },
      { signal: controller.signal },
    );
    const iterator = files[Symbol.asyncIterator]();
    await iterator.next();
    expect(read).toEqual([0]);
    controller.abort();
    await expect(iterator.next()).rejects.toMatchObject({ kind: "Cancelled" });
    expect(read).toEqual([0]);
  });

  it("refuses labels of another movie, and more tracks than 16 bits hold, before the first file", async () => {
    await expect(
      writtenFiles(ctcExporter.files({ name: "movie", graph, labels: { ...source(), frames: 3 } })),
    ).rejects.toThrow(/labels: expected one image for each of the 2 frames, received 3/);
    const many = emptyNuclei(65_536);
    const read: number[] = [];
    await expect(
      writtenFiles(
        ctcExporter.files({
          name: "movie",
          graph: { nuclei: many, frames: 2, edges: new Uint32Array(0) },
          labels: source(read),
        }),
      ),
    ).rejects.toThrow(/65535 tracks at most/);
    expect(read).toEqual([]);
  });

  it("is in the list, under a name of its own", () => {
    expect(exporters).toContain(ctcExporter);
    expect(new Set(exporters.map(({ name }) => name)).size).toBe(exporters.length);
  });
});
