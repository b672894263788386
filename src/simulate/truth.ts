import { InvalidInput } from "../core/errors.js";
import type { CtcTrack } from "../io/ctc.js";
import type { NucleusState } from "./cell.js";
import type { Population } from "./model.js";
import { bodiesOf, meetsImage, occupy, type Body } from "./occupancy.js";

/** The truth in the layout of the Cell Tracking Challenge, and which track each nucleus belongs to. */
export interface Truth {
  /** By label, which is 1.. in the order of the first frame, then of the cell. */
  readonly tracks: readonly CtcTrack[];
  /** Per frame: cell id to label, for the nuclei that are labelled there. */
  readonly labelOfCell: readonly ReadonlyMap<number, number>[];
}

/** A nucleus cut by the border is labelled from this many visible pixels on. */
export const fewestPixels = 12;

/**
 * Splits lives into tracks: a track lasts while the nucleus is seen without a break. One that leaves the
 * field and returns gets a new label without a parent; a daughter has a parent only if the mother was seen in
 * the frame before.
 *
 * @throws InvalidInput when there are more tracks than 16-bit label images can hold
 */
export function truthOf(population: Population, height: number, width: number): Truth {
  const tracks: { label: number; begin: number; end: number; parent: number }[] = [];
  const labelOfCell: Map<number, number>[] = [];
  population.frames.forEach((states, t) => {
    const before = labelOfCell[t - 1];
    const labels = new Map<number, number>();
    for (const cell of visibleCells(states, height, width)) {
      let label = before?.get(cell);
      if (label === undefined) {
        label = tracks.length + 1;
        tracks.push({ label, begin: t, end: t, parent: before?.get(population.cells[cell]!.mother) ?? 0 });
      }
      tracks[label - 1]!.end = t;
      labels.set(cell, label);
    }
    labelOfCell.push(labels);
  });
  if (tracks.length > 65535)
    throw new InvalidInput(
      "simulate.frames",
      "at most 65535 tracks (16-bit labels)",
      `${tracks.length} tracks`,
      "simulate fewer frames or a smaller field",
    );
  return { tracks, labelOfCell };
}

/**
 * Ids of the cells with enough visible pixels, in order. Only nuclei at the border or pressed hard by a
 * neighbour can fail, so only these and their neighbours are drawn; everyone else keeps at least the
 * surroundings of its centre.
 */
function visibleCells(states: readonly NucleusState[], height: number, width: number): number[] {
  const bodies = bodiesOf(states).filter((body) => meetsImage(body, height, width));
  const doubtful = bodies.filter(
    (body) =>
      crossesBorder(body, height, width) || bodies.some((other) => other !== body && presses(other, body)),
  );
  const drawn = bodies.filter((body) => doubtful.some((other) => meets(body, other)));
  const occupancy = occupy(drawn, height, width);
  const pixels = new Int32Array(drawn.length);
  for (let i = 0; i < occupancy.owner.length; i++)
    if (occupancy.owner[i]! >= 0) pixels[occupancy.owner[i]!]!++;
  const hidden = new Set(doubtful.filter((body) => pixels[drawn.indexOf(body)]! < fewestPixels));
  return bodies.filter((body) => !hidden.has(body)).map((body) => body.state.cell);
}

const crossesBorder = ({ state: { y, x }, reach }: Body, height: number, width: number): boolean =>
  y < reach || x < reach || y > height - 1 - reach || x > width - 1 - reach;

const distance = (a: Body, b: Body): number => Math.hypot(a.state.y - b.state.y, a.state.x - b.state.x);

const meets = (a: Body, b: Body): boolean => distance(a, b) < a.reach + b.reach;

/** The neighbour's centre is so near that little of `body` may be left. */
const presses = (neighbour: Body, body: Body): boolean =>
  distance(neighbour, body) < 0.6 * Math.max(neighbour.reach, body.reach);
