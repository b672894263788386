import { describe, expect, it } from "vitest";
import { positionsOf, type Spot, spotDiameter, type SpotMovie, spotPrices } from "../../../test/spots.js";
import { random } from "../../core/random.js";
import { Forest } from "../places/forest.js";
import { fitModel, type FoundEvents, type WeightedDivision } from "./fitmodel.js";
import type { MovieModel } from "./moviemodel.js";
import type { Prices } from "./prices.js";

const noSpans = { missed: 0, hidden: 0, pieces: 0 };

/** What a movie is simulated with. */
interface Walk {
  readonly cells?: number;
  readonly frames?: number;
  /** Deviation along each axis of a step beside what goes on of the one before, px. */
  readonly step?: number;
  readonly persistence?: number;
  readonly area?: number;
  readonly intensity?: number;
  /** Chance of a nucleus to end in a frame; another begins elsewhere in its stead. */
  readonly end?: number;
}

const size = { height: 1000, width: 1000 };

/** Walkers far from the border, with their true links. */
function walk({
  cells = 60,
  frames = 40,
  step = 2,
  persistence = 0,
  area: areaSigma = 0.1,
  intensity = 0.15,
  end = 0,
}: Walk = {}): { prices: Prices; forest: Forest } {
  const rng = random(11);
  const spots: Spot[] = [];
  const parents: number[] = [];
  for (let c = 0; c < cells; c++) {
    let [dy, dx, isNew] = [0, 0, true];
    let spot = { y: rng.uniform(200, 800), x: rng.uniform(200, 800), area: 100, mean: 50 };
    for (let t = 0; t < frames; t++) {
      parents.push(isNew ? -1 : spots.length - 1);
      spots.push({ t, ...spot });
      isNew = rng.next() < end;
      dy = persistence * dy + rng.normal(0, step);
      dx = persistence * dx + rng.normal(0, step);
      spot = isNew
        ? { y: rng.uniform(200, 800), x: rng.uniform(200, 800), area: 100, mean: 50 }
        : {
            y: spot.y + dy,
            x: spot.x + dx,
            area: spot.area * Math.exp(rng.normal(0, areaSigma)),
            mean: spot.mean * Math.exp(rng.normal(0, intensity)),
          };
    }
  }
  const prices = spotPrices({ spots, frames, size });
  const at = positionsOf(prices);
  const forest = new Forest(spots.length);
  parents.forEach((parent, k) => {
    if (parent >= 0) forest.link(at[parent]!, at[k]!);
  });
  return { prices, forest };
}

/** Frames that are linked to the next one; default all. */
const events = (
  prices: Prices,
  forest: Forest,
  { linked, divisions = [], spans = noSpans }: Partial<FoundEvents> = {},
): FoundEvents => ({
  prices,
  forest,
  divisions,
  spans,
  linked:
    linked ??
    Uint8Array.from({ length: prices.movie.frames }, (_, t) => (t + 1 < prices.movie.frames ? 1 : 0)),
});

const fitted = (options: Walk): MovieModel => {
  const { prices, forest } = walk(options);
  return fitModel(events(prices, forest));
};

const near = (value: number, truth: number, share: number): void => {
  expect(value).toBeGreaterThan(truth * (1 - share));
  expect(value).toBeLessThan(truth * (1 + share));
};

