/** The paths of tracks as lines over a frame. */
import { speedColour } from "../draw/colours.js";
import { percentileRange, type SpeedRange } from "../draw/trackoverlay.js";
import { alphaOf, colourCycle, packed, selectedColour } from "./packedcolour.js";
import type { LineLayer } from "./scene.js";

/** A branch: the path of a nucleus between divisions. */
export interface Branch {
  readonly id: number;
  /** Frames in which it was found, ascending. */
  readonly frames: ArrayLike<number>;
  /** Its place in each of them, image px. */
  readonly y: ArrayLike<number>;
  readonly x: ArrayLike<number>;
  /** The branch that it came from by a division. */
  readonly mother?: number | undefined;
}

/** What a segment's colour says. Links from mothers to daughters are white. */
export type LineColouring = "speed" | "track";

/** Segments of all branches, by the frame in which they end: those of some frames follow each other. */
export interface TrackSegments {
  /** Frames of the movie. */
  readonly frames: number;
  /** First segment of each frame, and their number after the last frame. */
  readonly starts: Int32Array;
  /** As in `LineLayer`. */
  readonly ends: Float32Array;
  /** Index of the branch in the list that was given. */
  readonly branch: Int32Array;
  /** px per frame; NaN for links from mothers to daughters. */
  readonly speed: Float64Array;
  /** Id of each branch. */
  readonly ids: Int32Array;
}

/**
 * Sorts the segments of branches by frame. What lies outside frames 0..frames - 1 is left out.
 *
 * @param frames of the movie
 */
export function trackSegments(branches: readonly Branch[], frames: number): TrackSegments {
  const starts = new Int32Array(frames + 1);
  eachSegment(branches, frames, (frame) => starts[frame + 1]!++);
  for (let frame = 0; frame < frames; frame++) starts[frame + 1]! += starts[frame]!;
  const count = starts[frames]!;
  const next = starts.slice();
  const ends = new Float32Array(4 * count);
  const branch = new Int32Array(count);
  const speed = new Float64Array(count);
  eachSegment(branches, frames, (frame, index, [from, i], [to, k]) => {
    const at = next[frame]!++;
    const [y0, x0, y1, x1] = [from.y[i]!, from.x[i]!, to.y[k]!, to.x[k]!];
    ends.set([y0, x0, y1, x1], 4 * at);
    branch[at] = index;
    speed[at] = from === to ? Math.hypot(y1 - y0, x1 - x0) / (to.frames[k]! - from.frames[i]!) : NaN;
  });
  return { frames, starts, ends, branch, speed, ids: Int32Array.from(branches, ({ id }) => id) };
}

/** A point of a branch. */
type Point = readonly [branch: Branch, index: number];

function eachSegment(
  branches: readonly Branch[],
  frames: number,
  visit: (frame: number, index: number, from: Point, to: Point) => void,
): void {
  const byId = new Map(branches.map((branch) => [branch.id, branch]));
  const isIn = (frame: number | undefined): frame is number =>
    frame !== undefined && frame >= 0 && frame < frames;
  branches.forEach((branch, index) => {
    const mother = branch.mother === undefined ? undefined : byId.get(branch.mother);
    const first = branch.frames[0];
    if (mother !== undefined && mother.frames.length > 0 && isIn(first))
      visit(first, index, [mother, mother.frames.length - 1], [branch, 0]);
    for (let k = 1; k < branch.frames.length; k++) {
      const frame = branch.frames[k];
      if (isIn(frame)) visit(frame, index, [branch, k - 1], [branch, k]);
    }
  });
}

/**
 * Colours of all segments: by speed, blue (slow) to red (fast), or by track. Made once; frames take parts of it.
 *
 * @param range speeds at the ends of the colours, px per frame. Default: percentiles 5 and 95
 */
export function segmentColours(
  { branch, speed, ids }: TrackSegments,
  colouring: LineColouring,
  range: SpeedRange = percentileRange(speed),
): Uint32Array {
  const ramp = Uint32Array.from({ length: 256 }, (_, i) => packed(speedColour(i / 255)));
  const factor = 255 / (range.high - range.low);
  const colours = new Uint32Array(branch.length);
  for (let i = 0; i < colours.length; i++) {
    const place = (speed[i]! - range.low) * factor;
    if (Number.isNaN(place)) colours[i] = selectedColour;
    else if (colouring === "speed") colours[i] = ramp[Math.round(Math.max(0, Math.min(255, place)))]!;
    else colours[i] = colourCycle[ids[branch[i]!]! % colourCycle.length]!;
  }
  return colours;
}

/** How the lines of a frame are drawn. */
export interface TailOptions {
  /** Segments of this many frames up to the frame itself; Infinity for all of the path so far. */
  readonly tail: number;
  /** Screen px, 1 to 3. */
  readonly width: number;
  /** Whether older segments are fainter. Default false. */
  readonly fade?: boolean | undefined;
}

/** The tails in a frame: no segment is looked at that is not drawn, and without fading nothing is copied. */
export function linesOfFrame(
  { frames, starts, ends }: TrackSegments,
  colours: Uint32Array,
  frame: number,
  { tail, width, fade = false }: TailOptions,
): LineLayer {
  const last = Math.min(frames - 1, frame);
  const first = Math.max(0, frame - tail + 1);
  if (last < first) return { ends: ends.subarray(0, 0), colours: colours.subarray(0, 0), width };
  const [from, to] = [starts[first]!, starts[last + 1]!];
  const shown = fade ? colours.slice(from, to) : colours.subarray(from, to);
  for (let t = first; fade && t <= last; t++) {
    const opacity = 1 - (0.7 * (frame - t)) / Math.max(tail === Infinity ? frame + 1 : tail, 1);
    for (let i = starts[t]! - from; i < starts[t + 1]! - from; i++)
      shown[i] = ((shown[i]! & 0xffffff) | (Math.round(alphaOf(shown[i]!) * opacity) << 24)) >>> 0;
  }
  return { ends: ends.subarray(4 * from, 4 * to), colours: shown, width };
}

/** The whole path of some branches, to make them stand out. @param ids of the branches */
export function linesOfBranches(segments: TrackSegments, ids: ReadonlySet<number>, width = 3): LineLayer {
  const rows: number[] = [];
  segments.branch.forEach((index, i) => {
    if (ids.has(segments.ids[index]!)) rows.push(i);
  });
  return {
    ends: Float32Array.from(rows.flatMap((i) => Array.from(segments.ends.subarray(4 * i, 4 * i + 4)))),
    colours: new Uint32Array(rows.length).fill(selectedColour),
    width,
  };
}
