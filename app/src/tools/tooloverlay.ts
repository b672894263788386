/** What the tools draw over the image: the brush in its real size, outlines and cuts under way. */
import type { Point } from "../../../src/correct/labelwindow.js";
import { camera, frame, selection } from "../state/place.js";
import type { DrawOverlay } from "../viewer/viewengine.js";
import { pointerPlace } from "../viewer/viewpointer.js";
import { isBrush } from "./pointertools.js";
import { reviewed, reviewedLayer } from "./reviewing.js";
import { brushDiameter, cutLine, outline } from "./toolstate.js";
import { marked } from "./trackactions.js";

/** Radius of a ring round a place, CSS px. */
const ringRadius = 24;

/** Rings round the place that is looked at, where no object is selected there, and a nucleus that was put aside. */
export const drawRings: DrawOverlay = (context, toScreen) => {
  const item = reviewed.value;
  const isLookedAt = item !== undefined && item.layer === reviewedLayer.value && selection.value.size === 0;
  const places = [isLookedAt ? item : undefined, marked.value];
  for (const place of places) {
    if (place?.frame !== frame.value) continue;
    const [y, x] = toScreen(place);
    context.beginPath();
    context.arc(x, y, ringRadius, 0, 2 * Math.PI);
    strokeTwice(context);
  }
};

/** Draws what the tools show. Reads signals: what is drawn follows them. */
export const drawTools: DrawOverlay = (context, screenOf) => {
  drawRings(context, screenOf);
  const toScreen = (place: Point): Point => {
    const [y, x] = screenOf(place);
    return { y, x };
  };
  const shown = outline.value;
  if (shown !== undefined) {
    const rubber = shown.pointer === undefined ? [] : [shown.pointer];
    line(context, [...shown.points, ...rubber].map(toScreen), shown.manner !== "corners");
    if (shown.manner === "corners") corners(context, shown.points.map(toScreen));
  }
  line(context, cutLine.value.map(toScreen), false);
  if (pointerPlace.value !== undefined && isBrush()) brush(context, toScreen(pointerPlace.value));
};

/** White on black, so that it is seen on any image. */
function strokeTwice(context: CanvasRenderingContext2D): void {
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = "rgba(0, 0, 0, 0.6)";
  context.stroke();
  context.lineWidth = 1.25;
  context.strokeStyle = "#ffffff";
  context.stroke();
}

function line(context: CanvasRenderingContext2D, points: readonly Point[], isClosed: boolean): void {
  if (points.length < 2) return;
  context.beginPath();
  for (const { y, x } of points) context.lineTo(x, y);
  if (isClosed) context.closePath();
  strokeTwice(context);
}

function corners(context: CanvasRenderingContext2D, points: readonly Point[]): void {
  for (const { y, x } of points) {
    context.beginPath();
    context.arc(x, y, 3, 0, 2 * Math.PI);
    strokeTwice(context);
  }
}

function brush(context: CanvasRenderingContext2D, { y, x }: Point): void {
  context.beginPath();
  context.arc(x, y, Math.max(1, (brushDiameter.value / 2) * (camera.value?.zoom ?? 1)), 0, 2 * Math.PI);
  strokeTwice(context);
}
