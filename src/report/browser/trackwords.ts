/** What the page says of tracks, and which track a key leads to. */
import type { TrackData } from "./packedtracks.js";

/** What is said of a track, in a line. */
export function trackLine(data: TrackData, index: number): string {
  const [parent, speed] = [data.parent[index]!, data.speed[index]!];
  return [
    `Track ${data.id[index]!}: ${parent === 0 ? "no mother" : `mother ${parent}`}`,
    framesText(data, index),
    speed === "" ? "speed unknown" : `mean speed ${speed} ${data.units.speed}`,
    `displacement ${data.displacement[index]!} ${data.units.length}`,
    data.fates[data.fate[index]!]!,
  ].join("; ");
}

function framesText(data: TrackData, index: number): string {
  const [first, last, seen] = [data.first[index]!, data.last[index]!, data.seen[index]!];
  if (first === last) return `frame ${first}`;
  return `frames ${first} to ${last}${seen < last - first + 1 ? `, seen in ${seen}` : ""}`;
}

/**
 * Where an arrow key leads to from the entry `at` of a list.
 *
 * @param at -1 where none is chosen yet
 * @returns an index, or undefined where the key is none that moves or there is nothing to move to
 */
export function stepTo(key: string, at: number, count: number): number | undefined {
  if (count === 0) return undefined;
  if (key === "ArrowRight" || key === "ArrowDown") return Math.min(count - 1, at + 1);
  if (key === "ArrowLeft" || key === "ArrowUp") return Math.max(0, at - 1);
  return undefined;
}
