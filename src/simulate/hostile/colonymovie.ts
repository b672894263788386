/** A colony frame by frame: who is where in each, and what the camera would see of it. */
import { random, type Random } from "../../core/random.js";
import {
  calmArea,
  type ColonyCell,
  daughtersOf,
  failToDivide,
  firstCell,
  intensityOf,
  type NucleusOutline,
  outlineOf,
  type SharedOutline,
} from "./colony.js";
import { fieldSide, type HostileOptions } from "./hostileoptions.js";
import { around, drawFlow, type Flow, flowAt, pushApart, wrapped } from "./torus.js";

/** A nucleus in one frame, in px of the image. */
export interface ColonyView {
  readonly cell: number;
  readonly y: number;
  readonly x: number;
  readonly outline: NucleusOutline;
  /** Only that half of the outline is the nucleus; centre as above. */
  readonly normal: number | undefined;
  readonly intensity: number;
  /** A mother in the frame before her division that the segmentation does not find. */
  readonly vanished: boolean;
}

/** The nuclei that the camera may see, by frame, and the mother of each cell (-1 for none). */
export interface Colony {
  readonly side: number;
  readonly frames: readonly (readonly ColonyView[])[];
  readonly mothers: readonly number[];
  /** Displacement of the stage since the first frame, px, by frame. */
  readonly stage: readonly (readonly [dy: number, dx: number])[];
}

/** Of the generator of the seed, one a purpose. */
const streams = { life: 1, motion: 2, flow: 3, stage: 4 } as const;

interface World {
  readonly options: HostileOptions;
  /** Of the image, and of the world with the margin around it, px. */
  readonly field: number;
  readonly side: number;
  readonly margin: number;
  readonly life: Random;
  readonly motion: Random;
  readonly flow: Flow;
  cells: ColonyCell[];
  readonly mothers: number[];
}

/** Nuclei keep this many of their radii to themselves. */
const territory = 1.06;

/** Lets a colony live, and keeps what the camera may see of each frame. */
export function growColony(options: HostileOptions, seed: number): Colony {
  const root = random(seed);
  const world = openWorld(options, root);
  const capacity = world.cells.length;
  const stage = stageOf(options, root.fork(streams.stage));
  const frames = stage.map((shift, t) => {
    if (t > 0) {
      moveCells(world, t);
      endCycles(world, t);
      thinMargin(world, capacity, stage);
    }
    return world.cells.map((cell) => viewOf(world, cell, t, shift));
  });
  return { side: world.field, frames, mothers: world.mothers, stage };
}

function openWorld(options: HostileOptions, root: Random): World {
  const { diameter, speed, flow, jumpSize, daughterDistance } = options;
  const field = fieldSide(options);
  const margin = Math.ceil(diameter * (2 + 3 * speed + 2 * flow + jumpSize / 2 + daughterDistance));
  const side = field + 2 * margin;
  const life = root.fork(streams.life);
  const count = Math.round(options.nuclei * (side / field) ** 2);
  const world: World = {
    options,
    field,
    side,
    margin,
    life,
    motion: root.fork(streams.motion),
    flow: drawFlow(side, flow * diameter, root.fork(streams.flow)),
    cells: [],
    mothers: [],
  };
  for (let id = 0; id < count; id++) {
    const [y, x] = [life.uniform(0, side), life.uniform(0, side)];
    world.cells.push(firstCell({ id, mother: -1, y, x }, options, life));
    world.mothers.push(-1);
  }
  keepApart(world, 60);
  return world;
}

function keepApart({ cells, options, side }: World, rounds: number): void {
  const discs = cells.map((cell) => ({
    y: wrapped(cell.y, side),
    x: wrapped(cell.x, side),
    reach: territory * Math.sqrt(calmArea(cell, options) / Math.PI),
  }));
  pushApart(discs, side, rounds);
  cells.forEach((cell, i) => {
    cell.y = discs[i]!.y;
    cell.x = discs[i]!.x;
  });
}

/**
 * Where the stage is, px: it jumps within a disc of half the largest jump, so that it never leaves the
 * margin.
 */
function stageOf({ frames, jumps, jumpSize, diameter }: HostileOptions, rng: Random): [number, number][] {
  let at: [number, number] = [0, 0];
  return Array.from({ length: frames }, (_, t) => {
    if (t > 0 && rng.next() < jumps) {
      const [far, angle] = [(jumpSize / 2) * diameter * Math.sqrt(rng.next()), rng.uniform(0, 2 * Math.PI)];
      at = [far * Math.sin(angle), far * Math.cos(angle)];
    }
    return at;
  });
}

