import { fewestUnits, type Interval } from "../../stats/bootstrap.js";
import { fewestForDrift } from "../motion/collectivedrift.js";
import type { Resampled } from "./intervals.js";

/** The movie in a few numbers; NaN where there is nothing to average. */
export interface Summary {
  readonly tracked: boolean;
  readonly frames: number;
  /** Detections in all frames together. */
  readonly nuclei: number;
  readonly meanNucleiPerFrame: number;
  readonly meanDensity: number;
  /** Of the nuclei that do not touch the edge of the image; those that do are counted in `nucleiAtEdge`. */
  readonly medianArea: number;
  readonly nucleiAtEdge: number;
  /** Mean number of neighbours, without nuclei at the hull; median distance to the nearest. */
  readonly meanNeighbours: number;
  readonly medianNearest: number;
  readonly branches: number;
  /** Lineages: branches without a mother. */
  readonly lineages: number;
  readonly divisions: number;
  /**
   * Divisions per nucleus and hour (per nucleus and frame without a frame interval): divisions / total time
   * nuclei were followed.
   */
  readonly divisionRate: number;
  readonly medianDuration: number;
  /** Over all steps. */
  readonly meanSpeed: number;
  readonly medianSpeed: number;
  /** Over branches of two detections or more. */
  readonly medianStraightness: number;
  readonly meanStraightness: number;
  /** Resultant lengths of the net directions of the branches, and of the directions of all steps. */
  readonly trackResultant: number;
  readonly stepResultant: number;
  /** Mean directions, degrees, and the Rayleigh test of the branches'. */
  readonly trackDirection: number;
  readonly stepDirection: number;
  readonly trackRayleighP: number;
  /** Of the mean squared displacement: MSD = 4 coefficient lag^exponent. */
  readonly msdExponent: number;
  readonly msdCoefficient: number;
  /** Persistence time of the velocities, and of what nuclei do beside the mean movement of their frame. */
  readonly persistenceTime: number;
  readonly fluctuationPersistenceTime: number;
  /** Error of the places along one axis, from the autocorrelation. */
  readonly localisationError: number;
  /**
   * Distance over which the correlation of neighbours' velocities (beside the frame's mean) falls to 1 / e.
   */
  readonly correlationLength: number;
  /** Share of all nuclei, but those of the last frame, that are seen for the last time before they divide. */
  readonly mitoticIndex: number;
  /**
   * Median length of the cell cycle (Kaplan-Meier); NaN where fewer than half divide within what was seen.
   */
  readonly medianCycle: number;
  /** Cycles seen from division to division, and all whose beginning was seen. */
  readonly wholeCycles: number;
  readonly begunCycles: number;
  /** Resultant length of the axes of the divisions (doubled angles), with its Rayleigh test. */
  readonly divisionAxisResultant: number;
  readonly divisionAxisP: number;
  /**
   * Alignment of the axes with the mean and the local direction of movement (1 along, -1 across), with its V
   * test.
   */
  readonly divisionToMean: number;
  readonly divisionToMeanP: number;
  readonly divisionToLocal: number;
  readonly divisionToLocalP: number;
  /**
   * Shares of the branches that begin and end inside the field, in the middle of the movie, without a reason.
   */
  readonly beginsInside: number;
  readonly endsInside: number;
  readonly timeBetweenBreaks: number;
  /** Share of steps faster than four medians. */
  readonly fastSteps: number;
}

/** Why a number is missing, or what limits it: one sentence each. */
export type Notes = Readonly<Partial<Record<keyof Summary, string>>>;

type Estimate = Exclude<keyof Summary, "tracked">;

const persistenceNames = ["persistenceTime", "fluctuationPersistenceTime"] as const;

/**
 * Takes out of the summary what the data do not support, and says why. A scale that a fit can only bound on
 * one side (0 or infinity, see `fitDecay`) is not a number to report; its interval, where there is one, still
 * says on which side it lies.
 */
export function notesOf(
  given: Summary,
  intervals: Readonly<Record<Resampled, Interval>>,
): { readonly summary: Summary; readonly notes: Notes } {
  if (!given.tracked) return { summary: { ...given, medianCycle: NaN }, notes: {} };
  const notes: Partial<Record<keyof Summary, string>> = {};
  const withdrawn: Partial<Record<Estimate, number>> = {};
  const withdraw = (name: Estimate, why: string): void => {
    notes[name] = why;
    withdrawn[name] = NaN;
  };
  for (const name of persistenceNames) {
    const value = given[name];
    if (Number.isNaN(value))
      notes[name] =
        "Not given: it needs velocities at three lags of two frames or " +
        `more${name === "persistenceTime" ? "" : `, in frames of ${fewestForDrift} steps or more`}.`;
    else if (value === 0)
      withdraw(
        name,
        "Not given: velocities two frames apart are not correlated; the persistence is too short for " +
          "this frame interval.",
      );
    else if (value === Infinity)
      withdraw(
        name,
        "Not given: the correlation does not fall within the lags that were measured; the " +
          "persistence is longer than that.",
      );
    else if (intervals[name].low === 0 && intervals[name].high === Infinity)
      withdraw(name, "Not given: the data give no bound on either side.");
    else notes[name] = "From lags of two frames or more, which position errors do not affect.";
  }
  if (withdrawn.fluctuationPersistenceTime !== undefined)
    withdraw("localisationError", "Not given: it needs a persistence time.");
  if (Number.isNaN(given.msdExponent))
    notes.msdExponent = "Not given: it needs three lags, that is, nine frames.";
  else notes.msdExponent = "Over all lags of the table displacements; position errors lower it.";
  if (!(given.correlationLength > 0 && given.correlationLength < Infinity)) {
    withdraw(
      "correlationLength",
      given.correlationLength === 0
        ? "Not given: apart from the mean movement of the frame, neighbours do not move alike."
        : given.correlationLength === Infinity
          ? "Not given: the correlation does not fall within the distances that were measured."
          : "Not given: it needs three bins with a correlation above 0.",
    );
  }
  if (given.medianCycle === Infinity)
    withdraw(
      "medianCycle",
      `Not given: of ${given.begunCycles} cycles that began, ${given.wholeCycles} were seen to ` +
        "end, too few for a median.",
    );
  if (given.divisions === 0) notes.divisionRate = "No division was found.";
  if (given.lineages < fewestUnits)
    notes.meanSpeed = `No interval: ${given.lineages} lineages are fewer than ${fewestUnits}.`;
  return { summary: { ...given, ...withdrawn }, notes };
}
