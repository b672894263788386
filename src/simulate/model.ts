import { throwIfCancelled, type StageContext } from "../core/progress.js";
import { type Random, random } from "../core/random.js";
import { drawTraits, stateOf, type Cell, type NucleusState, type Traits } from "./cell.js";
import { recovery } from "./cycle.js";
import { advanceField, fieldAt, smoothField, type Field, type FieldSize } from "./fields.js";
import { leaveGaps, repel } from "./motion.js";
import type { SimulateOptions } from "./scene.js";

/** The life of a cell population: who is where in which frame, and who came from whom. */
export interface Population {
  /** Per frame, the nuclei in and around the field, by cell id. */
  readonly frames: readonly (readonly NucleusState[])[];
  readonly cells: readonly Pick<Cell, "id" | "mother">[];
  /** Dead cells that left fragments behind. */
  readonly remains: readonly Remains[];
  /** Where light is weaker: mean 0, variance 1. */
  readonly illumination: Field;
}

/** What is left of a dead nucleus. */
export interface Remains {
  readonly y: number;
  readonly x: number;
  /** Frame from which fragments are seen. */
  readonly frame: number;
  readonly radius: number;
}

/** Frames for which fragments of a dead cell are seen. */
export const fadingTime = 25;

interface World {
  readonly options: SimulateOptions;
  readonly rng: Random;
  readonly size: FieldSize;
  readonly gapField: Field;
  readonly gapLevel: number;
  readonly cells: Cell[];
  living: Cell[];
  readonly capacity: number;
}

/** Streams of the root generator, one a purpose. */
const streams = {
  gaps: 1,
  illumination: 2,
  placement: 3,
  flowY: 4,
  flowX: 5,
  remains: 6,
  cell: 1000,
} as const;

/**
 * The mean area of a nucleus over the area of the circle with the median diameter; measured on the simulation
 * itself.
 */
const meanOverMedianArea = 1.05;

/** Simulates the population frame by frame. The state of every frame is kept: about 0.3 kB a nucleus. */
export function simulatePopulation(options: SimulateOptions, context: StageContext = {}): Population {
  const world = createWorld(options);
  const remains = earlierDeaths(world);
  const frames: NucleusState[][] = [];
  const flow = createFlow(world);
  for (let t = 0; t < options.frames; t++) {
    throwIfCancelled(context, "The simulation");
    if (t > 0) {
      moveCells(world, flow.next(), t);
      endLives(world, t, remains);
    }
    frames.push(world.living.map((cell) => stateOf(cell, t, options)));
    context.onProgress?.({ done: t + 1, total: options.frames });
  }
  const illumination = smoothField(
    { ...world.size, margin: 0 },
    Math.max(options.height, options.width) / 3,
    world.rng.fork(streams.illumination),
  );
  return { frames, cells: world.cells, remains, illumination };
}

/** Cells that died shortly before the movie. */
function earlierDeaths({ options, size, rng, capacity }: World): Remains[] {
  const draw = rng.fork(streams.remains);
  const count = Math.round(options.deaths * capacity * fadingTime);
  return Array.from({ length: count }, () => ({
    y: draw.uniform(-size.margin, size.height + size.margin),
    x: draw.uniform(-size.margin, size.width + size.margin),
    frame: -draw.integer(fadingTime),
    radius: options.diameter / 2,
  }));
}

function createWorld(options: SimulateOptions): World {
  const rng = random(options.seed);
  // Cells live in a wider field than is seen, so that they can enter and leave it.
  const size = { height: options.height, width: options.width, margin: 3 * options.diameter };
  const gapField = smoothField(size, 3 * options.diameter, rng.fork(streams.gaps));
  const gapLevel =
    options.gaps === 0
      ? -Infinity
      : Float32Array.from(gapField.data).sort()[Math.floor(options.gaps * gapField.data.length)]!;
  const area = (size.height + 2 * size.margin) * (size.width + 2 * size.margin);
  const nucleus = meanOverMedianArea * Math.PI * (options.diameter / 2) ** 2;
  const capacity = Math.round((options.coverage * area) / nucleus);
  const world: World = { options, rng, size, gapField, gapLevel, cells: [], living: [], capacity };
  placeFirstGeneration(world);
  return world;
}

