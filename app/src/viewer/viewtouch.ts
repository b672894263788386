/** Two fingers on the view: the image moves with them and grows between them. */

/** A finger, CSS px of the page. */
interface Finger {
  readonly y: number;
  readonly x: number;
}

/** What two fingers do. */
export interface TouchActions {
  /** A second finger has come: what the first one did is given up. */
  readonly begin: () => void;
  /** @param at middle of the fingers, CSS px of the page */
  readonly pinch: (factor: number, shift: Finger, at: Finger) => void;
}

/** Tells whether an event belongs to a gesture of two fingers, and is dealt with. */
export interface TouchGestures {
  readonly down: (event: PointerEvent) => boolean;
  readonly move: (event: PointerEvent) => boolean;
  readonly up: (event: PointerEvent) => boolean;
}

/** Follows fingers. */
export function touchGestures({ begin, pinch }: TouchActions): TouchGestures {
  const fingers = new Map<number, Finger>();
  // After a gesture the finger that stays does nothing until it is lifted.
  let isGesture = false;
  return {
    down({ pointerId, clientY, clientX }) {
      fingers.set(pointerId, { y: clientY, x: clientX });
      if (fingers.size === 2) {
        isGesture = true;
        begin();
      }
      return isGesture;
    },
    move({ pointerId, clientY, clientX }) {
      const before = [...fingers.values()];
      if (!fingers.has(pointerId)) return isGesture;
      fingers.set(pointerId, { y: clientY, x: clientX });
      if (!isGesture || fingers.size !== 2) return isGesture;
      const after = [...fingers.values()];
      const [from, to] = [middle(before), middle(after)];
      pinch(spread(after) / Math.max(1, spread(before)), { y: to.y - from.y, x: to.x - from.x }, to);
      return true;
    },
    up({ pointerId }) {
      fingers.delete(pointerId);
      const was = isGesture;
      if (fingers.size === 0) isGesture = false;
      return was;
    },
  };
}

const middle = (fingers: readonly Finger[]): Finger => ({
  y: (fingers[0]!.y + fingers[1]!.y) / 2,
  x: (fingers[0]!.x + fingers[1]!.x) / 2,
});
const spread = (fingers: readonly Finger[]): number =>
  Math.hypot(fingers[0]!.y - fingers[1]!.y, fingers[0]!.x - fingers[1]!.x);
