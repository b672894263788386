/**
 * Charts with two axes as SVG. Sizes are chosen so that a chart is read on a slide and in a column of a page
 * alike.
 */
import { line } from "d3-shape";
import { palette } from "../draw/colours.js";
import { type Axis, type AxisOptions, axisOf } from "./axis.js";
import { type Markup, svg } from "./markup.js";
import { fontStack } from "./typeface.js";

/** Values of one colour in a chart. */
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

/** What stands around the values. */
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

/** A place in an SVG, units of the SVG, x first as there. */
export type Point = readonly [x: number, y: number];

/** Width and height of a chart, units of the SVG. */
export const chartSize = { width: 640, height: 400 };

/** Colour of text and axes. */
export const ink = "#222222";
const grid = "#e4e4e4";

/** Lines or points over two axes. */
export function lineChart(series: readonly Series[], options: ChartOptions): Markup {
  const x = axisOf(concat(series.map((one) => one.x)), options.x, 7);
  const y = axisOf(concat(series.map((one) => one.y)), options.y);
  return framed({ ...options, x, y, legend: series.length > 1 ? series : [] }, (at) =>
    series.map((one, index) => drawSeries(one, palette[index % palette.length]!, at)),
  );
}

/** Bars between edges (one more than counts), as of a histogram. */
export function barChart(
  edges: ArrayLike<number>,
  counts: ArrayLike<number>,
  options: ChartOptions,
  marks: readonly Mark[] = [],
): Markup {
  const x = axisOf(Array.from(edges), { range: [edges[0]!, edges[edges.length - 1]!], ...options.x }, 7);
  const y = axisOf(Array.from(counts), { include: [0], ...options.y });
  return framed({ ...options, x, y }, (at) => {
    const bars = Array.from(counts, (count, i) => {
      if (count === 0) return undefined;
      const [left, right, top, bottom] = [at.x(edges[i]!), at.x(edges[i + 1]!), at.y(count), at.y(0)];
      const gap = right - left > 6 ? 1 : 0;
      return svg`
        <rect x="${fixed(left + gap / 2)}" y="${fixed(top)}"
          width="${fixed(right - left - gap)}" height="${fixed(bottom - top)}" fill="${palette[0]}"/>`;
    });
    return [...bars, ...marks.map((mark) => drawMark(mark, x, at))];
  });
}

/** Where values lie in a chart, units of the SVG. */
export interface Place {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly top: number;
  readonly bottom: number;
}

/** A chart whose axes are made. */
export interface Frame {
  readonly title: string;
  readonly note?: string | undefined;
  readonly x: Axis;
  readonly y: Axis;
  /** Series that are named below the title. Default none. */
  readonly legend?: readonly Series[] | undefined;
}

/** Title, legend, axes, grid and labels around what `draw` draws. */
export function framed(
  { title, note, x, y, legend = [] }: Frame,
  draw: (at: Place) => readonly (Markup | undefined)[],
): Markup {
  const { width, height } = chartSize;
  const widest = Math.max(...y.tickLabels.map((label) => label.length));
  const [left, right, bottom] = [38 + 9 * widest, width - 22, height - 58];
  const top = 42 + (note ? 18 : 0) + (legend.length > 0 ? 24 : 0);
  const at: Place = {
    x: (value) => left + x.position(value) * (right - left),
    y: (value) => bottom - y.position(value) * (bottom - top),
    top,
    bottom,
  };
  return drawing(
    title,
    chartSize,
    svg`
      ${heading(title, note, left)}
      ${y.ticks.map((tick) => segment([left, at.y(tick)], [right, at.y(tick)], svg`stroke="${grid}"`))}
      ${draw(at)}
      <path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="${ink}"/>
      ${x.ticks.map((tick, i) => xTick(at.x(tick), bottom, x.tickLabels[i]!))}
      ${y.ticks.map((tick, i) => yTick(left, at.y(tick), y.tickLabels[i]!))}
      ${drawLegend(legend, left, top - 14)}
      ${text(x.label, { x: (left + right) / 2, y: height - 10, size: 17, anchor: "middle" })}
      <text transform="translate(17 ${fixed((top + bottom) / 2)}) rotate(-90)" text-anchor="middle"
        font-size="17">${y.label}</text>`,
  );
}

const xTick = (x: number, bottom: number, label: string): Markup => svg`
  ${segment([x, bottom], [x, bottom + 6], svg`stroke="${ink}"`)}
  ${text(label, { x, y: bottom + 24, size: 16, anchor: "middle" })}`;

const yTick = (left: number, y: number, label: string): Markup =>
  text(label, { x: left - 9, y: y + 5.5, size: 16, anchor: "end" });

