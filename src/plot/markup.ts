/** Text into HTML and SVG: escaping, and numbers as a reader wants them. */

/**
 * Escapes text for the content and the quoted attributes of HTML and XML; characters that XML forbids become
 * U+FFFD.
 */
export function escapeText(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]|\p{Cs}/gu, "\ufffd")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");
}

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

/** A number with a fixed number of decimals, in the same style. */
export function formatFixed(value: number, decimals: number): string {
  const [whole, fraction] = value.toFixed(decimals).split(".");
  return minus(grouped(whole!) + (fraction === undefined ? "" : `.${fraction}`));
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
