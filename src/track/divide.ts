/**
 * Divisions. Linking gives a mother one daughter at most, so a division shows as a track that starts beside
 * the daughter of a linked mother, or as two tracks that start where one ends. Each such case gets a score
 * from what a division looks like; the best are taken first.
 */
import { median } from "../stats/percentile.js";
import { asymmetry, type LinkContext } from "./cost.js";
import type { Movie } from "./detections.js";
import type { Forest } from "./forest.js";
import { gapCandidates } from "./gaps.js";

/** A division, by position in the movie. */
export interface FoundDivision {
  readonly mother: number;
  readonly daughters: readonly [number, number];
  /** Evidence, 0..1. */
  readonly score: number;
}

/**
 * Parts of the price of a division; the evidence is 1 - price / dearest, and a price of `dearest` is no
 * evidence at all.
 */
const weights = {
  offCentre: 1.5,
  distance: 0.5,
  unequalArea: 2,
  large: 2,
  double: 1,
  unmoved: 2,
  unequalIntensity: 1,
  bright: 0.7,
  overlap: 0.5,
  dearest: 2.2,
} as const;
/**
 * Daughters are born small: up to this share of a full nucleus nothing is held against them. That is the
 * mother or, where she is smaller, the typical nucleus: condensed just before, she may have half the area of
 * her daughters together.
 */
const plausibleArea = 0.5;

/**
 * From this overlap of both daughters with the mother on, and surely from twice as much, they are two nuclei
 * that were one outline before.
 */
const unmovedFrom = 0.4;
/** A mother larger than this many typical nuclei may be two in one outline. */
const plausibleMother = 1.2;
/** Frames of the mother's past that tell how bright she usually is. */
const past = 12;

/**
 * Evidence that `mother` divides into `a` and `b`, 0..1: the daughters lie mirrored about the mother's
 * expected place and close to it, have equal areas and intensities, and are smaller than most nuclei; the
 * mother is not much larger than others (two nuclei in one outline would be); she or both daughters are
 * brighter than most, or she than she was before, as condensed chromatin is; and, where overlaps are given,
 * both daughters lie on the mother, but do not just share her pixels between them, as two nuclei in one
 * outline do that are told apart in the next frame.
 *
 * @param typical of the mother's frame
 * @param usual median intensity of the mother in earlier frames, NaN where unknown
 */
function divisionEvidence(
  context: LinkContext,
  mother: number,
  a: number,
  b: number,
  typical: Typical,
  usual: number,
): number {
  const { movie, expected, diameter } = context;
  const y = movie.y[mother]! + expected.dy[mother]!;
  const x = movie.x[mother]! + expected.dx[mother]!;
  const offCentre =
    Math.hypot((movie.y[a]! + movie.y[b]!) / 2 - y, (movie.x[a]! + movie.x[b]!) / 2 - x) / diameter;
  const reach = (node: number): number => Math.hypot(movie.y[node]! - y, movie.x[node]! - x) / diameter;
  const fullSize = Math.max(
    Math.min(movie.area[mother]!, plausibleMother * typical.area),
    (Math.PI / 4) * diameter * diameter,
  );
  const larger = Math.max(movie.area[a]!, movie.area[b]!) / fullSize;
  const { intensity } = movie;
  const ratios = [
    intensity[mother]! / typical.intensity,
    Math.min(intensity[a]!, intensity[b]!) / typical.intensity,
    intensity[mother]! / usual,
  ].filter((ratio) => !Number.isNaN(ratio));
  const bright = Math.min(1, Math.max(1, ...ratios) - 1);
  const overlap = Math.min(context.overlap(mother, a), context.overlap(mother, b));
  const price =
    weights.offCentre * offCentre +
    weights.distance * Math.max(reach(a), reach(b)) +
    weights.unequalArea * asymmetry(movie.area[a]!, movie.area[b]!) +
    weights.large * Math.max(0, larger - plausibleArea) +
    weights.double * Math.max(0, movie.area[mother]! / typical.area - plausibleMother) +
    weights.unequalIntensity * asymmetry(movie.intensity[a]!, movie.intensity[b]!) -
    weights.bright * bright -
    weights.overlap * overlap +
    weights.unmoved * unmoved(movie.area[mother]!, movie.area[a]! + movie.area[b]!, overlap, typical.area);
  return Math.min(1, Math.max(0, 1 - price / weights.dearest));
}

/**
 * How much two daughters look like two nuclei that had one outline, 0..1: they lie on the mother, have her
 * area together, and she is as large as a nucleus in interphase, which one about to part its chromatids is
 * not.
 */
function unmoved(mother: number, daughters: number, overlap: number, typical: number): number {
  if (Math.abs(daughters / mother - 1) > 0.25) return 0;
  const full = Math.min(1, Math.max(0, 2 * (mother / typical - 0.5)));
  return full * Math.min(1, Math.max(0, (overlap - unmovedFrom) / unmovedFrom));
}

/**
 * Finds divisions, best first, and adds them to the forest. Each start is used once, each mother has two
 * daughters.
 */
export function divide(context: LinkContext, forest: Forest): FoundDivision[] {
  const { movie, options } = context;
  const candidates = [...linkedMothers(context, forest), ...endingMothers(context, forest)]
    .filter(
      ({ daughters, score }) =>
        score >= options.divisionEvidence &&
        daughters.every((d) => livesOn(movie, forest, d, options.daughterFrames)),
    )
    .sort(
      (a, b) =>
        b.score - a.score ||
        a.mother - b.mother ||
        a.daughters[1] - b.daughters[1] ||
        a.daughters[0] - b.daughters[0],
    );
  const bridged = gapEvidence(context, forest);
  const found: FoundDivision[] = [];
  for (const division of candidates) {
    const { mother, daughters, score } = division;
    const fresh = daughters.filter((d) => forest.parent[d] !== mother);
    if (forest.children(mother) !== 2 - fresh.length || fresh.some((d) => forest.parent[d]! >= 0)) continue;
    if (
      fresh.some((d) => (bridged.get(d) ?? 0) > score) ||
      tooSoon(movie, forest, mother, daughters, options.minimumCycle)
    )
      continue;
    for (const daughter of fresh) forest.link(mother, daughter);
    found.push(division);
  }
  return found.sort((a, b) => a.mother - b.mother);
}

