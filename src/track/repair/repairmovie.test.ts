import { describe, expect, it } from "vitest";
import { type LabelImage, labelImage, type LabelSource, labelSourceOf } from "../../core/labels.js";
import { measureLabels } from "../movie/measurelabels.js";
import { track } from "../track.js";
import { type RepairedMovie, repairMovie } from "./repairmovie.js";

type Disc = readonly [y: number, x: number, radius: number, label: number];

const [height, width] = [70, 90];

function frameOf(discs: readonly Disc[]): LabelImage {
  const data = new Int32Array(height * width);
  for (let p = 0; p < data.length; p++)
    for (const [y, x, r, label] of discs)
      if (Math.hypot(Math.floor(p / width) - y, (p % width) - x) <= r) data[p] = label;
  return labelImage(height, width, data);
}

async function repaired(
  frames: readonly LabelImage[],
  read: LabelSource = labelSourceOf(frames),
  mean?: (row: number) => number,
): Promise<RepairedMovie | undefined> {
  const labels = labelSourceOf(frames);
  const { nuclei, overlaps } = await measureLabels(labels);
  if (mean !== undefined) nuclei.meanIntensity.forEach((_, row) => (nuclei.meanIntensity[row] = mean(row)));
  const { graph, margins, settings } = track(nuclei, frames.length, {}, {}, { height, width });
  return repairMovie(read, graph, overlaps, { margins, model: settings.model! });
}

/** Share of the pixels of either that both have, with the label that fits best. */
function agreement(image: LabelImage, truth: LabelImage, label: number): number {
  let best = 0;
  for (let other = 1; other <= image.count; other++) {
    let [both, either] = [0, 0];
    image.data.forEach((value, p) => {
      const [isOther, isTrue] = [value === other, truth.data[p] === label];
      if (isOther && isTrue) both++;
      if (isOther || isTrue) either++;
    });
    best = Math.max(best, either === 0 ? 0 : both / either);
  }
  return best;
}

/** Nuclei that stay, one of which is missed in some frames. */
const scene = (t: number): Disc[] => [
  [20, 20 + t, 8, 1],
  [50, 20, 8, 2],
  [50, 60, 9, 3],
  [20, 60, 7, 4],
];
const without = (t: number, label: number): LabelImage =>
  frameOf(scene(t).filter((disc) => disc[3] !== label));

describe("repairMovie", () => {
  /** Ten frames, with nuclei missed in frames 2 and 6. */
  const frames = Array.from({ length: 10 }, (_, t) =>
    t === 2 ? without(t, 1) : t === 6 ? without(t, 3) : frameOf(scene(t)),
  );

  it("reads one frame at a time, in order, none more often than twice, and none far from a contradiction", async () => {
    const reads: number[] = [];
    let [open, most] = [0, 0];
    const source = labelSourceOf(frames);
    const counted: LabelSource = {
      ...source,
      async read(frame, options) {
        reads.push(frame);
        open++;
        most = Math.max(most, open);
        const image = await source.read(frame, options);
        open--;
        return image;
      },
    };
    const found = await repaired(frames, counted);
    expect(found!.repairs.map(({ kind, frame }) => [kind, frame])).toEqual([
      ["gap filled", 2],
      ["gap filled", 6],
    ]);
    expect(most).toBe(1);
    const counts = frames.map((_, t) => reads.filter((frame) => frame === t).length);
    expect(Math.max(...counts)).toBeLessThanOrEqual(2);
    // Frames far from any contradiction are not read at all.
    expect([counts[0], counts[4], counts[8], counts[9]]).toEqual([0, 0, 0, 0]);
    const passes = reads.flatMap((frame, k) => (k > 0 && frame <= reads[k - 1]! ? [k] : []));
    expect(passes.length).toBe(1);
  });

  it("holds no frame while it looks for repairs, and only the one before while it measures them", async () => {
    const source = labelSourceOf(frames);
    const held: LabelImage[] = [];
    let latest = -1;
    let isSecondPass = false;
    // Frames are made useless as soon as nobody may need them any more.
    const passing: LabelSource = {
      ...source,
      async read(frame) {
        if (frame <= latest) isSecondPass = true;
        latest = frame;
        while (held.length > (isSecondPass ? 1 : 0)) held.shift()!.data.fill(-1);
        const image = await source.read(frame);
        const copy = { ...image, data: image.data.slice() };
        held.push(copy);
        return copy;
      },
    };
    const [found, expected] = [await repaired(frames, passing), await repaired(frames)];
    expect(isSecondPass).toBe(true);
    expect(found!.repairs).toEqual(expected!.repairs);
    expect(found!.nuclei).toEqual(expected!.nuclei);
    expect(found!.overlaps).toEqual(expected!.overlaps);
  });

  it("measures what was repaired: nuclei, and overlaps of its frame with both neighbours", async () => {
    const found = (await repaired(frames))!;
    const out = await Promise.all(frames.map((_, t) => found.labels.read(t)));
    const { nuclei, overlaps } = await measureLabels(labelSourceOf(out));
    expect(found.overlaps).toEqual(overlaps);
    for (const column of ["frame", "label", "y", "x", "area", "touchesEdge"] as const)
      expect(found.nuclei[column]).toEqual(nuclei[column]);
    expect(out[4]).toEqual(frames[4]);
  });

  it("keeps the intensities of what was there, and knows none of what was not", async () => {
    const found = (await repaired(frames, undefined, (row) => 10 + (row % 4)))!;
    found.nuclei.frame.forEach((frame, row) => {
      const isNew = found.repairs.some(
        (repair) => repair.frame === frame && repair.labels.includes(found.nuclei.label[row]!),
      );
      expect(Number.isNaN(found.nuclei.meanIntensity[row])).toBe(isNew);
    });
  });

  it("stops when asked to", async () => {
    const stop = new AbortController();
    stop.abort();
    const labels = labelSourceOf(frames);
    const { nuclei, overlaps } = await measureLabels(labels);
    const { graph, margins, settings } = track(nuclei, frames.length, {}, {}, { height, width });
    const evidence = { margins, model: settings.model! };
    await expect(repairMovie(labels, graph, overlaps, evidence, { signal: stop.signal })).rejects.toThrow(
      /stopped before it ended/,
    );
  });

  it("fills in a nucleus at the border of the image as far as the image goes", async () => {
    const border = (t: number): Disc[] => [...scene(t), [45, 86, 8, 5]];
    const movie = [0, 1, 2, 3, 4, 5].map((t) =>
      frameOf(t === 3 ? border(t).filter((disc) => disc[3] !== 5) : border(t)),
    );
    const found = (await repaired(movie))!;
    expect(found.repairs).toMatchObject([{ kind: "gap filled", frame: 3 }]);
    expect(agreement(await found.labels.read(3), frameOf(border(3)), 5)).toBeGreaterThan(0.95);
  });
});

