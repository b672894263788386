import { describe, expect, it } from "vitest";
import { labelImage, type LabelImage } from "../core/labels.js";
import { areas, components } from "../imgproc/components.js";
import { spoilMasks, type SpoilKind, type SpoilRates } from "./spoil.js";
import { discPixels } from "./spoilpixels.js";

const none: SpoilRates = { merge: 0, split: 0, miss: 0, shave: 0, debris: 0 };
const side = 300;

/** Discs of radius 7 on a grid, `gap` px of background between those of a row; labels in steps of 3. */
function grid(gap: number, radius = 7): LabelImage {
  const data = new Int32Array(side * side);
  const step = 2 * radius + 1 + gap;
  let label = 1;
  for (let y = 12; y < side - 12; y += 25) {
    for (let x = 12; x < side - 12; x += step) {
      for (const at of discPixels({ height: side, width: side, data }, y, x, radius)) data[at] = label;
      label += 3;
    }
  }
  return labelImage(side, side, data);
}

const movie = (frame: LabelImage, frames = 20): LabelImage[] => Array.from({ length: frames }, () => frame);
const labelsOf = ({ data }: LabelImage): Set<number> => new Set(data.filter((label) => label > 0));
/** Compared as text, which is much faster than number by number. */
const bytesOf = ({ data }: LabelImage): string => Buffer.from(data.buffer).toString("latin1");
const coveredBy = ({ data }: LabelImage): string => data.map((label) => Number(label > 0)).join("");
const piecesOf = ({ data, height, width }: LabelImage, label: number): number =>
  components(
    Uint8Array.from(data, (value) => (value === label ? 1 : 0)),
    height,
    width,
    4,
  ).count;

const apart = grid(9);
const touching = grid(2);

describe("spoilMasks", () => {
  it("leaves the same pixels where no rate is above 0, and never touches its input", () => {
    const before = bytesOf(touching);
    const { frames, errors } = spoilMasks(movie(touching, 3), none, 1);
    expect(errors).toEqual([]);
    for (const frame of frames) expect(bytesOf(frame)).toBe(bytesOf(touching));
    spoilMasks([touching], { merge: 0.2, split: 0.2, miss: 0.2, shave: 0.2, debris: 0.2 }, 1);
    expect(bytesOf(touching)).toBe(before);
  });

  it("gives the same for the same seed, and something else for another", () => {
    const rates = { merge: 0.05, split: 0.05, miss: 0.05, shave: 0.05, debris: 0.05 };
    const [first, again, other] = [4, 4, 5].map((seed) => spoilMasks(movie(touching), rates, seed));
    expect(again!.frames.map(bytesOf)).toEqual(first!.frames.map(bytesOf));
    expect(again!.errors).toEqual(first!.errors);
    expect(other!.errors).not.toEqual(first!.errors);
  });

  it("keeps what it does to a nucleus when the rate of another kind changes", () => {
    const places = (rates: Partial<SpoilRates>): string[] =>
      spoilMasks(movie(apart), { ...none, miss: 0.05, ...rates }, 7)
        .errors.filter(({ kind }) => kind === "miss")
        .map(({ frame, labels }) => `${frame} ${labels[0]}`);
    expect(places({ debris: 0.1, shave: 0.2 })).toEqual(places({}));
  });

  it.each<[SpoilKind, LabelImage]>([
    ["merge", touching],
    ["split", apart],
    ["miss", apart],
    ["shave", apart],
    ["debris", apart],
  ])("makes %s at about its rate, and nothing else", (kind, frame) => {
    const rate = 0.05;
    const { errors } = spoilMasks(movie(frame, 60), { ...none, [kind]: rate }, 11);
    const expected = rate * labelsOf(frame).size * 60;
    expect(new Set(errors.map((error) => error.kind))).toEqual(new Set([kind]));
    // Four standard deviations of a Poisson count, which lasting merges and debris widen.
    const margin = 4 * Math.sqrt((kind === "debris" ? 3.7 : kind === "merge" ? 1.8 : 1) * expected);
    expect(Math.abs(errors.length - expected)).toBeLessThan(margin);
  });

  it("refuses rates that are no shares", () => {
    expect(() => spoilMasks([apart], { ...none, miss: 1.5 }, 1)).toThrow(/rate miss/);
    expect(() => spoilMasks([apart], { ...none, miss: 0.6, shave: 0.6 }, 1)).toThrow(/at most 1 together/);
  });
});