/** The SVG that all charts are: its title for those who cannot see it, size, typeface and colour of text. */
export const drawing = (
  title: string,
  { width, height }: { readonly width: number; readonly height: number },
  content: Markup,
): Markup => svg`
  <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"
    role="img" aria-label="${title}" font-family="${fontStack}" fill="${ink}">${content}</svg>`;

/** Title and remark at the top of a chart. */
export const heading = (title: string, note: string | undefined, x: number): Markup => svg`
  ${text(title, { x, y: 22, size: 19, style: svg`font-weight="600"` })}
  ${note && text(note, { x, y: 43, size: 14, style: svg`fill="#666666"` })}`;

/** Where and how a text stands. */
export interface TextPlace {
  readonly x: number;
  /** Of the base line. */
  readonly y: number;
  readonly size: number;
  /** What of the text is at x. Default start. */
  readonly anchor?: "start" | "middle" | "end" | undefined;
  /** Further attributes. */
  readonly style?: Markup | undefined;
}

/** A line of text. */
export const text = (content: string, { x, y, size, anchor = "start", style }: TextPlace): Markup => svg`
  <text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}" font-size="${size}" ${style}>${content}</text>`;

/** A straight line. @param style its attributes */
export const segment = ([x1, y1]: Point, [x2, y2]: Point, style: Markup): Markup =>
  svg`<line x1="${fixed(x1)}" y1="${fixed(y1)}" x2="${fixed(x2)}" y2="${fixed(y2)}" ${style}/>`;

/** A filled circle. @param style its attributes */
export const dot = ([x, y]: Point, radius: number, style: Markup): Markup =>
  svg`<circle cx="${fixed(x)}" cy="${fixed(y)}" r="${fixed(radius)}" ${style}/>`;

/** A coordinate, to a hundredth of a px. */
export const fixed = (value: number): string => String(Math.round(value * 100) / 100 + 0);

const isDrawn = ([x, y]: Point): boolean => Number.isFinite(x) && Number.isFinite(y);
const pathOf = line<Point>().defined(isDrawn).digits(2);

/** The path of a line through points, for `d`; a point that is not finite interrupts it. */
export const linePath = (points: readonly Point[]): string => pathOf([...points]) ?? "";

/** The dashes of a line that colour alone would not tell from another. */
export const dashes = (dashed: boolean | undefined): Markup | undefined =>
  dashed ? svg`stroke-dasharray="7 4"` : undefined;

function drawLegend(series: readonly Series[], left: number, y: number): Markup[] {
  let x = left;
  return series.map((one, index) => {
    const colour = palette[index % palette.length]!;
    const sample =
      one.draw === "points"
        ? dot([x + 13, y - 5], 4, svg`fill="${colour}"`)
        : segment(
            [x, y - 5],
            [x + 26, y - 5],
            svg`stroke="${colour}" stroke-width="3" ${dashes(one.dashed)}`,
          );
    const entry = svg`${sample}${text(one.name, { x: x + 33, y, size: 15 })}`;
    x += 33 + 8.2 * one.name.length + 26;
    return entry;
  });
}

function drawSeries({ x, y, draw = "line", dashed }: Series, colour: string, at: Place): Markup {
  const points = Array.from({ length: Math.min(x.length, y.length) }, (_, i): Point => [
    at.x(x[i]!),
    at.y(y[i]!),
  ]);
  const drawn = points.map(isDrawn);
  // A value alone between two gaps would be no line at all.
  const isAlone = (i: number): boolean => !drawn[i - 1] && !drawn[i + 1];
  const dots = points.map((point, i) =>
    drawn[i] && (draw !== "line" || isAlone(i)) ? dot(point, 3.2, svg`fill="${colour}"`) : undefined,
  );
  if (draw === "points" || !drawn.includes(true)) return svg`${dots}`;
  return svg`
    <path d="${linePath(points)}" fill="none" stroke="${colour}" stroke-width="2.5" stroke-linejoin="round"
      ${dashes(dashed)}/>
    ${dots}`;
}

function drawMark(mark: Mark, axis: Axis, at: Place): Markup | undefined {
  const share = axis.position(mark.x);
  if (!(share >= 0 && share <= 1)) return undefined;
  const x = at.x(mark.x);
  const side = share > 0.6 ? ({ x: x - 6, anchor: "end" } as const) : { x: x + 6 };
  const style = svg`stroke="${palette[1]}" stroke-width="2" stroke-dasharray="6 4"`;
  return svg`
    ${segment([x, at.top], [x, at.bottom], style)}
    ${text(mark.text, { ...side, y: at.top + 14, size: 15, style: svg`fill="${palette[1]}"` })}`;
}

function* concat(lists: readonly ArrayLike<number>[]): Generator<number> {
  for (const list of lists) for (let i = 0; i < list.length; i++) yield list[i]!;
}
