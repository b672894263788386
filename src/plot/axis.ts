import { formatFixed, formatNumber } from "./markup.js";

/** How values become positions along an axis. */
export interface Axis {
  readonly label: string;
  /** Ends of the axis. */
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  readonly tickLabels: readonly string[];
  /** Position of a value, 0 (low) to 1 (high). */
  readonly position: (value: number) => number;
}

export interface AxisOptions {
  /** With its unit in brackets. */
  readonly label: string;
  /** Values the axis must hold. Default none beyond the data's. */
  readonly include?: readonly number[] | undefined;
  /** Exact ends instead of round ones around the data. */
  readonly range?: readonly [low: number, high: number] | undefined;
  /** Logarithmic; all values must be positive. */
  readonly logarithmic?: boolean | undefined;
  /** Only whole numbers as ticks. */
  readonly whole?: boolean | undefined;
}

/** An axis around finite values; without any it runs from 0 to 1. About `count` ticks. */
export function axisOf(values: Iterable<number>, options: AxisOptions, count = 5): Axis {
  let [low, high] = [Infinity, -Infinity];
  for (const source of [values, options.include ?? []]) {
    for (const value of source) {
      if (!Number.isFinite(value) || (options.logarithmic && value <= 0)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) [low, high] = [options.logarithmic ? 0.1 : 0, 1];
  if (options.range) [low, high] = options.range;
  return options.logarithmic ? logAxis(low, high, options.label) : linearAxis(low, high, options, count);
}

function linearAxis(low: number, high: number, { label, range, whole }: AxisOptions, count: number): Axis {
  if (low === high) [low, high] = [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2];
  const step = Math.max(niceStep((high - low) / count), whole ? 1 : 0);
  if (!range) [low, high] = [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
  const ticks: number[] = [];
  // + 0 makes 0 of -0.
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) ticks.push(k * step + 0);
  // Steps are 1, 2 or 5 times a power of ten, so that this many decimals write every tick exactly.
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return {
    label,
    low,
    high,
    ticks,
    tickLabels: ticks.map((tick) => tickLabel(tick, decimals)),
    position: (value) => (value - low) / (high - low),
  };
}

/** The smallest of 1, 2, 5, 10 times a power of ten that is at least `rough`. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** All ticks of an axis with the same decimals, but zero. */
function tickLabel(tick: number, decimals: number): string {
  if (Number(tick.toFixed(decimals)) === 0) return "0";
  return Math.abs(tick) >= 1e9 || decimals > 4 ? formatNumber(tick, 2) : formatFixed(tick, decimals);
}

function logAxis(low: number, high: number, label: string): Axis {
  const factors = high / low > 100 ? [1] : [1, 2, 5];
  const candidates: number[] = [];
  for (let power = Math.floor(Math.log10(low)) - 1; power <= Math.ceil(Math.log10(high)) + 1; power++) {
    for (const factor of factors) candidates.push(Number((factor * 10 ** power).toPrecision(1)));
  }
  const bottom = candidates.filter((tick) => tick <= low * (1 + 1e-9)).pop() ?? low;
  let top = candidates.find((tick) => tick >= high * (1 - 1e-9)) ?? high;
  if (top <= bottom) top = bottom * 10;
  const ticks = candidates.filter((tick) => tick >= bottom && tick <= top);
  const [from, to] = [Math.log10(bottom), Math.log10(top)];
  return {
    label,
    low: bottom,
    high: top,
    ticks,
    tickLabels: ticks.map((tick) => formatNumber(tick, 1)),
    position: (value) => (Math.log10(value) - from) / (to - from),
  };
}
