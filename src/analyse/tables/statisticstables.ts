import type { Statistics } from "../analyse.js";
import type { FieldCells } from "../motion/velocityfield.js";
import { shapeMeasures, type ShapeMeasure } from "../population/shape.js";
import type { Resampled } from "../summary/intervals.js";
import type { Summary } from "../summary/summary.js";
import { type Suffixes, suffixesOf } from "../units/suffixes.js";

/** A table ready for a CSV file: every column's name carries its unit. */
export interface StatisticsTable {
  /** Name of the table, usable as a file name without extension. */
  readonly name: string;
  readonly header: string[];
  /** One array a column, all of the same length. */
  readonly columns: ArrayLike<number | string>[];
}

type Column = readonly [name: string, values: ArrayLike<number | string>];

const tableOf = (name: string, columns: readonly Column[]): StatisticsTable => ({
  name,
  header: columns.map(([header]) => header),
  columns: columns.map(([, values]) => values),
});

/**
 * The statistics as tables: `summary` and `frames` always; the others where something was tracked (`tracks`
 * has one row a branch). Frames count from 0. Missing values are NaN. docs/statistics.md defines every
 * column. The nuclei have a table of their own, `nucleiTable`, for there can be millions.
 *
 * @param frameNames names for the rows of `frames`
 */
