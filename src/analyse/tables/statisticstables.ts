import { column, type Column, type Table } from "../../core/table.js";
import type { Statistics } from "../analyse.js";
import { doubtfulFirst } from "../lineage/divisions.js";
import type { FieldCells } from "../motion/velocityfield.js";
import { shapeMeasures, type ShapeMeasure } from "../population/shape.js";
import type { Resampled } from "../summary/intervals.js";
import type { Summary } from "../summary/summary.js";
import { type Suffixes, suffixesOf } from "../units/suffixes.js";

/**
 * The statistics as tables: `summary` and `frames` always; the others where something was tracked (`tracks`
 * has one row a branch). Frames count from 0. Missing values are NaN. docs/statistics.md defines every
 * column. The nuclei have a table of their own, `nucleiTable`, for there can be millions.
 *
 * @param frameNames names for the rows of `frames`
 */
export function statisticsTables(statistics: Statistics, frameNames?: readonly string[]): Table[] {
  const u = suffixesOf(statistics.units);
  const tables = [summaryTable(statistics, u), framesTable(statistics, u, frameNames)];
  if (!statistics.summary.tracked) return tables;
  const makers = [
    tracksTable,
    divisionsTable,
    directionsTable,
    displacementsTable,
    autocorrelationTable,
    spatialTable,
    fieldTable,
    meanFieldTable,
    cyclesTable,
    survivalTable,
  ];
  return [...tables, ...makers.map((make) => make(statistics, u))];
}

/** Names of the quantities of the summary, and where it holds them. */
type Quantities = readonly (readonly [name: string, key: keyof Summary])[];

const imageQuantities = (u: Suffixes): Quantities => [
  ["frames", "frames"],
  ["nuclei_in_all_frames", "nuclei"],
  ["nuclei_at_edge_in_all_frames", "nucleiAtEdge"],
  ["mean_nuclei_per_frame", "meanNucleiPerFrame"],
  [`mean_density_${u.density}`, "meanDensity"],
  [`median_area_${u.area}`, "medianArea"],
  ["mean_neighbours", "meanNeighbours"],
  [`median_nearest_distance_${u.length}`, "medianNearest"],
];

const movieQuantities = (u: Suffixes): Quantities => [
  ["tracks", "branches"],
  ["lineages", "lineages"],
  ["divisions", "divisions"],
  [`divisions_per_nucleus_${u.rate}`, "divisionRate"],
  ["mitotic_index", "mitoticIndex"],
  [`median_cell_cycle_${u.time}`, "medianCycle"],
  ["cell_cycles_begun", "begunCycles"],
  ["cell_cycles_whole", "wholeCycles"],
  [`median_track_duration_${u.time}`, "medianDuration"],
  [`mean_speed_${u.speed}`, "meanSpeed"],
  [`median_speed_${u.speed}`, "medianSpeed"],
  ["mean_straightness", "meanStraightness"],
  ["median_straightness", "medianStraightness"],
  ["mean_direction_of_tracks_deg", "trackDirection"],
  ["track_resultant_length", "trackResultant"],
  ["track_rayleigh_p", "trackRayleighP"],
  ["mean_direction_of_steps_deg", "stepDirection"],
  ["step_resultant_length", "stepResultant"],
  ["msd_exponent", "msdExponent"],
  [`msd_coefficient_${u.area}_per_${u.perTime}_to_the_exponent`, "msdCoefficient"],
  [`persistence_time_${u.time}`, "persistenceTime"],
  [`fluctuation_persistence_time_${u.time}`, "fluctuationPersistenceTime"],
  [`localisation_error_${u.length}`, "localisationError"],
  [`velocity_correlation_length_${u.length}`, "correlationLength"],
  ["division_axis_resultant_length", "divisionAxisResultant"],
  ["division_axis_rayleigh_p", "divisionAxisP"],
  ["division_axis_along_mean_direction", "divisionToMean"],
  ["division_axis_along_mean_direction_p", "divisionToMeanP"],
  ["division_axis_along_local_direction", "divisionToLocal"],
  ["division_axis_along_local_direction_p", "divisionToLocalP"],
  ["share_of_tracks_that_begin_inside", "beginsInside"],
  ["share_of_tracks_that_end_inside", "endsInside"],
  [`mean_time_between_breaks_${u.time}`, "timeBetweenBreaks"],
  ["share_of_fast_steps", "fastSteps"],
];

