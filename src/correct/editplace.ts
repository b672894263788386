/** Where an edit is seen. */
import type { Edit, SpotPlace } from "./edits.js";

/** The middle of what an edit changed, px; of tracks, the first nucleus that it is about. */
export function placeOfEdit(edit: Edit): SpotPlace {
  if (edit.layer === "tracks") return edit.spots[0] ?? { frame: 0, y: 0, x: 0 };
  let [top, left, bottom, right] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { y, x, height, width } of edit.patches) {
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + height - 1)];
    [left, right] = [Math.min(left, x), Math.max(right, x + width - 1)];
  }
  return { frame: edit.frame, y: (top + bottom) / 2, x: (left + right) / 2 };
}
