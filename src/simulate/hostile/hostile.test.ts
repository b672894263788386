import { describe, expect, it } from "vitest";
import type { LabelImage } from "../../core/labels.js";
import { measure } from "../../imgproc/regions.js";
import { type CtcTrack, validateCtc } from "../../io/ctc.js";
import { median } from "../../stats/percentile.js";
import { hostileMovie, type HostileMovie } from "./hostile.js";
import { hostileScenes, type HostileScene } from "./hostileoptions.js";

const names = Object.keys(hostileScenes) as HostileScene[];
const made = new Map<string, HostileMovie>();
/** Each scene is made once. */
function movieOf(name: HostileScene, seed = 1): HostileMovie {
  const key = `${name} ${seed}`;
  return made.get(key) ?? made.set(key, hostileMovie(hostileScenes[name], seed)).get(key)!;
}

/** A true nucleus in a frame. */
interface Seen {
  readonly y: number;
  readonly x: number;
  readonly area: number;
  readonly aspect: number;
  readonly edge: boolean;
  readonly solidity: number;
}

const measured = new WeakMap<LabelImage, ReadonlyMap<number, Seen>>();
function seenIn(image: LabelImage): ReadonlyMap<number, Seen> {
  const known = measured.get(image);
  if (known !== undefined) return known;
  const n = measure(image);
  const rows = new Map(
    Array.from(n.label, (label, row): [number, Seen] => [
      label,
      {
        y: n.y[row]!,
        x: n.x[row]!,
        area: n.area[row]!,
        aspect: n.minorAxis[row]! / n.majorAxis[row]!,
        edge: n.touchesEdge[row] === 1,
        solidity: n.solidity[row]!,
      },
    ]),
  );
  measured.set(image, rows);
  return rows;
}

interface Division {
  readonly frame: number;
  readonly mother: number;
  readonly before: Seen;
  readonly daughters: readonly Seen[];
  readonly labels: readonly number[];
}

/** Divisions of which mother and daughters lie within the image. */
function divisionsOf({ truth }: HostileMovie): Division[] {
  const children = new Map<number, CtcTrack[]>();
  for (const track of truth.tracks)
    if (track.parent > 0) children.set(track.parent, [...(children.get(track.parent) ?? []), track]);
  return [...children]
    .filter(([, tracks]) => tracks.length > 1)
    .map(([mother, tracks]) => {
      const frame = tracks[0]!.begin;
      return {
        frame,
        mother,
        before: seenIn(truth.labels[frame - 1]!).get(mother)!,
        daughters: tracks.map(({ label }) => seenIn(truth.labels[frame]!).get(label)!),
        labels: tracks.map(({ label }) => label),
      };
    })
    .filter(({ before, daughters }) => ![before, ...daughters].some(({ edge }) => edge));
}

const distance = (a: Seen, b: Seen): number => Math.hypot(a.y - b.y, a.x - b.x);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const usualArea = ({ truth }: HostileMovie): number =>
  median([...seenIn(truth.labels[0]!).values()].filter(({ edge }) => !edge).map(({ area }) => area));
const nucleiIn = (image: LabelImage): number => seenIn(image).size;

/** Displacements of nuclei that are whole in two consecutive frames. */
function steps({ truth }: HostileMovie): { frame: number; label: number; dy: number; dx: number }[] {
  return truth.labels.slice(1).flatMap((image, k) =>
    [...seenIn(image)].flatMap(([label, now]) => {
      const before = seenIn(truth.labels[k]!).get(label);
      if (before === undefined || before.edge || now.edge) return [];
      return [{ frame: k + 1, label, dy: now.y - before.y, dx: now.x - before.x }];
    }),
  );
}
const lengths = (movie: HostileMovie): number[] => steps(movie).map(({ dy, dx }) => Math.hypot(dy, dx));

