/** Parts of frames with what surrounds them, and what is known of whole frames meanwhile. */
import { Cancelled, InvalidInput } from "../../core/errors.js";
import type { ImageSource, Window } from "../../core/image.js";
import type { Size } from "../../core/size.js";

/** A window of a frame, and the larger one that is looked at for it. */
export interface Surroundings {
  /** In the frame. */
  readonly outer: Window;
  /** What was asked for, in the outer window. */
  readonly inner: Window;
}

/**
 * The window with a margin at each side, as far as the frame goes.
 *
 * @param margin px
 * @param multiple the outer window begins on multiples of it, px
 * @throws InvalidInput when the window is not within the frame
 */
export function surroundingsOf(window: Window, frame: Size, margin: number, multiple = 1): Surroundings {
  const { y, x, height, width } = window;
  const isWithin =
    y >= 0 && x >= 0 && height >= 1 && width >= 1 && y + height <= frame.height && x + width <= frame.width;
  if (!isWithin || ![y, x, height, width].every(Number.isInteger))
    throw new InvalidInput(
      "window",
      `one within ${frame.height} x ${frame.width} pixels`,
      `${height} x ${width} pixels from (${y}, ${x})`,
    );
  const [top, left] = [y, x].map((at) => Math.floor(Math.max(0, at - margin) / multiple) * multiple) as [
    number,
    number,
  ];
  const outer = {
    y: top,
    x: left,
    height: Math.min(frame.height, y + height + margin) - top,
    width: Math.min(frame.width, x + width + margin) - left,
  };
  return { outer, inner: { y: y - top, x: x - left, height, width } };
}

/** @throws InvalidInput when there is no such frame */
export function assertFrame({ frames, name }: ImageSource, frame: number): void {
  if (!Number.isInteger(frame) || frame < 0 || frame >= frames)
    throw new InvalidInput("frame", `a number from 0 to ${frames - 1} of ${name}`, String(frame));
}

/** A number for each source, equal for the same one. */
const numbers = new WeakMap<ImageSource, number>();
let known = 0;

/** Plain text for a source, as long as this process lives: another one for each object. */
export function sourceKey(source: ImageSource): string {
  const number = numbers.get(source) ?? ++known;
  numbers.set(source, number);
  return `source ${number}`;
}

/** Facts of single frames, each found once. */
export type FrameFacts<T> = (
  source: ImageSource,
  key: string,
  find: () => Promise<T>,
  signal: AbortSignal | undefined,
) => Promise<T>;

/**
 * Finds what is asked of frames once, and keeps it as long as the source. Who is stopped does not wait any
 * longer; what was begun goes on for those who ask next.
 */
export function frameFacts<T>(): FrameFacts<T> {
  const held = new WeakMap<ImageSource, Map<string, Promise<T>>>();
  return (source, key, find, signal) => {
    const facts = held.get(source) ?? new Map<string, Promise<T>>();
    held.set(source, facts);
    let fact = facts.get(key);
    if (fact === undefined) {
      fact = find();
      facts.set(key, fact);
      // Another attempt may succeed.
      fact.catch(() => facts.delete(key));
    }
    return unlessAborted(fact, signal);
  };
}

/** The same promise, but for Cancelled as soon as the signal is aborted. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new Cancelled());
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
