/** A seeded generator: the only source of randomness in Karyon. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, n). */
  integer(n: number): number;
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** Normal with the given mean and standard deviation. */
  normal(mean?: number, deviation?: number): number;
  /**
   * An independent generator that depends only on this one's seed and `stream`, not on what was drawn before.
   */
  fork(stream: number): Random;
}

/**
 * sfc32, seeded through splitmix32. Passes PractRand to far beyond what is drawn here, and is 32-bit integer
 * arithmetic only, so that every platform draws the same numbers.
 *
 * Source: Chris Doty-Humphrey, PractRand (sfc32); Steele et al. 2014 (splitmix).
 */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const mix = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) | 0;
  };
  let [a, b, c, counter] = [mix(), mix(), mix(), 1];
  const uint32 = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) uint32();
  const next = (): number => uint32() / 4294967296;
  return {
    next,
    integer: (n) => Math.floor(next() * n),
    uniform: (low, high) => low + (high - low) * next(),
    // Box-Muller without keeping the second value: the stream then depends only on the number of calls.
    normal: (mean = 0, deviation = 1) =>
      mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    fork: (stream) => random(Math.imul(seed ^ 0x5bd1e995, 0x27d4eb2f) ^ Math.imul(stream + 1, 0x165667b1)),
  };
}

/** Fisher-Yates, in place. */
export function shuffle<T>(items: T[], rng: Random): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}
