import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { decide, minCertainty } from "./decide.js";
import { emptyFeatures, type ObjectFeatures } from "./types.js";

/** Nuclei of all sorts, some of them no nuclei. */
function population(count: number, seed: number): ObjectFeatures {
  const rng = random(seed);
  const out = emptyFeatures(count);
  for (let i = 0; i < count; i++) {
    out.area[i] = Math.round(400 * Math.exp(rng.normal(0, 0.5)));
    out.diameter[i] = Math.sqrt((4 * out.area[i]!) / Math.PI);
    out.intensity[i] = 100 * Math.exp(rng.normal(0, 0.4));
    out.signalToNoise[i] = out.intensity[i]! / 2;
    out.sharpness[i] = rng.uniform(0.5, 1.5);
    out.solidity[i] = rng.uniform(0.8, 1);
    out.eccentricity[i] = rng.uniform(0, 0.9);
    out.ellipseResidual[i] = rng.uniform(0, 0.3);
    out.edgeContrast[i] = rng.uniform(0.1, 0.8);
    out.contact[i] = rng.uniform(0, 0.4);
    out.dip[i] = rng.uniform(0, 1);
    out.texture[i] = rng.uniform(0, 0.3);
    out.touchesEdge[i] = rng.integer(2);
  }
  return out;
}

/** Typical nuclei, each like the others. */
function alike(count: number): ObjectFeatures {
  const out = emptyFeatures(count);
  out.area.fill(400);
  out.diameter.fill(22.6);
  out.intensity.fill(100);
  out.signalToNoise.fill(50);
  out.sharpness.fill(1);
  out.solidity.fill(0.955);
  out.eccentricity.fill(0.5);
  out.ellipseResidual.fill(0.09);
  out.edgeContrast.fill(0.68);
  out.dip.fill(1);
  out.texture.fill(0.13);
  return out;
}

/** Some of the rows, in the given order. */
function rowsOf(features: ObjectFeatures, rows: readonly number[]): ObjectFeatures {
  const columns = Object.entries(features).map(([key, column]: [string, number | Float64Array]) => [
    key,
    typeof column === "number" ? rows.length : column.slice(0, rows.length).map((_, i) => column[rows[i]!]!),
  ]);
  return Object.fromEntries(columns) as ObjectFeatures;
}