/** Correlation of a nucleus' displacements in consecutive frames. */
function persistence(movie: HostileMovie): number {
  const all = new Map(steps(movie).map((step) => [`${step.frame} ${step.label}`, step]));
  let [both, squares] = [0, 0];
  for (const { frame, label, dy, dx } of all.values()) {
    const next = all.get(`${frame + 1} ${label}`);
    if (next === undefined) continue;
    both += dy * next.dy + dx * next.dx;
    squares += (dy * dy + dx * dx + next.dy ** 2 + next.dx ** 2) / 2;
  }
  return both / squares;
}

const spacing = ({ truth }: HostileMovie): number => {
  const all = [...seenIn(truth.labels[0]!).values()];
  return median(all.map((a) => Math.min(...all.filter((b) => b !== a).map((b) => distance(a, b)))));
};

describe("every scene", () => {
  it.each(names)("%s keeps the rules of the challenge", (name) => {
    const { truth, labels, intensity } = movieOf(name);
    expect(
      validateCtc(
        truth.tracks,
        truth.labels.map((image) => seenIn(image).keys()),
      ),
    ).toEqual([]);
    expect(labels).toHaveLength(hostileScenes[name].frames);
    labels.forEach((image, t) => {
      // Labels are consecutive in the order of their first pixel, so they tell nothing about tracks.
      expect(intensity[t]).toHaveLength(image.count + 1);
      expect(seenIn(image).size).toBe(image.count);
    });
    expect(truth.tracks.some(({ parent }) => parent > 0)).toBe(true);
  });

  it.each(names.filter((name) => hostileScenes[name].spoil === undefined))(
    "%s gives the tracker the true masks, but for mothers that vanish",
    (name) => {
      const { truth, labels, errors } = movieOf(name);
      labels.forEach((image, t) => {
        const gone = errors.filter(({ frame }) => frame === t).flatMap((error) => error.labels);
        const differing = image.data.filter(
          (label, i) =>
            label > 0 !== (truth.labels[t]!.data[i]! > 0 && !gone.includes(truth.labels[t]!.data[i]!)),
        );
        expect(differing).toHaveLength(0);
      });
      if (name !== "mother-vanishes") expect(errors).toEqual([]);
    },
  );

  it("depends on the options and the seed alone", () => {
    const bytes = ({ labels, truth }: HostileMovie): string[] =>
      [...labels, ...truth.labels].map(({ data }) => Buffer.from(data.buffer).toString("latin1"));
    const again = hostileMovie(hostileScenes.together, 1);
    expect(bytes(again)).toEqual(bytes(movieOf("together")));
    expect(again.truth.tracks).toEqual(movieOf("together").truth.tracks);
    expect(again.errors).toEqual(movieOf("together").errors);
    expect(again.intensity).toEqual(movieOf("together").intensity);
    expect(bytes(movieOf("together", 2))).not.toEqual(bytes(again));
  });

  it("refuses options out of their range", () => {
    expect(() => hostileMovie({ ...hostileScenes.plain, coverage: 0.9 }, 1)).toThrow(/hostile\.coverage/);
    expect(() => hostileMovie({ ...hostileScenes.plain, tripolar: 0.6, failed: 0.6 }, 1)).toThrow(/tripolar/);
  });
});

