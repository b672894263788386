/**
 * Tracks to numbers: how many nuclei, how dense, how fast, where to, how often they divide. Everything is per
 * branch of a lineage and in physical units where these are known, so that no number needs a conversion by
 * the reader.
 */
import { InvalidInput } from "../core/errors.js";
import type { Nuclei } from "../core/nuclei.js";
import { branchesOf, type TrackGraph } from "../core/tracks.js";
import { mean } from "../stats/average.js";
import { median } from "../stats/percentile.js";
import { type Interval, lineageGroups } from "../stats/bootstrap.js";
import { roseOf, type Rose } from "../stats/direction.js";
import { branchStatistics, type BranchStatistics } from "./lineage/branches.js";
import { type Cycles, cyclesOf } from "./lineage/cycles.js";
import { divisionsOf, type Divisions } from "./lineage/divisions.js";
import { type DivisionOrientations, orientationsOf } from "./lineage/orientation.js";
import { type Reliability, reliabilityOf } from "./lineage/reliability.js";
import {
  autocorrelationOf,
  autocorrelationSums,
  type VelocityAutocorrelation,
} from "./motion/autocorrelation.js";
import { velocitiesOf } from "./motion/collectivedrift.js";
import { displacementSums, meanSquaredDisplacement, type MeanSquaredDisplacement } from "./motion/msd.js";
import { type SpatialCorrelation, spatialCorrelation, stepsByFrame } from "./motion/spatial.js";
import { stepsOf, type Steps } from "./motion/steps.js";
import { type VelocityField, velocityField } from "./motion/velocityfield.js";
import { frameStatistics, type FrameStatistics } from "./population/density.js";
import type { FrameIntensities } from "./population/intensities.js";
import { type Neighbours, neighboursOf } from "./population/neighbours.js";
import { type ShapeStatistics, shapesOf } from "./population/shape.js";
import { estimatesOf, type Resampled } from "./summary/intervals.js";
import { type Notes, notesOf, type Summary } from "./summary/summary.js";
import { unitsOf, type Calibration, type Units } from "./units/units.js";

export interface AnalyseOptions {
  /**
   * False for a set of independent images: then there are no branches, steps, divisions and directions, only
   * frames. Default true.
   */
  readonly tracked: boolean;
  /** Area of each frame's field in px², where frames differ in size; else height x width. */
  readonly fieldAreas?: ArrayLike<number> | undefined;
  /** Largest lag of the mean squared displacement, frames. Default a third of the movie, at least 1. */
  readonly lags?: number | undefined;
  /** Resamples of the bootstrap; 0: no intervals. Default 300. */
  readonly resamples: number;
  /** Seed of the bootstrap. Default 1. */
  readonly seed: number;
  /** Evidence of divisions, 0..1, by row of the mother in her last frame. */
  readonly evidence?: ReadonlyMap<number, number> | undefined;
}

export const defaultAnalyseOptions: AnalyseOptions = { tracked: true, resamples: 300, seed: 1 };

/** Largest lag of the velocity autocorrelation, frames. */
const maxCorrelationLags = 100;

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
  readonly velocityAutocorrelation: VelocityAutocorrelation;
  readonly spatialCorrelation: SpatialCorrelation;
  readonly velocityField: VelocityField;
  readonly shapes: ShapeStatistics;
  readonly neighbours: Neighbours;
  readonly cycles: Cycles;
  readonly orientations: DivisionOrientations;
  readonly reliability: Reliability;
  /** 95 % intervals of what the summary holds, by bootstrap over lineages. */
  readonly intervals: Readonly<Record<Resampled, Interval>>;
  /** Why a number of the summary is missing, or what limits it: one sentence each. */
  readonly notes: Notes;
  /** Brightness of each frame by channel, where images were measured. */
  readonly intensities?: FrameIntensities | undefined;
  /** The nuclei themselves, px. */
  readonly nuclei: Nuclei;
  /**
   * Area of every nucleus, in the unit of area, by row of the graph's nuclei; NaN where it touches the edge
   * of the image, which cuts it off.
   */
  readonly areas: Float64Array;
  /** Branch id of every nucleus by row; 0 everywhere where nothing was tracked. */
  readonly branchOfNucleus: Int32Array;
}

/**
 * Statistics of a tracked movie, or of a set of images (`tracked: false`).
 *
 * @throws InvalidInput when the calibration or the field areas do not fit
 */
