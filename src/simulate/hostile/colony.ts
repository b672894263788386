/** Lives of the nuclei of a hostile movie: they grow, divide or fail to, move, and die. */
import type { Random } from "../../core/random.js";
import type { HostileOptions } from "./hostileoptions.js";
import type { Placed } from "./torus.js";

/** What becomes of a nucleus at the end of its cycle. */
export type Fate = "two" | "three" | "none";

/** A nucleus from its birth to its division, its death, or the end of the movie. */
export interface ColonyCell extends Placed {
  /** 0.., in the order of birth. */
  readonly id: number;
  /** Id of the mother, -1 where she lived before the movie. */
  readonly mother: number;
  velocityY: number;
  velocityX: number;
  /** Of the long axis, radians from x towards y, and its change in a frame. */
  angle: number;
  readonly spin: number;
  /** Frames since birth or since a division that failed, with fractions; the cycle ends at `cycle`. */
  age: number;
  cycle: number;
  fate: Fate;
  /** px: at the beginning of the cycle, and full-grown. */
  birthArea: number;
  readonly fullArea: number;
  readonly aspect: number;
  readonly phases: readonly number[];
  readonly drifts: readonly number[];
  /** Mean intensity in interphase. */
  readonly stain: number;
  /** Was born by a division, or has just failed to divide: its first frames show that. */
  born: "before" | "divided" | "failed";
  /** An outline that it shares with its sister at first sight. */
  shared: SharedOutline | undefined;
  /** This frame's factor on the area. */
  breath: number;
}

/** The half of an outline on the side to which `normal` points, radians from x towards y. */
export interface SharedOutline extends Placed {
  readonly outline: NucleusOutline;
  readonly normal: number;
}

/** An ellipse with a wobbling rim, as `outlineRadii` takes it. */
export interface NucleusOutline {
  /** Semi-axes, px; the first along `angle`. */
  readonly along: number;
  readonly across: number;
  readonly angle: number;
  readonly amplitudes: readonly number[];
  readonly phases: readonly number[];
}

/** Frames for which a nucleus stays long after its division has failed. */
const elongatedFrames = 3;

/** Axes of a condensed plate, of young daughters, and of a nucleus after a failed division: minor over major. */
const aspects = { plate: 0.55, young: 0.65, failed: 0.45 } as const;

/** Brightness of young daughters of a condensed mother, in the mother's gain. */
const youngGlow = 0.6;

/** How far condensed a mother is, 0 not at all .. 1. */
export const condensed = (cell: ColonyCell, { condensation }: HostileOptions): number =>
  condensation === 0 ? 0 : Math.min(1, Math.max(0, 1 - (cell.cycle - cell.age) / condensation));

/** Share of the way from birth to the full area, 0..1. */
const grown = ({ age, cycle }: ColonyCell, { growing }: HostileOptions): number =>
  growing === 0 ? 1 : Math.min(1, age / (growing * cycle));

/** px: without condensation and breathing. */
export const calmArea = (cell: ColonyCell, options: HostileOptions): number =>
  cell.birthArea + (cell.fullArea - cell.birthArea) * grown(cell, options);

/** Mean intensity; a typical nucleus in interphase has 1. */
export function intensityOf(cell: ColonyCell, options: HostileOptions): number {
  const young =
    cell.born === "divided" && options.condensation > 0 ? youngGlow * (1 - grown(cell, options)) : 0;
  return cell.stain * (1 + options.brightening * Math.max(condensed(cell, options), young));
}

/** The outline of a nucleus now. */
export function outlineOf(cell: ColonyCell, options: HostileOptions, frame: number): NucleusOutline {
  const c = condensed(cell, options);
  const area = calmArea(cell, options) * (1 - options.shrinking * c) * cell.breath;
  const radius = Math.sqrt(area / Math.PI);
  const aspect = aspectOf(cell, options);
  return {
    along: radius / Math.sqrt(aspect),
    across: radius * Math.sqrt(aspect),
    angle: cell.angle,
    amplitudes: cell.phases.map((_, mode) => options.wobble / (1 + mode)),
    phases: cell.phases.map((phase, mode) => phase + cell.drifts[mode]! * frame),
  };
}

function aspectOf(cell: ColonyCell, options: HostileOptions): number {
  // Discs stay discs.
  if (options.aspect === 1) return 1;
  const towards = (other: number, share: number): number => cell.aspect + (other - cell.aspect) * share;
  if (cell.born === "failed" && cell.age < elongatedFrames) return aspects.failed;
  const c = condensed(cell, options);
  if (c > 0) return towards(aspects.plate, c);
  return cell.born === "divided" ? towards(aspects.young, 1 - grown(cell, options)) : cell.aspect;
}

/** What a new cell has from elsewhere. */
export type Origin = Pick<ColonyCell, "id" | "mother" | "y" | "x">;