describe("repairMovie: one outline for two nuclei", () => {
  it.each([
    [11, 6],
    [12, 8],
    [9, 9],
    [6, 11],
  ])("divides discs of radius %i and %i along their contact", async (first, second) => {
    const discs = (t: number): Disc[] => [
      [35, 30 + 0.4 * t, first, 1],
      [35, 31 + 0.4 * t + first + second, second, 2],
      [10, 12, 7, 3],
      [60, 80, 8, 4],
    ];
    const joined = (t: number): LabelImage =>
      frameOf(discs(t).map(([y, x, r, label]): Disc => [y, x, r, label === 2 ? 1 : label]));
    const movie = Array.from({ length: 8 }, (_, t) => (t === 3 || t === 4 ? joined(t) : frameOf(discs(t))));
    const found = (await repaired(movie))!;
    expect(found.repairs.map(({ kind, frame }) => [kind, frame])).toEqual([
      ["merge divided", 3],
      ["merge divided", 4],
    ]);
    for (const t of [3, 4])
      for (const label of [1, 2])
        expect(
          agreement(await found.labels.read(t), frameOf(discs(t)), label),
          `${label} in frame ${t}`,
        ).toBeGreaterThan(0.9);
  });

  it.each([
    [11, 7],
    [9, 9],
    [7, 11],
  ])(
    "divides discs of radius %i and %i that are larger in the frame in which they are one",
    async (first, second) => {
      // Beyond the window of a predicted shape lie pixels of its nucleus: they must not be cut off along its side.
      const grown = 3;
      const discs = [
        { y: 35, x: 30, radius: first },
        { y: 38, x: 31 + first + second, radius: second },
      ];
      const others: Disc[] = [
        [9, 12, 7, 3],
        [60, 80, 8, 4],
      ];
      const apart = frameOf([...discs.map(({ y, x, radius }, k): Disc => [y, x, radius, k + 1]), ...others]);
      const data = frameOf(others).data.slice();
      const joined = data.slice();
      data.forEach((_, p) => {
        const depths = discs.map(
          ({ y, x, radius }) => radius + grown - Math.hypot(Math.floor(p / width) - y, (p % width) - x),
        );
        if (Math.max(...depths) < 0) return;
        data[p] = depths[0]! >= depths[1]! ? 1 : 2;
        joined[p] = 1;
      });
      const movie = Array.from({ length: 7 }, (_, t) =>
        t === 3 ? labelImage(height, width, joined) : apart,
      );
      const found = (await repaired(movie))!;
      expect(found.repairs).toMatchObject([{ kind: "merge divided", frame: 3 }]);
      const truth = labelImage(height, width, data);
      for (const label of [1, 2])
        expect(agreement(await found.labels.read(3), truth, label), `${label}`).toBeGreaterThan(0.9);
    },
  );

  it("leaves the nuclei of a frame that has failed as they are", async () => {
    const movie = Array.from({ length: 6 }, (_, t) =>
      t === 3 ? frameOf(scene(t).slice(0, 1)) : frameOf(scene(t)),
    );
    expect(await repaired(movie)).toBeUndefined();
  });
});

describe("repairMovie: mothers", () => {
  it("fills in one that is missed in the frame before she divides, half the way to her daughters", async () => {
    const mother: Disc = [20, 60, 9, 4];
    const daughters: Disc[] = [
      [20, 53, 6.4, 4],
      [20, 67, 6.4, 5],
    ];
    const other = (t: number): Disc[] => scene(t).slice(0, 3);
    const movie = Array.from({ length: 9 }, (_, t) =>
      frameOf([...other(t), ...(t < 4 ? [mother] : t === 4 ? [] : daughters)]),
    );
    const found = (await repaired(movie))!;
    expect(found.repairs).toMatchObject([{ kind: "gap filled", frame: 4, areaBefore: 0 }]);
    expect(agreement(await found.labels.read(4), frameOf([mother]), 4)).toBeGreaterThan(0.95);
    // Tracked again, she divides in the frame in which she was missed.
    const { graph } = track(found.nuclei, movie.length, {}, {}, { height, width });
    const children = new Map<number, number>();
    for (let e = 0; e < graph.edges.length; e += 2)
      children.set(graph.edges[e]!, (children.get(graph.edges[e]!) ?? 0) + 1);
    const dividing = [...children].filter(([, count]) => count === 2).map(([row]) => found.nuclei.frame[row]);
    expect(dividing).toEqual([4]);
  });
});
