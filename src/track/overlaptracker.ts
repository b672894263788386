/**
 * TrackMate's overlap tracker, so that results can be compared with what users of TrackMate get. Like its LAP
 * tracker it is the reference, not the default.
 */
import { InvalidInput } from "../core/errors.js";
import type { Nuclei } from "../core/nuclei.js";
import { throwIfCancelled, type StageContext } from "../core/progress.js";
import type { TrackGraph } from "../core/tracks.js";
import { movieOf } from "./places/detections.js";
import type { FrameOverlaps, LinkOverlaps } from "./maskoverlaps.js";

/** TrackMate's default: masks are linked above this intersection over union. */
const minimumIou = 0.3;

/**
 * Links masks as TrackMate's overlap tracker does with its defaults (precise shapes, scale factor 1): each
 * nucleus continues the one of the frame before with which it has the largest intersection over union, if this
 * is above 0.3. Each chooses for itself, so that two nuclei may continue the same one: the track splits. Gaps
 * stay open, and nothing merges.
 *
 * TrackMate counts areas of polygons, this counts pixels. TrackMate also links over frames without any nuclei;
 * here tracks end there. Of equal overlaps TrackMate takes any, this the lower label.
 *
 * @param nuclei rows in any order; areas in px
 * @param frames frames of the movie, empty ones included
 * @param overlaps shared pixels of the masks of consecutive frames, entry t for t and t + 1
 * @throws InvalidInput when there are no overlaps, or a nucleus is out of range; Cancelled Source: TrackMate,
 *   class `OverlapTracker` (Ershov et al. 2022, Nat. Methods 19:829).
 */
export function trackOverlap(
  nuclei: Nuclei,
  frames: number,
  overlaps: LinkOverlaps | undefined,
  context: StageContext = {},
): TrackGraph {
  const shared = checked(overlaps, frames);
  const { rowOf, start } = movieOf(nuclei, frames);
  const rows = Array.from(
    { length: frames },
    (_, t) => new Map(Array.from(rowOf.subarray(start[t], start[t + 1]), (row) => [nuclei.label[row]!, row])),
  );
  const parentOf = new Int32Array(nuclei.count).fill(-1);
  const best = new Float64Array(nuclei.count).fill(minimumIou);
  for (let t = 0; t + 1 < frames; t++) {
    throwIfCancelled(context, "Tracking");
    for (const [parent, child, iou] of pairsOf(nuclei, shared[t]!, rows[t]!, rows[t + 1]!)) {
      const known = parentOf[child]!;
      const isLower = known >= 0 && iou === best[child] && nuclei.label[parent]! < nuclei.label[known]!;
      if (!(iou > best[child]!) && !isLower) continue;
      [parentOf[child], best[child]] = [parent, iou];
    }
    context.onProgress?.({ done: t + 1, total: frames - 1, message: "linking" });
  }
  const linked = Array.from(parentOf.keys()).filter((row) => parentOf[row]! >= 0);
  return { nuclei, frames, edges: Uint32Array.from(linked.flatMap((row) => [parentOf[row]!, row])) };
}

function checked(overlaps: LinkOverlaps | undefined, frames: number): LinkOverlaps {
  const expected = Math.max(0, frames - 1);
  if (overlaps?.length === expected) return overlaps;
  throw new InvalidInput(
    "overlaps",
    `the pixels that masks share from frame to frame, ${expected} times`,
    overlaps === undefined ? "none" : `${overlaps.length} times`,
    "give label images, or choose a tracker that links by distance",
  );
}

/** Rows of two nuclei that overlap, and their intersection over union. */
function* pairsOf(
  { area }: Nuclei,
  { from, to, shared }: FrameOverlaps,
  earlier: ReadonlyMap<number, number>,
  later: ReadonlyMap<number, number>,
): Generator<[parent: number, child: number, iou: number]> {
  for (let k = 0; k < shared.length; k++) {
    const [parent, child] = [earlier.get(from[k]!), later.get(to[k]!)];
    if (parent === undefined || child === undefined) continue;
    yield [parent, child, shared[k]! / (area[parent]! + area[child]! - shared[k]!)];
  }
}
