/** Two columns against each other: tens of thousands of points on a canvas, chosen by a click or a lasso. */
import type { JSX, TargetedPointerEvent } from "preact";
import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import type { Axis } from "../../../src/plot/axis.js";
import { rampColour, styleColour } from "./chartcolours.js";
import { axisLabel, drawAxes, plotAxes } from "./plotaxes.js";
import { placeIn, PlotCanvas } from "./plotcanvas.js";
import { nearestPoint, pointsInside, type PlotBox, type PointPlaces } from "./scatterpoints.js";

/** Numbers of an axis, one a point. */
export interface ScatterAxis {
  readonly values: Float64Array;
  readonly title: string;
  readonly unit: string;
}

/** What a scatter plot shows and what it calls. */
export interface ScatterProps {
  readonly label: string;
  readonly x: ScatterAxis;
  readonly y: ScatterAxis;
  /** Numbers that colour the points, from dark blue to yellow. */
  readonly colour?: Float64Array | undefined;
  /** Rows that are selected. */
  readonly selection: ReadonlySet<number>;
  readonly onSelect: (rows: ReadonlySet<number>) => void;
  /** @param row -1 for none */
  readonly onHover?: ((row: number) => void) | undefined;
}

const margin = { left: 62, top: 8, right: 12, bottom: 38 } as const;

/** Points, axes, a lasso by dragging, a choice by a click; with Shift what was chosen stays. */
export function Scatter(props: ScatterProps): JSX.Element {
  const { label, x, y, colour, selection, onSelect, onHover } = props;
  const places = useRef<PointPlaces>({ x: new Float32Array(0), y: new Float32Array(0) });
  const [lasso, setLasso] = useState<readonly number[]>([]);
  const isDragging = useRef(false);
  const colours = useMemo(() => pointColours(colour), [colour]);

  const paint = useCallback(
    (context: CanvasRenderingContext2D, size: { width: number; height: number }) => {
      const box = boxIn(size);
      const axes = plotAxes(
        box,
        { values: x.values, label: axisLabel(x.title, x.unit) },
        { values: y.values, label: axisLabel(y.title, y.unit) },
      );
      places.current = placed(x.values, y.values, axes, box);
      context.clearRect(0, 0, size.width, size.height);
      drawPoints(context, places.current, { colours, selection, size });
      drawAxes(context, box, axes);
      drawLasso(context, lasso);
    },
    [x.values, y.values, x.title, y.title, colours, selection, lasso],
  );
  const down = (event: TargetedPointerEvent<HTMLCanvasElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    isDragging.current = true;
    setLasso(placeIn(event));
  };
  const move = (event: TargetedPointerEvent<HTMLCanvasElement>): void => {
    const [px, py] = placeIn(event);
    if (isDragging.current) setLasso((line) => [...line, px, py]);
    else onHover?.(nearestPoint(places.current, px, py, 6));
  };
  const up = (event: TargetedPointerEvent<HTMLCanvasElement>): void => {
    if (!isDragging.current) return;
    isDragging.current = false;
    const [px, py] = placeIn(event);
    const nearest = nearestPoint(places.current, px, py, 6);
    const rows = lasso.length > 6 ? pointsInside(places.current, lasso) : nearest < 0 ? [] : [nearest];
    setLasso([]);
    onSelect(new Set(event.shiftKey ? [...selection, ...rows] : rows));
  };
  return (
    <PlotCanvas
      label={`${label}: ${x.title} and ${y.title}, ${x.values.length} points, ${selection.size} selected`}
      paint={paint}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerLeave={() => onHover?.(-1)}
    />
  );
}

const boxIn = ({ width, height }: { width: number; height: number }): PlotBox => ({
  left: margin.left,
  top: margin.top,
  width: Math.max(10, width - margin.left - margin.right),
  height: Math.max(10, height - margin.top - margin.bottom),
});

function placed(
  x: Float64Array,
  y: Float64Array,
  axes: { readonly x: Axis; readonly y: Axis },
  box: PlotBox,
): PointPlaces {
  // Both axes are linear: two positions give all of them.
  const line = (axis: Axis, values: Float64Array, start: number, length: number): Float32Array => {
    const scale = length / (axis.high - axis.low);
    return Float32Array.from(values, (value) => start + (value - axis.low) * scale);
  };
  return {
    x: line(axes.x, x, box.left, box.width),
    y: line(axes.y, y, box.top + box.height, -box.height),
  };
}

/** As in a canvas: bytes red, green, blue, alpha. */
function pointColours(values: Float64Array | undefined): Uint32Array | undefined {
  if (values === undefined) return undefined;
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const ramp = Uint32Array.from({ length: 256 }, (_, index) => {
    const [red, green, blue] = rampColour(index / 255);
    return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
  });
  const scale = high > low ? 255 / (high - low) : 0;
  return Uint32Array.from(values, (value) => ramp[Math.round((value - low) * scale)] ?? ramp[0]!);
}

interface PointStyle {
  readonly colours: Uint32Array | undefined;
  readonly selection: ReadonlySet<number>;
  readonly size: { readonly width: number; readonly height: number };
}

/** Fewer points than this are drawn larger. */
const few = 3000;

/** Points as squares straight into the pixels: many times faster than shapes. */
function drawPoints(context: CanvasRenderingContext2D, places: PointPlaces, style: PointStyle): void {
  const { colours, selection } = style;
  const scale = context.getTransform().a;
  const [width, height] = [context.canvas.width, context.canvas.height];
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const plain = packed(styleColour("accent"));
  // A few points may be larger without hiding each other.
  const half = Math.max(1, Math.round(scale * (places.x.length < few ? 2 : 1)));
  const dot = (row: number, colour: number, reach: number): void => {
    const [x, y] = [Math.round(places.x[row]! * scale), Math.round(places.y[row]! * scale)];
    if (!(x >= reach && y >= reach && x < width - reach && y < height - reach)) return;
    for (let dy = -reach; dy <= reach; dy++) {
      const start = (y + dy) * width + x - reach;
      pixels.fill(colour, start, start + 2 * reach + 1);
    }
  };
  const count = places.x.length;
  for (let row = 0; row < count; row++) dot(row, colours?.[row] ?? plain, half);
  const [rim, chosen] = [packed(styleColour("text")), packed(styleColour("chosen"))];
  for (const row of selection) if (row < count) dot(row, rim, half + 2);
  for (const row of selection) if (row < count) dot(row, chosen, half + 1);
  context.putImageData(image, 0, 0);
}

/** @param colour such as #0060a8 */
function packed(colour: string): number {
  const value = Number.parseInt(colour.slice(1), 16);
  return (0xff000000 | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
}

function drawLasso(context: CanvasRenderingContext2D, line: readonly number[]): void {
  if (line.length < 4) return;
  context.strokeStyle = styleColour("chosen");
  context.setLineDash([4, 3]);
  context.beginPath();
  for (let index = 0; index < line.length; index += 2) context.lineTo(line[index]!, line[index + 1]!);
  context.closePath();
  context.stroke();
  context.setLineDash([]);
}
