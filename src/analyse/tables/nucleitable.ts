import { screenAngle } from "../../stats/direction.js";
import type { Statistics } from "../analyse.js";
import { aspectRatio } from "../population/shape.js";
import { suffixesOf } from "../units/suffixes.js";

/** A table with a row for every nucleus, made in parts: a movie can have millions. */
export interface NucleiTable {
  readonly name: "nuclei";
  readonly header: readonly string[];
  readonly count: number;
  /** Columns of the rows from `from` up to, but not including, `to`. */
  readonly rows: (from: number, to: number) => ArrayLike<number>[];
}

/**
 * Every nucleus with its track, shape, movement and neighbours; measured values with seven digits. Missing
 * values are NaN.
 */
export function nucleiTable({
  nuclei,
  branches,
  branchOfNucleus,
  steps,
  neighbours,
  units,
  summary,
}: Statistics): NucleiTable {
  const u = suffixesOf(units);
  const stepTo = new Int32Array(nuclei.count).fill(-1);
  for (let step = 0; step < steps.count; step++) stepTo[steps.to[step]!] = step;
  const ofStep =
    (column: Float64Array) =>
    (row: number): number =>
      stepTo[row]! < 0 ? NaN : column[stepTo[row]!]!;
  const ofBranch =
    (column: Int32Array) =>
    (row: number): number =>
      column[branchOfNucleus[row]! - 1]!;
  type Part = (from: number, to: number) => ArrayLike<number>;
  const whole =
    (of: (row: number) => number): Part =>
    (from, to) =>
      Int32Array.from({ length: to - from }, (_, i) => of(from + i));
  const real =
    (of: (row: number) => number): Part =>
    (from, to) =>
      Float32Array.from({ length: to - from }, (_, i) => of(from + i));
  const px = units.perPixel;
  const columns: (readonly [name: string, part: Part])[] = [
    ["frame", whole((row) => nuclei.frame[row]!)],
    ...(summary.tracked
      ? ([
          [`time_${u.time}`, real((row) => nuclei.frame[row]! * units.perFrame)],
          ["track", whole((row) => branchOfNucleus[row]!)],
          ["parent", whole(ofBranch(branches.parent))],
          ["root", whole(ofBranch(branches.root))],
        ] as const)
      : []),
    ["label", whole((row) => nuclei.label[row]!)],
    [`y_${u.length}`, real((row) => nuclei.y[row]! * px)],
    [`x_${u.length}`, real((row) => nuclei.x[row]! * px)],
    [`area_${u.area}`, real((row) => nuclei.area[row]! * px ** 2)],
    [`major_axis_${u.length}`, real((row) => nuclei.majorAxis[row]! * px)],
    [`minor_axis_${u.length}`, real((row) => nuclei.minorAxis[row]! * px)],
    ["aspect_ratio", real((row) => aspectRatio(nuclei, row))],
    ["eccentricity", real((row) => nuclei.eccentricity[row]!)],
    ["solidity", real((row) => nuclei.solidity[row]!)],
    // On the screen, as all other angles: y points down, so that an angle from x towards y turns its sign.
    [
      "orientation_deg",
      real(
        (row) => screenAngle(Math.sin(nuclei.orientation[row]!), Math.cos(nuclei.orientation[row]!)) % 180,
      ),
    ],
    ["mean_intensity", real((row) => nuclei.meanIntensity[row]!)],
    ["touches_edge", whole((row) => nuclei.touchesEdge[row]!)],
    ["neighbours", whole((row) => neighbours.count[row]!)],
    [`nearest_distance_${u.length}`, real((row) => neighbours.nearest[row]!)],
    [`local_density_${u.density}`, real((row) => neighbours.density[row]!)],
    ["at_hull", whole((row) => neighbours.atHull[row]!)],
    ...(summary.tracked
      ? ([
          [`speed_${u.speed}`, real(ofStep(steps.speed))],
          [`velocity_y_${u.speed}`, real(ofStep(steps.vy))],
          [`velocity_x_${u.speed}`, real(ofStep(steps.vx))],
          ["direction_deg", real(ofStep(steps.direction))],
        ] as const)
      : []),
  ];
  return {
    name: "nuclei",
    header: columns.map(([name]) => name),
    count: nuclei.count,
    rows: (from, to) => columns.map(([, part]) => part(from, to)),
  };
}
