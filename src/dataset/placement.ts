import type { Random } from "../core/random.js";
import { equivalentDiameter } from "../imgproc/regions.js";
import type { Cutout } from "./cutout.js";
import type { Place, Scene } from "./paste.js";

/**
 * A cutout, turned, as far as is needed to find a place for it: lists of pixels, as rows and columns of its
 * window in turn.
 */
export interface Footprint {
  readonly height: number;
  readonly width: number;
  /** Pixels of the nucleus. */
  readonly mask: Int32Array;
  /** Those at its outline. */
  readonly edge: Int32Array;
  /**
   * Around the nucleus, as far as it casts its full light: to be kept clear of everything that it is not to
   * touch.
   */
  readonly clear: Int32Array;
  /** Centroid of the nucleus in the window, px. */
  readonly y: number;
  readonly x: number;
}

/** The footprint of a cutout that was not turned. */
export function footprintOf({ height, width, area, mask, weight, depth }: Cutout): Footprint {
  const out: Record<"mask" | "edge" | "clear", number[]> = { mask: [], edge: [], clear: [] };
  let [sumY, sumX] = [0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const p = y * width + x;
      if (mask[p] === 0) {
        if (weight[p] === 1) out.clear.push(y, x);
        continue;
      }
      out.mask.push(y, x);
      if (depth[p] === 1) out.edge.push(y, x);
      sumY += y;
      sumX += x;
    }
  }
  return {
    height,
    width,
    mask: Int32Array.from(out.mask),
    edge: Int32Array.from(out.edge),
    clear: Int32Array.from(out.clear),
    y: sumY / area,
    x: sumX / area,
  };
}

/** The footprint of `turned(cutout, turn)`. */
export function turnedFootprint(
  { height, width, mask, edge, clear, y, x }: Footprint,
  turn: number,
): Footprint {
  const [down, right, transposed] = [(turn & 1) !== 0, (turn & 2) !== 0, (turn & 4) !== 0];
  const moved = (pixels: Int32Array): Int32Array => {
    const out = new Int32Array(pixels.length);
    for (let k = 0; k < out.length; k += 2) {
      out[transposed ? k + 1 : k] = down ? height - 1 - pixels[k]! : pixels[k]!;
      out[transposed ? k : k + 1] = right ? width - 1 - pixels[k + 1]! : pixels[k + 1]!;
    }
    return out;
  };
  const [centreY, centreX] = [down ? height - 1 - y : y, right ? width - 1 - x : x];
  return {
    height: transposed ? width : height,
    width: transposed ? height : width,
    mask: moved(mask),
    edge: moved(edge),
    clear: moved(clear),
    y: transposed ? centreX : centreY,
    x: transposed ? centreY : centreX,
  };
}

/** Nuclei that lie together: labels with their centroids, px. */
export type Cluster = ReadonlyMap<number, { readonly y: number; readonly x: number }>;

/** What a nucleus is placed beside. */
export interface Contact {
  readonly cluster: Cluster;
  /** Label of the nucleus of the cluster whose outline it is to meet. */
  readonly neighbour: number;
  /** How far it is moved on when the outlines meet, px. */
  readonly depth: number;
}

/**
 * A place beside a nucleus of a cluster, in a direction drawn at random: moved towards its centroid until the
 * outlines meet, and then `depth` px on.
 *
 * @returns undefined where it does not fit
 */
export function placeBeside(
  scene: Scene,
  footprint: Footprint,
  { cluster, neighbour, depth }: Contact,
  rng: Random,
): Place | undefined {
  const angle = rng.uniform(0, 2 * Math.PI);
  const centre = cluster.get(neighbour)!;
  const at = (distance: number): Place => ({
    top: Math.round(centre.y + distance * Math.sin(angle) - footprint.y),
    left: Math.round(centre.x + distance * Math.cos(angle) - footprint.x),
  });
  // Far enough even for two long ones end to end.
  const far = Math.ceil(
    equivalentDiameter(scene.areas[neighbour]!) + Math.hypot(footprint.height, footprint.width) / 2,
  );
  let distance = far;
  while (distance > 0 && !meets(scene, footprint, at(distance), cluster)) distance--;
  if (distance === far) return undefined;
  const place = at(distance - depth);
  return fits(scene, footprint, place, cluster) ? place : undefined;
}

function meets(
  { height, width, labels }: Scene,
  { edge }: Footprint,
  { top, left }: Place,
  cluster: Cluster,
): boolean {
  for (let k = 0; k < edge.length; k += 2) {
    const [y, x] = [top + edge[k]!, left + edge[k + 1]!];
    if (y >= 0 && y < height && x >= 0 && x < width && cluster.has(labels[y * width + x]!)) return true;
  }
  return false;
}

/**
 * True where nucleus and clear space lie inside the image, on sure background and the nuclei of the cluster.
 */
export function fits(
  { height, width, labels }: Scene,
  { mask, clear }: Footprint,
  { top, left }: Place,
  cluster: Cluster,
): boolean {
  for (const pixels of [mask, clear]) {
    for (let k = 0; k < pixels.length; k += 2) {
      const [y, x] = [top + pixels[k]!, left + pixels[k + 1]!];
      if (y < 0 || y >= height || x < 0 || x >= width) return false;
      const label = labels[y * width + x]!;
      if (label !== 0 && !cluster.has(label)) return false;
    }
  }
  return true;
}
