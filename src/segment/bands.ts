import type { StarPolygons } from "../core/polygons.js";
import type { Rows } from "../imgproc/rescale.js";
import { rayDirections } from "../starconvex/distances.js";
import { cornersInto } from "../starconvex/geometry.js";

/**
 * An image is cut into bands of whole rows, each worked on by itself. What is kept of a band is its core;
 * around it lie the rows that the objects which reach into the core, or whose contours may, are decided by.
 * So each object is decided where all of it is seen, the same way from every band that shows a part of it,
 * and nothing has to be joined across a seam.
 */
export interface Band {
  readonly core: Rows;
  readonly window: Rows;
}

/**
 * Smallest core, as a share of the rows asked for, however large the objects are: then a band is larger than
 * asked for.
 */
const minCore = 0.25;

/** How far objects reach beyond their polygons, px. */
export interface ObjectReach {
  /** How far objects may leave their polygon. */
  readonly grow: number;
  /** Rows above and below the polygon on which an object depends. */
  readonly around: number;
}

/**
 * The bands of an image of `height` rows, from top to bottom.
 *
 * @param rows that a band shall have at most, its surroundings included
 */
export function* bandsOf(
  polygons: StarPolygons,
  height: number,
  rows: number,
  reach: ObjectReach,
): Generator<Band> {
  const extents = paintedRows(polygons, height);
  const minimum = Math.max(1, Math.floor(minCore * rows));
  for (let from = 0; from < height;) {
    let core: Rows = { from, to: Math.min(height, from + rows) };
    let window = windowOf(core, extents, height, reach);
    // Fewer rows reach fewer objects, so that this ends.
    for (
      let tooMany = window.to - window.from - rows;
      tooMany > 0 && core.to > from + minimum;
      tooMany = window.to - window.from - rows
    ) {
      core = { from, to: Math.max(from + minimum, core.to - tooMany) };
      window = windowOf(core, extents, height, reach);
    }
    yield { core, window };
    from = core.to;
  }
}

/**
 * The rows that painting may touch, count x 2: the first, and the one after the last; both 0 where a polygon
 * lies outside of the image.
 */
function paintedRows(polygons: StarPolygons, height: number): Int32Array {
  const { count, rays } = polygons;
  const directions = rayDirections(rays);
  const corners = new Float64Array(2 * rays);
  const out = new Int32Array(2 * count);
  for (let row = 0; row < count; row++) {
    cornersInto(corners, polygons, row, directions);
    let [low, high] = [Infinity, -Infinity];
    for (let k = 0; k < rays; k++) {
      low = Math.min(low, corners[k]!);
      high = Math.max(high, corners[k]!);
    }
    const [from, to] = [Math.max(0, Math.ceil(low)), Math.min(height, Math.floor(high) + 1)];
    if (to > from) out.set([from, to], 2 * row);
  }
  return out;
}

function windowOf(core: Rows, extents: Int32Array, height: number, { grow, around }: ObjectReach): Rows {
  let { from, to } = core;
  for (let i = 0; i < extents.length; i += 2) {
    const [first, end] = [extents[i]!, extents[i + 1]!];
    if (end === 0 || end + grow <= core.from || first - grow >= core.to) continue;
    if (first - around < from) from = first - around;
    if (end + around > to) to = end + around;
  }
  return { from: Math.max(0, from), to: Math.min(height, to) };
}
