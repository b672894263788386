/** Composite selections of ImageJ: paths of lines and curves. */
import { CorruptFile } from "../../core/errors.js";
import type { Ring } from "../../geometry/outlines.js";
import { largestCoordinate } from "./drawnobjects.js";

/** Numbers after the type of a segment: move, line, quadratic, cubic curve, close. */
const numbersOf = [2, 2, 4, 6, 0] as const;

/** Lines that a curve is made of: 32 keep a curve of 100 px within 0.03 px. */
const linesOfCurve = 32;

/**
 * The rings of a path; curves become lines.
 *
 * Source: ImageJ, ij/gui/ShapeRoi.java (`makeShapeFromArray`); java.awt.geom.PathIterator for the types.
 *
 * @param path type of a segment, its points, the next type, ...
 * @param where name of the file, for messages
 * @throws CorruptFile
 */
export function ringsOfPath(path: Float32Array, where: string): Ring[] {
  const rings: Ring[] = [];
  let points: number[] = [];
  const end = (): void => {
    if (points.length >= 6) rings.push(Float64Array.from(points));
    points = [];
  };
  for (let at = 0; at < path.length;) {
    const type = path[at]!;
    const count = numbersOf[type];
    if (count === undefined || at + 1 + count > path.length)
      throw new CorruptFile(where, 64 + 4 * at, "the path of the selection is damaged");
    const numbers = path.subarray(at + 1, at + 1 + count);
    if (!numbers.every((value) => Math.abs(value) <= largestCoordinate))
      throw new CorruptFile(where, 64 + 4 * at, "a coordinate of the selection is that of no image");
    if (type === 0) end();
    if (type === 4) {
      // What follows without a move begins where this ring did.
      const [x, y] = points;
      end();
      if (x !== undefined && y !== undefined) points.push(x, y);
    } else if (type < 2) points.push(...numbers);
    else addCurve(points, numbers, where, 64 + 4 * at);
    at += 1 + count;
  }
  end();
  return rings;
}

/** Lines along a curve from the last of the points, without that. */
function addCurve(points: number[], control: Float32Array, where: string, offset: number): void {
  const [x, y] = points.slice(-2);
  if (x === undefined || y === undefined)
    throw new CorruptFile(where, offset, "the path begins with a curve");
  const all = [x, y, ...control];
  for (let step = 1; step <= linesOfCurve; step++)
    points.push(onCurve(all, step / linesOfCurve, 0), onCurve(all, step / linesOfCurve, 1));
}

/** One coordinate of a Bézier curve of any degree, by de Casteljau's construction. */
function onCurve(points: readonly number[], t: number, axis: 0 | 1): number {
  let values = points.filter((_, i) => i % 2 === axis);
  while (values.length > 1) values = values.slice(1).map((value, i) => values[i]! + t * (value - values[i]!));
  return values[0]!;
}
