/** Windows of an image: what their edges cut is nobody's to judge. */
import type { LabelImage } from "../core/labels.js";
import type { Decision } from "./types.js";

/** Sides of a window at which the image goes on. */
export interface OpenSides {
  readonly top: boolean;
  readonly bottom: boolean;
  readonly left: boolean;
  readonly right: boolean;
}

/**
 * The candidates that the edges of a window may cut.
 *
 * @param labels candidates 1..count
 * @returns 1 for each that touches an open side; entry i is candidate i + 1
 */
export function cutCandidates({ height, width, data, count }: LabelImage, open: OpenSides): Uint8Array {
  const cut = new Uint8Array(count);
  const mark = (i: number): void => {
    if (data[i]! > 0) cut[data[i]! - 1] = 1;
  };
  for (let x = 0; x < width; x++) {
    if (open.top) mark(x);
    if (open.bottom) mark((height - 1) * width + x);
  }
  for (let y = 0; y < height; y++) {
    if (open.left) mark(y * width);
    if (open.right) mark(y * width + width - 1);
  }
  return cut;
}

/**
 * The decisions, with none of the cut candidates kept.
 *
 * @param cut see `cutCandidates`; one entry per decision
 */
export const withoutCut = (decisions: readonly Decision[], cut: Uint8Array): Decision[] =>
  decisions.map((decision, i) =>
    cut[i] === 1 && decision.kept
      ? {
          kept: false,
          score: decision.score,
          reason: "cut by the edge of the window; the image continues beyond it",
          cause: "cut",
        }
      : decision,
  );