export function statisticsTables(statistics: Statistics, frameNames?: readonly string[]): StatisticsTable[] {
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

function summaryTable({ summary, intervals, notes }: Statistics, u: Suffixes): StatisticsTable {
  const images: (readonly [string, keyof Summary])[] = [
    ["frames", "frames"],
    ["nuclei_in_all_frames", "nuclei"],
    ["nuclei_at_edge_in_all_frames", "nucleiAtEdge"],
    ["mean_nuclei_per_frame", "meanNucleiPerFrame"],
    [`mean_density_${u.density}`, "meanDensity"],
    [`median_area_${u.area}`, "medianArea"],
    ["mean_neighbours", "meanNeighbours"],
    [`median_nearest_distance_${u.length}`, "medianNearest"],
  ];
  const movie: (readonly [string, keyof Summary])[] = [
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
  const rows = summary.tracked ? [...images, ...movie] : images;
  const interval = (key: keyof Summary): { low: number; high: number; n: number } | undefined =>
    key in intervals ? intervals[key as Resampled] : undefined;
  return tableOf("summary", [
    ["quantity", rows.map(([name]) => name)],
    ["value", rows.map(([, key]) => Number(summary[key]))],
    ["low", rows.map(([, key]) => interval(key)?.low ?? NaN)],
    ["high", rows.map(([, key]) => interval(key)?.high ?? NaN)],
    ["n", rows.map(([, key]) => interval(key)?.n ?? NaN)],
    ["unit_of_resampling", rows.map(([, key]) => (interval(key) === undefined ? "" : "lineage"))],
    ["note", rows.map(([, key]) => notes[key] ?? "")],
  ]);
}

const shapeNames: Record<ShapeMeasure, (u: Suffixes) => string> = {
  area: (u) => `area_${u.area}`,
  majorAxis: (u) => `major_axis_${u.length}`,
  minorAxis: (u) => `minor_axis_${u.length}`,
  aspectRatio: () => "aspect_ratio",
  eccentricity: () => "eccentricity",
  solidity: () => "solidity",
  meanIntensity: () => "intensity",
};

function framesTable(
  { frames, shapes, neighbours, summary }: Statistics,
  u: Suffixes,
  names: readonly string[] | undefined,
): StatisticsTable {
  const measures = Object.keys(shapeMeasures) as ShapeMeasure[];
  const shape = measures.flatMap((measure): Column[] => [
    [`mean_${shapeNames[measure](u)}`, shapes.mean[measure]],
    [`median_${shapeNames[measure](u)}`, shapes.median[measure]],
  ]);
  return tableOf("frames", [
    ["frame", frames.frame],
    ...(names === undefined ? [] : [["name", names] as const]),
    ...(summary.tracked ? [[`time_${u.time}`, frames.time] as const] : []),
    ["nuclei", frames.nuclei],
    [`density_${u.density}`, frames.density],
    ["nuclei_inside", shapes.inside],
    ["nuclei_at_edge", shapes.atEdge],
    ...shape,
    ["mean_neighbours", neighbours.meanCount],
    [`median_nearest_distance_${u.length}`, neighbours.medianNearest],
    ...(summary.tracked
      ? ([
          [`mean_speed_${u.speed}`, frames.meanSpeed],
          [`median_speed_${u.speed}`, frames.medianSpeed],
          ["divisions", frames.divisions],
          ["dividing_share", frames.dividingShare],
        ] as const)
      : []),
  ]);
}

function tracksTable({ branches: b, reliability }: Statistics, u: Suffixes): StatisticsTable {
  return tableOf("tracks", [
    ["track", b.id],
    ["parent", b.parent],
    ["root", b.root],
    ["generation", b.generation],
    ["first_frame", b.firstFrame],
    ["last_frame", b.lastFrame],
    ["detections", b.detections],
    [`duration_${u.time}`, b.duration],
    [`start_y_${u.length}`, b.startY],
    [`start_x_${u.length}`, b.startX],
    [`end_y_${u.length}`, b.endY],
    [`end_x_${u.length}`, b.endX],
    [`path_length_${u.length}`, b.length],
    [`displacement_${u.length}`, b.displacement],
    ["straightness", b.straightness],
    [`mean_speed_${u.speed}`, b.meanSpeed],
    [`median_speed_${u.speed}`, b.medianSpeed],
    [`max_speed_${u.speed}`, b.maxSpeed],
    [`mean_area_${u.area}`, b.meanArea],
    ["direction_deg", b.direction],
    ["fate", b.fate],
    ["begins_inside", reliability.beginsInside],
    ["ends_inside", reliability.endsInside],
  ]);
}

function divisionsTable({ divisions: d, branches, orientations }: Statistics, u: Suffixes): StatisticsTable {
  return tableOf("divisions", [
    ["frame", d.frame],
    ["daughter_frame", d.daughterFrame],
    ["mother", d.mother],
    ["daughter_1", d.daughter1],
    ["daughter_2", d.daughter2],
    ["root", d.mother.map((mother) => branches.root[mother - 1]!)],
    [`y_${u.length}`, d.y],
    [`x_${u.length}`, d.x],
    [`daughter_distance_${u.length}`, d.distance],
    ["orientation_deg", d.orientation],
    ["orientation_to_mean_direction_deg", orientations.toMeanDirection],
    ["orientation_to_local_direction_deg", orientations.toLocalDirection],
    ["evidence", d.evidence],
  ]);
}

function directionsTable({ trackDirections, stepDirections }: Statistics): StatisticsTable {
  const bins = Array.from(trackDirections.counts, (_, k) => k * trackDirections.binWidth);
  return tableOf("directions", [
    ["from_deg", bins],
    ["to_deg", bins.map((from) => from + trackDirections.binWidth)],
    ["tracks", trackDirections.counts],
    ["steps", stepDirections.counts],
  ]);
}

/** A lag in frames, and in min where these are known. */
const lagColumns = (lag: Int32Array, time: Float64Array, u: Suffixes): Column[] => [
  ["lag_frames", lag],
  ...(u.time === "min" ? [["lag_min", time] as const] : []),
];

function displacementsTable({ meanSquaredDisplacement: msd }: Statistics, u: Suffixes): StatisticsTable {
  return tableOf("displacements", [
    ...lagColumns(msd.lag, msd.time, u),
    [`mean_squared_displacement_${u.area}`, msd.value],
    ["pairs", msd.pairs],
    ["tracks", msd.branches],
    [`fitted_${u.area}`, msd.time.map((time) => 4 * msd.fit.coefficient * time ** msd.fit.exponent)],
  ]);
}

function autocorrelationTable({ velocityAutocorrelation: c }: Statistics, u: Suffixes): StatisticsTable {
  return tableOf("velocity_autocorrelation", [
    ...lagColumns(c.lag, c.time, u),
    [`velocity_product_${u.speedSquared}`, c.value],
    ["correlation", c.normalised],
    ["pairs", c.pairs],
    [`fluctuation_product_${u.speedSquared}`, c.fluctuation],
    ["fluctuation_correlation", c.normalisedFluctuation],
    ["fluctuation_pairs", c.fluctuationPairs],
  ]);
}

function spatialTable({ spatialCorrelation: c }: Statistics, u: Suffixes): StatisticsTable {
  return tableOf("velocity_correlation", [
    [`from_${u.length}`, c.from],
    [`to_${u.length}`, c.to],
    [`mean_distance_${u.length}`, c.distance],
    ["correlation", c.value],
    ["pairs", c.pairs],
    ["fluctuation_correlation", c.fluctuation],
    ["fluctuation_pairs", c.fluctuationPairs],
  ]);
}

const cellColumns = (cells: FieldCells, u: Suffixes): Column[] => [
  [`y_${u.length}`, cells.y],
  [`x_${u.length}`, cells.x],
  ["steps", cells.steps],
  [`velocity_y_${u.speed}`, cells.vy],
  [`velocity_x_${u.speed}`, cells.vx],
  [`speed_${u.speed}`, cells.speed],
  ["direction_deg", cells.direction],
];

function fieldTable({ velocityField: { frames: cells }, units }: Statistics, u: Suffixes): StatisticsTable {
  return tableOf("velocity_field", [
    ["frame", cells.frame],
    [`time_${u.time}`, Float64Array.from(cells.frame, (frame) => frame * units.perFrame)],
    ...cellColumns(cells, u),
  ]);
}

const meanFieldTable = ({ velocityField: { mean } }: Statistics, u: Suffixes): StatisticsTable =>
  tableOf("mean_velocity_field", cellColumns(mean, u));

function cyclesTable({ cycles: c }: Statistics, u: Suffixes): StatisticsTable {
  return tableOf("cycles", [
    ["track", c.branch],
    ["parent", c.parent],
    ["root", c.root],
    ["birth_frame", c.birthFrame],
    ["end_frame", c.endFrame],
    [`cycle_${u.time}`, c.time],
    ["divided", c.divided],
  ]);
}

function survivalTable({ cycles: { survival: s } }: Statistics, u: Suffixes): StatisticsTable {
  return tableOf("cycle_survival", [
    [`cycle_${u.time}`, s.time],
    ["at_risk", s.atRisk],
    ["divided", s.events],
    ["undivided_share", s.share],
    ["low", s.low],
    ["high", s.high],
  ]);
}
