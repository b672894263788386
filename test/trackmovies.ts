/** Random tracks with divisions and gaps, and the label images that they are of. */
import { type LabelImage, labelImage, type LabelSource, labelSourceOf } from "../src/core/labels.js";
import { emptyNuclei } from "../src/core/nuclei.js";
import { random, type Random } from "../src/core/random.js";
import type { TrackGraph } from "../src/core/tracks.js";

/** A movie with tracks. */
export interface TrackedLabels {
  readonly graph: TrackGraph;
  readonly labels: LabelSource;
}

/** Edge of the place that a nucleus is in, px. */
const slot = 8;

/**
 * Tracks of about `cells` nuclei in each frame. They divide, are lost for a frame, begin and end, at random; an
 * empty frame is in the middle where there are four or more. A nucleus is a rectangle without one corner.
 */
export function randomTracks(seed: number, { cells = 12, frames = 8 } = {}): TrackedLabels {
  const rng = random(seed);
  const edge = Math.ceil(Math.sqrt(2 * cells + 4));
  const images: LabelImage[] = [];
  const rows: { frame: number; label: number; y: number; x: number; area: number; parent: number }[] = [];
  let open: number[] = Array.from({ length: cells }, () => -1);
  for (let frame = 0; frame < frames; frame++) {
    const size = edge * slot;
    const data = new Int32Array(size * size);
    const places = shuffled(edge * edge, rng);
    const isEmpty = frames >= 4 && frame === frames >> 1;
    const next: number[] = [];
    const here: { parent: number; place: number }[] = [];
    for (const parent of isEmpty ? [] : open) {
      if (rng.uniform(0, 1) < 0.06) {
        // Lost for a frame; what has not begun waits.
        next.push(parent);
        continue;
      }
      const children = parent >= 0 && here.length < cells * 1.5 && rng.uniform(0, 1) < 0.08 ? 2 : 1;
      for (let n = 0; n < children && places.length > 0; n++) here.push({ parent, place: places.pop()! });
    }
    if (isEmpty) next.push(...open);
    here.sort((a, b) => a.place - b.place);
    for (const [index, { parent, place }] of here.entries()) {
      const label = index + 1;
      rows.push({ frame, label, parent, ...painted({ data, edge }, label, place, rng) });
      if (rng.uniform(0, 1) > 0.03) next.push(rows.length - 1);
      else next.push(-1);
    }
    images.push(labelImage(size, size, data));
    open = next;
  }
  const nuclei = emptyNuclei(rows.length);
  for (const name of ["eccentricity", "solidity", "majorAxis", "minorAxis", "orientation", "score"] as const)
    nuclei[name].fill(NaN);
  nuclei.meanIntensity.fill(NaN);
  const edges: number[] = [];
  rows.forEach(({ parent, ...values }, row) => {
    for (const name of ["frame", "label", "y", "x", "area"] as const) nuclei[name][row] = values[name];
    if (parent >= 0) edges.push(parent, row);
  });
  return { graph: { nuclei, frames, edges: Uint32Array.from(edges) }, labels: labelSourceOf(images) };
}

function shuffled(count: number, rng: Random): number[] {
  const places = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    [places[i], places[j]] = [places[j]!, places[i]!];
  }
  return places;
}

function painted(
  { data, edge }: { readonly data: Int32Array; readonly edge: number },
  label: number,
  place: number,
  rng: Random,
): { readonly y: number; readonly x: number; readonly area: number } {
  const size = edge * slot;
  const [top, left] = [
    Math.floor(place / edge) * slot + rng.integer(3),
    (place % edge) * slot + rng.integer(3),
  ];
  const [height, width] = [2 + rng.integer(4), 2 + rng.integer(4)];
  let [sumY, sumX, area] = [0, 0, 0];
  for (let y = top; y < top + height; y++)
    for (let x = left; x < left + width; x++) {
      if (y === top && x === left) continue;
      data[y * size + x] = label;
      sumY += y;
      sumX += x;
      area++;
    }
  return { y: sumY / area, x: sumX / area, area };
}
