/** Going through the frames: by steps, and as a movie. */
import { effect } from "@preact/signals";
import { frameCount, framesPerSecond, playing, shownFrame } from "../state/display.js";
import { frame } from "../state/place.js";

/** A step that waits for the picture of the one before gives up waiting, ms. */
const patience = 600;
let steppedAt = -Infinity;

/** Goes to a frame within the movie. */
export function showFrame(wanted: number): void {
  frame.value = Math.max(0, Math.min(frameCount.peek() - 1, Math.round(wanted)));
}

/**
 * Goes some frames on or back. A step is left out while the picture of the last one is on its way: so the keys of
 * a keyboard that repeats do not queue up.
 */
export function stepFrame(by: number): void {
  const now = performance.now();
  if (shownFrame.peek() !== frame.peek() && now - steppedAt < patience) return;
  steppedAt = now;
  showFrame(frame.peek() + by);
}

let timer: ReturnType<typeof setTimeout> | undefined;

/** Shows the next frame when its time has come and this one is on the screen; after the last the first. */
function tick(): void {
  if (!playing.peek()) return;
  const count = frameCount.peek();
  if (shownFrame.peek() === frame.peek() || performance.now() - steppedAt > patience) {
    steppedAt = performance.now();
    frame.value = (frame.peek() + 1) % Math.max(1, count);
  }
  const late = performance.now() - steppedAt;
  timer = setTimeout(tick, Math.max(4, 1000 / framesPerSecond.peek() - late));
}

effect(() => {
  clearTimeout(timer);
  if (playing.value) timer = setTimeout(tick, 1000 / framesPerSecond.value);
});
