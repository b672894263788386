/** Small pieces of sentences and of figures for readers: counts, numbers, ranges, shares and times. */

/** The noun that goes with a number: the singular for 1 alone. */
export const plural = (n: number, noun: string, many = `${noun}s`): string => (n === 1 ? noun : many);

/** A number with its noun, in the plural where it is not one: `3 frames`. */
export const counted = (n: number, noun: string, many?: string): string => `${n} ${plural(n, noun, many)}`;

/** `counted` as a report has it, with the digits in groups: `12 345 frames`. */
export const countedInGroups = (n: number, noun: string, many?: string): string =>
  `${formatNumber(n)} ${plural(n, noun, many)}`;

/**
 * A number with `digits` significant digits, thousands apart by a narrow space, minus as a minus sign; an
 * exponent only where the plain form would be unreadable. What is no number is an en dash.
 */
export function formatNumber(value: number, digits = 3): string {
  if (Number.isNaN(value)) return "\u2013";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "\u2212∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9))
    return minus(
      value
        .toExponential(digits - 1)
        .replace(/e\+?(-?)(\d+)/, (_, sign: string, power: string) => `·10${superscript(sign + power)}`),
    );
  if (Number.isInteger(value)) return minus(grouped(String(value)));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return formatFixed(value, Math.min(20, decimals));
}

/** A number with a fixed number of decimals, in the style of `formatNumber`. */
export function formatFixed(value: number, decimals: number): string {
  const [whole, fraction] = value.toFixed(decimals).split(".");
  return minus(grouped(whole!) + (fraction === undefined ? "" : `.${fraction}`));
}

/** Both ends of a range, in the style of `formatNumber`: `0.5 to 2`. */
export const formatRange = (low: number, high: number): string =>
  `${formatNumber(low)} to ${formatNumber(high)}`;

/** A number with at most `digits` significant digits, in plain ASCII and without trailing zeros. */
export const plainNumber = (value: number, digits: number): string =>
  String(Number(value.toPrecision(digits)));

/** A share, 0..1, in percent: "12 %", "3.4 %", "< 0.1 %". */
export function percent(share: number): string {
  if (share > 0 && share < 0.001) return "< 0.1 %";
  return `${(100 * share).toFixed(share > 0 && share < 0.0995 ? 1 : 0)} %`;
}

/** Seconds as "12.3 s", "4 min 05 s" or "2 h 03 min". */
export function formatSeconds(seconds: number): string {
  if (Number.isNaN(seconds)) return "\u2013";
  if (seconds < 59.95) return `${seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

const minus = (text: string): string => text.replace("-", "\u2212");

// From five digits on, as the SI brochure allows: "1234", "12 345".
const grouped = (whole: string): string =>
  whole.replace("-", "").length < 5 ? whole : whole.replace(/\B(?=(\d{3})+$)/g, "\u202f");

const superscript = (text: string): string =>
  text.replace(/[-0-9]/g, (c) =>
    c === "-" ? "\u207b" : "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"[Number(c)]!,
  );

/** The first three names, and how many more there are. */
export const some = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
