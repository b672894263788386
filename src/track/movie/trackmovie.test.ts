import { describe, expect, it } from "vitest";
import { type LabelImage, labelImage, type LabelSource, labelSourceOf } from "../../core/labels.js";
import { concatNuclei } from "../../core/nuclei.js";
import { measure } from "../../imgproc/regions.js";
import { keptLabels } from "./keptlabels.js";
import { measureLabels } from "./measurelabels.js";
import { trackMovie } from "./trackmovie.js";

const size = 40;

/** Squares of 8 px with the upper left corner at (y, x); labelled 1, 2, ... */
function squares(...corners: readonly (readonly [number, number])[]): LabelImage {
  const data = new Int32Array(size * size);
  corners.forEach(([top, left], k) => {
    for (let y = top; y < top + 8; y++) data.fill(k + 1, y * size + left, y * size + left + 8);
  });
  return labelImage(size, size, data);
}

/** The third frame has missed a nucleus. */
const frames = [
  squares([4, 4], [24, 20]),
  squares([4, 4], [24, 22]),
  squares([4, 4]),
  squares([4, 4], [24, 26]),
  squares([4, 4], [24, 28]),
];

/** Counts how often each frame is read. */
function counting(images: readonly LabelImage[]): { labels: LabelSource; reads: number[] } {
  const source = labelSourceOf(images);
  const reads = images.map(() => 0);
  const read: LabelSource["read"] = (frame) => {
    reads[frame]!++;
    return source.read(frame);
  };
  return { labels: { ...source, read }, reads };
}

describe("trackMovie", () => {
  it("links, repairs, and gives the repaired masks, with each frame read once", async () => {
    const { labels, reads } = counting(frames);
    const { graph, branches, repairs, ...movie } = await trackMovie(labels);
    expect([branches.length, graph.edges.length / 2, repairs.map(({ kind }) => kind)]).toEqual([
      2,
      8,
      ["gap filled"],
    ]);
    const repaired = await movie.labels.read(2);
    expect([repaired.count, repaired.data[28 * size + 28], frames[2]!.count]).toEqual([2, 2, 1]);
    expect(await movie.labels.read(1)).toEqual(frames[1]);
    expect(reads).toEqual([1, 1, 1, 1, 1]);
    const unrepaired = await trackMovie(labels, {}, { repair: false });
    expect([unrepaired.repairs, unrepaired.graph.edges.length / 2]).toEqual([[], 7]);
  });

  it("reports one rising share of the work", async () => {
    const shares: number[] = [];
    await trackMovie(
      labelSourceOf(frames.slice(0, 2)),
      {},
      { repair: false },
      {
        onProgress: ({ done, total }) => shares.push(done / total),
      },
    );
    expect(shares).toEqual([0.25, 0.5, 0.625, 0.75, 0.875, 1]);
  });
});

describe("measureLabels", () => {
  it("measures nothing that is known, and takes brightness where frame, label and area agree", async () => {
    const labels = labelSourceOf(frames);
    const all = concatNuclei(frames.map((image, frame) => measure(image, { frame })));
    const known = { ...all, y: all.y.map((y) => y + 100) };
    expect((await measureLabels(labels, { measured: known })).nuclei).toBe(known);
    const table = { ...all, meanIntensity: all.area.map((_, row) => row), area: all.area.slice() };
    table.area[1] = 63;
    const { nuclei, overlaps } = await measureLabels(labels, { nuclei: table });
    expect([...nuclei.meanIntensity]).toEqual([0, NaN, 2, 3, 4, 5, 6, 7, 8]);
    expect([nuclei.y, overlaps.length]).toEqual([all.y, 4]);
  });

  it("refuses a movie without frames, or with frames of two sizes, by the frame's name", async () => {
    await expect(measureLabels(labelSourceOf([]))).rejects.toThrow(/labels: expected at least one frame/);
    const odd = labelSourceOf([frames[0]!, labelImage(2, 2, new Int32Array(4))], ["a", "b"]);
    await expect(measureLabels(odd)).rejects.toThrow(/b: expected 40 x 40 px as the frames before/);
  });
});

describe("keptLabels", () => {
  it("keeps as many frames as it may, and reads the others again", async () => {
    const { labels, reads } = counting(frames);
    const kept = keptLabels(labels, 2 * 4 * size * size);
    for (let pass = 0; pass < 2; pass++)
      for (let frame = 0; frame < frames.length; frame++) expect(await kept.read(frame)).toBe(frames[frame]);
    expect(reads).toEqual([1, 1, 2, 2, 2]);
  });
});
