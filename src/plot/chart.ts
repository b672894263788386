/**
 * Charts with two axes as SVG text. Sizes are chosen so that a chart is read on a slide and in a column of a
 * page alike.
 */
import { palette } from "../draw/colours.js";
import { type Axis, type AxisOptions, axisOf } from "./axis.js";
import { escapeText } from "./markup.js";
import { fontStack } from "./typeface.js";

export interface Series {
  /** Shown in the legend where there are several. */
  readonly name: string;
  readonly x: ArrayLike<number>;
  /** NaN interrupts the line. */
  readonly y: ArrayLike<number>;
  /** "line" (default), "points", or "both". */
  readonly draw?: "line" | "points" | "both" | undefined;
  readonly dashed?: boolean | undefined;
}

export interface ChartOptions {
  readonly title: string;
  readonly x: AxisOptions;
  readonly y: AxisOptions;
  /** A short remark under the title, such as the number of values. */
  readonly note?: string | undefined;
}

/** A vertical mark with a word beside it. */
export interface Mark {
  readonly x: number;
  readonly text: string;
}

export const chartSize = { width: 640, height: 400 };
const [ink, grid] = ["#222222", "#e4e4e4"];

/** Lines or points over two axes. */
export function lineChart(series: readonly Series[], options: ChartOptions): string {
  const x = axisOf(concat(series.map((one) => one.x)), options.x, 7);
  const y = axisOf(concat(series.map((one) => one.y)), options.y);
  return framed(options, x, y, series.length > 1 ? series : [], (at) =>
    series.map((one, index) => drawSeries(one, palette[index % palette.length]!, at)).join(""),
  );
}

/** Bars between edges (one more than counts), as of a histogram. */
export function barChart(
  edges: ArrayLike<number>,
  counts: ArrayLike<number>,
  options: ChartOptions,
  marks: readonly Mark[] = [],
): string {
  const x = axisOf(Array.from(edges), { range: [edges[0]!, edges[edges.length - 1]!], ...options.x }, 7);
  const y = axisOf(Array.from(counts), { include: [0], ...options.y });
  return framed(options, x, y, [], (at) => {
    const bars = Array.from(counts, (count, i) => {
      const [left, right, top, bottom] = [at.x(edges[i]!), at.x(edges[i + 1]!), at.y(count), at.y(0)];
      const gap = right - left > 6 ? 1 : 0;
      return count > 0
        ? `<rect x="${fixed(left + gap / 2)}" y="${fixed(top)}" width="${fixed(right - left - gap)}" ` +
            `height="${fixed(bottom - top)}" fill="${palette[0]}"/>`
        : "";
    });
    return bars.join("") + marks.map((mark) => drawMark(mark, x, at)).join("");
  });
}

/** Where values lie in a chart, units of the SVG. */
export interface Place {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly top: number;
  readonly bottom: number;
}

/** Title, legend, axes, grid and labels around what `draw` draws. */
export function framed(
  options: ChartOptions,
  x: Axis,
  y: Axis,
  legend: readonly Series[],
  draw: (at: Place) => string,
): string {
  const { width, height } = chartSize;
  const widest = Math.max(...y.tickLabels.map((label) => label.length));
  const [left, right, bottom] = [38 + 9 * widest, width - 22, height - 58];
  const top = 42 + (options.note ? 18 : 0) + (legend.length > 0 ? 24 : 0);
  const at: Place = {
    x: (value) => left + x.position(value) * (right - left),
    y: (value) => bottom - y.position(value) * (bottom - top),
    top,
    bottom,
  };
  const gridLines = y.ticks.map(
    (tick) =>
      `<line x1="${left}" x2="${right}" y1="${fixed(at.y(tick))}" y2="${fixed(at.y(tick))}" stroke="${grid}"/>`,
  );
  const xTicks = x.ticks.map(
    (tick, i) =>
      `<line x1="${fixed(at.x(tick))}" x2="${fixed(at.x(tick))}" y1="${bottom}" y2="${bottom + 6}" stroke="${ink}"/>` +
      text(at.x(tick), bottom + 24, x.tickLabels[i]!, "middle", 16),
  );
  const yTicks = y.ticks.map((tick, i) => text(left - 9, at.y(tick) + 5.5, y.tickLabels[i]!, "end", 16));
  const middle = (top + bottom) / 2;
  return (
    opened(options.title) +
    text(left, 22, options.title, "start", 19, ' font-weight="600"') +
    (options.note ? text(left, 43, options.note, "start", 14, ' fill="#666666"') : "") +
    gridLines.join("") +
    draw(at) +
    `<path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="${ink}"/>` +
    xTicks.join("") +
    yTicks.join("") +
    drawLegend(legend, left, top - 14) +
    text((left + right) / 2, height - 10, x.label, "middle", 17) +
    `<text transform="translate(17 ${fixed(middle)}) rotate(-90)" text-anchor="middle" ` +
    `font-size="17">${escapeText(y.label)}</text></svg>`
  );
}