describe("how nuclei divide", () => {
  const areaRatio = (name: HostileScene): number =>
    median(divisionsOf(movieOf(name)).map(({ daughters }) => sum(daughters.map(({ area }) => area)))) /
    usualArea(movieOf(name));
  const motherRatio = (name: HostileScene): number =>
    median(divisionsOf(movieOf(name)).map(({ before }) => before.area)) / usualArea(movieOf(name));
  const apart = (name: HostileScene): number =>
    median(divisionsOf(movieOf(name)).map(({ daughters: [a, b] }) => distance(a!, b!))) /
    hostileScenes[name].diameter;
  const smaller = (name: HostileScene): number =>
    median(
      divisionsOf(movieOf(name))
        .filter(({ daughters }) => daughters.length === 2)
        .map(({ daughters: [a, b] }) => Math.min(a!.area, b!.area) / Math.max(a!.area, b!.area)),
    );

  it("plain: mothers condense, daughters have half of her usual area each, a radius to each side", () => {
    expect(divisionsOf(movieOf("plain")).length).toBeGreaterThan(20);
    expect(motherRatio("plain")).toBeLessThan(0.8);
    expect(areaRatio("plain")).toBeGreaterThan(0.9);
    expect(areaRatio("plain")).toBeLessThan(1.35);
    expect(smaller("plain")).toBeGreaterThan(0.85);
    expect(apart("plain")).toBeGreaterThan(0.85);
    expect(apart("plain")).toBeLessThan(1.2);
  });

  it("no-condensation: mothers are as large and as bright as before", () => {
    expect(motherRatio("no-condensation")).toBeGreaterThan(0.95);
    const brightest = (name: HostileScene): number => {
      const all = movieOf(name).intensity.flatMap((frame) => [...frame.subarray(1)]);
      return Math.max(...all) / median(all);
    };
    expect(brightest("no-condensation")).toBeLessThan(2);
    expect(brightest("plain")).toBeGreaterThan(2.2);
  });

  it("unequal-daughters: areas 1 to 2, intensities 2 to 1 or 1 to 2", () => {
    expect(smaller("unequal-daughters")).toBeGreaterThan(0.42);
    expect(smaller("unequal-daughters")).toBeLessThan(0.62);
    const movie = movieOf("unequal-daughters");
    const contrasts = divisionsOf(movie).map(({ frame, daughters }) => {
      const [a, b] = daughters.map(
        ({ y, x }) =>
          movie.intensity[frame]![
            movie.labels[frame]!.data[Math.round(y) * movie.labels[0]!.width + Math.round(x)]!
          ]!,
      );
      return Math.max(a! / b!, b! / a!);
    });
    expect(median(contrasts)).toBeGreaterThan(1.7);
    expect(median(contrasts)).toBeLessThan(2.3);
  });

  it("daughters-on-mother: one outline, cut in two", () => {
    const { truth } = movieOf("daughters-on-mother");
    const divisions = divisionsOf(movieOf("daughters-on-mother"));
    expect(divisions.length).toBeGreaterThan(20);
    const wholes = divisions.map(({ frame, labels, before, daughters }) => {
      const data = truth.labels[frame]!.data.map((label) => (labels.includes(label) ? 1 : 0));
      const whole = seenIn({ ...truth.labels[frame]!, data, count: 1 }).get(1)!;
      return {
        area: sum(daughters.map(({ area }) => area)) / before.area,
        solidity: whole.solidity,
        moved: distance(whole, before),
      };
    });
    expect(median(wholes.map(({ area }) => area))).toBeCloseTo(1, 1);
    expect(median(wholes.map(({ solidity }) => solidity))).toBeGreaterThan(0.94);
    expect(median(wholes.map(({ moved }) => moved))).toBeLessThan(4);
  });

  it("daughters-apart: two diameters from each other", () => {
    expect(apart("daughters-apart")).toBeGreaterThan(1.75);
    expect(apart("daughters-apart")).toBeLessThan(2.25);
  });

  it("full-grown: daughters are as large as others, and steps are of the order of the spacing", () => {
    const movie = movieOf("full-grown");
    const each = median(divisionsOf(movie).flatMap(({ daughters }) => daughters.map(({ area }) => area)));
    expect(each / usualArea(movie)).toBeGreaterThan(0.85);
    expect(median(lengths(movie)) / spacing(movie)).toBeGreaterThan(0.35);
  });

  it("mother-vanishes: no mother is found in the frame before she divides", () => {
    const movie = movieOf("mother-vanishes");
    const divisions = divisionsOf(movie);
    expect(divisions.length).toBeGreaterThan(20);
    const gone = new Set(movie.errors.map(({ kind, frame, labels }) => `${kind} ${frame} ${labels.join()}`));
    for (const { frame, mother } of divisions) expect(gone).toContain(`miss ${frame - 1} ${mother}`);
    movie.labels.forEach((image, t) => {
      const missing = movie.errors.filter(({ frame }) => frame === t).length;
      expect(nucleiIn(image)).toBe(nucleiIn(movie.truth.labels[t]!) - missing);
    });
  });

  it("odd-divisions: one in three has three daughters, and some nuclei condense in vain", () => {
    const counts = [1, 2, 3].flatMap((seed) =>
      divisionsOf(movieOf("odd-divisions", seed)).map(({ daughters }) => daughters.length),
    );
    const tripolar = counts.filter((count) => count === 3).length / counts.length;
    // Of 25 % tripolar, 25 % failed; one of three daughters is the more often cut by the border.
    expect(tripolar).toBeGreaterThan(0.18);
    expect(tripolar).toBeLessThan(0.5);
    const longest = (name: HostileScene): number =>
      movieOf(name).truth.labels.reduce(
        (most, image) =>
          most + [...seenIn(image).values()].filter(({ aspect, edge }) => aspect < 0.5 && !edge).length,
        0,
      );
    expect(longest("odd-divisions")).toBeGreaterThan(3 * longest("plain") + 10);
    expect(divisionsOf(movieOf("plain")).every(({ daughters }) => daughters.length === 2)).toBe(true);
  });
});

