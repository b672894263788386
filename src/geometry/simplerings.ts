/** Rings that touch themselves, taken apart, as programs want polygons that are valid (OGC Simple Features). */
import { type Piece, type Ring, twiceSignedArea } from "./outlines.js";

/**
 * A piece whose rings pass no point twice. Background within it that touches the background outside at a
 * corner is a hole of its own then, and so is each of two holes that touch at a corner.
 */
export function simplePiece({ outer, holes }: Piece): Piece {
  const rings = [outer, ...holes].flatMap(simpleRings);
  const first = rings.findIndex((ring) => twiceSignedArea(ring) > 0);
  return { outer: rings[first]!, holes: rings.filter((_, i) => i !== first) };
}

/** The loops of a ring between two visits of the same point. */
function simpleRings(ring: Ring): Ring[] {
  const loops: Ring[] = [];
  const path: number[] = [];
  const placeOf = new Map<string, number>();
  for (let i = 0; i < ring.length; i += 2) {
    const key = `${ring[i]!},${ring[i + 1]!}`;
    const place = placeOf.get(key);
    if (place !== undefined) {
      const loop = path.splice(place);
      for (let j = 0; j < loop.length; j += 2) placeOf.delete(`${loop[j]!},${loop[j + 1]!}`);
      loops.push(Float64Array.from(loop));
    }
    placeOf.set(key, path.length);
    path.push(ring[i]!, ring[i + 1]!);
  }
  return [Float64Array.from(path), ...loops];
}
