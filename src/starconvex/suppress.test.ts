import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { StarPolygons } from "../core/polygons.js";
import { random, type Random } from "../core/random.js";
import { rayDirections } from "./distances.js";
import { cornersInto, polygonAreas, takePolygons } from "./geometry.js";
import { discIntersectionArea, discsShareMore, intersectionArea, overlapScratch } from "./overlap.js";
import { suppress, suppressAt, SuppressionStream } from "./suppress.js";

/** Clusters of polygons. */
interface Clusters {
  /** Number of places that have a cluster. */
  readonly truths: number;
  /** Number of polygons of a cluster. */
  readonly each: number;
  readonly rays: number;
  /** Mean radius, px. */
  readonly radius: number;
  /** Edge of the image, px. */
  readonly side: number;
}

/** Jagged polygons in clusters. */
function clusters(rng: Random, { truths, each, rays, radius, side }: Clusters): StarPolygons {
  const count = truths * each;
  const [centers, distances, scores] = [
    new Float32Array(2 * count),
    new Float32Array(count * rays),
    new Float32Array(count),
  ];
  for (let t = 0; t < truths; t++) {
    const [cy, cx, r] = [rng.uniform(0, side), rng.uniform(0, side), radius * rng.uniform(0.6, 1.4)];
    for (let i = t * each; i < (t + 1) * each; i++) {
      centers.set([cy + rng.normal(0, r / 4), cx + rng.normal(0, r / 4)], 2 * i);
      for (let k = 0; k < rays; k++) distances[i * rays + k] = r * Math.max(0.2, 1 + rng.normal(0, 0.15));
      // Few levels, so that there are ties.
      scores[i] = rng.integer(20) / 20;
    }
  }
  return { count, rays, centers, distances, scores };
}

function cornersOf(polygons: StarPolygons, row: number): Float64Array {
  const out = new Float64Array(2 * polygons.rays);
  cornersInto(out, polygons, row, rayDirections(polygons.rays));
  return out;
}

type Point = readonly [number, number];

/** Exact: every triangle of one star clipped by every triangle of the other (Sutherland and Hodgman). */
function exactIntersection(polygons: StarPolygons, a: number, b: number): number {
  const triangles = (row: number): Point[][] => {
    const { rays, centers } = polygons;
    const corners = cornersOf(polygons, row);
    return Array.from({ length: rays }, (_, k) => {
      const next = (k + 1) % rays;
      return [
        [centers[2 * row]!, centers[2 * row + 1]!],
        [corners[k]!, corners[rays + k]!],
        [corners[next]!, corners[rays + next]!],
      ];
    });
  };
  const cross = (p: Point, q: Point, r: Point): number =>
    (q[1] - p[1]) * (r[0] - p[0]) - (q[0] - p[0]) * (r[1] - p[1]);
  const clip = (subject: Point[], p: Point, q: Point): Point[] =>
    subject.flatMap((here, i) => {
      const previous = subject.at(i - 1)!;
      const [inHere, inPrevious] = [cross(p, q, here), cross(p, q, previous)];
      const t = inPrevious / (inPrevious - inHere);
      const cut: Point = [
        previous[0] + t * (here[0] - previous[0]),
        previous[1] + t * (here[1] - previous[1]),
      ];
      return [...(inHere >= 0 !== inPrevious >= 0 ? [cut] : []), ...(inHere >= 0 ? [here] : [])];
    });
  let sum = 0;
  for (const s of triangles(a)) {
    for (const [p, q, r] of triangles(b) as [Point, Point, Point][]) {
      const piece = [
        [p, q],
        [q, r],
        [r, p],
      ].reduce((rest, edge) => clip(rest, edge[0]!, edge[1]!), s);
      for (let i = 2; i < piece.length; i++) sum += cross(piece[0]!, piece[i - 1]!, piece[i]!) / 2;
    }
  }
  return sum;
}

const scanlineIntersection = (polygons: StarPolygons, a: number, b: number): number =>
  intersectionArea(cornersOf(polygons, a), cornersOf(polygons, b), overlapScratch(polygons.rays));