describe("how nuclei move and look", () => {
  it("plain: a persistent walk of less than a fifth of the spacing", () => {
    expect(persistence(movieOf("plain"))).toBeGreaterThan(0.4);
    expect(median(lengths(movieOf("plain"))) / spacing(movieOf("plain"))).toBeLessThan(0.2);
  });

  it("independent: faster, and without memory", () => {
    expect(persistence(movieOf("independent"))).toBeLessThan(0.1);
    expect(median(lengths(movieOf("independent"))) / median(lengths(movieOf("plain")))).toBeGreaterThan(2.2);
  });

  it("shared-flow: neighbours move alike, by more than a third of the spacing", () => {
    const movie = movieOf("shared-flow");
    expect(median(lengths(movie)) / spacing(movie)).toBeGreaterThan(1 / 3);
    // Swirls: the mean of the field is far smaller than the steps.
    const frames = movie.truth.labels
      .slice(1)
      .map((_, k) => steps(movie).filter(({ frame }) => frame === k + 1));
    const common = frames.map((all) =>
      Math.hypot(sum(all.map(({ dy }) => dy)) / all.length, sum(all.map(({ dx }) => dx)) / all.length),
    );
    expect(median(common)).toBeLessThan(0.7 * median(lengths(movie)));
  });

  it("stage-jumps: the whole field jumps, by up to three diameters, in some frames", () => {
    const movie = movieOf("stage-jumps");
    const common = movie.truth.labels.slice(1).map((_, k) => {
      const all = steps(movie).filter(({ frame }) => frame === k + 1);
      return Math.hypot(median(all.map(({ dy }) => dy)), median(all.map(({ dx }) => dx)));
    });
    const { diameter, jumps } = hostileScenes["stage-jumps"];
    const far = common.filter((shift) => shift > 0.5 * diameter).length;
    expect(far).toBeGreaterThan(0);
    expect(far).toBeLessThan(3 * jumps * common.length);
    expect(Math.max(...common)).toBeLessThan(3.2 * diameter);
    expect(median(common)).toBeLessThan(0.15 * diameter);
  });

  it("growth: areas double through the cycle, and breathe", () => {
    const movie = movieOf("growth");
    const changes = movie.truth.labels.slice(1).flatMap((image, k) =>
      [...seenIn(image)].flatMap(([label, now]) => {
        const before = seenIn(movie.truth.labels[k]!).get(label);
        return before === undefined || before.edge || now.edge ? [] : [Math.abs(now.area / before.area - 1)];
      }),
    );
    expect(median(changes)).toBeGreaterThan(0.06);
    expect(Math.max(...changes)).toBeGreaterThan(0.25);
    const complete = movie.truth.tracks.filter(({ parent, begin, end }) => parent > 0 && end - begin >= 15);
    const grown = complete.flatMap(({ label, begin }) => {
      const area = (t: number): number => {
        const seen = seenIn(movie.truth.labels[t]!).get(label)!;
        return seen.edge ? NaN : seen.area;
      };
      const [young, old] = [
        [0, 1, 2],
        [12, 13, 14],
      ].map((ages) => sum(ages.map((age) => area(begin + age))));
      return Number.isNaN(old! / young!) ? [] : [old! / young!];
    });
    // 12 of 40 frames of a linear growth from 1 to 2.
    expect(median(grown)).toBeGreaterThan(1.15);
    expect(median(grown)).toBeLessThan(1.5);
  });

  it("discs: equal, round, without intensities", () => {
    const movie = movieOf("discs");
    expect(movie.intensity.every((frame) => frame.every(Number.isNaN))).toBe(true);
    const whole = movie.truth.labels.flatMap((image) =>
      [...seenIn(image).values()].filter(({ edge }) => !edge),
    );
    const disc = (Math.PI / 4) * hostileScenes.discs.diameter ** 2;
    const like = whole.filter(({ area, aspect }) => Math.abs(area / disc - 1) < 0.08 && aspect > 0.93);
    expect(like.length / whole.length).toBeGreaterThan(0.9);
  });
});

