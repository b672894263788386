/**
 * Tracks as the Cell Tracking Challenge stores them: a text file with one line a track, `L B E P` (label,
 * first frame, last frame, label of the parent or 0), beside one label image a frame in which the track has
 * its label.
 *
 * A parent with one child is the same cell after a gap, a parent with two or more has divided.
 */
import { CorruptFile, InvalidInput } from "../core/errors.js";

/** One track. */
export interface CtcTrack {
  /** 1..65535, unique in the movie. */
  readonly label: number;
  /** First and last frame, from 0, both inclusive. */
  readonly begin: number;
  readonly end: number;
  /** Label of the parent, 0 if none. */
  readonly parent: number;
}

/** The largest label a 16-bit mask can hold. */
export const largestCtcLabel = 65535;

/**
 * Reads `res_track.txt` or `man_track.txt`. Only the syntax is checked here, the rules by `validateCtc`.
 *
 * @param where the file's name, for errors
 * @throws CorruptFile when a line does not hold four whole numbers
 */
export function parseTracks(text: string, where: string): CtcTrack[] {
  const tracks: CtcTrack[] = [];
  let offset = 0;
  for (const line of text.split("\n")) {
    const cells = line
      .trim()
      .split(/[\s,;]+/)
      .filter((cell) => cell !== "");
    if (cells.length > 0) {
      if (cells.length !== 4 || !cells.every((cell) => /^[+-]?\d+$/.test(cell))) {
        throw new CorruptFile(
          where,
          offset,
          `line ${text.slice(0, offset).split("\n").length} does not hold four whole numbers (label, ` +
            `first frame, last frame, parent): "${line.trim().slice(0, 60)}"`,
        );
      }
      const [label, begin, end, parent] = cells.map(Number) as [number, number, number, number];
      tracks.push({ label, begin, end, parent });
    }
    offset += line.length + 1;
  }
  return tracks;
}

/** Writes the tracks, one line each, by ascending label. */
export const formatTracks = (tracks: readonly CtcTrack[]): string =>
  [...tracks]
    .sort((a, b) => a.label - b.label)
    .map(({ label, begin, end, parent }) => `${label} ${begin} ${end} ${parent}\n`)
    .join("");

/** A frame's number in file names: three digits, four when the movie has more than 1000 frames. */
export const frameNumber = (frame: number, frames: number): string =>
  String(frame).padStart(frames > 1000 ? 4 : 3, "0");

/** File name of a result's mask, such as `mask007.tif`. */
export const maskName = (frame: number, frames: number): string => `mask${frameNumber(frame, frames)}.tif`;

/** File name of a true tracking mask, such as `man_track007.tif`. */
export const manTrackName = (frame: number, frames: number): string =>
  `man_track${frameNumber(frame, frames)}.tif`;

/** File name of a true segmentation mask, such as `man_seg007.tif`. */
export const manSegName = (frame: number, frames: number): string =>
  `man_seg${frameNumber(frame, frames)}.tif`;

/**
 * Checks tracks against the rules of the challenge and against the labels of the masks.
 *
 * @param labelsPerFrame the labels that occur in each frame's mask, 0 left out
 * @returns one sentence for each breach, empty when the result is valid
 * Source: py-ctcmetrics, `validation/valid.py`, for what is checked.
 */
export function validateCtc(
  tracks: readonly CtcTrack[],
  labelsPerFrame: readonly Iterable<number>[],
): string[] {
  const problems = tracks.length === 0 ? ["There are no tracks."] : [];
  const byLabel = new Map<number, CtcTrack>();
  for (const track of tracks) {
    if (byLabel.has(track.label)) problems.push(`Label ${track.label} belongs to more than one track.`);
    byLabel.set(track.label, track);
  }
  for (const track of tracks) problems.push(...trackProblems(track, byLabel, labelsPerFrame.length));
  problems.push(...maskProblems(tracks, labelsPerFrame));
  return problems;
}

function trackProblems(
  { label, begin, end, parent }: CtcTrack,
  byLabel: ReadonlyMap<number, CtcTrack>,
  frames: number,
): string[] {
  const problems: string[] = [];
  if (label < 1 || label > largestCtcLabel)
    problems.push(`Label ${label} is not within 1 to ${largestCtcLabel}.`);
  if (end < begin) problems.push(`Track ${label} ends (frame ${end}) before it begins (frame ${begin}).`);
  if (begin < 0 || end >= frames)
    problems.push(
      `Track ${label} (frames ${begin} to ${end}) reaches outside the movie (frames 0 to ${frames - 1}).`,
    );
  if (parent === 0) return problems;
  const mother = byLabel.get(parent);
  if (mother === undefined) problems.push(`Track ${label} has the parent ${parent}, which does not exist.`);
  else if (mother.end >= begin)
    problems.push(
      `Track ${label} begins (frame ${begin}) before its parent ${parent} has ended (frame ${mother.end}).`,
    );
  return problems;
}

function maskProblems(tracks: readonly CtcTrack[], labelsPerFrame: readonly Iterable<number>[]): string[] {
  const problems: string[] = [];
  const expected = labelsPerFrame.map(() => new Set<number>());
  for (const { label, begin, end } of tracks)
    for (let t = Math.max(0, begin); t <= end && t < expected.length; t++) expected[t]!.add(label);
  labelsPerFrame.forEach((iterable, frame) => {
    const present = new Set(iterable);
    for (const label of present) {
      if (!expected[frame]!.has(label))
        problems.push(
          `Label ${label} is in the mask of frame ${frame}, but its track does not cover that frame.`,
        );
    }
    for (const label of expected[frame]!) {
      if (!present.has(label))
        problems.push(
          `Track ${label} covers frame ${frame}, but its label is not in that mask (a gap needs a new ` +
            "label with the old one as parent).",
        );
    }
  });
  return problems;
}

/**
 * As `validateCtc`, as an error.
 *
 * @throws InvalidInput with the first breaches
 */
export function assertValidCtc(
  tracks: readonly CtcTrack[],
  labelsPerFrame: readonly Iterable<number>[],
  where: string,
): void {
  const problems = validateCtc(tracks, labelsPerFrame);
  if (problems.length === 0) return;
  throw new InvalidInput(
    where,
    "tracks valid by the rules of the Cell Tracking Challenge",
    `${problems.length} ${problems.length === 1 ? "breach" : "breaches"}: ${problems.slice(0, 3).join(" ")}`,
  );
}