describe("intersectionArea", () => {
  it("is the overlap of two squares", () => {
    const d = Math.SQRT2 * 2;
    const squares: StarPolygons = {
      count: 2,
      rays: 8,
      centers: Float32Array.from([5, 5, 6, 7]),
      scores: new Float32Array(2),
      distances: Float32Array.from([2, d, 2, d, 2, d, 2, d, 2, d, 2, d, 2, d, 2, d]),
    };
    expect(polygonAreas(squares)[0]).toBeCloseTo(16, 5);
    expect(scanlineIntersection(squares, 0, 1)).toBeCloseTo(3 * 2, 5);
    expect(scanlineIntersection(squares, 0, 0)).toBeCloseTo(16, 5);
  });

  it("is within 1 % of the smaller polygon of the exact area, and symmetric", () => {
    const polygons = clusters(random(3), { truths: 12, each: 4, rays: 32, radius: 10, side: 60 });
    const areas = polygonAreas(polygons);
    let worst = 0;
    let overlapping = 0;
    for (let a = 0; a < polygons.count; a++) {
      for (let b = 0; b <= a; b++) {
        const area = scanlineIntersection(polygons, a, b);
        if (area > 0) overlapping++;
        worst = Math.max(
          worst,
          Math.abs(area - exactIntersection(polygons, a, b)) / Math.min(areas[a]!, areas[b]!),
        );
        expect(area).toBe(scanlineIntersection(polygons, b, a));
      }
    }
    expect(overlapping).toBeGreaterThan(100);
    // Recorded: 0.0084.
    expect(worst).toBeLessThan(0.01);
  });
});

describe("discIntersectionArea", () => {
  it("knows disjoint, nested and half overlapping discs", () => {
    expect(discIntersectionArea(2, 1, 3)).toBe(0);
    expect(discIntersectionArea(2, 1, 0.5)).toBeCloseTo(Math.PI, 12);
    // Equal unit circles through each other's centre: 2 pi / 3 - sqrt 3 / 2.
    expect(discIntersectionArea(1, 1, 1)).toBeCloseTo((2 * Math.PI) / 3 - Math.sqrt(3) / 2, 12);
  });
});

describe("discsShareMore", () => {
  it("decides as the area does, near the limit and far from it", () => {
    const rng = random(4);
    let [more, trials, wrong] = [0, 0, 0];
    for (let trial = 0; trial < 20_000; trial++) {
      const [r, s] = [rng.uniform(0, 12), rng.uniform(0, 12)];
      const distance = trial % 50 === 0 ? Math.abs(r - s) : rng.uniform(0, 1.05 * (r + s));
      const area = discIntersectionArea(r, s, distance);
      for (const share of [0, 0.3, 0.6, 0.9, 0.999, 1, 1.001, 1.2, 3]) {
        trials++;
        const expected = area > share * area;
        if (expected) more++;
        if (discsShareMore(r, s, distance, share * area) !== expected) wrong++;
      }
    }
    expect([wrong, more > trials / 4, more < (3 * trials) / 4]).toEqual([0, true, true]);
  });
});

describe("suppressAt", () => {
  it("keeps at each threshold what is kept at it alone", () => {
    const polygons = clusters(random(8), { truths: 12, each: 12, rays: 16, radius: 12, side: 120 });
    const thresholds = [0.2, 0.4, 0.6];
    const kept = suppressAt(polygons, thresholds);
    expect(kept).toEqual(thresholds.map((threshold) => suppress(polygons, threshold)));
    expect(new Set(kept.map(({ length }) => length)).size).toBe(3);
  });
});

