import { describe, expect, it } from "vitest";
import { positionsOf, type Spot, type SpotMovie, spotDiameter, spotPrices } from "../../../test/spots.js";
import { random } from "../../core/random.js";
import { alike, divisionGain, linkGain, type Prices, stayGain } from "./prices.js";

/** Eight nuclei of two frames. */
function crowd(seed: number): Spot[] {
  const rng = random(seed);
  return [0, 1].flatMap((t) =>
    Array.from({ length: 4 }, () => ({
      t,
      y: 90 + rng.uniform(0, 20),
      x: 90 + rng.uniform(0, 20),
      area: rng.uniform(50, 150),
      mean: rng.uniform(20, 80),
    })),
  );
}

/** Gains of all links and divisions of the first two frames, by the index of the spots. */
function gainsOf(prices: Prices, spots: readonly Spot[]): number[] {
  const at = positionsOf(prices);
  const ofFrame = (t: number): number[] => at.filter((_, k) => spots[k]!.t === t);
  return ofFrame(0).flatMap((from) =>
    ofFrame(1).flatMap((to) => [
      linkGain(prices, from, to),
      ...ofFrame(1).flatMap((other) => (other === to ? [] : [divisionGain(prices, from, to, other)])),
    ]),
  );
}

/** Expects the same gains but for rounding. */
function expectSame(spots: readonly Spot[], changed: readonly Spot[], movie: Partial<SpotMovie> = {}): void {
  const expected = gainsOf(spotPrices({ spots }), spots);
  gainsOf(spotPrices({ spots: changed, ...movie }), changed).forEach((gain, k) =>
    expect(gain).toBeCloseTo(expected[k]!, 8),
  );
}

describe("gains", () => {
  it("do not change with the brightness of a frame", () => {
    const spots = crowd(1);
    expectSame(
      spots,
      spots.map((spot) => ({ ...spot, mean: spot.mean! * (spot.t === 0 ? 0.02 : 700) })),
    );
  });

  it("do not change with where the image begins", () => {
    const spots = crowd(2);
    expectSame(
      spots,
      spots.map((spot) => ({ ...spot, y: spot.y - 400, x: spot.x + 55 })),
      { size: { top: -400, left: 55, height: 200, width: 200 } },
    );
  });

  it("do not change with the order of the nuclei, nor with that of daughters", () => {
    const spots = crowd(3);
    const turned = [...spots].reverse();
    const [prices, other] = [spotPrices({ spots }), spotPrices({ spots: turned })];
    const [at, otherAt] = [positionsOf(prices), positionsOf(other).reverse()];
    for (const [m, a, b] of [
      [0, 4, 5],
      [1, 6, 4],
      [3, 7, 6],
    ] as const) {
      expect(linkGain(other, otherAt[m]!, otherAt[a]!)).toBe(linkGain(prices, at[m]!, at[a]!));
      const gain = divisionGain(prices, at[m]!, at[a]!, at[b]!);
      expect(divisionGain(other, otherAt[m]!, otherAt[a]!, otherAt[b]!)).toBeCloseTo(gain, 9);
      expect(divisionGain(prices, at[m]!, at[b]!, at[a]!)).toBeCloseTo(gain, 9);
    }
  });

  it("do not change when nuclei move with the drift", () => {
    const spots = crowd(4);
    const moved = spots.map((spot) => (spot.t === 0 ? spot : { ...spot, y: spot.y + 6, x: spot.x - 9 }));
    const drift = { dy: new Float64Array(8).fill(6), dx: new Float64Array(8).fill(-9) };
    expectSame(spots, moved, { drift });
  });

  it("do not change when lengths are measured in another unit, but for the density of places", () => {
    // Twice as long, with areas and the model's motion to match.
    const from: Spot[] = [
      { t: 0, y: 100, x: 100, mean: 50 },
      { t: 1, y: 103, x: 101, area: 110, mean: 60 },
    ];
    const prices = spotPrices({ spots: from });
    const { motion, appear } = prices.model;
    const finer = spotPrices({
      spots: from.map((spot) => ({ ...spot, y: 2 * spot.y, x: 2 * spot.x })),
      size: { height: 400, width: 400 },
      model: {
        motion: { ...motion, sigma: 2 * motion.sigma },
        appear: { inside: appear.inside / 4, border: appear.border / 4 },
      },
    });
    expect(linkGain(finer, 0, 1)).toBeCloseTo(linkGain(prices, 0, 1), 9);
  });

  it("without intensities are those of places and areas alone", () => {
    const spots = crowd(5).map(({ mean: _, ...spot }) => spot);
    for (const gain of gainsOf(spotPrices({ spots }), spots)) expect(Number.isFinite(gain)).toBe(true);
    const one = spots.map((spot, k) => (k === 0 ? { ...spot, mean: 5 } : spot));
    expectSame(spots, one);
  });
});