function summaryTable({ summary, intervals, notes }: Statistics, u: Suffixes): Table {
  const rows = [...imageQuantities(u), ...(summary.tracked ? movieQuantities(u) : [])];
  const interval = (key: keyof Summary): { low: number; high: number; n: number } | undefined =>
    key in intervals ? intervals[key as Resampled] : undefined;
  return {
    name: "summary",
    columns: [
      column(
        "quantity",
        rows.map(([name]) => name),
      ),
      column(
        "value",
        rows.map(([, key]) => Number(summary[key])),
      ),
      column(
        "low",
        rows.map(([, key]) => interval(key)?.low ?? NaN),
      ),
      column(
        "high",
        rows.map(([, key]) => interval(key)?.high ?? NaN),
      ),
      column(
        "n",
        rows.map(([, key]) => interval(key)?.n ?? NaN),
      ),
      column(
        "unit_of_resampling",
        rows.map(([, key]) => (interval(key) === undefined ? "" : "lineage")),
      ),
      column(
        "note",
        rows.map(([, key]) => notes[key] ?? ""),
      ),
    ],
  };
}

/** Names of the measures of shape in tables, and how their unit follows from that of the calibration. */
const shapeNames: Record<ShapeMeasure, { readonly key: string; readonly unit?: (u: Suffixes) => string }> = {
  area: { key: "area", unit: (u) => u.area },
  majorAxis: { key: "major_axis", unit: (u) => u.length },
  minorAxis: { key: "minor_axis", unit: (u) => u.length },
  aspectRatio: { key: "aspect_ratio" },
  eccentricity: { key: "eccentricity" },
  solidity: { key: "solidity" },
  meanIntensity: { key: "intensity" },
};

function framesTable(
  { frames, shapes, neighbours, summary }: Statistics,
  u: Suffixes,
  names: readonly string[] | undefined,
): Table {
  const measures = Object.keys(shapeMeasures) as ShapeMeasure[];
  const shape = measures.flatMap((measure): Column[] => {
    const { key, unit } = shapeNames[measure];
    return [
      column(`mean_${key}`, shapes.mean[measure], unit?.(u)),
      column(`median_${key}`, shapes.median[measure], unit?.(u)),
    ];
  });
  return {
    name: "frames",
    columns: [
      column("frame", frames.frame),
      ...(names === undefined ? [] : [column("name", names)]),
      ...(summary.tracked ? [column("time", frames.time, u.time)] : []),
      column("nuclei", frames.nuclei),
      column("density", frames.density, u.density),
      column("nuclei_inside", shapes.inside),
      column("nuclei_at_edge", shapes.atEdge),
      ...shape,
      column("mean_neighbours", neighbours.meanCount),
      column("median_nearest_distance", neighbours.medianNearest, u.length),
      ...(summary.tracked
        ? [
            column("mean_speed", frames.meanSpeed, u.speed),
            column("median_speed", frames.medianSpeed, u.speed),
            column("divisions", frames.divisions),
            column("dividing_share", frames.dividingShare),
          ]
        : []),
    ],
  };
}

function tracksTable({ branches: b, reliability }: Statistics, u: Suffixes): Table {
  return {
    name: "tracks",
    columns: [
      column("track", b.id),
      column("parent", b.parent),
      column("root", b.root),
      column("generation", b.generation),
      column("first_frame", b.firstFrame),
      column("last_frame", b.lastFrame),
      column("detections", b.detections),
      column("duration", b.duration, u.time),
      column("start_y", b.startY, u.length),
      column("start_x", b.startX, u.length),
      column("end_y", b.endY, u.length),
      column("end_x", b.endX, u.length),
      column("path_length", b.length, u.length),
      column("displacement", b.displacement, u.length),
      column("straightness", b.straightness),
      column("mean_speed", b.meanSpeed, u.speed),
      column("median_speed", b.medianSpeed, u.speed),
      column("max_speed", b.maxSpeed, u.speed),
      column("mean_area", b.meanArea, u.area),
      column("direction", b.direction, "deg"),
      column("fate", b.fate),
      column("begins_inside", reliability.beginsInside),
      column("ends_inside", reliability.endsInside),
    ],
  };
}

/** One row a division, the doubtful ones first. */
function divisionsTable({ divisions: d, branches, orientations }: Statistics, u: Suffixes): Table {
  const order = doubtfulFirst(d);
  const sorted = (name: string, values: ArrayLike<number>, unit?: string): Column =>
    column(
      name,
      order.map((i) => values[i]!),
      unit,
    );
  const root = d.mother.map((mother) => branches.root[mother - 1]!);
  return {
    name: "divisions",
    columns: [
      sorted("frame", d.frame),
      sorted("daughter_frame", d.daughterFrame),
      sorted("mother", d.mother),
      sorted("daughter_1", d.daughter1),
      sorted("daughter_2", d.daughter2),
      sorted("root", root),
      sorted("y", d.y, u.length),
      sorted("x", d.x, u.length),
      sorted("daughter_distance", d.distance, u.length),
      sorted("orientation", d.orientation, "deg"),
      sorted("orientation_to_mean_direction", orientations.toMeanDirection, "deg"),
      sorted("orientation_to_local_direction", orientations.toLocalDirection, "deg"),
      sorted("probability", d.probability),
    ],
  };
}

