import { type Survival, survivalOf } from "../../stats/survival.js";
import type { Units } from "../units/units.js";
import type { BranchStatistics } from "./branches.js";
import type { Divisions } from "./divisions.js";

/** Cell cycles: one row a branch whose birth was seen, that is, a daughter of a division; by branch. */
export interface Cycles {
  readonly count: number;
  /** Branch ids of the daughter, of her mother, and of the first branch of the lineage. */
  readonly branch: Int32Array;
  readonly parent: Int32Array;
  readonly root: Int32Array;
  /**
   * Frame in which she is first seen apart from her sister, and frame in which her own daughters are, or,
   * without a division, her last.
   */
  readonly birthFrame: Int32Array;
  readonly endFrame: Int32Array;
  /**
   * From one to the other, in the unit of time: the length of the cycle, or, without a division, what it is
   * longer than.
   */
  readonly time: Float64Array;
  /** 1 where she was seen to divide; 0 where the cycle is censored. */
  readonly divided: Uint8Array;
  /** Lengths of all cycles, the censored ones taken into account. */
  readonly survival: Survival;
}

/**
 * Times from division to division. In a short movie only short cycles are seen whole, so that their mean is
 * too short; the Kaplan-Meier estimate takes those that were cut off by the end of the movie, the border or a
 * lost track as "longer than", which is right as long as nuclei are not lost because they divide.
 */
export function cyclesOf(branches: BranchStatistics, divisions: Divisions, units: Units): Cycles {
  const divisionOf = new Int32Array(branches.count + 1).fill(-1);
  for (let i = 0; i < divisions.count; i++) divisionOf[divisions.mother[i]!] = i;
  const born = Array.from({ length: branches.count }, (_, i) => i).filter(
    (i) => branches.parent[i]! > 0 && divisionOf[branches.parent[i]!]! >= 0,
  );
  const ints = (value: (i: number) => number): Int32Array => Int32Array.from(born, value);
  const division = (i: number): number => divisionOf[branches.id[i]!]!;
  const divided = Uint8Array.from(born, (i) => (division(i) >= 0 ? 1 : 0));
  const birthFrame = ints((i) => branches.firstFrame[i]!);
  const endFrame = ints((i) =>
    division(i) >= 0 ? divisions.daughterFrame[division(i)]! : branches.lastFrame[i]!,
  );
  const time = Float64Array.from(birthFrame, (birth, k) => (endFrame[k]! - birth) * units.perFrame);
  return {
    count: born.length,
    branch: ints((i) => branches.id[i]!),
    parent: ints((i) => branches.parent[i]!),
    root: ints((i) => branches.root[i]!),
    birthFrame,
    endFrame,
    time,
    divided,
    survival: survivalOf(time, divided),
  };
}
