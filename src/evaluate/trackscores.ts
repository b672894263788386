import type { LabelImage } from "../core/labels.js";
import { countOperations, technicalScores, type AogmCounts } from "./aogm.js";
import {
  cellCycleAccuracy,
  completeTracks,
  divisionScore,
  trackFractions,
  type DivisionScore,
} from "./biological.js";
import { chota } from "./chota.js";
import { alignColumns } from "./format.js";
import {
  matchFrame,
  matchSequences,
  type FrameMatch,
  type LabelledSequence,
  type SequenceMatch,
} from "./sequence.js";

export {
  divisionScore,
  matchSequences,
  type AogmCounts,
  type DivisionScore,
  type LabelledSequence,
  type SequenceMatch,
};

/**
 * Scores of the Cell Tracking Challenge, 0..1; null where the truth has nothing that the score could be taken
 * over.
 */
export interface TrackScores {
  readonly frames: number;
  readonly trueTracks: number;
  readonly resultTracks: number;
  /** Objects, outlines, tracks, links. */
  readonly DET: number | null;
  readonly SEG: number | null;
  readonly TRA: number | null;
  readonly LNK: number | null;
  /** Complete tracks, track fractions, cell cycle accuracy. */
  readonly CT: number | null;
  readonly TF: number | null;
  readonly CCA: number | null;
  /**
   * Branching correctness and the mean of the available CT, TF, BC(i), CCA, with a tolerance of i = 0..3
   * frames.
   */
  readonly BC: readonly [number, number, number, number];
  readonly BIO: readonly number[];
  /** (SEG + DET) / 2, (SEG + TRA) / 2, (LNK + BIO(i)) / 2. */
  readonly OP_CSB: number | null;
  readonly OP_CTB: number | null;
  readonly OP_CLB: readonly (number | null)[];
  readonly CHOTA: number | null;
  /** The divisions behind BC(i). */
  readonly divisions: readonly [DivisionScore, DivisionScore, DivisionScore, DivisionScore];
  /** The operations behind DET, TRA and LNK, and their cost. */
  readonly operations: AogmCounts & { readonly AOGM: number };
}

/** True outlines of one frame, which need not be those of the tracking masks. */
export interface SegmentationTruth {
  readonly frame: number;
  readonly labels: () => LabelImage | Promise<LabelImage>;
}

/**
 * Compares a tracked movie to the truth.
 *
 * BC(i) is 0 when there is no division on either side, as the recorded reference has it; `divisions[i]` tells
 * that case apart.
 * @param segmentation frames with true outlines for SEG; without it, the tracking masks of the truth serve
 * @throws InvalidInput when frames or sizes differ Source: Ulman et al. 2017, Nat. Methods 14:1141; Maška et
 *   al. 2023, Nat. Methods 20:1010; checked against py-ctcmetrics.
 */
export async function scoreTracks(
  truth: LabelledSequence,
  result: LabelledSequence,
  segmentation?: readonly SegmentationTruth[],
): Promise<TrackScores> {
  const match = await matchSequences(truth, result);
  const outlines: FrameMatch[] = segmentation === undefined ? [...match.frames] : [];
  for (const { frame, labels } of segmentation ?? [])
    outlines.push(matchFrame(await labels(), await result.labels(frame)));
  const trueObjects = outlines.reduce((sum, frame) => sum + frame.truth.length, 0);
  const SEG = trueObjects === 0 ? null : outlines.reduce((sum, frame) => sum + frame.iouSum, 0) / trueObjects;
  return combine(match, SEG);
}

function combine(match: SequenceMatch, SEG: number | null): TrackScores {
  const operations = countOperations(match);
  const { DET, TRA, LNK, AOGM } = technicalScores(operations);
  const [CT, TF, CCA] = [completeTracks(match), trackFractions(match), cellCycleAccuracy(match)];
  const divisions = [
    divisionScore(match, 0),
    divisionScore(match, 1),
    divisionScore(match, 2),
    divisionScore(match, 3),
  ] as const;
  const BIO = divisions.map(({ f1 }) => {
    const available = [CT, TF, f1, CCA].filter((value) => value !== null);
    return available.reduce((sum, value) => sum + value, 0) / available.length;
  });
  const mean = (a: number | null, b: number | null): number | null =>
    a === null || b === null ? null : (a + b) / 2;
  return {
    frames: match.frames.length,
    trueTracks: match.truth.length,
    resultTracks: match.result.length,
    DET,
    SEG,
    TRA,
    LNK,
    CT,
    TF,
    CCA,
    BC: [divisions[0].f1, divisions[1].f1, divisions[2].f1, divisions[3].f1],
    BIO,
    OP_CSB: mean(SEG, DET),
    OP_CTB: mean(SEG, TRA),
    OP_CLB: BIO.map((bio) => mean(LNK, bio)),
    CHOTA: chota(match),
    divisions,
    operations: { ...operations, AOGM },
  };
}

/** The scores for a terminal. */
export function formatTrackTable(scores: TrackScores): string {
  const number = (value: number | null): string => (value === null ? "-" : value.toFixed(3));
  const { operations: o, divisions } = scores;
  const table = alignColumns([
    ["DET", "SEG", "TRA", "LNK", "CT", "TF", "CCA", "BC(0)", "BC(1)", "BC(2)", "BC(3)", "CHOTA"],
    [
      scores.DET,
      scores.SEG,
      scores.TRA,
      scores.LNK,
      scores.CT,
      scores.TF,
      scores.CCA,
      ...scores.BC,
      scores.CHOTA,
    ].map(number),
  ]);
  const division = divisions[1];
  return `${[
    `${scores.trueTracks} true and ${scores.resultTracks} computed tracks in ${scores.frames} frames`,
    table,
    `objects: ${o.nodes} true, ${o.fn} missed, ${o.fp} surplus, ${o.ns} merged; links: ` +
      `${o.edges} true, ${o.ea} missing, ${o.ed} wrong, ${o.ec} of wrong kind`,
    `divisions within 1 frame: ${division.tp} found, ${division.fn} missed, ${division.fp} wrong`,
  ].join("\n")}\n`;
}