/** Expects each to be less than the one before. */
function expectFall(gains: readonly number[]): void {
  for (let k = 1; k < gains.length; k++) expect(gains[k]).toBeLessThan(gains[k - 1]!);
}

const plain = { y: 100, x: 100, area: 100, mean: 50 };
/** Others that set the median of the frame. */
const others: Spot[] = [0, 1].flatMap((t) =>
  [20, 60, 180].map((x) => ({ t, y: 30, x, area: 100, mean: 50 })),
);

describe("linkGain", () => {
  const gain = (to: Partial<Spot>, from: Partial<Spot> = {}): number => {
    const prices = spotPrices({ spots: [{ t: 0, ...plain, ...from }, { t: 1, ...plain, ...to }, ...others] });
    const at = positionsOf(prices);
    return linkGain(prices, at[0]!, at[1]!);
  };

  it("falls with the distance, in any direction alike", () => {
    expectFall([0, 1, 3, 8, 20].map((d) => gain({ x: 100 + d })));
    expect(gain({ y: 103, x: 104 })).toBeCloseTo(gain({ y: 95 }), 9);
  });

  it("falls with the difference of areas and of intensities", () => {
    const change = ({ area = 100, mean = 50 }: Partial<Spot>): number => {
      const prices = spotPrices({ spots: [{ t: 0, ...plain, area, mean }, { t: 1, ...plain }, ...others] });
      const at = positionsOf(prices);
      return linkGain(prices, at[0]!, at[1]!);
    };
    expectFall([100, 115, 140, 200, 400].map((area) => change({ area })));
    expectFall([100, 87, 70, 50, 25].map((area) => change({ area })));
    expectFall([50, 60, 90, 200].map((mean) => change({ mean })));
    expectFall([50, 40, 25, 10].map((mean) => change({ mean })));
  });

  it("is higher between two that are both unlike all others", () => {
    const rare = { area: 300, mean: 200 };
    expect(gain(rare, rare)).toBeGreaterThan(gain({}, {}) + 2);
  });

  it("is the gain of going on to the place expected", () => {
    const prices = spotPrices({
      spots: [
        { t: 0, ...plain },
        { t: 1, ...plain, x: 104 },
      ],
    });
    expect(linkGain(prices, 0, 1)).toBe(stayGain(prices, 0, 1, 16));
    prices.expected.dx[0] = 4;
    expect(linkGain(prices, 0, 1)).toBe(stayGain(prices, 0, 1, 0));
  });

  it("takes a nucleus at the border to come and go more easily", () => {
    const atBorder = gain({ y: 4 }, { y: 4 });
    expect(atBorder).toBeLessThan(gain({}, {}));
  });

  it("takes the area of a nucleus that the border cuts for uncertain", () => {
    const cut = (area: number, isCut: boolean): number => gain({ area, cut: isCut });
    // A great change is likelier in one that is cut, none is less likely.
    expect(cut(40, true)).toBeGreaterThan(cut(40, false) + 1);
    expect(cut(100, true)).toBeLessThan(cut(100, false));
    expect(gain({ area: 40 }, { cut: true })).toBe(cut(40, true));
  });
});