describe("decide", () => {
  it("decides nothing of no frames, of empty ones, and rejects what could not be measured, with a reason", () => {
    expect(decide([])).toEqual([]);
    expect(decide([emptyFeatures(0), emptyFeatures(0)])).toEqual([[], []]);
    const [decisions] = decide([emptyFeatures(3)]);
    expect(decisions!.map(({ kept }) => kept)).toEqual([false, false, false]);
    for (const { score, reason } of decisions!) {
      expect(score).toBe(0);
      expect(reason).not.toBe("");
    }
  });

  it("gives each object a score of 0 to 1 and a reason unless it is kept, which no score below the least is", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer(), (count, seed) => {
        for (const { kept, score, reason } of decide([population(count, seed)])[0]!) {
          expect(score >= 0 && score <= 1).toBe(true);
          expect(reason === "").toBe(kept);
          if (kept) expect(score).toBeGreaterThanOrEqual(minCertainty);
        }
      }),
    );
  });

  it("does not depend on the order of the objects, nor on that of the images", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer(),
        fc.integer({ min: 0, max: 29 }),
        (count, seed, cut) => {
          const features = population(count, seed);
          const [expected] = decide([features]);
          const rows = Array.from({ length: count }, (_, i) => i);
          const [backwards] = decide([rowsOf(features, rows.toReversed())]);
          expect(backwards!.toReversed()).toEqual(expected);
          const parts = [rowsOf(features, rows.slice(cut)), rowsOf(features, rows.slice(0, cut))];
          expect(decide(parts.toReversed()).toReversed()).toEqual(decide(parts));
        },
      ),
    );
  });

  it("judges an image of many nuclei by itself, and one of few by what is usual", () => {
    const usual = population(60, 4);
    const larger = (count: number): ObjectFeatures => {
      const features = population(count, 4);
      return { ...features, area: features.area.map((value) => 4 * value) };
    };
    const keptOf = (features: ObjectFeatures): number =>
      decide([features, usual])[0]!.filter(({ kept }) => kept).length / features.count;
    const alone = (features: ObjectFeatures): number =>
      decide([features])[0]!.filter(({ kept }) => kept).length / features.count;
    expect(keptOf(larger(60))).toBeGreaterThan(0.8 * alone(larger(60)));
    expect(keptOf(larger(4))).toBeLessThan(0.5 * alone(larger(4)));
  });

  it("judges by ratios: twice the exposure and the noise changes nothing", () => {
    const features = population(50, 3);
    const brighter = { ...features, intensity: features.intensity.map((value) => 2 * value) };
    expect(decide([brighter])).toEqual(decide([features]));
    expect(new Set(decide([features])[0]!.map(({ kept }) => kept)).size).toBe(2);
  });

  it.each([
    // The odds of 9 that certainty 0.9 stands for, divided by the sensitivity to the power of 1.5.
    [0.5, 0.9622],
    [1, 0.9],
    [2, 0.7609],
    [4, 0.5294],
  ])("asks at sensitivity %d for a certainty of %d", (sensitivity, minimum) => {
    // Objects of all certainties: only the share of their outline in contact differs.
    const objects = alike(201);
    for (let i = 0; i < 201; i++) objects.contact[i] = i / 200;
    objects.dip.fill(-0.2);
    const [decisions] = decide([objects], { sensitivity });
    const scores = (kept: boolean): number[] =>
      decisions!.filter((decision) => decision.kept === kept).map(({ score }) => score);
    // Neighbours differ by little, so that the two sides enclose the limit.
    expect(Math.min(...scores(true))).toBeGreaterThanOrEqual(minimum - 1e-4);
    expect(Math.max(...scores(false))).toBeLessThan(minimum + 1e-4);
    expect(Math.min(...scores(true)) - Math.max(...scores(false))).toBeLessThan(0.02);
  });

  it.each([
    ["dim beside the others", { intensity: 10, signalToNoise: 50 }],
    ["hardly above the noise", { intensity: 100, signalToNoise: 4 }],
  ])("lowers the limits of what is %s by the sensitivity", (_, { intensity, signalToNoise }) => {
    const objects = alike(11);
    objects.intensity[10] = intensity;
    objects.signalToNoise[10] = signalToNoise;
    const reasonAt = (sensitivity: number): string => decide([objects], { sensitivity })[0]![10]!.reason;
    expect(reasonAt(1)).toMatch(/^intensity (over background )?is .* \(minimum (0\.15|5\.0)\)$/);
    expect(reasonAt(2)).not.toMatch(/^intensity (over background )?is /);
  });

  it("keeps with more sensitivity all that it keeps with less", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.double({ min: 0.1, max: 3, noNaN: true }),
        fc.double({ min: 1, max: 3, noNaN: true }),
        (seed, sensitivity, more) => {
          const features = population(20, seed);
          const [less, most] = [sensitivity, sensitivity * more].map(
            (value) => decide([features], { sensitivity: value })[0]!,
          );
          less!.forEach(({ kept }, i) => {
            if (kept) expect(most![i]!.kept).toBe(true);
          });
        },
      ),
    );
  });
});

describe("decide, of what looks like something else", () => {
  /** Ten typical nuclei, and one that differs in what is given. */
  const withOne = (
    given: Partial<Record<keyof ObjectFeatures, number>>,
  ): ReturnType<typeof decide>[number][number] => {
    const out = emptyFeatures(11);
    const typical = {
      area: 400,
      diameter: 22.6,
      intensity: 100,
      signalToNoise: 50,
      sharpness: 1,
      solidity: 0.955,
      eccentricity: 0.5,
      ellipseResidual: 0.09,
      edgeContrast: 0.68,
      contact: 0,
      dip: 1,
      texture: 0.13,
    };
    for (let i = 0; i < 11; i++)
      for (const [key, value] of Object.entries({ ...typical, ...(i === 10 ? given : {}) }))
        (out[key as keyof ObjectFeatures] as Float64Array)[i] = value;
    return decide([out])[0]![10]!;
  };

  it("rejects a small, bright and round fragment, and keeps a plate of a mitosis of that size and light", () => {
    expect(withOne({ area: 90, intensity: 180, eccentricity: 0.5 })).toMatchObject({
      kept: false,
      cause: "bright",
    });
    expect(withOne({ area: 90, intensity: 180, eccentricity: 0.5 }).reason).toMatch(
      /^area 0\.2\d and intensity 1\.80 of the median, and round \(eccentricity 0\.50\)/,
    );
    expect(withOne({ area: 90, intensity: 180, eccentricity: 0.9 }).cause).not.toBe("bright");
  });

  it("rejects what is large and dented, but not what is large or dented only", () => {
    const clump = { area: 560, solidity: 0.9, ellipseResidual: 0.16 };
    expect(withOne(clump)).toMatchObject({ kept: false, cause: "shape" });
    expect(withOne(clump).reason).toMatch(/two nuclei in one, or a ragged outline$/);
    expect(withOne({ ...clump, solidity: 0.95 }).kept).toBe(true);
    expect(withOne({ ...clump, area: 400 }).kept).toBe(true);
  });
});

