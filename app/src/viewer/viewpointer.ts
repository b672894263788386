/** What the mouse, the pen and fingers do in the view. */
import { signal } from "@preact/signals";
import { labelAt } from "../../../src/viewer/picking.js";
import { zoomedAt } from "../../../src/viewer/screenplaces.js";
import { heldKeys } from "../state/keys.js";
import { camera, hovered } from "../state/place.js";
import { stepFrame } from "./frameclock.js";
import { selectObjects } from "./selecting.js";
import type { ImagePoint, ViewEngine } from "./viewengine.js";
import { touchGestures, type TouchGestures } from "./viewtouch.js";

/**
 * What a view does with the pointer. `move` is called whether a button is pressed or not. Coordinates are px of
 * the image; pixel centres lie at whole numbers.
 */
export interface PointerTool {
  /** As CSS has it. */
  readonly cursor?: string;
  /** @returns whether the tool has taken it; where not, the image is dragged */
  readonly down: (point: ImagePoint, event: PointerEvent) => boolean;
  readonly move: (point: ImagePoint, event: PointerEvent) => void;
  readonly up: (point: ImagePoint, event: PointerEvent) => void;
  readonly cancel: () => void;
}

/** Where the pointer is in the image; undefined outside the view. */
export const pointerPlace = signal<ImagePoint | undefined>(undefined);
/** Where it is on the page, CSS px. */
export const pointerOnPage = signal<{ readonly y: number; readonly x: number }>({ y: 0, x: 0 });
/** Whether the image is being dragged. */
export const isPanning = signal(false);

/** Limits of the zoom, CSS px per px of the image. */
const [leastZoom, mostZoom] = [1 / 256, 256];
/** A click may tremble by this, CSS px. */
const tremble = 4;

/** Zooms with a place of the view staying where it is. @param at CSS px of the view; default its middle */
export function zoomBy(engine: ViewEngine, factor: number, at?: readonly [y: number, x: number]): void {
  const now = camera.peek();
  if (now === undefined) return;
  const size = engine.size();
  const zoom = Math.max(leastZoom, Math.min(mostZoom, now.zoom * factor));
  camera.value = zoomedAt(now, size, at ?? [size.height / 2, size.width / 2], zoom / now.zoom);
}

/** Moves the view over the image, CSS px. */
export function panBy(dy: number, dx: number): void {
  const now = camera.peek();
  if (now !== undefined) camera.value = { ...now, y: now.y + dy / now.zoom, x: now.x + dx / now.zoom };
}

interface Drag {
  readonly pointer: number;
  /** Whether a tool has it; else the image is dragged. */
  readonly tool: PointerTool | undefined;
  readonly canSelect: boolean;
  readonly from: PointerEvent;
  last: PointerEvent;
  hasMoved: boolean;
}

/** What the handlers of a view share. */
interface PointerState {
  readonly host: HTMLElement;
  readonly engine: ViewEngine;
  readonly toolNow: () => PointerTool | undefined;
  drag: Drag | undefined;
}

function giveUp(state: PointerState): void {
  state.drag?.tool?.cancel();
  state.drag = undefined;
  isPanning.value = false;
  state.engine.drawOverlay();
}

function press(state: PointerState, event: PointerEvent): void {
  const { host, engine } = state;
  if (state.drag !== undefined) return;
  host.setPointerCapture(event.pointerId);
  const isPan = event.button === 1 || (event.button === 0 && heldKeys.peek().has("Space"));
  const tool = isPan ? undefined : state.toolNow();
  const isTaken = tool?.down(engine.toImage(event), event) ?? false;
  // The middle button would scroll.
  if (event.button === 1) event.preventDefault();
  if (isTaken) engine.drawOverlay();
  else if (!isPan && event.button !== 0) return;
  state.drag = {
    pointer: event.pointerId,
    tool: isTaken ? tool : undefined,
    canSelect: !isTaken && !isPan,
    from: event,
    last: event,
    hasMoved: false,
  };
  isPanning.value = !isTaken && isPan;
}

function move(state: PointerState, event: PointerEvent): void {
  const { engine, drag } = state;
  const point = engine.toImage(event);
  pointerPlace.value = point;
  pointerOnPage.value = { y: event.clientY, x: event.clientX };
  if (drag !== undefined && drag.tool === undefined) {
    dragImage(drag, event);
    return;
  }
  if (drag === undefined) hovered.value = labelUnder(engine, point);
  state.toolNow()?.move(point, event);
  engine.drawOverlay();
}