describe("alike", () => {
  it("takes changes for likelier over more frames", () => {
    const prices = spotPrices({
      spots: [{ t: 0, ...plain }, { t: 1, ...plain, area: 160, mean: 90 }, ...others],
    });
    const [from, to] = positionsOf(prices);
    const over = [1, 2, 4, 8].map((frames) => alike(prices, from!, to!, frames));
    expectFall([...over].reverse());
  });

  it("takes a far place for likelier over more frames, and the same place for less", () => {
    const prices = spotPrices({
      spots: [
        { t: 0, ...plain },
        { t: 1, ...plain },
      ],
    });
    const place = (squared: number, frames: number): number =>
      stayGain(prices, 0, 1, squared, frames) - alike(prices, 0, 1, frames);
    expect(place(400, 4)).toBeGreaterThan(place(400, 1));
    expect(place(0, 4)).toBeLessThan(place(0, 1));
  });
});

describe("divisionGain", () => {
  interface Change {
    readonly offset?: number;
    readonly distance?: number;
    readonly areas?: readonly [number, number];
    readonly means?: readonly [number, number];
    readonly cut?: boolean;
  }
  /** Of daughters on both sides of the mother's place. */
  const gain = (
    { offset = 0, distance = 10, areas = [55, 55], means = [50, 50], cut = false }: Change,
    model: SpotMovie["model"] = {},
  ): number => {
    const spots: Spot[] = [
      { t: 0, ...plain, cut },
      { t: 1, y: 100 + offset, x: 100 - distance / 2, area: areas[0], mean: means[0] },
      { t: 1, y: 100 + offset, x: 100 + distance / 2, area: areas[1], mean: means[1] },
      ...others,
      ...others.filter(({ t }) => t === 1).map((spot) => ({ ...spot, y: 60 })),
    ];
    const prices = spotPrices({ spots, model });
    const [mother, a, b] = positionsOf(prices);
    return divisionGain(prices, mother!, a!, b!);
  };

  it("falls with the distance from the mother to the middle of the daughters", () => {
    expectFall([0, 2, 5, 10, 20].map((offset) => gain({ offset })));
  });

  it("falls with the difference between the daughters", () => {
    const uneven = [0, 0.3, 0.8, 1.4];
    // Among nuclei of all areas and intensities none is rare.
    const any = { anyArea: { mean: Math.log(100), sd: 10 }, anyIntensity: { mean: 0, sd: 10 } };
    expectFall(uneven.map((log) => gain({ areas: [55 * Math.exp(log / 2), 55 * Math.exp(-log / 2)] }, any)));
    expectFall(uneven.map((log) => gain({ means: [50 * Math.exp(log), 50 * Math.exp(-log)] }, any)));
  });

  it("falls as the daughters are larger together, or farther apart, than daughters are", () => {
    expectFall([55, 80, 120, 200].map((area) => gain({ areas: [area, area] })));
    expectFall([12, 20, 40, 80].map((distance) => gain({ distance })));
  });

  it("rises with how often nuclei divide", () => {
    expect(gain({}, { divide: 0.05 }) - gain({}, { divide: 0.01 })).toBeCloseTo(Math.log(5), 1);
  });

  it("takes the areas of nuclei that the border cuts for uncertain", () => {
    const large = { areas: [150, 150] as const };
    expect(gain({ ...large, cut: true }) - gain({ cut: true })).toBeGreaterThan(gain(large) - gain({}));
  });

  it("is a number where daughters lie on one another", () => {
    expect(Number.isFinite(gain({ distance: 0 }))).toBe(true);
  });
});

describe("reach", () => {
  it("is where a link of nuclei that look the same gains nothing", () => {
    const at = (x: number): Prices =>
      spotPrices({
        spots: [
          { t: 0, ...plain },
          { t: 1, ...plain, x },
        ],
        farthest: 1e9,
        size: { top: -2000, left: -2000, height: 4000, width: 4000 },
      });
    const { reach } = at(100);
    expect(reach).toBeGreaterThan(spotDiameter);
    const gain = (distance: number): number => linkGain(at(100 + distance), 0, 1);
    // The movie's usual look is the likeliest one: nothing gains beyond its reach but what is rare.
    expect(gain(0.98 * reach)).toBeGreaterThan(-0.2);
    expect(gain(1.05 * reach)).toBeLessThan(0);
  });

  it("is never more than what is given", () => {
    expect(spotPrices({ spots: [{ t: 0, ...plain }], farthest: 3 }).reach).toBe(3);
  });
});