describe("fitModel: links", () => {
  it("finds how far nuclei move and how much they change", () => {
    for (const [step, area, intensity] of [
      [0.5, 0.03, 0.05],
      [3, 0.2, 0.4],
    ] as const) {
      const model = fitted({ step, area, intensity });
      // 2,340 links; the scale of heavier tails than the true ones is smaller by some percent.
      near(model.motion.sigma, step, 0.1);
      near(model.area.sigma, area, 0.1);
      near(model.intensity.sigma, intensity, 0.15);
      expect(model.motion.nu).toBeGreaterThan(6);
    }
  });

  it("finds the share of a movement that goes on", () => {
    expect(fitted({ persistence: 0 }).persistence).toBeLessThan(0.06);
    near(fitted({ persistence: 0.6 }).persistence, 0.6, 0.1);
    // What turns back does not go on.
    expect(fitted({ persistence: -0.5 }).persistence).toBe(0);
  });

  it("says nothing of what goes on from a few steps", () => {
    expect(fitted({ cells: 1, frames: 4, persistence: 0.9 }).persistence).toBeLessThan(0.2);
    expect(fitted({ cells: 2, frames: 2, persistence: 0.9 }).persistence).toBe(0);
  });

  it("stays at what is usual with no links", () => {
    const { prices } = walk({ cells: 10, frames: 4 });
    const none = new Forest(prices.movie.count);
    const model = fitModel(events(prices, none, { linked: new Uint8Array(4) }));
    const { model: before } = prices;
    for (const key of ["motion", "area", "cutArea", "intensity"] as const)
      expect(model[key].sigma).toBeCloseTo(before[key].sigma, 6);
    expect(model.persistence).toBe(0);
    for (const key of ["divide", "miss", "hide", "split"] as const)
      expect(model[key]).toBeCloseTo(before[key], 9);
    for (const place of ["inside", "border"] as const) {
      expect(model.end[place]).toBeCloseTo(before.end[place], 9);
      expect(model.appear[place]).toBeCloseTo(before.appear[place], 9);
    }
    for (const key of ["areaRatio", "intensityRatio"] as const)
      expect(model.division[key]).toBeCloseTo(before.division[key], 6);
    expect(model.division.offset.sigma).toBeCloseTo(before.division.offset.sigma, 6);
    for (const key of ["distance", "areaSum", "intensity", "motherArea", "motherIntensity"] as const) {
      expect(model.division[key].mean).toBeCloseTo(before.division[key].mean, 9);
      expect(model.division[key].sd).toBeCloseTo(before.division[key].sd, 9);
    }
  });

  it("learns the areas of nuclei that the border cuts from those alone", () => {
    const spots = Array.from({ length: 40 }, (_, k): Spot[] =>
      [0, 1, 2].map((t) => ({ t, y: 20 * k, x: 300, area: t === 1 && k < 20 ? 300 : 100, cut: k < 20 })),
    ).flat();
    const prices = spotPrices({ spots, size });
    const at = positionsOf(prices);
    const forest = new Forest(spots.length);
    spots.forEach(({ t }, k) => {
      if (t > 0) forest.link(at[k - 1]!, at[k]!);
    });
    const model = fitModel(events(prices, forest));
    expect(model.cutArea.sigma).toBeGreaterThan(10 * model.area.sigma);
  });

  it("gives the same whatever the unit of the intensity", () => {
    const { prices, forest } = walk({ cells: 20, frames: 10 });
    const { movie } = prices;
    const spots = Array.from({ length: movie.count }, (_, i): Spot => ({
      t: movie.frame[i]!,
      y: movie.y[i]!,
      x: movie.x[i]!,
      area: movie.area[i]!,
      mean: movie.intensity[i]! * (1 + 100 * movie.frame[i]!),
    }));
    const { intensity } = fitModel(events(spotPrices({ spots, size }), forest));
    expect(intensity.sigma).toBeCloseTo(fitModel(events(prices, forest)).intensity.sigma, 9);
  });
});

describe("fitModel: rates", () => {
  it("finds how often nuclei end and begin", () => {
    const { prices, forest } = walk({ end: 0.05 });
    const { end, appear } = fitModel(events(prices, forest));
    // 117 of 2,340 are expected: 9 % is a standard error, and the prior draws down by as much.
    near(end.inside, 0.05, 0.35);
    const density = (0.05 * 60) / prices.looks.insideArea;
    near(appear.inside, density, 0.35);
  });

  it("counts frames that were linked only", () => {
    const { prices, forest } = walk({ end: 0.05, frames: 40 });
    const { movie } = prices;
    const linked = Uint8Array.from({ length: 40 }, (_, t) => (t < 20 ? 1 : 0));
    const half = new Forest(movie.count);
    forest.parent.forEach((parent, child) => {
      if (parent >= 0 && linked[movie.frame[parent]!] === 1) half.link(parent, child);
    });
    const some = fitModel(events(prices, half, { linked }));
    near(some.end.inside, 0.05, 0.45);
    near(some.appear.inside, (0.05 * 60) / prices.looks.insideArea, 0.45);
    // Had it counted the frames that were not linked, half of all nuclei would have ended.
    const all = fitModel(events(prices, half));
    expect(all.end.inside).toBeGreaterThan(4 * some.end.inside);
    expect(all.appear.inside).toBeGreaterThan(4 * some.appear.inside);
  });

  it("knows the border from the inside", () => {
    const ends = Array.from({ length: 50 }, (_, k) => ({ t: 0, y: 5, x: 20 * k }));
    const lives = Array.from({ length: 50 }, (_, k) =>
      [0, 1].map((t) => ({ t, y: 500, x: 20 * k + 10 })),
    ).flat();
    const spots = [...lives, ...ends];
    const prices = spotPrices({ spots, frames: 2, size: { height: 1000, width: 2000 } });
    const at = positionsOf(prices);
    const forest = new Forest(spots.length);
    for (let k = 0; k < 50; k++) forest.link(at[2 * k]!, at[2 * k + 1]!);
    const { end } = fitModel(events(prices, forest));
    expect(end.border).toBeGreaterThan(0.15);
    expect(end.inside).toBeLessThan(0.01);
  });

  it("counts divisions by their probability, and what spans frames", () => {
    const { prices, forest } = walk({ cells: 20, frames: 10 });
    const base = fitModel(events(prices, forest));
    const division = (probability: number): WeightedDivision => ({
      mother: 0,
      daughters: [20, 21],
      probability,
    });
    const rate = (divisions: WeightedDivision[]): number =>
      fitModel(events(prices, forest, { divisions })).divide;
    expect(rate([division(1)])).toBeGreaterThan(base.divide);
    expect(rate([division(0.5), division(0.5)])).toBeCloseTo(rate([division(1)]), 12);
    for (const [of, key] of [
      ["missed", "miss"],
      ["hidden", "hide"],
      ["pieces", "split"],
    ] as const)
      expect(fitModel(events(prices, forest, { spans: { ...noSpans, [of]: 5 } }))[key]).toBeGreaterThan(
        base[key],
      );
  });

  it("never takes an end for certain", () => {
    const { prices } = walk({ cells: 60, frames: 40 });
    const { end } = fitModel(events(prices, new Forest(prices.movie.count)));
    expect(end.inside).toBeLessThanOrEqual(0.5);
  });
});

