import { InvalidInput } from "../core/errors.js";

/** The shape of a StarDist network. */
export interface ModelConfig {
  /** Directions in which the distance to the border is predicted. */
  readonly rays: number;
  /** Edge of the square of pixels that one prediction stands for: 1, 2 or 4. */
  readonly grid: number;
  /** Levels of the U-Net below its first. */
  readonly depth: number;
  /** Channels on the first level; each level down has twice as many. */
  readonly filters: number;
  readonly convolutionsPerLevel: number;
  /** Channels of the last layer before the predictions. */
  readonly features: number;
}

/** StarDist's defaults, with predictions for every second pixel. */
export const defaultModelConfig: ModelConfig = {
  rays: 32,
  grid: 2,
  depth: 3,
  filters: 32,
  convolutionsPerLevel: 2,
  features: 128,
};

/** @throws InvalidInput when a value is out of its range */
export function checkModelConfig(config: ModelConfig): void {
  const integer = (name: keyof ModelConfig, low: number, high: number): void => {
    const value = config[name];
    if (!Number.isInteger(value) || value < low || value > high)
      throw new InvalidInput(`model.${name}`, `a whole number from ${low} to ${high}`, String(value));
  };
  integer("rays", 3, 256);
  integer("depth", 1, 4);
  integer("filters", 1, 256);
  integer("convolutionsPerLevel", 1, 4);
  integer("features", 1, 1024);
  if (![1, 2, 4].includes(config.grid))
    throw new InvalidInput("model.grid", "1, 2 or 4", String(config.grid));
}

/** Heights and widths that the network takes are multiples of this, in px. */
export const sizeMultiple = (config: ModelConfig): number => config.grid * 2 ** config.depth;

/** Least border, px, that is mirrored about an image for the network. See `mirroredBorder`. */
const leastBorder = 16;

/**
 * By how much an image is mirrored at its borders before the network sees it, px: what is cut by a border looks less
 * like a sliver then. A multiple of `sizeMultiple`.
 */
export const mirroredBorder = (config: ModelConfig): number =>
  Math.ceil(leastBorder / sizeMultiple(config)) * sizeMultiple(config);

/** Pixels [low, high] along one axis. */
type Interval = readonly [low: number, high: number];

/**
 * The largest extent, in px along one axis, of the pixels that one prediction depends on.
 *
 * The U-Net is not shift-invariant: how far a cell sees to either side depends on where it lies in the
 * coarsest level's grid, so that the extents of all such positions are traced through the layers and the
 * largest is returned.
 */
export const receptiveField = (config: ModelConfig): number =>
  Math.max(...dependencies(config).map(({ seen: [low, high] }) => high - low + 1));

/**
 * How far, in px, a prediction sees beyond its own cell to the farther side, at most: the margin around a
 * tile (whose origin is a multiple of `sizeMultiple`) that makes predictions inside it equal to those of the
 * whole image.
 */
export const receptiveMargin = (config: ModelConfig): number =>
  Math.max(...dependencies(config).map(({ own, seen }) => Math.max(own[0] - seen[0], seen[1] - own[1])));

/** For each position of a cell in the coarsest level's grid: its own pixels, and the pixels it depends on. */
function dependencies(config: ModelConfig): { own: Interval; seen: Interval }[] {
  const reach = config.convolutionsPerLevel;
  const widen = ([low, high]: Interval, by: number): Interval => [low - by, high + by];
  const enlarge = ([low, high]: Interval): Interval => [2 * low, 2 * high + 1];
  const shrink = ([low, high]: Interval): Interval => [Math.floor(low / 2), Math.floor(high / 2)];
  // What an interval of a level's encoder output depends on, in cells of the first level.
  const encoder = (level: number, interval: Interval): Interval => {
    const wide = widen(interval, reach);
    return level === 0 ? wide : encoder(level - 1, enlarge(wide));
  };
  const decoder = (level: number, interval: Interval): Interval => {
    if (level === config.depth) return encoder(level, interval);
    const wide = widen(interval, reach);
    const [skipped, deep] = [encoder(level, wide), decoder(level + 1, shrink(wide))];
    return [Math.min(skipped[0], deep[0]), Math.max(skipped[1], deep[1])];
  };
  return Array.from({ length: 2 ** config.depth }, (_, cell) => {
    let seen = decoder(0, [cell - 1, cell + 1]);
    for (let g = config.grid; g > 1; g /= 2) seen = widen(enlarge(seen), reach);
    return { own: [cell * config.grid, (cell + 1) * config.grid - 1], seen };
  });
}
