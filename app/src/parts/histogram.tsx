/** How values are distributed, with two limits that are dragged, or set by keys. */
import type { JSX, TargetedPointerEvent } from "preact";
import { useCallback, useMemo, useRef } from "preact/hooks";
import { axisOf } from "../../../src/plot/axis.js";
import { styleColour } from "./chartcolours.js";
import { binsOf, type Bins } from "./histogrambins.js";
import { NumberField } from "./numberfield.js";
import { axisLabel, drawAxes } from "./plotaxes.js";
import { placeIn, PlotCanvas } from "./plotcanvas.js";
import type { PlotBox } from "./scatterpoints.js";

/** Both limits; null for none. */
export interface Limits {
  readonly low: number | null;
  readonly high: number | null;
}

/** What a histogram shows. */
export interface HistogramProps {
  readonly title: string;
  readonly unit: string;
  readonly values: ArrayLike<number>;
  /** Left out: no limits are shown. */
  readonly limits?: Limits | undefined;
  readonly onLimits?: ((limits: Limits) => void) | undefined;
  /** Whether there is a lower limit only. Default false. */
  readonly isOneSided?: boolean | undefined;
  /** Ends of the axis; default those of the values. */
  readonly ends?: readonly [low: number, high: number] | undefined;
  /** Default 48. */
  readonly bins?: number | undefined;
}

/** Bars, and where `limits` is given two handles and two fields. */
export function Histogram(props: HistogramProps): JSX.Element {
  const { title, unit, values, limits, onLimits, isOneSided = false, bins: count = 48 } = props;
  const bins = useMemo(() => binsOf(values, count, props.ends), [values, count, props.ends?.join()]);
  const box = useRef<PlotBox>({ left: 0, top: 0, width: 1, height: 1 });
  const dragged = useRef<"low" | "high" | undefined>(undefined);
  const step = Number(((bins.high - bins.low) / 100).toPrecision(1));
  const paint = useCallback(
    (context: CanvasRenderingContext2D, size: { width: number; height: number }) => {
      box.current = { left: 8, top: 6, width: size.width - 16, height: size.height - 44 };
      context.clearRect(0, 0, size.width, size.height);
      drawBars(context, box.current, bins, limits);
      const axis = axisOf([], { label: axisLabel(title, unit), range: [bins.low, bins.high] });
      drawAxes(context, box.current, { x: axis });
      if (limits === undefined) return;
      const ends = [limits.low ?? bins.low, ...(isOneSided ? [] : [limits.high ?? bins.high])];
      drawLimits(context, box.current, bins, ends);
    },
    [bins, limits?.low, limits?.high, isOneSided, title, unit],
  );
  const valueAt = (x: number): number => {
    const part = Math.max(0, Math.min(1, (x - box.current.left) / box.current.width));
    return Number((bins.low + part * (bins.high - bins.low)).toPrecision(3));
  };
  const down = (event: TargetedPointerEvent<HTMLCanvasElement>): void => {
    if (limits === undefined) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const value = valueAt(placeIn(event)[0]);
    const [low, high] = [limits.low ?? bins.low, limits.high ?? bins.high];
    const isLow = isOneSided || Math.abs(value - low) <= Math.abs(value - high);
    dragged.current = isLow ? "low" : "high";
    move(event);
  };
  const move = (event: TargetedPointerEvent<HTMLCanvasElement>): void => {
    if (dragged.current !== undefined && limits !== undefined)
      onLimits?.(moved(limits, dragged.current, valueAt(placeIn(event)[0])));
  };
  return (
    <figure class="histogram" aria-label={title}>
      <div class="plot">
        <PlotCanvas
          label={`Distribution of ${title}, ${values.length} values`}
          paint={paint}
          onPointerDown={down}
          onPointerMove={move}
          onPointerUp={() => {
            dragged.current = undefined;
          }}
        />
      </div>
      {limits === undefined ? undefined : <LimitFields {...props} limits={limits} step={step} />}
    </figure>
  );
}

/** The lower limit stays below the higher one. */
function moved(limits: Limits, which: "low" | "high", value: number): Limits {
  if (which === "low") return { ...limits, low: Math.min(value, limits.high ?? Infinity) };
  return { ...limits, high: Math.max(value, limits.low ?? -Infinity) };
}

function LimitFields(
  props: HistogramProps & { readonly limits: Limits; readonly step: number },
): JSX.Element {
  const { title, unit, limits, onLimits, step } = props;
  return (
    <div class="limit-fields">
      <NumberField
        label={`Lowest ${inSentence(title)}`}
        value={limits.low}
        unit={unit}
        step={step}
        high={limits.high ?? undefined}
        mayBeEmpty
        onChange={(low) => onLimits?.({ ...limits, low })}
      />
      {props.isOneSided ? undefined : (
        <NumberField
          label={`Highest ${inSentence(title)}`}
          value={limits.high}
          unit={unit}
          step={step}
          low={limits.low ?? undefined}
          mayBeEmpty
          onChange={(high) => onLimits?.({ ...limits, high })}
        />
      )}
    </div>
  );
}

/** A title within a sentence; names such as DNA stay. */
const inSentence = (title: string): string =>
  /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title;

function drawBars(
  context: CanvasRenderingContext2D,
  box: PlotBox,
  { low, high, counts }: Bins,
  limits: Limits | undefined,
): void {
  const most = Math.max(1, ...counts);
  const width = box.width / counts.length;
  counts.forEach((count, index) => {
    const middle = low + ((index + 0.5) / counts.length) * (high - low);
    const isWithin = middle >= (limits?.low ?? -Infinity) && middle <= (limits?.high ?? Infinity);
    context.fillStyle = styleColour(isWithin ? "accent" : "line");
    const height = (count / most) * box.height;
    context.fillRect(box.left + index * width, box.top + box.height - height, Math.max(1, width - 1), height);
  });
}

function drawLimits(
  context: CanvasRenderingContext2D,
  box: PlotBox,
  { low, high }: Bins,
  limits: readonly number[],
): void {
  context.strokeStyle = styleColour("chosen");
  context.fillStyle = styleColour("chosen");
  context.lineWidth = 2;
  for (const limit of limits) {
    const x = box.left + Math.max(0, Math.min(1, (limit - low) / (high - low))) * box.width;
    context.beginPath();
    context.moveTo(x, box.top);
    context.lineTo(x, box.top + box.height);
    context.stroke();
    context.fillRect(x - 4, box.top + box.height / 2 - 9, 8, 18);
  }
}
