import { columnName, type ColumnName, type LongTable } from "../../core/table.js";
import { screenAngle } from "../../stats/direction.js";
import type { Statistics } from "../analyse.js";
import { aspectRatio } from "../population/shape.js";
import { type Suffixes, suffixesOf } from "../units/suffixes.js";

/** A column that is made row by row: whole numbers, or measured values with seven digits. */
interface RowColumn extends ColumnName {
  readonly valuesOf: (from: number, to: number) => ArrayLike<number>;
}

type OfRow = (row: number) => number;

const whole = (key: string, of: OfRow): RowColumn => ({
  ...columnName(key),
  valuesOf: (from, to) => Int32Array.from({ length: to - from }, (_, i) => of(from + i)),
});

const real = (key: string, of: OfRow, unit?: string): RowColumn => ({
  ...columnName(key, unit),
  valuesOf: (from, to) => Float32Array.from({ length: to - from }, (_, i) => of(from + i)),
});

/**
 * Every nucleus with its track, shape, movement and neighbours; measured values with seven digits. Missing
 * values are NaN. It is made in parts, for a movie can have millions of nuclei.
 */
export function nucleiTable(statistics: Statistics): LongTable {
  const u = suffixesOf(statistics.units);
  const { tracked } = statistics.summary;
  const columns = [
    whole("frame", (row) => statistics.nuclei.frame[row]!),
    ...(tracked ? trackColumns(statistics, u) : []),
    ...shapeColumns(statistics, u),
    ...neighbourColumns(statistics, u),
    ...(tracked ? movementColumns(statistics, u) : []),
  ];
  return {
    name: "nuclei",
    columns,
    rows: statistics.nuclei.count,
    part: (from, to) => ({
      name: "nuclei",
      columns: columns.map(({ valuesOf, ...name }) => ({ ...name, values: valuesOf(from, to) })),
    }),
  };
}

function trackColumns({ nuclei, units, branches, branchOfNucleus }: Statistics, u: Suffixes): RowColumn[] {
  const ofBranch =
    (values: Int32Array): OfRow =>
    (row) =>
      values[branchOfNucleus[row]! - 1]!;
  return [
    real("time", (row) => nuclei.frame[row]! * units.perFrame, u.time),
    whole("track", (row) => branchOfNucleus[row]!),
    whole("parent", ofBranch(branches.parent)),
    whole("root", ofBranch(branches.root)),
  ];
}

function shapeColumns({ nuclei, units }: Statistics, u: Suffixes): RowColumn[] {
  const px = units.perPixel;
  return [
    whole("label", (row) => nuclei.label[row]!),
    real("y", (row) => nuclei.y[row]! * px, u.length),
    real("x", (row) => nuclei.x[row]! * px, u.length),
    real("area", (row) => nuclei.area[row]! * px ** 2, u.area),
    real("major_axis", (row) => nuclei.majorAxis[row]! * px, u.length),
    real("minor_axis", (row) => nuclei.minorAxis[row]! * px, u.length),
    real("aspect_ratio", (row) => aspectRatio(nuclei, row)),
    real("eccentricity", (row) => nuclei.eccentricity[row]!),
    real("solidity", (row) => nuclei.solidity[row]!),
    real("orientation", (row) => screenAxis(nuclei.orientation[row]!), "deg"),
    real("mean_intensity", (row) => nuclei.meanIntensity[row]!),
    whole("touches_edge", (row) => nuclei.touchesEdge[row]!),
  ];
}

/** On the screen, as all other angles: y points down, so that an angle from x towards y turns its sign. */
const screenAxis = (orientation: number): number =>
  screenAngle(Math.sin(orientation), Math.cos(orientation)) % 180;

const neighbourColumns = ({ neighbours }: Statistics, u: Suffixes): RowColumn[] => [
  whole("neighbours", (row) => neighbours.count[row]!),
  real("nearest_distance", (row) => neighbours.nearest[row]!, u.length),
  real("local_density", (row) => neighbours.density[row]!, u.density),
  whole("at_hull", (row) => neighbours.atHull[row]!),
];

function movementColumns({ nuclei, steps }: Statistics, u: Suffixes): RowColumn[] {
  const stepTo = new Int32Array(nuclei.count).fill(-1);
  for (let step = 0; step < steps.count; step++) stepTo[steps.to[step]!] = step;
  const ofStep =
    (values: Float64Array): OfRow =>
    (row) =>
      stepTo[row]! < 0 ? NaN : values[stepTo[row]!]!;
  return [
    real("speed", ofStep(steps.speed), u.speed),
    real("velocity_y", ofStep(steps.vy), u.speed),
    real("velocity_x", ofStep(steps.vx), u.speed),
    real("direction", ofStep(steps.direction), "deg"),
  ];
}
