import type { Statistics } from "./analyse.js";
import type { Units } from "./units.js";

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
  name, header: columns.map(([header]) => header), columns: columns.map(([, values]) => values),
});

/**
 * The statistics as tables: `summary` and `frames` always; `tracks` (one row a branch), `divisions`, `directions` and `displacements` where
 * something was tracked. Frames count from 0. Missing values are NaN.
 *
 * @param frameNames names for the rows of `frames`
 */
export function statisticsTables(statistics: Statistics, frameNames?: readonly string[]): StatisticsTable[] {
  const tables = [summaryTable(statistics), framesTable(statistics, frameNames)];
  if (!statistics.summary.tracked) return tables;
  return [...tables, tracksTable(statistics), divisionsTable(statistics), directionsTable(statistics), displacementsTable(statistics)];
}

/** Column suffixes: plain ASCII, so that every program reads the header. */
function suffixes(units: Units): { length: string; area: string; time: string; speed: string; density: string; rate: string } {
  const length = units.length === "µm" ? "um" : "px";
  return {
    length, area: `${length}2`, time: units.time === "min" ? "min" : "frames", speed: `${length}_per_${units.time}`,
    density: units.length === "µm" ? "per_mm2" : "per_megapixel", rate: units.time === "min" ? "per_hour" : "per_frame",
  };
}

function summaryTable({ summary, units }: Statistics): StatisticsTable {
  const u = suffixes(units);
  const rows: (readonly [string, number])[] = [
    ["frames", summary.frames], ["nuclei_in_all_frames", summary.nuclei], ["mean_nuclei_per_frame", summary.meanNucleiPerFrame],
    [`mean_density_${u.density}`, summary.meanDensity], [`median_area_${u.area}`, summary.medianArea],
  ];
  if (summary.tracked) {
    rows.push(
      ["tracks", summary.branches], ["lineages", summary.lineages], ["divisions", summary.divisions],
      [`divisions_per_nucleus_${u.rate}`, summary.divisionRate], [`median_track_duration_${u.time}`, summary.medianDuration],
      [`mean_speed_${u.speed}`, summary.meanSpeed], [`median_speed_${u.speed}`, summary.medianSpeed],
      ["median_straightness", summary.medianStraightness],
    );
  }
  return tableOf("summary", [["quantity", rows.map(([name]) => name)], ["value", rows.map(([, value]) => value)]]);
}

function framesTable({ frames, summary, units }: Statistics, names: readonly string[] | undefined): StatisticsTable {
  const u = suffixes(units);
  const name: Column[] = names === undefined ? [] : [["name", names]];
  const space: Column[] = [
    ["nuclei", frames.nuclei], [`density_${u.density}`, frames.density], [`mean_area_${u.area}`, frames.meanArea],
    [`median_area_${u.area}`, frames.medianArea],
  ];
  if (!summary.tracked) return tableOf("frames", [["frame", frames.frame], ...name, ...space]);
  return tableOf("frames", [
    ["frame", frames.frame], ...name, [`time_${u.time}`, frames.time], ...space,
    [`mean_speed_${u.speed}`, frames.meanSpeed], [`median_speed_${u.speed}`, frames.medianSpeed],
    ["divisions", frames.divisions], ["dividing_share", frames.dividingShare],
  ]);
}

function tracksTable({ branches: b, units }: Statistics): StatisticsTable {
  const u = suffixes(units);
  return tableOf("tracks", [
    ["track", b.id], ["parent", b.parent], ["root", b.root], ["generation", b.generation], ["first_frame", b.firstFrame],
    ["last_frame", b.lastFrame], ["detections", b.detections], [`duration_${u.time}`, b.duration], [`start_y_${u.length}`, b.startY],
    [`start_x_${u.length}`, b.startX], [`end_y_${u.length}`, b.endY], [`end_x_${u.length}`, b.endX], [`path_length_${u.length}`, b.length],
    [`displacement_${u.length}`, b.displacement], ["straightness", b.straightness], [`mean_speed_${u.speed}`, b.meanSpeed],
    [`median_speed_${u.speed}`, b.medianSpeed], [`max_speed_${u.speed}`, b.maxSpeed], [`mean_area_${u.area}`, b.meanArea],
    ["direction_deg", b.direction], ["fate", b.fate],
  ]);
}

function divisionsTable({ divisions: d, units }: Statistics): StatisticsTable {
  const u = suffixes(units);
  return tableOf("divisions", [
    ["frame", d.frame], ["daughter_frame", d.daughterFrame], ["mother", d.mother], ["daughter_1", d.daughter1], ["daughter_2", d.daughter2],
    [`y_${u.length}`, d.y], [`x_${u.length}`, d.x], [`daughter_distance_${u.length}`, d.distance], ["orientation_deg", d.orientation],
  ]);
}

function directionsTable({ trackDirections, stepDirections }: Statistics): StatisticsTable {
  const bins = Array.from(trackDirections.counts, (_, k) => k * trackDirections.binWidth);
  return tableOf("directions", [
    ["from_deg", bins], ["to_deg", bins.map((from) => from + trackDirections.binWidth)], ["tracks", trackDirections.counts],
    ["steps", stepDirections.counts],
  ]);
}

function displacementsTable({ meanSquaredDisplacement: msd, units }: Statistics): StatisticsTable {
  const u = suffixes(units);
  return tableOf("displacements", [
    ["lag_frames", msd.lag], ...(units.time === "min" ? ([["lag_min", msd.time]] as const) : []), [`mean_squared_displacement_${u.area}`, msd.value],
    ["pairs", msd.pairs], ["tracks", msd.branches],
  ]);
}
