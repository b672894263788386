/**
 * Tracks to numbers: how many nuclei, how dense, how fast, where to, how often they divide. Everything is per
 * branch of a lineage and in physical units where these are known, so that no number needs a conversion by
 * the reader.
 */
import { InvalidInput } from "../core/errors.js";
import type { Nuclei } from "../core/nuclei.js";
import { type Branch, branchesOf, branchOfRow, type TrackGraph } from "../core/tracks.js";
import { mean } from "../stats/average.js";
import { median } from "../stats/percentile.js";
import { type Interval, type LineageGroups, lineageGroups } from "../stats/bootstrap.js";
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
import {
  type DisplacementSums,
  displacementSums,
  meanSquaredDisplacement,
  type MeanSquaredDisplacement,
} from "./motion/msd.js";
import { type SpatialCorrelation, spatialCorrelation } from "./motion/spatial.js";
import { stepsByFrame, stepsOf, type Steps } from "./motion/steps.js";
import { type VelocityField, velocityField } from "./motion/velocityfield.js";
import { frameStatistics, type FrameStatistics } from "./population/density.js";
import type { FrameIntensities } from "./population/intensities.js";
import { type Neighbours, neighboursOf } from "./population/neighbours.js";
import { type ShapeStatistics, shapesOf } from "./population/shape.js";
import type { Recording } from "./units/recording.js";
import { estimatesOf, type Resampled } from "./summary/intervals.js";
import { type Notes, notesOf, type Summary } from "./summary/summary.js";
import { unitsOf, type Calibration, type Units } from "./units/units.js";

/** What `analyse` takes beside tracks and calibration. */
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
  /** Of divisions that they are, 0..1, by row of the mother in her last frame. */
  readonly probabilities?: ReadonlyMap<number, number> | undefined;
  /** Branches of the graph, where the caller has them; else they are made. */
  readonly branches?: readonly Branch[] | undefined;
}

/** A tracked movie; intervals from 300 resamples. */
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
  const settings: AnalyseOptions = { ...defaultAnalyseOptions, ...options };
  const recording = recordingOf(graph, calibration, settings);
  const { nuclei, branches, units } = recording;
  const population = populationOf(recording, calibration, settings);
  const motion = motionOf(recording, population, settings);
  const directions = {
    trackDirections: roseOf(population.perBranch.direction),
    stepDirections: roseOf(population.steps.direction),
  };
  const { perBranch, divisions } = population;
  const axes: Axes = {
    orientations: orientationsOf(divisions, directions.stepDirections, motion.field, units.perPixel / 2),
    cycles: cyclesOf(perBranch, divisions, units),
    ...directions,
  };
  const { summary, notes, intervals } = summaryOf(recording, population, motion, axes, settings);
  return {
    units,
    summary,
    notes,
    intervals,
    nuclei,
    steps: population.steps,
    divisions,
    areas: population.areas,
    branchOfNucleus: branchOfRow(branches, nuclei.count),
    shapes: population.shapes,
    neighbours: population.neighbours,
    ...axes,
    reliability: population.reliability,
    frames: population.perFrame,
    branches: perBranch,
    meanSquaredDisplacement: motion.meanSquaredDisplacement,
    velocityAutocorrelation: motion.velocityAutocorrelation,
    spatialCorrelation: motion.correlation,
    velocityField: motion.field,
  };
}

function recordingOf(
  graph: TrackGraph,
  calibration: Calibration,
  { tracked, fieldAreas, branches }: AnalyseOptions,
): Recording {
  const { nuclei, frames } = graph;
  if (fieldAreas !== undefined && fieldAreas.length !== frames)
    throw new InvalidInput("field areas", `one for each of the ${frames} frames`, String(fieldAreas.length));
  return {
    nuclei,
    frames,
    branches: tracked ? (branches ?? branchesOf(graph)) : [],
    height: calibration.height,
    width: calibration.width,
    units: unitsOf(calibration),
  };
}

/** What nuclei, branches and frames are, each for itself. */
interface Population {
  readonly steps: Steps;
  readonly divisions: Divisions;
  readonly shapes: ShapeStatistics;
  readonly perBranch: BranchStatistics;
  readonly perFrame: FrameStatistics;
  readonly areas: Float64Array;
  readonly neighbours: Neighbours;
  readonly reliability: Reliability;
}

