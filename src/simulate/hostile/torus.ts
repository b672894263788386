/**
 * Motion of discs in a square world whose opposite edges are one. The camera sees its middle, so that nuclei
 * enter and leave through the border of the image, and nothing is seen of the edges.
 */
import type { Random } from "../../core/random.js";

/** Something at a place, px. */
export interface Placed {
  y: number;
  x: number;
}

/** The shorter way around from 0 to `difference`, px. */
export const around = (difference: number, side: number): number =>
  difference - side * Math.round(difference / side);

/** A coordinate within 0..side. */
export const wrapped = (value: number, side: number): number => value - side * Math.floor(value / side);

/** Swirls that fit into the world: a sum of waves of the stream function, so that density stays equal. */
export interface Flow {
  readonly side: number;
  readonly waves: readonly {
    readonly ky: number;
    readonly kx: number;
    readonly phase: number;
    /** Radians per frame. */
    readonly drift: number;
  }[];
  /** Velocity of the crest of a wave, px per frame. */
  readonly crest: number;
}

const waveNumbers = [
  [1, 0],
  [0, 1],
  [1, 1],
  [1, -1],
] as const;

/** @param speed root mean square, px per frame */
export function drawFlow(side: number, speed: number, rng: Random): Flow {
  const waves = waveNumbers.map(([ny, nx]) => ({
    ky: (2 * Math.PI * ny) / side,
    kx: (2 * Math.PI * nx) / side,
    phase: rng.uniform(0, 2 * Math.PI),
    drift: rng.normal(0, 0.1),
  }));
  return { side, waves, crest: speed * Math.sqrt(2 / waves.length) };
}

/** Displacement by the flow at a place in frame `t`, px. */
export function flowAt({ waves, crest }: Flow, { y, x }: Placed, t: number): [dy: number, dx: number] {
  let [dy, dx] = [0, 0];
  for (const { ky, kx, phase, drift } of waves) {
    const wave = Math.cos(ky * y + kx * x + phase + drift * t) / Math.hypot(ky, kx);
    dy += crest * kx * wave;
    dx -= crest * ky * wave;
  }
  return [dy, dx];
}

/** A disc that keeps others out. */
export interface Disc extends Placed {
  /** px. */
  readonly reach: number;
}

/**
 * Pushes overlapping discs apart, `rounds` times. All pushes of a round are summed before any is made, so
 * that the order of the discs does not matter.
 */
export function pushApart(discs: readonly Disc[], side: number, rounds: number): void {
  const largest = discs.reduce((most, { reach }) => Math.max(most, reach), 1);
  const across = Math.max(1, Math.floor(side / (2 * largest)));
  for (let round = 0; round < rounds; round++) {
    const grid = gridOf(discs, side, across);
    const pushes = discs.map((disc, i) => pushOn(disc, i, { discs, side, across, grid }));
    discs.forEach((disc, i) => {
      disc.y = wrapped(disc.y + pushes[i]![0], side);
      disc.x = wrapped(disc.x + pushes[i]![1], side);
    });
  }
}

interface Neighbourhood {
  readonly discs: readonly Disc[];
  readonly side: number;
  /** Squares along each axis of the grid, each at least as wide as two discs. */
  readonly across: number;
  /** Indices of the discs by square. */
  readonly grid: readonly (readonly number[])[];
}

function gridOf(discs: readonly Placed[], side: number, across: number): number[][] {
  const grid: number[][] = Array.from({ length: across * across }, () => []);
  const square = (value: number): number => Math.min(across - 1, Math.floor((value / side) * across));
  discs.forEach(({ y, x }, i) => grid[square(y) * across + square(x)]!.push(i));
  return grid;
}

/** Half of each overlap, away from the other. */
function pushOn(disc: Disc, index: number, hood: Neighbourhood): [dy: number, dx: number] {
  let [dy, dx] = [0, 0];
  for (const i of nearby(disc, hood)) {
    const other = hood.discs[i]!;
    if (i === index) continue;
    const [awayY, awayX] = [around(disc.y - other.y, hood.side), around(disc.x - other.x, hood.side)];
    const distance = Math.hypot(awayY, awayX);
    const overlap = disc.reach + other.reach - distance;
    if (overlap <= 0 || distance === 0) continue;
    dy += (0.45 * overlap * awayY) / distance;
    dx += (0.45 * overlap * awayX) / distance;
  }
  return [dy, dx];
}

function nearby({ y, x }: Placed, { side, across, grid }: Neighbourhood): number[] {
  // In a small world the same square would be met from both sides.
  if (across < 3) return grid.flat();
  const [row, column] = [y, x].map((value) => Math.min(across - 1, Math.floor((value / side) * across)));
  const out: number[] = [];
  for (let dr = -1; dr <= 1; dr++)
    for (let dc = -1; dc <= 1; dc++)
      out.push(...grid[((row! + dr + across) % across) * across + ((column! + dc + across) % across)]!);
  return out;
}
