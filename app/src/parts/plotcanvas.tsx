/** A canvas that fills its place, as sharp as the screen. */
import type { JSX, TargetedPointerEvent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { themeNumber } from "./chartcolours.js";

/** What is drawn, and what happens on it. */
export interface PlotCanvasProps {
  readonly label: string;
  /** Draws all of it. @param size CSS px */
  readonly paint: (context: CanvasRenderingContext2D, size: { width: number; height: number }) => void;
  readonly onPointerDown?: PointerHandler;
  readonly onPointerMove?: PointerHandler;
  readonly onPointerUp?: PointerHandler;
  readonly onPointerLeave?: PointerHandler;
}

type PointerHandler = (event: TargetedPointerEvent<HTMLCanvasElement>) => void;

/** Draws after every change of what it is given, of its size, and of the page's colours. */
export function PlotCanvas({ label, paint, ...others }: PlotCanvasProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const theme = themeNumber.value;
  useEffect(() => {
    const parent = canvas.current!.parentElement!;
    const observer = new ResizeObserver(() =>
      setSize({ width: parent.clientWidth, height: parent.clientHeight }),
    );
    observer.observe(parent);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const element = canvas.current!;
    if (size.width === 0 || size.height === 0) return;
    const scale = devicePixelRatio;
    element.width = Math.round(size.width * scale);
    element.height = Math.round(size.height * scale);
    const context = element.getContext("2d")!;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    paint(context, size);
  }, [size, paint, theme]);
  return <canvas ref={canvas} role="img" aria-label={label} class="plot-canvas" {...others} />;
}

/** Place of a pointer in the canvas, CSS px. */
export const placeIn = (
  event: PointerEvent & { readonly currentTarget: Element },
): [x: number, y: number] => {
  const box = event.currentTarget.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
};
