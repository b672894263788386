/** Directions as they are seen on the screen, their rose histogram, and the statistics of a circle. */

/** Width of a bin of a rose, degrees, as in figure 7B of Englbrecht et al. 2021. */
export const roseBinWidth = 15;

/** Directions counted in bins, and their circular mean. */
export interface Rose {
  /**
   * Width of a bin, degrees; bin k holds the angles from k * binWidth up to, but not including, (k + 1) *
   * binWidth.
   */
  readonly binWidth: number;
  /** 360 / binWidth counts, counter-clockwise from 0° (right). */
  readonly counts: Float64Array;
  /** Directions counted. */
  readonly total: number;
  /** Mean direction, degrees 0..360; NaN where there is none (no directions, or they cancel out). */
  readonly meanDirection: number;
  /**
   * Length of the mean of the unit vectors, 0 (no preferred direction) to 1 (all equal); NaN without
   * directions.
   */
  readonly resultant: number;
  /**
   * P value of Rayleigh's test against "all directions are equally likely"; NaN without directions. It takes
   * the directions as independent of each other, which neighbours in a tissue and successive steps of one
   * nucleus are not: read it as a lower bound.
   */
  readonly rayleighP: number;
}

/**
 * The angle of a displacement as seen on the screen, degrees in [0, 360): 0° right (x grows), 90° up (y
 * falls, for y points down in images), 180° left, 270° down. NaN for no displacement.
 */
export function screenAngle(dy: number, dx: number): number {
  if (dy === 0 && dx === 0) return NaN;
  // 0 - dy, not -dy: the angle of (0, 1) is 0, not -0.
  const degrees = (Math.atan2(0 - dy, dx) * 180) / Math.PI;
  // The sum can round up to 360 for a tiny negative angle, hence the second remainder.
  return degrees < 0 ? (degrees + 360) % 360 : degrees;
}

/**
 * Rose of directions. With C = mean cos, S = mean sin: resultant R = sqrt(C² + S²), mean direction = atan2(S,
 * C), and for n directions p = exp(sqrt(1 + 4n + 4 (n² - (nR)²)) - (1 + 2n)).
 *
 * @param directions degrees in [0, 360); NaN is left out
 * Source: Zar 2010, Biostatistical Analysis, 5th edition, chapters 26 and 27.1 (equation 27.4).
 */
export function roseOf(directions: ArrayLike<number>, binWidth: number = roseBinWidth): Rose {
  const counts = new Float64Array(Math.round(360 / binWidth));
  let [n, cosines, sines] = [0, 0, 0];
  for (let i = 0; i < directions.length; i++) {
    const angle = directions[i]!;
    if (Number.isNaN(angle)) continue;
    counts[Math.floor(angle / binWidth) % counts.length]!++;
    cosines += Math.cos((angle * Math.PI) / 180);
    sines += Math.sin((angle * Math.PI) / 180);
    n++;
  }
  if (n === 0) return { binWidth, counts, total: 0, meanDirection: NaN, resultant: NaN, rayleighP: NaN };
  const resultant = Math.min(1, Math.hypot(cosines, sines) / n);
  // Below this the mean is rounding error of vectors that cancel out.
  const meanDirection = resultant < 1e-9 ? NaN : screenAngle(-sines, cosines);
  return { binWidth, counts, total: n, meanDirection, resultant, rayleighP: rayleighP(n, resultant) };
}

function rayleighP(n: number, resultant: number): number {
  const p = Math.exp(Math.sqrt(1 + 4 * n + 4 * (n * n - (n * resultant) ** 2)) - (1 + 2 * n));
  return Math.min(1, p);
}

/** Directions of lines without a sense, such as the axes of divisions. */
export interface AxialDirections {
  readonly total: number;
  /** Mean axis, degrees in [0, 180); NaN where there is none. */
  readonly meanAxis: number;
  /**
   * Length of the mean of the unit vectors of the doubled angles, 0 (no preferred axis) to 1 (all alike); NaN
   * without angles.
   */
  readonly resultant: number;
  /**
   * P value of Rayleigh's test of the doubled angles against "all axes are equally likely"; NaN without
   * angles.
   */
  readonly rayleighP: number;
}

/**
 * Mean and Rayleigh test of axes: an axis at 0° is one at 180°, so that angles are doubled, treated as
 * directions, and the mean halved.
 *
 * @param angles degrees; NaN is left out
 * Source: Mardia & Jupp 2000, Directional Statistics, section 1.1 (doubling); Zar 2010, chapter 26.
 */
export function axesOf(angles: ArrayLike<number>): AxialDirections {
  const {
    total,
    meanDirection,
    resultant,
    rayleighP: p,
  } = roseOf(Float64Array.from(angles, (angle) => (((2 * angle) % 360) + 360) % 360));
  return { total, meanAxis: meanDirection / 2, resultant, rayleighP: p };
}
