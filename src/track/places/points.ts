import KDBush from "kdbush";

/** Room for the nearest points to a place. */
export interface NearestPoints {
  readonly indices: Int32Array;
  /** Squared distances, as long as `indices`. */
  readonly squared: Float64Array;
}

/**
 * Points of one frame, found by place. Answers come by ascending index, whatever the order inside the tree.
 */
export class PointIndex {
  readonly count: number;
  readonly y: Float64Array;
  readonly x: Float64Array;
  private readonly tree: KDBush | undefined;

  constructor(y: Float64Array, x: Float64Array) {
    this.count = y.length;
    this.y = y;
    this.x = x;
    if (this.count === 0) return;
    this.tree = new KDBush(this.count);
    for (let i = 0; i < this.count; i++) this.tree.add(x[i]!, y[i]!);
    this.tree.finish();
  }

  /** Indices of the points at most `radius` away, ascending. */
  within(y: number, x: number, radius: number): number[] {
    return this.tree === undefined ? [] : this.tree.within(x, y, radius).sort((a, b) => a - b);
  }

  /**
   * Index of the nearest point at most `radius` away, the lowest index in a tie; -1 if there is none.
   * `except` is passed over.
   */
  nearest(y: number, x: number, radius: number, except = -1): number {
    let best = -1;
    let distance = Infinity;
    for (const i of this.tree?.within(x, y, radius) ?? []) {
      const d = (this.y[i]! - y) ** 2 + (this.x[i]! - x) ** 2;
      if (i === except || d > distance || (d === distance && i > best)) continue;
      distance = d;
      best = i;
    }
    return best;
  }

  /**
   * The nearest points at most `radius` away, `except` passed over: as many as `out` holds at most, by distance,
   * then index.
   *
   * @param out filled from its beginning
   * @returns how many there are
   */
  nearestOnes(y: number, x: number, radius: number, except: number, out: NearestPoints): number {
    const { indices, squared } = out;
    const maximum = indices.length;
    let count = 0;
    for (const i of this.tree?.within(x, y, radius) ?? []) {
      if (i === except) continue;
      const d = (this.y[i]! - y) ** 2 + (this.x[i]! - x) ** 2;
      let at = count < maximum ? count++ : maximum;
      for (; at > 0 && (d < squared[at - 1]! || (d === squared[at - 1] && i < indices[at - 1]!)); at--) {
        if (at === maximum) continue;
        squared[at] = squared[at - 1]!;
        indices[at] = indices[at - 1]!;
      }
      if (at === maximum) continue;
      squared[at] = d;
      indices[at] = i;
    }
    return count;
  }

  /** Distance of every point to its nearest other one; NaN where the frame has only one. */
  neighbourDistances(): Float64Array {
    const out = new Float64Array(this.count).fill(Number.NaN);
    if (this.count < 2) return out;
    const extent = (values: Float64Array): number =>
      values.reduce((m, v) => Math.max(m, v), -Infinity) - values.reduce((m, v) => Math.min(m, v), Infinity);
    const longest = Math.hypot(extent(this.y), extent(this.x));
    // For scattered points the nearest is seldom farther than twice the edge of the cell each has to itself.
    const start = Math.max(longest / Math.sqrt(this.count), longest * 1e-3);
    for (let i = 0; i < this.count; i++) {
      let found = -1;
      for (let radius = start; found < 0; radius *= 2) {
        found = this.nearest(this.y[i]!, this.x[i]!, radius, i);
        if (radius > longest) break;
      }
      out[i] = found < 0 ? 0 : Math.hypot(this.y[found]! - this.y[i]!, this.x[found]! - this.x[i]!);
    }
    return out;
  }
}
