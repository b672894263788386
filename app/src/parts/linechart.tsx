/** Lines over an axis: curves of a training, counts over time. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { lineColour, styleColour, themeNumber } from "./chartcolours.js";

/** A line; null where there is no value. */
export interface ChartLine {
  readonly title: string;
  readonly values: readonly (number | null)[];
  /** Index into the colours; default its own place. */
  readonly colour?: number | undefined;
  readonly isDashed?: boolean | undefined;
}

/** What is drawn. */
export interface LineChartProps {
  readonly label: string;
  /** Ascending, one a value of each line. */
  readonly x: readonly number[];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly lines: readonly ChartLine[];
  /** Powers of ten; what is not positive is left out. */
  readonly isLogarithmic?: boolean | undefined;
  /** Ends of the axis of the values; default those of the values. */
  readonly range?: readonly [low: number, high: number] | undefined;
  /** Called with the place in `x` that was clicked. */
  readonly onPick?: ((index: number) => void) | undefined;
}

/** A chart that fills its place. Its legend shows the values below the pointer. */
export function LineChart(props: LineChartProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const { label, lines, isLogarithmic = false, xTitle, yTitle } = props;
  const theme = themeNumber.value;
  const kind = [
    isLogarithmic,
    xTitle,
    yTitle,
    theme,
    ...lines.map(({ title, colour }) => [title, colour]),
  ].join();
  useEffect(() => {
    const parent = place.current!;
    const size = (): { width: number; height: number } => ({
      width: Math.max(80, parent.clientWidth),
      height: Math.max(60, parent.clientHeight - legendHeight(parent)),
    });
    const made = new uPlot(
      { ...optionsOf(latest.current), width: 300, height: 150 },
      dataOf(latest.current),
      parent,
    );
    made.over.addEventListener("click", () => {
      const { idx } = made.cursor;
      if (idx !== null && idx !== undefined) latest.current.onPick?.(idx);
    });
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize(size()));
    observer.observe(parent);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [kind]);
  useEffect(() => chart.current?.setData(dataOf(props)), [props.x, props.lines]);
  return <div ref={place} class="line-chart" role="img" aria-label={`${label}: ${summary(lines)}`} />;
}

const legendHeight = (parent: HTMLElement): number =>
  parent.querySelector<HTMLElement>(".u-legend")?.offsetHeight ?? 0;

/** What a screen reader says of the lines: their last values. */
function summary(lines: readonly ChartLine[]): string {
  return lines
    .map(
      ({ title, values }) =>
        `${title} ${values.findLast((value) => value !== null)?.toPrecision(3) ?? "none"}`,
    )
    .join(", ");
}

function dataOf({ x, lines, isLogarithmic }: LineChartProps): uPlot.AlignedData {
  const drawn = (value: number | null): number | null =>
    value === null || !Number.isFinite(value) || (isLogarithmic && value <= 0) ? null : value;
  return [[...x], ...lines.map(({ values }) => values.map(drawn))];
}

function optionsOf({
  lines,
  isLogarithmic,
  range,
  xTitle,
  yTitle,
}: LineChartProps): Omit<uPlot.Options, "width" | "height"> {
  const axis = {
    stroke: styleColour("quiet"),
    font: "11px system-ui, sans-serif",
    labelFont: "11px system-ui, sans-serif",
    grid: { stroke: styleColour("line"), width: 1 },
    ticks: { stroke: styleColour("line"), width: 1, size: 4 },
    labelSize: 16,
  };
  return {
    scales: {
      x: { time: false },
      y: { distr: isLogarithmic ? 3 : 1, ...(range === undefined ? {} : { range: [...range] }) },
    },
    axes: [
      { ...axis, label: xTitle, size: 26 },
      { ...axis, label: yTitle, size: 52 },
    ],
    cursor: { drag: { x: true, y: false } },
    series: [
      { label: xTitle },
      ...lines.map(({ title, colour, isDashed }, index) => ({
        label: title,
        stroke: lineColour(colour ?? index),
        width: 1.5,
        spanGaps: true,
        ...(isDashed ? { dash: [5, 4] } : {}),
        points: { show: lines[index]!.values.length < 3 },
        value: (_: uPlot, value: number | null) =>
          value === null || value === undefined ? "–" : String(Number(value.toPrecision(4))),
      })),
    ],
  };
}