/** A cell of the first generation, at a random age: younger ones are more common, as in a growing culture. */
export function firstCell(origin: Origin, options: HostileOptions, rng: Random): ColonyCell {
  const typical = (Math.PI / 4) * options.diameter ** 2;
  const fullArea = typical * Math.exp(rng.normal(0, options.areaVariation));
  const cell = newCell(origin, { fullArea, stain: Math.exp(rng.normal(0, 0.2)) }, options, rng);
  return {
    ...cell,
    age: -Math.log2(1 - rng.next() / 2) * cell.cycle,
    birthArea: 0.5 * options.daughterArea * fullArea,
    born: "before",
  };
}

function newCell(
  origin: Origin,
  { fullArea, stain }: { readonly fullArea: number; readonly stain: number },
  options: HostileOptions,
  rng: Random,
): ColonyCell {
  const modes = options.wobble === 0 ? [] : [3, 4, 5];
  return {
    ...origin,
    velocityY: rng.normal(0, options.speed * options.diameter),
    velocityX: rng.normal(0, options.speed * options.diameter),
    angle: rng.uniform(0, Math.PI),
    spin: rng.normal(0, 0.05),
    age: 0,
    cycle: drawCycle(options, rng),
    fate: drawFate(options, rng),
    birthArea: fullArea,
    fullArea,
    aspect: options.aspect === 1 ? 1 : Math.min(0.98, Math.max(0.5, rng.normal(options.aspect, 0.08))),
    phases: modes.map(() => rng.uniform(0, 2 * Math.PI)),
    drifts: modes.map(() => rng.normal(0, 0.15)),
    stain,
    born: "divided",
    shared: undefined,
    breath: 1,
  };
}

const drawCycle = ({ cycle, cycleVariation }: HostileOptions, rng: Random): number =>
  cycle * Math.max(0.4, 1 + rng.normal(0, cycleVariation));

function drawFate({ tripolar, failed }: HostileOptions, rng: Random): Fate {
  const draw = rng.next();
  return draw < failed ? "none" : draw < failed + tripolar ? "three" : "two";
}

/** The cycle of a cell begins again: it has not divided, and is long for a while. */
export function failToDivide(cell: ColonyCell, options: HostileOptions, rng: Random): void {
  cell.age -= cell.cycle;
  cell.cycle = drawCycle(options, rng);
  cell.fate = drawFate(options, rng);
  cell.birthArea = cell.fullArea;
  cell.born = "failed";
}

/**
 * The daughters of a mother whose cycle is over: around her place, two or three.
 *
 * @param axis from her centre to the first daughter, radians from x towards y
 * @param nextId id of the first daughter
 * @param frame in which they are first seen
 */
export function daughtersOf(
  mother: ColonyCell,
  { axis, nextId, frame }: { readonly axis: number; readonly nextId: number; readonly frame: number },
  options: HostileOptions,
  rng: Random,
): ColonyCell[] {
  const count = mother.fate === "three" ? 3 : 2;
  const shares = sharesOf(count, options, rng);
  const radius = Math.sqrt(mother.fullArea / Math.PI);
  const before = outlineOf({ ...mother, age: mother.cycle }, options, frame);
  const contrast = rng.next() < 0.5 ? options.daughterContrast : 1 / options.daughterContrast;
  return shares.map((share, k) => {
    const direction = axis + (2 * Math.PI * k) / count;
    const away = options.daughterDistance * radius * rng.uniform(0.9, 1.1);
    const origin: Origin = {
      id: nextId + k,
      mother: mother.id,
      y: mother.y + away * Math.sin(direction),
      x: mother.x + away * Math.cos(direction),
    };
    const typical = (Math.PI / 4) * options.diameter ** 2;
    const size = 0.5 * Math.log(mother.fullArea / typical) + rng.normal(0, 0.87 * options.areaVariation);
    const stain = mother.stain * contrast ** (k === 0 ? 0.5 : k === 1 ? -0.5 : 0);
    const cell = newCell(origin, { fullArea: typical * Math.exp(size), stain }, options, rng);
    cell.age = mother.age - mother.cycle;
    // Since the division they have moved on their own.
    const wander = options.speed * options.diameter * Math.sqrt(cell.age);
    cell.y += rng.normal(0, wander);
    cell.x += rng.normal(0, wander);
    cell.birthArea = share * options.daughterArea * mother.fullArea;
    // Plates lie across the way apart; what is full-grown at once lies as it likes.
    if (options.growing > 0) cell.angle = direction + Math.PI / 2;
    if (options.cut && count === 2) {
      cell.shared = { y: mother.y, x: mother.x, outline: before, normal: direction };
      // Centroids of two halves of a disc.
      cell.y = mother.y + halfCentre * radius * Math.sin(direction);
      cell.x = mother.x + halfCentre * radius * Math.cos(direction);
    }
    return cell;
  });
}

const halfCentre = 4 / (3 * Math.PI);

/** Shares of the daughters in their area; the smaller one is as often the first as the second. */
function sharesOf(count: 2 | 3, { daughterShare }: HostileOptions, rng: Random): number[] {
  if (count === 3) return [1 / 3, 1 / 3, 1 / 3];
  const share = Math.min(0.5, daughterShare * Math.exp(rng.normal(0, 0.03)));
  return rng.next() < 0.5 ? [share, 1 - share] : [1 - share, share];
}