function moveCells(world: World, t: number): void {
  const { options, motion, flow } = world;
  const { persistence } = options;
  const fresh = options.speed * options.diameter * Math.sqrt(1 - persistence ** 2);
  for (const cell of world.cells) {
    const [dy, dx] = flowAt(flow, cell, t);
    cell.velocityY = persistence * cell.velocityY + motion.normal(0, fresh);
    cell.velocityX = persistence * cell.velocityX + motion.normal(0, fresh);
    cell.y += cell.velocityY + dy;
    cell.x += cell.velocityX + dx;
    cell.angle += cell.spin;
    cell.breath = 1 + motion.uniform(-options.breathing, options.breathing);
    cell.shared = undefined;
    cell.age++;
  }
  keepApart(world, 6);
}

/** Deaths, divisions and failed divisions of a frame. */
function endCycles(world: World, frame: number): void {
  const { options, life } = world;
  const next: ColonyCell[] = [];
  for (const cell of world.cells) {
    if (life.next() < options.deaths) continue;
    if (cell.age < cell.cycle) next.push(cell);
    else if (cell.fate === "none") {
      failToDivide(cell, options, life);
      next.push(cell);
    } else {
      const axis = axisOf(world, cell);
      const daughters = daughtersOf(cell, { axis, nextId: world.mothers.length, frame }, options, life);
      for (const daughter of daughters) {
        world.mothers.push(cell.id);
        next.push(daughter);
      }
    }
  }
  world.cells = next;
}

/**
 * Chromatids part across the plate, and an outline is cut across its long axis; otherwise the axis has
 * nothing to do with the mother's shape. Of the directions that are left, where the daughters have most room.
 */
function axisOf(world: World, mother: ColonyCell): number {
  const { options, life, cells, side } = world;
  if (options.cut) return mother.angle;
  if (options.condensation > 0) return mother.angle + Math.PI / 2;
  const offset = life.uniform(0, Math.PI);
  const away = options.daughterDistance * Math.sqrt(mother.fullArea / Math.PI);
  const near = cells.filter(
    (cell) =>
      cell !== mother &&
      Math.hypot(around(cell.y - mother.y, side), around(cell.x - mother.x, side)) <
        away + 2 * options.diameter,
  );
  const roomAt = (axis: number): number =>
    Math.min(
      ...[1, -1].flatMap((sign) =>
        near.map((cell) =>
          Math.hypot(
            around(cell.y - mother.y - sign * away * Math.sin(axis), side),
            around(cell.x - mother.x - sign * away * Math.cos(axis), side),
          ),
        ),
      ),
    );
  const axes = Array.from({ length: 8 }, (_, k) => offset + (k * Math.PI) / 8);
  return axes.reduce((best, axis) => (roomAt(axis) > roomAt(best) ? axis : best));
}

/** Takes cells away where no camera sees them, as many as were born: the world would fill up. */
function thinMargin(world: World, capacity: number, stage: Colony["stage"]): void {
  const { options, field, margin, life } = world;
  const shift = stage.reduce((most, [dy, dx]) => Math.max(most, Math.abs(dy), Math.abs(dx)), 0);
  const unseen = 1.2 * options.diameter + shift;
  const isFar = ({ y, x }: ColonyCell): boolean =>
    Math.min(y, x) < margin - unseen || Math.max(y, x) > margin + field + unseen;
  const far = world.cells.filter(isFar);
  const gone = new Set<number>();
  while (gone.size < Math.min(far.length, world.cells.length - capacity))
    gone.add(far[life.integer(far.length)]!.id);
  world.cells = world.cells.filter(({ id }) => !gone.has(id));
}

function viewOf(
  { options, margin, life, motion }: World,
  cell: ColonyCell,
  frame: number,
  shift: readonly [number, number],
): ColonyView {
  const centre: SharedOutline | ColonyCell = cell.shared ?? cell;
  const isLast = cell.fate !== "none" && cell.age < cell.cycle && cell.age + 1 >= cell.cycle;
  return {
    cell: cell.id,
    y: centre.y - margin + shift[0],
    x: centre.x - margin + shift[1],
    outline: cell.shared?.outline ?? outlineOf(cell, options, frame),
    normal: cell.shared?.normal,
    intensity: intensityOf(cell, options) * Math.exp(motion.normal(0, 0.04)),
    vanished: isLast && life.fork(cell.id).next() < options.vanishing,
  };
}
