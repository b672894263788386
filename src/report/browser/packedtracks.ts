/** The tracks as the report's page holds them: few bytes, since there may be thousands. */

/** What `JSON.parse` gives the page. Arrays have one entry a track. */
export interface TrackData {
  /** Paths in base64, as `unpackPaths` reads them. */
  readonly paths: string;
  readonly id: readonly number[];
  /** Id of the mother, 0 if none. */
  readonly parent: readonly number[];
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly seen: readonly number[];
  /** Mean speed and displacement as text with three digits; "" where unknown. */
  readonly speed: readonly string[];
  readonly displacement: readonly string[];
  /** Index into `fates`. */
  readonly fate: readonly number[];
  readonly fates: readonly string[];
  readonly units: { readonly speed: string; readonly length: string };
}

/** y and x in turn of each place of a path, px. */
export type Path = readonly number[];

/** Parts of a px that a packed place keeps. */
export const perPixel = 4;

/**
 * Paths from base64. For each path the number of its points, then y and x of the first and the difference of
 * each to the one before, in parts of a px; all as variable-length numbers, the sign in the last bit.
 */
export function unpackPaths(packed: string): number[][] {
  const bytes = atob(packed);
  let at = 0;
  const take = (): number => {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = bytes.charCodeAt(at++);
      value += (byte % 128) * factor;
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      factor *= 128;
    }
  };
  const paths: number[][] = [];
  while (at < bytes.length) {
    const path: number[] = [];
    let [y, x] = [0, 0];
    for (let points = take(); points > 0; points--) {
      y += take() / perPixel;
      x += take() / perPixel;
      path.push(y, x);
    }
    paths.push(path);
  }
  return paths;
}