describe("how often nuclei divide, and how many there are", () => {
  /** Divisions for each nucleus and frame. */
  const rate = (name: HostileScene): number => {
    const { truth } = movieOf(name);
    const mothers = new Set(truth.tracks.map(({ parent }) => parent));
    return (mothers.size - 1) / sum(truth.labels.map(nucleiIn));
  };

  it("interval-short and interval-long: about 1/100 and 1/4 of a cycle lie between frames", () => {
    // In a growing culture ln 2 divisions for each nucleus and cycle.
    expect((rate("interval-short") * 100) / Math.LN2).toBeGreaterThan(0.7);
    expect((rate("interval-short") * 100) / Math.LN2).toBeLessThan(1.5);
    expect((rate("interval-long") * 4) / Math.LN2).toBeGreaterThan(0.7);
    expect((rate("interval-long") * 4) / Math.LN2).toBeLessThan(1.5);
  });

  it("sparse and dense: 5 and 4000 nuclei a frame", () => {
    const perFrame = (name: HostileScene): number =>
      sum(movieOf(name).truth.labels.map(nucleiIn)) / movieOf(name).truth.labels.length;
    expect(perFrame("sparse")).toBeGreaterThan(2.5);
    expect(perFrame("sparse")).toBeLessThan(10);
    expect(perFrame("dense")).toBeGreaterThan(3600);
    expect(perFrame("dense")).toBeLessThan(4800);
    expect(perFrame("plain")).toBeGreaterThan(80);
    expect(perFrame("plain")).toBeLessThan(160);
  });

  it.each<HostileScene>(["bad-masks", "network-like"])("%s: mistakes at about their rates", (name) => {
    const { errors, truth } = movieOf(name);
    const nuclei = sum(truth.labels.map(nucleiIn));
    for (const [kind, rate] of Object.entries(hostileScenes[name].spoil!)) {
      const found = errors.filter((error) => error.kind === kind).length;
      expect(Math.abs(found - rate * nuclei)).toBeLessThan(4 * Math.sqrt(3 * rate * nuclei));
    }
  });

  it("together: masks, motion and divisions fail at once", () => {
    const movie = movieOf("together");
    expect(new Set(movie.errors.map(({ kind }) => kind)).size).toBe(5);
    expect(median(lengths(movie))).toBeGreaterThan(1.7 * median(lengths(movieOf("plain"))));
  });
});
