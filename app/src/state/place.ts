/** Where the user is: the view of the page, the frame, the camera, what is selected. */
import { signal } from "@preact/signals";
import type { Camera } from "../../../src/viewer/scene.js";

/** The views, in the order of the work. */
export const views = ["open", "annotate", "correct", "train", "track", "explore"] as const;
/** One of them. */
export type ViewName = (typeof views)[number];

/** The view that is shown. */
export const view = signal<ViewName>("open");

/** From 0. */
export const frame = signal(0);

/** Undefined until the image is shown as a whole. */
export const camera = signal<Camera | undefined>(undefined);

/** Objects that are selected: labels of the active label layer in `frame`. */
export const selection = signal<ReadonlySet<number>>(new Set());

/** Tracks that are selected, in all frames. */
export const selectedTracks = signal<ReadonlySet<number>>(new Set());

/** The object below the pointer; 0 for none. */
export const hovered = signal(0);

/** Goes to an object: its frame, in the middle of the view. @param zoom at least this */
export function goTo(
  place: { readonly frame: number; readonly y: number; readonly x: number },
  zoom = 1,
): void {
  frame.value = place.frame;
  const now = camera.value;
  camera.value = { y: place.y, x: place.x, zoom: Math.max(zoom, now?.zoom ?? zoom) };
}
