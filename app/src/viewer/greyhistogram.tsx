/** Grey values of a channel as bars, with the two limits of the contrast to be dragged. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { fullRange, type GreyRange, type Histogram, rebinned } from "../../../src/viewer/contrast.js";

/** What it shows. */
export interface GreyHistogramProps {
  readonly name: string;
  readonly histogram: Histogram;
  readonly low: number;
  readonly high: number;
  /** Whole numbers for integers. */
  readonly onLimits: (limits: GreyRange) => void;
}

/** CSS px. */
const [width, height] = [232, 72];

/** The axis: all values that occur, and the limits. */
function axisOf({ histogram, low, high }: GreyHistogramProps): GreyRange {
  const range = fullRange(histogram);
  // The few brightest values would press all others into a corner: the axis ends a little beyond the limits.
  const reach = Math.max(high - low, histogram.step) * 0.25;
  return {
    low: Math.min(low, Math.max(range.low, low - reach)),
    high: Math.max(high, Math.min(range.high, high + reach)),
  };
}

/** Bars by the logarithm of the counts, so that few nuclei are seen beside much background. */
export function GreyHistogram(props: GreyHistogramProps): JSX.Element {
  const { histogram, low, high, name, onLimits } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const axis = useRef<GreyRange>({ low: 0, high: 1 });
  const dragged = useRef<"low" | "high" | undefined>(undefined);
  // While a limit is dragged the axis stays as it is.
  if (dragged.current === undefined) axis.current = axisOf(props);
  useEffect(() => {
    if (canvas.current !== null) draw(canvas.current, props, axis.current);
  });

  const valueAt = (event: PointerEvent): number => {
    const { left, width: across } = canvas.current!.getBoundingClientRect();
    const { low: from, high: to } = axis.current;
    return rounded(from + ((event.clientX - left) / across) * (to - from), histogram.step);
  };
  const move = (event: PointerEvent): void => {
    if (dragged.current === undefined) return;
    const value = valueAt(event);
    if (dragged.current === "low") onLimits({ low: Math.min(value, high - histogram.step), high });
    else onLimits({ low, high: Math.max(value, low + histogram.step) });
  };
  const down = (event: PointerEvent): void => {
    (event.target as Element).setPointerCapture(event.pointerId);
    const value = valueAt(event);
    dragged.current = Math.abs(value - low) < Math.abs(value - high) ? "low" : "high";
    move(event);
  };
  const up = (): void => {
    dragged.current = undefined;
  };
  return (
    <canvas
      ref={canvas}
      class="greyhistogram"
      role="img"
      aria-label={`Grey values of ${name}, shown from ${low} to ${high}`}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
    />
  );
}

/** Integers stay whole; floats have the digits that one px of the drawing tells apart. */
export const rounded = (value: number, step: number): number =>
  step === 1 ? Math.round(value) : Number(value.toPrecision(4));

/** As many bars as there is room for, all of as many whole grey values: else some would stand out. */
function barsOf({ low, high }: GreyRange, step: number): number {
  const values = Math.max(1, Math.round((high - low) / step));
  return Math.ceil(values / Math.ceil(values / width));
}

function draw(
  canvas: HTMLCanvasElement,
  { histogram, low, high }: GreyHistogramProps,
  axis: GreyRange,
): void {
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d")!;
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(name);
  context.scale(ratio, ratio);
  const bins = rebinned(histogram, axis, barsOf(axis, histogram.step));
  const bar = width / bins.length;
  const most = Math.log1p(Math.max(1, ...bins));
  const at = (value: number): number => ((value - axis.low) / (axis.high - axis.low)) * width;
  const [left, right] = [at(low), at(high)];
  bins.forEach((count, i) => {
    // Whole px: else there were seams between the bars.
    const [x, next] = [Math.floor(i * bar), Math.floor((i + 1) * bar)];
    if (count === 0) return;
    const tall = (Math.log1p(count) / most) * (height - 6);
    context.fillStyle = x >= left - 1 && x <= right ? colour("--bar") : colour("--bar-outside");
    context.fillRect(x, height - tall, next - x, tall);
  });
  context.fillStyle = colour("--accent");
  for (const x of [left, right]) {
    const line = Math.max(0, Math.min(width - 2, x - 1));
    context.fillRect(line, 0, 2, height);
    context.fillRect(Math.max(0, Math.min(width - 8, x - 4)), 0, 8, 10);
  }
  // From black to bright as the picture has it.
  context.strokeStyle = colour("--accent");
  context.globalAlpha = 0.5;
  context.beginPath();
  context.moveTo(left, height);
  context.lineTo(right, 0);
  context.stroke();
}
