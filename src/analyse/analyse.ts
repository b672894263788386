/**
 * Tracks to numbers: how many nuclei, how dense, how fast, where to, how often they divide. Everything is per branch of a lineage and in
 * physical units where these are known, so that no number needs a conversion by the reader.
 */
import { branchesOf, type TrackGraph } from "../core/tracks.js";
import { InvalidInput } from "../core/errors.js";
import { mean, medianOf } from "./average.js";
import { branchStatistics, type BranchStatistics } from "./branches.js";
import { frameStatistics, type FrameStatistics } from "./density.js";
import { roseOf, type Rose } from "./direction.js";
import { divisionsOf, type Divisions } from "./divisions.js";
import { meanSquaredDisplacement, type MeanSquaredDisplacement } from "./msd.js";
import { stepsOf, type Steps } from "./steps.js";
import { unitsOf, type Calibration, type Units } from "./units.js";

export interface AnalyseOptions {
  /** False for a set of independent images: then there are no branches, steps, divisions and directions, only frames. Default true. */
  readonly tracked: boolean;
  /** Area of each frame's field in px², where frames differ in size; else height x width. */
  readonly fieldAreas?: ArrayLike<number> | undefined;
  /** Largest lag of the mean squared displacement, frames. Default a third of the movie, at least 1. */
  readonly lags?: number | undefined;
}

export const defaultAnalyseOptions: AnalyseOptions = { tracked: true };

/** Plain data: every number in the units that `units` names. */
export interface Statistics {
  readonly units: Units;
  readonly summary: Summary;
  readonly frames: FrameStatistics;
  readonly branches: BranchStatistics;
  readonly steps: Steps;
  readonly divisions: Divisions;
  /** Net directions of the branches (from beginning to end). */
  readonly trackDirections: Rose;
  /** Directions of all steps. */
  readonly stepDirections: Rose;
  readonly meanSquaredDisplacement: MeanSquaredDisplacement;
  /** Area of every nucleus, in the unit of area, by row of the graph's nuclei. */
  readonly areas: Float64Array;
  /** Branch id of every nucleus by row; 0 everywhere where nothing was tracked. */
  readonly branchOfNucleus: Int32Array;
}

/** The movie in a few numbers; NaN where there is nothing to average. */
export interface Summary {
  readonly tracked: boolean;
  readonly frames: number;
  /** Detections in all frames together. */
  readonly nuclei: number;
  readonly meanNucleiPerFrame: number;
  readonly meanDensity: number;
  readonly medianArea: number;
  readonly branches: number;
  /** Lineages: branches without a mother. */
  readonly lineages: number;
  readonly divisions: number;
  /** Divisions per nucleus and hour (per nucleus and frame without a frame interval): divisions / total time nuclei were followed. */
  readonly divisionRate: number;
  readonly medianDuration: number;
  /** Over all steps. */
  readonly meanSpeed: number;
  readonly medianSpeed: number;
  /** Over branches of two detections or more. */
  readonly medianStraightness: number;
}

/**
 * Statistics of a tracked movie, or of a set of images (`tracked: false`).
 *
 * @throws InvalidInput when the calibration or the field areas do not fit
 */
export function analyse(graph: TrackGraph, calibration: Calibration, options: Partial<AnalyseOptions> = {}): Statistics {
  const { tracked, fieldAreas, lags } = { ...defaultAnalyseOptions, ...options };
  const { nuclei, frames } = graph;
  if (fieldAreas !== undefined && fieldAreas.length !== frames) throw new InvalidInput("field areas", `one for each of the ${frames} frames`, String(fieldAreas.length));
  const units = unitsOf(calibration);
  const branches = tracked ? branchesOf(graph) : [];
  const steps = stepsOf(nuclei, branches, units);
  const divisions = divisionsOf(nuclei, branches, units);
  const perBranch = branchStatistics(nuclei, branches, frames, steps, units);
  const fieldOf = (frame: number): number => fieldAreas?.[frame] ?? calibration.height * calibration.width;
  const perFrame = frameStatistics(nuclei, frames, steps, divisions, units, fieldOf);
  const areas = nuclei.area.map((area) => area * units.perPixel ** 2);
  const branchOfNucleus = new Int32Array(nuclei.count);
  for (const { id, rows } of branches) for (const row of rows) branchOfNucleus[row] = id;
  const maxLag = tracked ? Math.min(frames - 1, lags ?? Math.max(1, Math.floor(frames / 3))) : 0;
  return {
    units, steps, divisions, areas, branchOfNucleus,
    frames: perFrame,
    branches: perBranch,
    trackDirections: roseOf(perBranch.direction),
    stepDirections: roseOf(steps.direction),
    meanSquaredDisplacement: meanSquaredDisplacement(nuclei, branches, Math.max(0, maxLag), units),
    summary: summaryOf(tracked, units, perFrame, perBranch, steps, divisions, areas),
  };
}

function summaryOf(
  tracked: boolean, units: Units, frames: FrameStatistics, branches: BranchStatistics, steps: Steps, divisions: Divisions, areas: Float64Array,
): Summary {
  const followed = branches.duration.reduce((sum, value) => sum + value, 0);
  const moved = branches.straightness.filter((value) => !Number.isNaN(value));
  return {
    tracked,
    frames: frames.count,
    nuclei: areas.length,
    meanNucleiPerFrame: mean(frames.nuclei),
    meanDensity: mean(frames.density),
    medianArea: medianOf(areas),
    branches: branches.count,
    lineages: branches.parent.filter((parent) => parent === 0).length,
    divisions: divisions.count,
    divisionRate: (divisions.count / followed) * (units.time === "min" ? 60 : 1),
    medianDuration: medianOf(branches.duration),
    meanSpeed: mean(steps.speed),
    medianSpeed: medianOf(steps.speed),
    medianStraightness: medianOf(moved),
  };
}