/** A track that starts beside the daughter of a linked mother. */
function linkedMothers(context: LinkContext, forest: Forest): FoundDivision[] {
  const { movie } = context;
  const typical = typicalOf(movie);
  return startsOf(movie, forest).flatMap((start) =>
    mothersNear(context, start)
      .filter(
        (mother) =>
          forest.children(mother) === 1 && movie.frame[forest.first[mother]!] === movie.frame[start],
      )
      .map((mother): FoundDivision => {
        const sister = forest.first[mother]!;
        return {
          mother,
          daughters: [sister, start],
          score: divisionEvidence(
            context,
            mother,
            sister,
            start,
            typical[movie.frame[mother]!]!,
            usualIntensity(movie, forest, mother),
          ),
        };
      }),
  );
}

/** Two tracks that start where one ends. */
function endingMothers(context: LinkContext, forest: Forest): FoundDivision[] {
  const { movie } = context;
  const typical = typicalOf(movie);
  const daughtersOf = new Map<number, number[]>();
  for (const start of startsOf(movie, forest)) {
    for (const mother of mothersNear(context, start)) {
      if (forest.children(mother) === 0) daughtersOf.set(mother, [...(daughtersOf.get(mother) ?? []), start]);
    }
  }
  return [...daughtersOf].flatMap(([mother, starts]) =>
    starts.flatMap((a, k) =>
      starts.slice(k + 1).map((b): FoundDivision => ({
        mother,
        daughters: [a, b],
        score: divisionEvidence(
          context,
          mother,
          a,
          b,
          typical[movie.frame[mother]!]!,
          usualIntensity(movie, forest, mother),
        ),
      })),
    ),
  );
}

const startsOf = (movie: Movie, forest: Forest): number[] =>
  Array.from({ length: movie.count }, (_, node) => node).filter(
    (node) => forest.parent[node]! < 0 && movie.frame[node]! > 0,
  );

/**
 * Nuclei of the frame before within reach of a daughter: the linking radius, or a diameter and a half, which
 * separating daughters cover.
 */
function mothersNear({ movie, drift, radius, diameter }: LinkContext, start: number): number[] {
  const frame = movie.frame[start]! - 1;
  const reach = Math.max(radius, 1.5 * diameter);
  const offset = movie.start[frame]!;
  // The drift is known at the mothers. It varies slowly, so that of the nearest one leads to where to look.
  const guide = movie.points[frame]!.nearest(movie.y[start]!, movie.x[start]!, 2 * reach);
  if (guide < 0) return [];
  const [dy, dx] = [drift.dy[offset + guide]!, drift.dx[offset + guide]!];
  return movie.points[frame]!.within(movie.y[start]! - dy, movie.x[start]! - dx, reach).map(
    (i) => offset + i,
  );
}

/**
 * Medians of the nuclei of a frame; the intensity is NaN where unknown. Of the frame, for in an embryo nuclei
 * shrink from cycle to cycle.
 */
interface Typical {
  readonly area: number;
  readonly intensity: number;
}

const typicalOf = (movie: Movie): Typical[] =>
  Array.from({ length: movie.frames }, (_, t) => {
    const [from, to] = [movie.start[t], movie.start[t + 1]];
    return {
      area: median(movie.area.subarray(from, to)),
      intensity: median(movie.intensity.subarray(from, to)),
    };
  });

/** Median intensity of a nucleus before, NaN where it is new. */
function usualIntensity(movie: Movie, forest: Forest, node: number): number {
  const before: number[] = [];
  for (let at = forest.parent[node]!; at >= 0 && before.length < past; at = forest.parent[at]!)
    before.push(movie.intensity[at]!);
  return median(before);
}

/** Best evidence that a start continues an earlier end after a gap, 0..1, by start. */
function gapEvidence(context: LinkContext, forest: Forest): Map<number, number> {
  const best = new Map<number, number>();
  const { start, cost } = gapCandidates(context, forest);
  start.forEach((node, k) => best.set(node, Math.max(best.get(node) ?? 0, 1 - cost[k]!)));
  return best;
}

/** Whether a daughter is seen in enough frames, or until the movie ends. */
function livesOn(movie: Movie, forest: Forest, daughter: number, frames: number): boolean {
  const needed = Math.min(frames, movie.frames - movie.frame[daughter]!);
  return forest.lengthFrom(daughter, needed) >= needed;
}

/** Whether the mother was born, or a daughter divides again, within too few frames. */
function tooSoon(
  movie: Movie,
  forest: Forest,
  mother: number,
  daughters: readonly number[],
  cycle: number,
): boolean {
  const time = movie.frame[daughters[0]!]!;
  for (let at = mother; forest.parent[at]! >= 0; at = forest.parent[at]!) {
    if (forest.children(forest.parent[at]!) === 2) return time - movie.frame[at]! < cycle;
    if (time - movie.frame[at]! >= cycle) break;
  }
  return daughters.some((daughter) => {
    let at = daughter;
    while (forest.children(at) === 1) at = forest.first[at]!;
    return forest.children(at) === 2 && movie.frame[forest.first[at]!]! - time < cycle;
  });
}
