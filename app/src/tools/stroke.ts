/** A stroke of the brush while it is drawn: each move writes only what it adds; at its end it is one change. */
import { erase, paint } from "../../../src/correct/labelgestures.js";
import type { LabelPatch } from "../../../src/correct/edits.js";
import { joinedSteps, type LabelWindow, type Point } from "../../../src/correct/labelwindow.js";
import { type LabelAccess, readWindow, windowAround } from "./labelaccess.js";

/** What a stroke does. */
export interface StrokeSettings {
  /** Of the brush, image px. */
  readonly diameter: number;
  /** Label that is painted; "erase" makes objects background. */
  readonly label: number | "erase";
  /** Other objects keep their pixels. */
  readonly protect: boolean;
}

/** A stroke under way. */
export interface Stroke {
  /** Goes on to a place. */
  readonly move: (place: Point) => void;
  /** @returns the change as a whole, when all of it is in the plane; undefined where nothing changed */
  readonly end: () => Promise<readonly LabelPatch[] | undefined>;
  /** Takes back what was drawn. */
  readonly cancel: () => void;
}

/**
 * Begins a stroke. Where labels below it are not in memory yet, it waits for them and catches up.
 *
 * @param settings may come later, as when the next free label must be asked for
 */
export function beginStroke(
  plane: LabelAccess,
  first: Point,
  settings: StrokeSettings | Promise<StrokeSettings>,
): Stroke {
  const steps: LabelPatch[] = [];
  const places: Point[] = [first];
  let drawn = 0;
  let isCancelled = false;
  let known = settings instanceof Promise ? undefined : settings;
  let waiting: Promise<void> | undefined;

  /** Draws what is new. @returns false where something must be waited for */
  const advance = (): boolean => {
    if (known === undefined) return false;
    if (isCancelled || drawn === places.length) return true;
    const line = places.slice(Math.max(0, drawn - 1));
    const part = windowAround(plane.size, line, known.diameter / 2 + 1);
    if (part !== undefined) {
      const window = windowIfLoaded(plane, part);
      if (window === undefined) return false;
      for (const patch of dabs(window, line, known)) {
        plane.write(patch, "after");
        steps.push(patch);
      }
    }
    drawn = places.length;
    return true;
  };
  const catchUp = async (): Promise<void> => {
    known = await settings;
    while (!advance()) {
      const line = places.slice(Math.max(0, drawn - 1));
      await plane.load(windowAround(plane.size, line, known.diameter / 2 + 1)!);
    }
  };
  const go = (): void => {
    if (waiting !== undefined || advance()) return;
    waiting = catchUp().finally(() => {
      waiting = undefined;
    });
    waiting.catch(() => undefined);
  };
  go();
  return {
    move: (place) => {
      places.push(place);
      go();
    },
    end: async () => {
      while (waiting !== undefined) await waiting;
      return isCancelled ? undefined : joined(plane, steps);
    },
    cancel: () => {
      isCancelled = true;
      for (const step of steps.toReversed()) plane.write(step, "before");
    },
  };
}

function dabs(
  window: LabelWindow,
  points: readonly Point[],
  { diameter, label, protect }: StrokeSettings,
): readonly LabelPatch[] {
  const stroke = { points, diameter };
  return (label === "erase" ? erase(window, stroke) : paint(window, stroke, { label, protect })) ?? [];
}

function windowIfLoaded(plane: LabelAccess, part: Parameters<typeof readWindow>[1]): LabelWindow | undefined {
  try {
    return readWindow(plane, part);
  } catch {
    return undefined;
  }
}

function joined(plane: LabelAccess, steps: readonly LabelPatch[]): readonly LabelPatch[] | undefined {
  const corners = steps.flatMap(({ y, x, height, width }) => [
    { y, x },
    { y: y + height - 1, x: x + width - 1 },
  ]);
  const part = windowAround(plane.size, corners, 0);
  return part === undefined ? undefined : joinedSteps(readWindow(plane, part), steps);
}