function dragImage(drag: Drag, event: PointerEvent): void {
  const { from, last } = drag;
  drag.hasMoved ||= Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) > tremble;
  if (!drag.hasMoved) return;
  isPanning.value = true;
  hovered.value = 0;
  panBy(last.clientY - event.clientY, last.clientX - event.clientX);
  drag.last = event;
}

function release(state: PointerState, event: PointerEvent): void {
  const { drag, engine } = state;
  if (drag?.pointer !== event.pointerId) return;
  state.drag = undefined;
  isPanning.value = false;
  const point = engine.toImage(event);
  if (drag.tool !== undefined) {
    drag.tool.up(point, event);
    engine.drawOverlay();
  } else if (drag.canSelect && !drag.hasMoved)
    selectObjects([labelUnder(engine, point)], event.shiftKey || event.ctrlKey || event.metaKey);
}

function leave({ engine }: PointerState): void {
  pointerPlace.value = undefined;
  hovered.value = 0;
  engine.drawOverlay();
}

/** Listens to the pointer. @returns ends it */
export function listenToPointer(
  host: HTMLElement,
  engine: ViewEngine,
  toolNow: () => PointerTool | undefined,
): () => void {
  const state: PointerState = { host, engine, toolNow, drag: undefined };
  const touch = touchGestures({
    begin: () => giveUp(state),
    pinch: (factor, shift, at) => {
      const { top, left } = host.getBoundingClientRect();
      panBy(-shift.y, -shift.x);
      zoomBy(engine, factor, [at.y - top, at.x - left]);
    },
  });
  const isGesture = (event: PointerEvent, kind: keyof TouchGestures): boolean =>
    event.pointerType === "touch" && touch[kind](event);
  const ends = [
    listen(host, "pointerdown", (event) => isGesture(event, "down") || press(state, event)),
    listen(host, "pointermove", (event) => isGesture(event, "move") || move(state, event)),
    listen(host, "pointerup", (event) => isGesture(event, "up") || release(state, event)),
    listen(host, "pointercancel", (event) => {
      isGesture(event, "up");
      giveUp(state);
    }),
    listen(host, "pointerleave", () => leave(state)),
    // The right button belongs to tools.
    listen(host, "contextmenu", (event) => event.preventDefault()),
    listen(host, "wheel", (event) => turnWheel(host, engine, event), { passive: false }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function listen<K extends keyof HTMLElementEventMap>(
  host: HTMLElement,
  type: K,
  handle: (event: HTMLElementEventMap[K]) => unknown,
  options?: AddEventListenerOptions,
): () => void {
  host.addEventListener(type, handle, options);
  return () => host.removeEventListener(type, handle, options);
}

/** The label at a place of the layer that is shown; 0 for none. */
export function labelUnder(engine: ViewEngine, { y, x }: ImagePoint): number {
  // The layer on top is the one that is chosen.
  const plane = engine.shown()?.scene.labels.at(-1)?.plane;
  const label = plane === undefined ? 0 : (labelAt(plane, y, x) ?? 0);
  return Math.max(0, label);
}

/** CSS px of a line, and of a page of a wheel that counts in them. */
const wheelUnits = [1, 16, 400];
let wheelSum = 0;

function turnWheel(host: HTMLElement, engine: ViewEngine, event: WheelEvent): void {
  event.preventDefault();
  // Some systems turn the wheel sideways while Shift is held.
  const turned = (event.deltaY === 0 ? event.deltaX : event.deltaY) * wheelUnits[event.deltaMode]!;
  if (event.shiftKey) {
    // A touchpad sends many small turns for one notch of a wheel.
    wheelSum += turned;
    if (Math.abs(wheelSum) < 50) return;
    stepFrame(Math.sign(wheelSum));
    wheelSum = 0;
    return;
  }
  const { top, left } = host.getBoundingClientRect();
  // Two fingers on a touchpad are told as a wheel with Ctrl, in smaller steps.
  const factor = Math.exp(-turned * (event.ctrlKey && Math.abs(turned) < 50 ? 0.01 : 0.002));
  zoomBy(engine, Math.max(0.2, Math.min(5, factor)), [event.clientY - top, event.clientX - left]);
}