describe("suppress", () => {
  it("keeps what stardist keeps", () => {
    const bytes = readFileSync(
      new URL("../../fixtures/starconvex/candidates_400x19_f32.bin", import.meta.url),
    );
    const table = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    const { kept } = JSON.parse(
      readFileSync(new URL("../../fixtures/starconvex/polygons.json", import.meta.url), "utf8"),
    ) as {
      kept: Record<string, number[]>;
    };
    const row = (i: number): Float32Array => table.subarray(19 * i, 19 * i + 19);
    const all = Array.from({ length: 400 }, (_, i) => row(i));
    const candidates: StarPolygons = {
      count: 400,
      rays: 16,
      centers: Float32Array.from(all.flatMap((r) => [r[0]!, r[1]!])),
      scores: Float32Array.from(all, (r) => r[2]!),
      distances: Float32Array.from(all.flatMap((r) => [...r.subarray(3)])),
    };
    for (const threshold of [0.2, 0.4, 0.6])
      expect([...suppress(candidates, threshold)]).toEqual(kept[String(threshold)]);
  });

  it("equals the greedy rule applied to all pairs", () => {
    for (const threshold of [0, 0.3, 0.4, 0.9]) {
      const polygons = clusters(random(11), { truths: 30, each: 8, rays: 12, radius: 9, side: 120 });
      const areas = polygonAreas(polygons);
      const order = Array.from(polygons.scores, (_, i) => i).sort(
        (a, b) => polygons.scores[b]! - polygons.scores[a]! || a - b,
      );
      const kept: number[] = [];
      const tooMuch = (a: number, b: number): boolean =>
        scanlineIntersection(polygons, a, b) > threshold * Math.min(areas[a]!, areas[b]!);
      for (const row of order) if (!kept.some((other) => tooMuch(row, other))) kept.push(row);
      expect([...suppress(polygons, threshold)]).toEqual(kept);
    }
  });

  it("keeps, above a score, what it keeps when only those are given", () => {
    const polygons = clusters(random(5), { truths: 20, each: 6, rays: 16, radius: 8, side: 100 });
    const above = [...polygons.scores.keys()].filter((row) => polygons.scores[row]! > 0.5);
    const fewer = [...suppress(takePolygons(polygons, above), 0.4)].map((i) => above[i]!);
    expect(fewer).toEqual([...suppress(polygons, 0.4)].filter((row) => polygons.scores[row]! > 0.5));
  });

  it("drops polygons without area and takes no candidates", () => {
    const none: StarPolygons = {
      count: 0,
      rays: 8,
      centers: new Float32Array(0),
      distances: new Float32Array(0),
      scores: new Float32Array(0),
    };
    expect(suppress(none, 0.4).length).toBe(0);
    const flat: StarPolygons = {
      count: 3,
      rays: 4,
      centers: new Float32Array(6),
      scores: Float32Array.from([0.9, 0.8, 0.7]),
      distances: Float32Array.from([0, 0, 0, 0, NaN, 1, 1, 1, 2, 2, 2, 2]),
    };
    expect([...suppress(flat, 0.4)]).toEqual([2]);
  });

  it("refuses a threshold in percent", () => {
    expect(() =>
      suppress(clusters(random(1), { truths: 1, each: 1, rays: 8, radius: 5, side: 10 }), 40),
    ).toThrow(/overlap threshold: expected 0..1, received 40/);
  });
});

describe("SuppressionStream", () => {
  const side = 300;
  const all = clusters(random(8), { truths: 60, each: 40, rays: 16, radius: 12, side });
  const reach = all.distances.reduce((most, d) => Math.max(most, d), 0);

  /** What is kept, as rows of all candidates, and how many waited at most. Tiles come in row-major order. */
  function streamed(tile: number, reach: number, threshold: number): { rows: number[]; waiting: number } {
    const stream = new SuppressionStream(16, threshold, reach);
    let waiting = 0;
    // Centres lie all around the square, too: the outermost tiles take them.
    const at = (v: number): number => Math.min(Math.ceil(side / tile) - 1, Math.max(0, Math.floor(v / tile)));
    for (let i = 0; i < side / tile; i++) {
      for (let j = 0; j < side / tile; j++) {
        const rows = [...all.scores.keys()].filter(
          (row) => at(all.centers[2 * row]!) === i && at(all.centers[2 * row + 1]!) === j,
        );
        const [lastRow, lastColumn] = [(i + 1) * tile >= side, (j + 1) * tile >= side];
        const from = i === 0 ? -Infinity : i * tile;
        stream.add(takePolygons(all, rows), Float64Array.from(rows), {
          below: lastRow ? Infinity : (i + 1) * tile,
          from,
          right: lastColumn ? Infinity : (j + 1) * tile,
        });
        waiting = Math.max(waiting, stream.open);
      }
    }
    const kept = stream.finish();
    expect(stream.open).toBe(0);
    const places = new Map(
      [...all.scores.keys()].map((row) => [`${all.centers[2 * row]} ${all.centers[2 * row + 1]}`, row]),
    );
    return {
      rows: Array.from({ length: kept.count }, (_, row) =>
        places.get(`${kept.centers[2 * row]} ${kept.centers[2 * row + 1]}`)!,
      ),
      waiting,
    };
  }

  it("keeps what is kept when all are known at once, in the same order, whatever the parts", () => {
    for (const threshold of [0, 0.1, 0.4, 0.8]) {
      const expected = [...suppress(all, threshold)];
      expect(expected.length).toBeGreaterThan(30);
      for (const tile of [20, 37, 75, 150, 300])
        expect(streamed(tile, reach, threshold).rows).toEqual(expected);
    }
  });

  it("would not, if it believed the polygons smaller than they are (the check can fail)", () => {
    const wrong = (reach: number): boolean =>
      [0, 0.1, 0.4].some((t) =>
        [7, 11, 20].some((tile) => streamed(tile, reach, t).rows.join() !== [...suppress(all, t)].join()),
      );
    // That no candidate to come comes nearer than 5 px, which the smallest of these do.
    expect(wrong(-5)).toBe(true);
  });

  it("lets only those wait that can still be overlapped", () => {
    expect(streamed(300, reach, 0.4).waiting).toBe(0);
    expect(streamed(20, reach, 0.4).waiting).toBeLessThan(all.count / 2);
  });
});