describe("decide, of a movie", () => {
  /**
   * Twelve typical nuclei far apart; the last, where it is there, touches another along `contact` of its
   * outline without much of a dip.
   */
  function frame(contact?: number): ObjectFeatures {
    const out = emptyFeatures(contact === undefined ? 11 : 12);
    const typical = {
      area: 400,
      diameter: 22.6,
      intensity: 100,
      signalToNoise: 50,
      sharpness: 1,
      solidity: 0.95,
      eccentricity: 0.5,
      ellipseResidual: 0.09,
      edgeContrast: 0.68,
      contact: 0,
      dip: 1,
      texture: 0.13,
    };
    for (let i = 0; i < out.count; i++) {
      for (const [key, value] of Object.entries(typical)) out[key as keyof typeof typical][i] = value;
      [out.y[i], out.x[i]] = [30 + 60 * Math.floor(i / 4), 30 + 60 * (i % 4)];
    }
    if (contact !== undefined) [out.contact[11], out.dip[11]] = [contact, 0.2];
    return out;
  }
  const scoreIn = (frames: readonly ObjectFeatures[], at: number, kind: "movie" | "images"): number =>
    decide(frames, {}, kind)[at]![11]!.score;

  it("lends certainty to what every frame has, and takes some from what only one has", () => {
    for (const contact of [0, 0.2, 0.3, 0.4]) {
      const everywhere = [frame(contact), frame(contact), frame(contact)];
      const once = [frame(), frame(contact), frame()];
      for (const at of [0, 1, 2])
        expect(scoreIn(everywhere, at, "movie")).toBeGreaterThan(scoreIn(everywhere, at, "images"));
      if (contact >= 0.3) expect(scoreIn(once, 1, "movie")).toBeLessThan(scoreIn(once, 1, "images"));
      expect(scoreIn(once, 1, "movie")).toBeLessThan(scoreIn(everywhere, 1, "movie"));
    }
  });

  it("rejects for its flicker what it would keep by itself, and says how little support there is", () => {
    const once = [frame(), frame(0.52), frame()];
    expect(decide(once)[1]![11]).toMatchObject({ kept: true });
    const decision = decide(once, {}, "movie")[1]![11]!;
    expect(decision).toMatchObject({ kept: false, cause: "flicker" });
    expect(decision.reason).toMatch(
      /^certainty 0\.8\d \(minimum 0\.90\), mainly because of: no similar object in the frames before and after \(support 0\.00\)$/,
    );
    // What is too doubtful by itself is rejected for what it is.
    expect(decide([frame(), frame(0.7), frame()], {}, "movie")[1]![11]!.cause).toBe("touching");
    expect(decide([frame(0.52), frame(0.52), frame(0.52)], {}, "movie")[1]![11]!.kept).toBe(true);
  });

  it("judges one frame as an image", () => {
    for (const features of [population(30, 1), frame(0.4), emptyFeatures(0), emptyFeatures(2)])
      expect(decide([features], {}, "movie")).toEqual(decide([features]));
    expect(decide([], {}, "movie")).toEqual([]);
    expect(decide([emptyFeatures(0), emptyFeatures(0)], {}, "movie")).toEqual([[], []]);
  });

  it("does not let a neighbour override a limit", () => {
    const [first, second] = [frame(0), frame(0)];
    for (const features of [first, second]) features.intensity[11] = 10;
    const decision = decide([first, second], {}, "movie")[0]![11]!;
    expect(decision).toMatchObject({ kept: false, cause: "dim" });
    expect(decision.score).toBeLessThanOrEqual(0.5);
  });
});