function placeFirstGeneration(world: World): void {
  const rng = world.rng.fork(streams.placement);
  const young = (recovery * world.options.mitosis) / world.options.cycle;
  while (world.living.length < world.capacity) {
    const [y, x] = freePlace(world, rng);
    let share = ageShare(rng);
    // A cell fresh from a division comes with its sister; half of the draws are repeated, since each now
    // brings two.
    if (share < young && rng.next() < 0.5) share = young + (1 - young) * rng.next();
    const cell = addCell(world, { mother: -1, y, x, birth: 0, share });
    if (share < young) addSister(world, cell, share);
  }
  for (let iteration = 0; iteration < 60; iteration++) settle(world, 0, 0.5);
}

/** A place outside the gaps, unless 20 draws find none. */
function freePlace(world: World, rng: Random): [number, number] {
  const { size } = world;
  let y = 0;
  let x = 0;
  for (let attempt = 0; attempt < 20; attempt++) {
    y = rng.uniform(-size.margin, size.height + size.margin);
    x = rng.uniform(-size.margin, size.width + size.margin);
    if (fieldAt(world.gapField, y, x) >= world.gapLevel) break;
  }
  return [y, x];
}

/** Age over the length of the cycle in a growing population: density 2 ln 2 2^-age. */
const ageShare = (rng: Random): number => -Math.log2(1 - rng.next() / 2);

/** The other daughter of an unseen division, beside a cell of the first generation. */
function addSister(world: World, cell: Cell, share: number): void {
  const distance = 1.5 * cell.traits.radius;
  const y = cell.y - distance * Math.cos(cell.angle);
  const x = cell.x + distance * Math.sin(cell.angle);
  const sister = addCell(world, { mother: -1, y, x, birth: 0, share, traitsOfMother: cell.traits });
  sister.angle = cell.angle;
}

/** How a cell begins. */
interface Birth {
  /** Id of the mother; -1 in the first generation. */
  readonly mother: number;
  readonly y: number;
  readonly x: number;
  /** Frames. */
  readonly birth: number;
  /** Share of its cycle that it has behind it, 0..1. */
  readonly share: number;
  readonly traitsOfMother?: Traits;
}

/**
 * Adds a cell born at `birth` (frames), or, for the first generation, one with the given share of its cycle
 * behind it.
 */
function addCell(world: World, { mother, y, x, birth, share, traitsOfMother }: Birth): Cell {
  const { options, cells } = world;
  const rng = world.rng.fork(streams.cell + cells.length);
  const traits = drawTraits(options, rng, traitsOfMother);
  const length = options.cycle * Math.min(1.6, Math.max(0.55, rng.normal(1, 0.15)));
  const start = Number.isFinite(length) ? birth - share * length : birth;
  const division = traits.giant || !Number.isFinite(length) ? Infinity : start + length;
  const death = options.deaths > 0 ? birth - Math.log(1 - rng.next()) / options.deaths : Infinity;
  const cell: Cell = {
    id: cells.length,
    mother,
    birth: start,
    division,
    traits,
    rng,
    y,
    x,
    velocityY: rng.normal(),
    velocityX: rng.normal(),
    angle: rng.uniform(0, Math.PI),
    spin: 0,
    side: 0,
    rim: 0,
    // No death during mitosis: its outlines are a division's, and the two would mix.
    death: death > division - options.mitosis ? Infinity : Math.max(death, birth + 2.5 * options.mitosis),
  };
  cells.push(cell);
  world.living.push(cell);
  return cell;
}

/** Lets bodies repel each other and leave the gaps, at frame t. */
function settle(world: World, t: number, strength: number): void {
  const { options, living } = world;
  const bodies = living.map((cell) => {
    const { along, across } = stateOf(cell, t, options).outline;
    const { territory } = cell.traits;
    return { cell, along: territory * along, across: territory * across };
  });
  repel(bodies, strength);
  if (options.gaps === 0) return;
  leaveGaps(living, world.gapField, world.gapLevel, 0.2 * options.diameter);
  for (const cell of living)
    cell.rim = Math.exp(-Math.max(0, fieldAt(world.gapField, cell.y, cell.x) - world.gapLevel) / 0.25);
}