describe("kinds of mistakes", () => {
  it("a merge makes one piece of two nuclei with a gap of 2 px, and of none with a wider one", () => {
    const { frames, errors } = spoilMasks(movie(touching, 5), { ...none, merge: 0.1 }, 3);
    expect(errors.length).toBeGreaterThan(20);
    for (const { frame, labels, x } of errors) {
      const [kept, gone] = labels as [number, number];
      const image = frames[frame]!;
      expect(gone).toBe(kept + 3);
      expect(areas(image)[gone] ?? 0).toBe(0);
      expect(piecesOf(image, kept)).toBe(1);
      const bridge = areas(image)[kept]! - 2 * areas(touching)[kept]!;
      expect(bridge).toBeGreaterThan(0);
      expect(bridge).toBeLessThan(20);
      expect((x - 12) % 17).toBeCloseTo(8.5, 6);
    }
    expect(spoilMasks(movie(grid(3)), { ...none, merge: 0.5 }, 3).errors).toEqual([]);
  });

  it("a merge lasts 1 to 3 frames", () => {
    const { errors } = spoilMasks(movie(touching, 300), { ...none, merge: 0.005 }, 3);
    const byPair = new Map<string, Set<number>>();
    for (const { frame, labels } of errors)
      byPair.set(String(labels), (byPair.get(String(labels)) ?? new Set()).add(frame));
    const runs: number[] = [];
    for (const frames of byPair.values())
      for (const frame of frames) {
        if (frames.has(frame - 1)) continue;
        let length = 1;
        while (frames.has(frame + length)) length++;
        runs.push(length);
      }
    const share = (length: number): number => runs.filter((run) => run === length).length / runs.length;
    expect(runs.length).toBeGreaterThan(150);
    expect(share(1)).toBeGreaterThan(0.6);
    expect(share(1)).toBeLessThan(0.8);
    expect(share(3)).toBeGreaterThan(0.03);
  });

  it("a split makes two parts of a third or more each, and loses no pixel", () => {
    const { frames, errors } = spoilMasks(movie(apart, 5), { ...none, split: 0.15 }, 3);
    expect(errors.length).toBeGreaterThan(50);
    frames.forEach((frame, t) => {
      const cut = errors.filter((error) => error.frame === t).map(({ labels }) => labels[0]!);
      expect(labelsOf(frame).size).toBe(labelsOf(apart).size + cut.length);
      for (const label of cut) {
        const share = areas(frame)[label]! / areas(apart)[label]!;
        expect(share).toBeGreaterThan(0.2);
        expect(share).toBeLessThan(0.8);
      }
      expect(coveredBy(frame)).toBe(coveredBy(apart));
    });
  });

  it("a missed nucleus has no pixel left", () => {
    const { frames, errors } = spoilMasks(movie(apart), { ...none, miss: 0.1 }, 3);
    for (const { frame, labels } of errors) expect(areas(frames[frame]!)[labels[0]!] ?? 0).toBe(0);
    const left = frames.reduce((sum, frame) => sum + labelsOf(frame).size, 0);
    expect(left).toBe(20 * labelsOf(apart).size - errors.length);
  });

  it("a shaved nucleus loses 1 or 2 px of its rim, on one side or all around", () => {
    const { frames, errors } = spoilMasks(movie(apart, 5), { ...none, shave: 0.2 }, 3);
    const losses = errors.map(({ frame, labels }) => {
      expect(piecesOf(frames[frame]!, labels[0]!)).toBe(1);
      return 1 - areas(frames[frame]!)[labels[0]!]! / areas(apart)[labels[0]!]!;
    });
    expect(Math.min(...losses)).toBeGreaterThan(0.05);
    expect(Math.min(...losses)).toBeLessThan(0.2);
    expect(Math.max(...losses)).toBeGreaterThan(0.4);
    expect(Math.max(...losses)).toBeLessThan(0.6);
  });

  it("debris is small, on background, and lasts up to 5 frames", () => {
    const { frames, errors } = spoilMasks(movie(apart, 40), { ...none, debris: 0.05 }, 3);
    const nucleus = areas(apart)[1]!;
    expect(errors.length).toBeGreaterThan(100);
    for (const { frame, y, x } of errors) {
      const image = frames[frame]!;
      const label = image.data[Math.round(y) * side + Math.round(x)]!;
      // The centre may have left the image, or lie on a nucleus.
      if (!(label > apart.count)) continue;
      expect(areas(image)[label]! / nucleus).toBeLessThan(0.35);
    }
    for (const frame of frames)
      apart.data.forEach((label, at) => {
        if (label > 0 && frame.data[at] !== label) expect.fail(`debris over nucleus ${label}`);
      });
    // Pieces move by less than a few px a frame, so a piece is seen again nearby.
    const isSeenBefore = errors.filter(({ frame, y, x }) =>
      errors.some((other) => other.frame === frame - 1 && Math.hypot(other.y - y, other.x - x) < 3),
    );
    const share = isSeenBefore.length / errors.length;
    expect(share).toBeGreaterThan(0.5);
    expect(share).toBeLessThan(0.85);
  });
});