describe("fitModel: divisions", () => {
  /** Mothers whose daughters are alike but for a known scatter. */
  function divided(
    count: number,
    { sum = 0.2, ratio = 0.15, apart = 0.8 } = {},
  ): { prices: Prices; divisions: WeightedDivision[] } {
    const rng = random(3);
    const spots = Array.from({ length: count }, (_, k): Spot[] => {
      const [y, x] = [100 + 40 * (k % 20), 100 + 40 * Math.floor(k / 20)];
      const [half, log] = [(apart * spotDiameter) / 2, rng.normal(0, ratio)];
      const both = 100 * Math.exp(sum + rng.normal(0, 0.05));
      const one = both / (1 + Math.exp(log));
      return [
        { t: 0, y, x, area: 100, mean: 80 },
        { t: 1, y, x: x - half, area: one, mean: 120 },
        { t: 1, y, x: x + half, area: both - one, mean: 120 },
      ];
    }).flat();
    const movie: SpotMovie = { spots, size };
    const prices = spotPrices(movie);
    const at = positionsOf(prices);
    return {
      prices,
      divisions: Array.from({ length: count }, (_, k) => ({
        mother: at[3 * k]!,
        daughters: [at[3 * k + 1]!, at[3 * k + 2]!],
        probability: 1,
      })),
    };
  }

  it("finds how daughters look beside their mothers", () => {
    const { prices, divisions } = divided(200);
    const { division } = fitModel(events(prices, new Forest(prices.movie.count), { divisions }));
    expect(division.areaSum.mean).toBeCloseTo(0.2, 1);
    near(division.areaRatio, 0.15, 0.2);
    expect(division.distance.mean).toBeCloseTo(Math.log(0.8), 1);
    expect(division.areaSum.sd).toBeLessThan(0.1);
    expect(division.offset.sigma).toBeLessThan(0.1);
  });

  it("is moved little by one division, and less by one that is in doubt", () => {
    const { prices, divisions } = divided(1, { apart: 3 });
    const fit = (probability: number): number =>
      fitModel(
        events(prices, new Forest(3), { divisions: divisions.map((one) => ({ ...one, probability })) }),
      ).division.distance.mean;
    const before = prices.model.division.distance.mean;
    expect(fit(1)).toBeGreaterThan(fit(0.3));
    expect(fit(0.3)).toBeGreaterThan(before);
    expect(fit(1)).toBeLessThan((before + Math.log(3)) / 2);
  });

  it("leaves areas of nuclei that the border cuts out", () => {
    const { prices, divisions } = divided(30, { sum: 1.5 });
    const cut = { ...prices, looks: { ...prices.looks, cut: new Uint8Array(prices.movie.count).fill(1) } };
    const { division } = fitModel(events(cut, new Forest(prices.movie.count), { divisions }));
    expect(division.areaSum.mean).toBeCloseTo(prices.model.division.areaSum.mean, 9);
    expect(division.distance.mean).toBeCloseTo(Math.log(0.8), 1);
  });
});