/** Two fields of velocities that neighbours share, each of unit variance, with a memory of 0.9 per frame. */
function createFlow(world: World): { next(): readonly [Field, Field] } {
  const sigma = 1.45 * world.options.diameter;
  let current: [Field, Field] | undefined;
  let frame = 0;
  const fresh = (stream: number): Field => smoothField(world.size, sigma, world.rng.fork(stream).fork(frame));
  return {
    next() {
      const [y, x] = [fresh(streams.flowY), fresh(streams.flowX)];
      current =
        current === undefined ? [y, x] : [advanceField(current[0], y, 0.9), advanceField(current[1], x, 0.9)];
      frame++;
      return current;
    },
  };
}

function moveCells(world: World, [flowY, flowX]: readonly [Field, Field], t: number): void {
  const { options } = world;
  // The median length of a plane normal vector is 1.177 deviations; the repulsion takes about a tenth of the
  // motion away.
  const deviation = (1.1 * options.speed) / 1.177;
  const shared = deviation * Math.sqrt(options.collective);
  const ownShare = deviation * Math.sqrt(1 - options.collective);
  for (const cell of world.living) {
    const { rng } = cell;
    cell.velocityY = 0.75 * cell.velocityY + 0.66 * rng.normal();
    cell.velocityX = 0.75 * cell.velocityX + 0.66 * rng.normal();
    const own = ownShare * cell.traits.activity;
    const [y, x] = [fieldAt(flowY, cell.y, cell.x), fieldAt(flowX, cell.y, cell.x)];
    cell.y += shared * y + own * cell.velocityY;
    cell.x += shared * x + own * cell.velocityX;
    cell.spin = 0.6 * cell.spin + rng.normal(0, 0.045);
    // The plate keeps its direction, so that the daughters part where the plate said they would.
    if (cell.division - t > 0.4 * options.mitosis) cell.angle += cell.spin;
    partDaughters(cell, t, options);
  }
  settle(world, t, options.repulsion);
  settle(world, t, options.repulsion);
}

/**
 * Anaphase: for a third of the mitosis the daughters move apart, across their plates, by up to 0.35 radii a
 * frame each.
 */
function partDaughters(cell: Cell, t: number, options: SimulateOptions): void {
  const age = t - cell.birth;
  if (cell.side === 0 || age > 0.4 * options.mitosis) return;
  const step = (2.2 / options.mitosis) * 0.35 * cell.traits.radius * cell.side;
  cell.y += step * Math.cos(cell.angle);
  cell.x -= step * Math.sin(cell.angle);
}

/** Divides, buries and lets go what reached its end by frame t. */
function endLives(world: World, t: number, remains: Remains[]): void {
  const { size } = world;
  const crowded = world.living.length > 1.1 * world.capacity;
  const before = world.living;
  world.living = [];
  const born: Cell[] = [];
  for (const cell of before) {
    const outside =
      cell.y < -size.margin ||
      cell.x < -size.margin ||
      cell.y > size.height + size.margin ||
      cell.x > size.width + size.margin;
    if (cell.death <= t) remains.push({ y: cell.y, x: cell.x, frame: t, radius: cell.traits.radius });
    else if (cell.division <= t) born.push(cell);
    else if (!(outside && crowded)) world.living.push(cell);
  }
  for (const mother of born) divide(world, mother);
}

function divide(world: World, mother: Cell): void {
  // The plates part across the metaphase plate: direction (cos, -sin) in (y, x) is perpendicular to (sin,
  // cos).
  const distance = 0.56 * mother.traits.radius;
  for (const side of [1, -1]) {
    const y = mother.y + side * distance * Math.cos(mother.angle);
    const x = mother.x - side * distance * Math.sin(mother.angle);
    const cell = addCell(world, {
      mother: mother.id,
      y,
      x,
      birth: mother.division,
      share: 0,
      traitsOfMother: mother.traits,
    });
    cell.angle = mother.angle;
    cell.side = side;
    cell.velocityY = mother.velocityY;
    cell.velocityX = mother.velocityX;
  }
}
