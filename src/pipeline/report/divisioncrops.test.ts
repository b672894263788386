import { describe, expect, it } from "vitest";
import { analyse } from "../../analyse/analyse.js";
import type { Image, ImageSource, StoredPlane } from "../../core/image.js";
import { labelImage, type LabelImage, labelSourceOf } from "../../core/labels.js";
import { concatNuclei } from "../../core/nuclei.js";
import { branchesOf } from "../../core/tracks.js";
import { divisionColours } from "../../draw/divisionstrip.js";
import { measure } from "../../imgproc/regions.js";
import { type DivisionInput, divisionPictures, maxDivisions, pictureEdge } from "./divisioncrops.js";

const frames = 5;
const size = 60;

/** In each frame `mothers` columns of nuclei: one nucleus up to frame 1, two above each other from frame 2. */
function movie(mothers: number): { readonly masks: readonly LabelImage[]; readonly edges: Uint32Array } {
  const width = 12 * mothers + 20;
  const masks = Array.from({ length: frames }, (_, t) => {
    const data = new Int32Array(size * width);
    for (let k = 0; k < mothers; k++)
      for (const [d, top] of (t < 2 ? [26] : [22 - t, 30 + t]).entries())
        for (let y = top; y < top + 6; y++)
          data.fill(t < 2 ? k + 1 : 2 * k + d + 1, y * width + 12 * k + 12, y * width + 12 * k + 18);
    return labelImage(size, width, data);
  });
  const start = (t: number): number => (t < 2 ? t * mothers : 2 * mothers + (t - 2) * 2 * mothers);
  const edges: number[] = [];
  for (let t = 1; t < frames; t++)
    for (let k = 0; k < (t < 2 ? mothers : 2 * mothers); k++)
      edges.push(start(t - 1) + (t === 2 ? k >> 1 : k), start(t) + k);
  return { masks, edges: Uint32Array.from(edges) };
}

function inputOf(
  mothers: number,
  probabilityOf: (mother: number) => number,
): DivisionInput & { readonly reads: number[] } {
  const { masks, edges } = movie(mothers);
  const nuclei = concatNuclei(masks.map((image, frame) => measure(image, { frame })));
  const graph = { nuclei, frames, edges };
  const branches = branchesOf(graph);
  const { height, width } = masks[0]!;
  const probabilities = new Map(Array.from({ length: mothers }, (_, k) => [mothers + k, probabilityOf(k)]));
  const reads: number[] = [];
  const image = (t: number): Image => ({
    height,
    width,
    data: Uint8Array.from(masks[t]!.data, (l) => (l > 0 ? 200 : 20)),
  });
  const source: ImageSource = {
    name: "movie",
    kind: "movie",
    frames,
    channels: 1,
    slices: 1,
    frameNames: masks.map((_, t) => `t${t}`),
    notices: [],
    read: async (t) => {
      reads.push(t);
      return image(t);
    },
    size: async () => ({ height, width }),
    readWindow: async () => Promise.reject(new Error("not asked for")),
  };
  return {
    reads,
    tracks: { graph, branches, masks: labelSourceOf(masks), labelOfRow: nuclei.label },
    statistics: analyse(graph, { height, width }, { branches, probabilities, resamples: 0 }),
    source,
  };
}

/** How many px of a picture of a strip have a colour. */
function countOf({ data, width }: StoredPlane, k: number, colour: readonly number[]): number {
  const left = k * (pictureEdge + 2) + (k >= 3 ? 4 : 0);
  let count = 0;
  for (let y = 0; y < pictureEdge; y++)
    for (let x = left; x < left + pictureEdge; x++)
      if (colour.every((value, c) => data[3 * (y * width + x) + c] === value)) count++;
  return count;
}

describe("divisionPictures", () => {
  it("shows the doubtful first, with frame, place and tracks", async () => {
    const { reads, ...input } = inputOf(3, (k) => [0.9, 0.2, 0.95][k]!);
    const { shown, of } = await divisionPictures(input);
    expect(of).toBe(3);
    expect(shown.map(({ probability }) => probability)).toEqual([0.2, 0.9, 0.95]);
    expect(shown[0]).toMatchObject({ frame: 1, y: 28.5, x: 26.5, mother: 2, daughters: [6, 7] });
    // Every frame once, in order.
    expect(reads).toEqual([0, 1, 2, 3, 4]);
  });

  it("outlines the mother up to her last frame, and both daughters from their first on", async () => {
    const { shown } = await divisionPictures(inputOf(3, () => 0.5));
    const { strip } = shown[1]!;
    const { mother, daughters, others } = divisionColours;
    const counts = (colour: readonly number[]): boolean[] =>
      [0, 1, 2, 3, 4, 5].map((k) => countOf(strip, k, colour) > 20);
    // The movie has no frame -1.
    expect(counts(mother)).toEqual([false, true, true, false, false, false]);
    expect(counts(daughters[0])).toEqual([false, false, false, true, true, true]);
    expect(counts(daughters[1])).toEqual([false, false, false, true, true, true]);
    expect(counts(others)).toEqual([false, true, true, true, true, true]);
  });

  it("shows both daughters whole, however far apart they are", async () => {
    const { shown } = await divisionPictures(inputOf(1, () => 0.5));
    const { strip } = shown[0]!;
    for (const colour of divisionColours.daughters)
      // Squares of one size have outlines of one length, but for the rounding of the drawn px; half a square has less.
      expect(Math.abs(countOf(strip, 5, colour) / countOf(strip, 3, colour) - 1)).toBeLessThan(0.1);
  });

  it("has a limit, and says how many there are", async () => {
    const { shown, of } = await divisionPictures(inputOf(maxDivisions + 3, (k) => 1 - k / 100));
    expect([shown.length, of]).toEqual([maxDivisions, maxDivisions + 3]);
    expect(shown[0]!.mother).toBe(maxDivisions + 3);
    expect(shown.at(-1)!.mother).toBe(4);
  });

  it("has nothing to read where nothing divides, and stops when told to", async () => {
    const { masks } = movie(1);
    const input = inputOf(1, () => 0.5);
    const graph = { ...input.tracks.graph, edges: new Uint32Array(0) };
    const { height, width } = masks[0]!;
    const statistics = analyse(graph, { height, width }, { resamples: 0 });
    const none = { ...input, statistics, tracks: { ...input.tracks, graph, branches: branchesOf(graph) } };
    expect(await divisionPictures(none)).toEqual({ shown: [], of: 0 });
    expect(input.reads).toEqual([]);
    await expect(divisionPictures(input, { signal: AbortSignal.abort() })).rejects.toThrow(
      /stopped|cancel|abort/i,
    );
  });
});
