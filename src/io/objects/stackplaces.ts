import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";

/** A place in a stack, all from 1; 0 where it has none. */
export interface StackPlace {
  readonly slice: number;
  readonly frame: number;
  /** Number of the plane in the stack. */
  readonly position: number;
}

/** Planes that a file may have. */
const mostPlanes = 2 ** 20;

/** Whether an object has a place in the stack. */
export const hasPlace = ({ frame, slice, position }: StackPlace): boolean => (frame || slice || position) > 0;

/**
 * The plane of each object, from 0: its frame, else its slice, else its position in the stack, else the
 * first.
 *
 * @param where name of the file, for messages
 * @throws CorruptFile for a place that no movie has
 * @throws UnsupportedFormat for objects in slices of several frames
 */
export function planesOf(places: readonly StackPlace[], where: string): (place: StackPlace) => number {
  const largest = (of: (place: StackPlace) => number): number =>
    places.reduce((most, place) => Math.max(most, of(place)), 0);
  const [frames, slices, positions] = [
    largest(({ frame }) => frame),
    largest(({ slice }) => slice),
    largest(({ position }) => position),
  ];
  const last = Math.max(frames, slices, positions);
  if (last > mostPlanes) throw new CorruptFile(where, 0, `an object in plane ${last} of a stack`);
  if (frames > 1 && slices > 1)
    throw new UnsupportedFormat(where, "objects in slices of several frames", "save those of one slice");
  if (frames > 1) return ({ frame }) => Math.max(0, frame - 1);
  if (slices > 1) return ({ slice }) => Math.max(0, slice - 1);
  if (frames > 0 || slices > 0) return () => 0;
  return ({ position }) => Math.max(0, position - 1);
}
