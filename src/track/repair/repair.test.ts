import { describe, expect, it } from "vitest";
import { type LabelImage, labelImage, labelSourceOf } from "../../core/labels.js";
import { measureLabels } from "../movie/measurelabels.js";
import { track } from "../track.js";
import { applyEdit, type Repair } from "./repair.js";
import { repairMovie } from "./repairmovie.js";

type Disc = readonly [y: number, x: number, radius: number, label: number];

const size = 80;

function frameOf(discs: readonly Disc[]): LabelImage {
  const data = new Int32Array(size * size);
  for (let p = 0; p < data.length; p++) {
    for (const [y, x, r, label] of discs)
      if (Math.hypot(Math.floor(p / size) - y, (p % size) - x) <= r) data[p] = label;
  }
  return labelImage(size, size, data);
}

/** Tracks the frames, repairs them, and gives the repaired frames. */
async function repaired(
  frames: readonly LabelImage[],
): Promise<{ repairs: readonly Repair[]; frames: LabelImage[] }> {
  const labels = labelSourceOf(frames);
  const { nuclei, overlaps } = await measureLabels(labels);
  const { graph, margins, settings } = track(nuclei, frames.length, {}, {}, { height: size, width: size });
  const found = await repairMovie(labels, graph, overlaps, { margins, model: settings.model! });
  if (found === undefined) return { repairs: [], frames: [...frames] };
  const out: LabelImage[] = [];
  for (let t = 0; t < frames.length; t++) out.push(await found.labels.read(t));
  return { repairs: found.repairs, frames: out };
}

const areaOf = ({ data }: LabelImage, label: number): number =>
  data.reduce((sum, value) => sum + (value === label ? 1 : 0), 0);
/** Share of the pixels of either that both have. */
const agreement = (a: LabelImage, labelA: number, b: LabelImage, labelB: number): number => {
  let [both, either] = [0, 0];
  a.data.forEach((value, p) => {
    if (value === labelA && b.data[p] === labelB) both++;
    if (value === labelA || b.data[p] === labelB) either++;
  });
  return both / either;
};

/** Two touching nuclei that move to the right, and one apart; labels 1, 2 and 3. */
const scene = (t: number): Disc[] => [
  [30, 20 + t, 9, 1],
  [30, 37 + t, 8, 2],
  [60, 50, 9, 3],
];
const clean = [0, 1, 2, 3, 4].map((t) => frameOf(scene(t)));
const withFrame = (frame: number, labels: LabelImage): LabelImage[] =>
  clean.map((one, t) => (t === frame ? labels : one));

describe("repairFrame", () => {
  it("leaves alone what does not contradict itself", async () => {
    expect(await repaired(clean)).toEqual({ repairs: [], frames: clean });
  });

  it("fills in a nucleus that one frame has missed, with the shape between its neighbours", async () => {
    const { repairs, frames } = await repaired(
      withFrame(2, frameOf(scene(2).filter(([, , , label]) => label !== 2))),
    );
    expect(repairs).toMatchObject([{ kind: "gap filled", frame: 2, areaBefore: 0, y: 30, x: 39 }]);
    expect(agreement(frames[2]!, repairs[0]!.labels[0]!, clean[2]!, 2)).toBeGreaterThan(0.95);
  });

  it("divides an object that holds two nuclei for one frame", async () => {
    const joined = frameOf(scene(2).map(([y, x, r, label]): Disc => [y, x, r, label === 2 ? 1 : label]));
    const { repairs, frames } = await repaired(withFrame(2, joined));
    expect(repairs).toMatchObject([{ kind: "merge divided", frame: 2, areaBefore: areaOf(joined, 1) }]);
    const labels = repairs[0]!.labels;
    for (const truth of [1, 2])
      expect(
        Math.max(...labels.map((label) => agreement(frames[2]!, label, clean[2]!, truth))),
      ).toBeGreaterThan(0.85);
  });

  it("does not divide a nucleus that has simply grown for a frame where no other begins or ends", async () => {
    const grown = frameOf(scene(2).map(([y, x, r, label]): Disc => [y, x, label === 3 ? r + 3 : r, label]));
    expect((await repaired(withFrame(2, grown))).repairs).toEqual([]);
  });

  it("joins the pieces of a nucleus that one frame has cut in two", async () => {
    const cut = clean[2]!.data.map((label, p) => (label === 3 && p % size > 51 ? 4 : label));
    const { repairs, frames } = await repaired(withFrame(2, labelImage(size, size, cut)));
    expect(repairs).toMatchObject([{ kind: "pieces joined", frame: 2, y: 60, x: 50 }]);
    expect(agreement(frames[2]!, repairs[0]!.labels[0]!, clean[2]!, 3)).toBe(1);
  });

  it("does not join two nuclei that are one outline in the frames before and after only", async () => {
    // Apart in frames 0, 3 and 6, one outline in 1, 2, 4 and 5: it is those that are divided.
    const frames = Array.from({ length: 7 }, (_, t) =>
      frameOf(scene(0).map(([y, x, r, label]): Disc => [y, x, r, label === 2 && t % 3 !== 0 ? 1 : label])),
    );
    const { repairs, frames: out } = await repaired(frames);
    expect(repairs.filter(({ kind }) => kind === "pieces joined")).toEqual([]);
    expect(out[3]).toEqual(frames[3]);
  });

  it("does not fill in where another nucleus is in the way", async () => {
    // Nucleus 2 is missing in frame 2, and its place is held by one that is there in that frame only.
    const other = frameOf(
      scene(2).map(([y, x, r, label]): Disc => (label === 2 ? [y + 3, x + 3, 9, 9] : [y, x, r, label])),
    );
    const { repairs } = await repaired(withFrame(2, other));
    expect(repairs.filter(({ kind }) => kind === "gap filled")).toEqual([]);
  });
});

describe("applyEdit", () => {
  it("changes the pixels named and nothing else", () => {
    const before = labelImage(1, 4, Int32Array.of(1, 0, 2, 2));
    const after = applyEdit(
      before,
      new Map([
        [1, 1],
        [3, 3],
      ]),
    );
    expect([after.data, after.count, before.data]).toEqual([
      Int32Array.of(1, 1, 2, 3),
      3,
      Int32Array.of(1, 0, 2, 2),
    ]);
  });
});