/** The opening tag that all charts share. */
export function opened(title: string, size: { width: number; height: number } = chartSize): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" ` +
    `width="${size.width}" height="${size.height}" role="img" aria-label="${escapeText(title)}" ` +
    `font-family="${fontStack}" fill="${ink}">`
  );
}

export const text = (
  x: number,
  y: number,
  content: string,
  anchor: "start" | "middle" | "end",
  size: number,
  more = "",
): string =>
  `<text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}" ` +
  `font-size="${size}"${more}>${escapeText(content)}</text>`;

/** A coordinate, to a hundredth of a px. */
export const fixed = (value: number): string => String(Math.round(value * 100) / 100 + 0);

function drawLegend(series: readonly Series[], left: number, y: number): string {
  let x = left;
  return series
    .map((one, index) => {
      const colour = palette[index % palette.length]!;
      const sample =
        one.draw === "points"
          ? `<circle cx="${x + 13}" cy="${y - 5}" r="4" fill="${colour}"/>`
          : `<line x1="${x}" x2="${x + 26}" y1="${y - 5}" y2="${y - 5}" stroke="${colour}" ` +
            `stroke-width="3"${one.dashed ? ' stroke-dasharray="7 4"' : ""}/>`;
      const entry = sample + text(x + 33, y, one.name, "start", 15);
      x += 33 + 8.2 * one.name.length + 26;
      return entry;
    })
    .join("");
}

function drawSeries(one: Series, colour: string, at: Place): string {
  const points = Array.from(
    { length: Math.min(one.x.length, one.y.length) },
    (_, i) => [at.x(one.x[i]!), at.y(one.y[i]!)] as const,
  );
  const drawn = points.map(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  let path = "";
  points.forEach(
    ([x, y], i) => (path += drawn[i] ? `${i > 0 && drawn[i - 1] ? "L" : "M"}${fixed(x)} ${fixed(y)}` : ""),
  );
  const dots = points
    .filter((_, i) => drawn[i])
    .map(([x, y]) => `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="3.2" fill="${colour}"/>`)
    .join("");
  // A value alone between two gaps would be no line at all.
  const alone = points
    .filter((_, i) => drawn[i] && !drawn[i - 1] && !drawn[i + 1])
    .map(([x, y]) => `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="3.2" fill="${colour}"/>`)
    .join("");
  const line =
    path === ""
      ? ""
      : `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2.5" ` +
        `stroke-linejoin="round"${one.dashed ? ' stroke-dasharray="7 4"' : ""}/>`;
  return one.draw === "points" ? dots : one.draw === "both" ? line + dots : line + alone;
}

function drawMark(mark: Mark, axis: Axis, at: Place): string {
  const share = axis.position(mark.x);
  if (!(share >= 0 && share <= 1)) return "";
  const x = at.x(mark.x);
  const side = share > 0.6 ? { x: x - 6, anchor: "end" as const } : { x: x + 6, anchor: "start" as const };
  return (
    `<line x1="${fixed(x)}" x2="${fixed(x)}" y1="${at.top}" y2="${at.bottom}" ` +
    `stroke="${palette[1]}" stroke-width="2" stroke-dasharray="6 4"/>` +
    text(side.x, at.top + 14, mark.text, side.anchor, 15, ` fill="${palette[1]}"`)
  );
}

function* concat(lists: readonly ArrayLike<number>[]): Generator<number> {
  for (const list of lists) for (let i = 0; i < list.length; i++) yield list[i]!;
}