function directionsTable({ trackDirections, stepDirections }: Statistics): Table {
  const bins = Array.from(trackDirections.counts, (_, k) => k * trackDirections.binWidth);
  return {
    name: "directions",
    columns: [
      column("from", bins, "deg"),
      column(
        "to",
        bins.map((from) => from + trackDirections.binWidth),
        "deg",
      ),
      column("tracks", trackDirections.counts),
      column("steps", stepDirections.counts),
    ],
  };
}

/** A lag in frames, and in min where these are known. */
const lagColumns = (lag: Int32Array, time: Float64Array, u: Suffixes): Column[] => [
  column("lag", lag, "frames"),
  ...(u.time === "min" ? [column("lag", time, "min")] : []),
];

function displacementsTable({ meanSquaredDisplacement: msd }: Statistics, u: Suffixes): Table {
  return {
    name: "displacements",
    columns: [
      ...lagColumns(msd.lag, msd.time, u),
      column("mean_squared_displacement", msd.value, u.area),
      column("pairs", msd.pairs),
      column("tracks", msd.branches),
      column(
        "fitted",
        msd.time.map((time) => 4 * msd.fit.coefficient * time ** msd.fit.exponent),
        u.area,
      ),
    ],
  };
}

function autocorrelationTable({ velocityAutocorrelation: c }: Statistics, u: Suffixes): Table {
  return {
    name: "velocity_autocorrelation",
    columns: [
      ...lagColumns(c.lag, c.time, u),
      column("velocity_product", c.value, u.speedSquared),
      column("correlation", c.normalised),
      column("pairs", c.pairs),
      column("fluctuation_product", c.fluctuation, u.speedSquared),
      column("fluctuation_correlation", c.normalisedFluctuation),
      column("fluctuation_pairs", c.fluctuationPairs),
    ],
  };
}

function spatialTable({ spatialCorrelation: c }: Statistics, u: Suffixes): Table {
  return {
    name: "velocity_correlation",
    columns: [
      column("from", c.from, u.length),
      column("to", c.to, u.length),
      column("mean_distance", c.distance, u.length),
      column("correlation", c.value),
      column("pairs", c.pairs),
      column("fluctuation_correlation", c.fluctuation),
      column("fluctuation_pairs", c.fluctuationPairs),
    ],
  };
}

const cellColumns = (cells: FieldCells, u: Suffixes): Column[] => [
  column("y", cells.y, u.length),
  column("x", cells.x, u.length),
  column("steps", cells.steps),
  column("velocity_y", cells.vy, u.speed),
  column("velocity_x", cells.vx, u.speed),
  column("speed", cells.speed, u.speed),
  column("direction", cells.direction, "deg"),
];

function fieldTable({ velocityField: { frames: cells }, units }: Statistics, u: Suffixes): Table {
  return {
    name: "velocity_field",
    columns: [
      column("frame", cells.frame),
      column(
        "time",
        Float64Array.from(cells.frame, (frame) => frame * units.perFrame),
        u.time,
      ),
      ...cellColumns(cells, u),
    ],
  };
}

const meanFieldTable = ({ velocityField: { mean } }: Statistics, u: Suffixes): Table => ({
  name: "mean_velocity_field",
  columns: cellColumns(mean, u),
});

function cyclesTable({ cycles: c }: Statistics, u: Suffixes): Table {
  return {
    name: "cycles",
    columns: [
      column("track", c.branch),
      column("parent", c.parent),
      column("root", c.root),
      column("birth_frame", c.birthFrame),
      column("end_frame", c.endFrame),
      column("cycle", c.time, u.time),
      column("divided", c.divided),
    ],
  };
}

function survivalTable({ cycles: { survival: s } }: Statistics, u: Suffixes): Table {
  return {
    name: "cycle_survival",
    columns: [
      column("cycle", s.time, u.time),
      column("at_risk", s.atRisk),
      column("divided", s.events),
      column("undivided_share", s.share),
      column("low", s.low),
      column("high", s.high),
    ],
  };
}