function populationOf(
  recording: Recording,
  { height, width }: Calibration,
  { fieldAreas, probabilities }: AnalyseOptions,
): Population {
  const { nuclei, frames, branches, units } = recording;
  const steps = stepsOf(nuclei, branches, units);
  const divisions = divisionsOf(nuclei, branches, units, probabilities);
  const shapes = shapesOf(nuclei, frames, units);
  const perBranch = branchStatistics(nuclei, branches, frames, steps, units);
  const fieldOf = (frame: number): number => fieldAreas?.[frame] ?? height * width;
  return {
    steps,
    divisions,
    shapes,
    perBranch,
    perFrame: frameStatistics(recording, { steps, divisions, shapes }, fieldOf),
    areas: nuclei.area.map((area, row) => (nuclei.touchesEdge[row] === 1 ? NaN : area * units.perPixel ** 2)),
    neighbours: neighboursOf(nuclei, frames, units),
    reliability: reliabilityOf(recording, perBranch, steps),
  };
}

/** How nuclei move, by lag, by distance and by place, with the sums by group that intervals are drawn from. */
interface Motion {
  readonly groups: LineageGroups;
  readonly displacements: DisplacementSums;
  readonly autocorrelation: Float64Array;
  readonly meanSquaredDisplacement: MeanSquaredDisplacement;
  readonly velocityAutocorrelation: VelocityAutocorrelation;
  readonly correlation: SpatialCorrelation;
  readonly field: VelocityField;
}

function motionOf(
  recording: Recording,
  { steps, perBranch, neighbours: { spacing } }: Population,
  { tracked, lags }: AnalyseOptions,
): Motion {
  const { frames, units } = recording;
  const velocities = velocitiesOf(steps, frames, units);
  const groups = lineageGroups(perBranch.root);
  const wantedLags = lags ?? Math.max(1, Math.floor(frames / 3));
  const maxLag = tracked ? Math.max(0, Math.min(frames - 1, wantedLags)) : 0;
  const halfTheMovie = Math.max(0, Math.floor((frames - 1) / 2));
  const correlationLags = tracked ? Math.min(maxCorrelationLags, halfTheMovie) : 0;
  const displacements = displacementSums(recording, groups, maxLag);
  const autocorrelation = autocorrelationSums(steps, velocities, groups, correlationLags);
  return {
    groups,
    displacements,
    autocorrelation,
    meanSquaredDisplacement: meanSquaredDisplacement(displacements, groups.groups, maxLag, units),
    velocityAutocorrelation: autocorrelationOf(autocorrelation, groups.groups, correlationLags, units),
    correlation: spatialCorrelation(recording, steps, velocities, spacing),
    field: velocityField(recording, steps, stepsByFrame(steps, velocities.single, frames), spacing),
  };
}

/** Directions, and what divisions tell. */
type Axes = Pick<Statistics, "trackDirections" | "stepDirections" | "orientations" | "cycles">;

function summaryOf(
  { nuclei, frames, units }: Recording,
  population: Population,
  motion: Motion,
  { trackDirections, stepDirections, orientations, cycles }: Axes,
  { tracked, resamples, seed }: AnalyseOptions,
): Pick<Statistics, "summary" | "notes" | "intervals"> {
  const { perBranch, perFrame, steps, divisions, shapes, neighbours, reliability, areas } = population;
  const { displacements, autocorrelation, groups, correlation } = motion;
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
  const given: Summary = {
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
    medianStraightness: median(perBranch.straightness),
    correlationLength: correlation.length,
    mitoticIndex: mitoticIndex(perFrame),
    ...summaryOfAxes(orientations, cycles),
    trackDirection: trackDirections.meanDirection,
    stepDirection: stepDirections.meanDirection,
    trackRayleighP: trackDirections.rayleighP,
  };
  return { ...notesOf(given, intervals), intervals };
}

const summaryOfAxes = (
  { axes, alongMeanDirection, alongLocalDirection }: DivisionOrientations,
  cycles: Cycles,
): Pick<
  Summary,
  | "medianCycle"
  | "wholeCycles"
  | "begunCycles"
  | "divisionAxisResultant"
  | "divisionAxisP"
  | "divisionToMean"
  | "divisionToMeanP"
  | "divisionToLocal"
  | "divisionToLocalP"
> => ({
  medianCycle: cycles.survival.median,
  wholeCycles: cycles.divided.reduce((sum, one) => sum + one, 0),
  begunCycles: cycles.count,
  divisionAxisResultant: axes.resultant,
  divisionAxisP: axes.rayleighP,
  divisionToMean: alongMeanDirection.value,
  divisionToMeanP: alongMeanDirection.p,
  divisionToLocal: alongLocalDirection.value,
  divisionToLocalP: alongLocalDirection.p,
});

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
