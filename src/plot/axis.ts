import { scaleLinear, scaleLog } from "d3-scale";
import { formatFixed, formatNumber } from "../core/wording.js";

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

/** What an axis says and which values it must reach. */
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
  const [low, high] = options.range ?? endsOf(values, options);
  return options.logarithmic ? logAxis(low, high, options.label) : linearAxis(low, high, options, count);
}

/** Round numbers at equal distances, about `count` of them, from at most `low` to at least `high`. */
export const roundSteps = (low: number, high: number, count: number): number[] =>
  scaleLinear([low, high], [0, 1]).nice(count).ticks(count);

function endsOf(
  values: Iterable<number>,
  { include = [], logarithmic = false }: AxisOptions,
): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const source of [values, include]) {
    for (const value of source) {
      if (!Number.isFinite(value) || (logarithmic && value <= 0)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low > high ? [logarithmic ? 0.1 : 0, 1] : [low, high];
}

function linearAxis(low: number, high: number, { label, range, whole }: AxisOptions, count: number): Axis {
  if (low === high) [low, high] = [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2];
  // No more steps than there are whole numbers, or their distance would be a fraction.
  const steps = whole ? Math.max(1, Math.min(count, Math.floor(high - low))) : count;
  const scale = scaleLinear([low, high], [0, 1]).unknown(NaN);
  if (!range) scale.nice(steps);
  const ticks = scale.ticks(steps).filter((tick) => !whole || Number.isInteger(tick));
  const [first = 0, second = first + 1] = ticks;
  // Steps are 1, 2 or 5 times a power of ten, so that this many decimals write every tick exactly.
  const decimals = Math.max(0, -Math.floor(Math.log10(second - first) + 1e-9));
  const [from, to] = scale.domain() as [number, number];
  return {
    label,
    low: from,
    high: to,
    ticks,
    tickLabels: ticks.map((tick) => tickLabel(tick, decimals)),
    position: (value) => scale(value),
  };
}

/** All ticks of an axis with the same decimals, but zero. */
function tickLabel(tick: number, decimals: number): string {
  if (Number(tick.toFixed(decimals)) === 0) return "0";
  return Math.abs(tick) >= 1e9 || decimals > 4 ? formatNumber(tick, 2) : formatFixed(tick, decimals);
}

/** Ends at 1, 2 or 5 times a power of ten, of which the ticks are; over more than two decades at powers. */
function logAxis(low: number, high: number, label: string): Axis {
  const factors = high / low > 100 ? [1] : [1, 2, 5];
  const round = scaleLog([low, high], [0, 1]).nice();
  // From 1 to 1, say, nothing is rounded.
  if (round.domain()[0] === round.domain()[1]) round.domain([low, low * 10]);
  const candidates = round.ticks().filter((tick) => factors.includes(leadingDigit(tick)));
  const bottom = candidates.findLast((tick) => tick <= low * (1 + 1e-9)) ?? low;
  const above = candidates.find((tick) => tick > bottom && tick >= high * (1 - 1e-9));
  const top = above ?? Math.max(high, bottom * 10);
  const scale = scaleLog([bottom, top], [0, 1]).unknown(NaN);
  const ticks = candidates.filter((tick) => tick >= bottom && tick <= top);
  return {
    label,
    low: bottom,
    high: top,
    ticks,
    tickLabels: ticks.map((tick) => formatNumber(tick, 1)),
    position: (value) => scale(value),
  };
}

const leadingDigit = (value: number): number => Number(value.toExponential(0)[0]);
