import { median } from "../../stats/percentile.js";
import type { Steps } from "../motion/steps.js";
import type { Recording } from "../units/recording.js";
import type { BranchStatistics } from "./branches.js";
import type { Fate } from "./fate.js";

/**
 * What errors of detection and linking leave behind in the tracks. A nucleus that is missed for longer than
 * gaps are closed cuts its track in two, which then begins and ends in the middle of the field; a wrong link
 * shows as a step that is far too long. Deaths end tracks inside the field, too, and are no such break where
 * they are recognised.
 */
export interface Reliability {
  /**
   * By branch: 1 where it begins after the first frame without a mother, farther than a diameter from the
   * edge of the image.
   */
  readonly beginsInside: Uint8Array;
  /**
   * 1 where it ends before the last frame without a division or death, farther than a diameter from the edge.
   */
  readonly endsInside: Uint8Array;
  /** Speed beyond which a step is suspicious, in the unit of speed: `suspiciousSpeed` medians. */
  readonly fastSpeed: number;
}

/** In medians of the speed. Of a two-dimensional random walk 1 step of 65,000 is faster. */
export const suspiciousSpeed = 4;

const explained: ReadonlySet<Fate> = new Set(["divided", "died"]);

/**
 * Which branches begin and end where nothing explains it, and the speed beyond which a step is suspicious.
 *
 * @param table of the recording's branches
 * @param steps of the same branches
 */
export function reliabilityOf(
  { nuclei, branches, frames, height, width }: Recording,
  table: BranchStatistics,
  steps: Steps,
): Reliability {
  const margin = Math.sqrt((4 * median(nuclei.area)) / Math.PI);
  const isInside = (row: number): boolean => {
    const [y, x] = [nuclei.y[row]!, nuclei.x[row]!];
    return nuclei.touchesEdge[row] === 0 && Math.min(y, x, height - 1 - y, width - 1 - x) > margin;
  };
  const beginsInside = Uint8Array.from(branches, ({ rows, parent }) =>
    parent === 0 && nuclei.frame[rows[0]!]! > 0 && isInside(rows[0]!) ? 1 : 0,
  );
  const endsInside = Uint8Array.from(branches, ({ rows }, i) =>
    !explained.has(table.fate[i]!) && table.lastFrame[i]! < frames - 1 && isInside(rows[rows.length - 1]!)
      ? 1
      : 0,
  );
  return { beginsInside, endsInside, fastSpeed: suspiciousSpeed * median(steps.speed) };
}