export function analyse(
  graph: TrackGraph,
  calibration: Calibration,
  options: Partial<AnalyseOptions> = {},
): Statistics {
  const { tracked, fieldAreas, lags, resamples, seed, evidence } = { ...defaultAnalyseOptions, ...options };
  const { nuclei, frames } = graph;
  if (fieldAreas !== undefined && fieldAreas.length !== frames)
    throw new InvalidInput("field areas", `one for each of the ${frames} frames`, String(fieldAreas.length));
  const units = unitsOf(calibration);
  const branches = tracked ? branchesOf(graph) : [];
  const steps = stepsOf(nuclei, branches, units);
  const divisions = divisionsOf(nuclei, branches, units, evidence);
  const perBranch = branchStatistics(nuclei, branches, frames, steps, units);
  const shapes = shapesOf(nuclei, frames, units);
  const fieldOf = (frame: number): number => fieldAreas?.[frame] ?? calibration.height * calibration.width;
  const perFrame = frameStatistics(nuclei, frames, steps, divisions, shapes, units, fieldOf);
  const areas = nuclei.area.map((area, row) =>
    nuclei.touchesEdge[row] === 1 ? NaN : area * units.perPixel ** 2,
  );
  const branchOfNucleus = new Int32Array(nuclei.count);
  for (const { id, rows } of branches) for (const row of rows) branchOfNucleus[row] = id;
  const neighbours = neighboursOf(nuclei, frames, units);
  const velocities = velocitiesOf(steps, frames, units);
  const field = velocityField(
    nuclei,
    steps,
    stepsByFrame(steps, velocities.single, frames),
    neighbours.spacing,
    calibration,
    units,
  );
  const correlation = spatialCorrelation(
    nuclei,
    frames,
    steps,
    velocities,
    neighbours.spacing,
    calibration,
    units,
  );
  const groups = lineageGroups(perBranch.root);
  const maxLag = tracked ? Math.max(0, Math.min(frames - 1, lags ?? Math.max(1, Math.floor(frames / 3)))) : 0;
  const displacements = displacementSums(nuclei, branches, groups.groupOf, groups.groups, maxLag, units);
  const correlationLags = tracked
    ? Math.min(maxCorrelationLags, Math.max(0, Math.floor((frames - 1) / 2)))
    : 0;
  const autocorrelation = autocorrelationSums(
    steps,
    velocities,
    groups.groupOf,
    groups.groups,
    correlationLags,
  );
  const reliability = reliabilityOf(nuclei, branches, perBranch, steps, frames, calibration);
  const perRate = units.time === "min" ? 60 : 1;
  const { values, intervals } = estimatesOf(
    {
      branches: perBranch,
      steps,
      divisions,
      reliability,
      displacements,
      autocorrelation,
      groups,
      perFrame: units.perFrame,
      perRate,
    },
    { resamples, seed },
  );
  const [trackDirections, stepDirections] = [roseOf(perBranch.direction), roseOf(steps.direction)];
  const orientations = orientationsOf(divisions, stepDirections, field, units.perPixel / 2);
  const cycles = cyclesOf(perBranch, divisions, units);
  const { summary, notes } = notesOf(
    {
      tracked,
      ...values,
      frames,
      nuclei: nuclei.count,
      meanNucleiPerFrame: mean(perFrame.nuclei),
      meanDensity: mean(perFrame.density),
      medianArea: median(areas),
      nucleiAtEdge: shapes.atEdge.reduce((sum, n) => sum + n, 0),
      meanNeighbours: meanInside(neighbours),
      medianNearest: neighbours.spacing,
      branches: perBranch.count,
      lineages: groups.lineages,
      divisions: divisions.count,
      medianDuration: median(perBranch.duration),
      medianSpeed: median(steps.speed),
      medianStraightness: median(perBranch.straightness.filter((value) => !Number.isNaN(value))),
      correlationLength: correlation.length,
      mitoticIndex: mitoticIndex(perFrame),
      medianCycle: cycles.survival.median,
      wholeCycles: cycles.divided.reduce((sum, one) => sum + one, 0),
      begunCycles: cycles.count,
      divisionAxisResultant: orientations.axes.resultant,
      divisionAxisP: orientations.axes.rayleighP,
      divisionToMean: orientations.alongMeanDirection.value,
      divisionToMeanP: orientations.alongMeanDirection.p,
      divisionToLocal: orientations.alongLocalDirection.value,
      divisionToLocalP: orientations.alongLocalDirection.p,
      trackDirection: trackDirections.meanDirection,
      stepDirection: stepDirections.meanDirection,
      trackRayleighP: trackDirections.rayleighP,
    },
    intervals,
  );
  return {
    units,
    summary,
    notes,
    intervals,
    nuclei,
    steps,
    divisions,
    areas,
    branchOfNucleus,
    shapes,
    neighbours,
    cycles,
    orientations,
    reliability,
    trackDirections,
    stepDirections,
    frames: perFrame,
    branches: perBranch,
    meanSquaredDisplacement: meanSquaredDisplacement(displacements, groups.groups, maxLag, units),
    velocityAutocorrelation: autocorrelationOf(autocorrelation, groups.groups, correlationLags, units),
    spatialCorrelation: correlation,
    velocityField: field,
  };
}

/** Over all nuclei of the movie that are not at the hull of their frame. */
function meanInside({ count, atHull }: Neighbours): number {
  let [sum, n] = [0, 0];
  for (let row = 0; row < count.length; row++) {
    if (atHull[row] === 1) continue;
    sum += count[row]!;
    n++;
  }
  return sum / n;
}

function mitoticIndex({ count, nuclei, divisions }: FrameStatistics): number {
  let [dividing, all] = [0, 0];
  for (let frame = 0; frame < count - 1; frame++) {
    dividing += divisions[frame]!;
    all += nuclei[frame]!;
  }
  return dividing / all;
}
