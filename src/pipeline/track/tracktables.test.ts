import { describe, expect, it } from "vitest";
import { emptyNuclei } from "../../core/nuclei.js";
import { branchesOf } from "../../core/tracks.js";
import { parseCsv } from "../../io/csv.js";
import { trackTables } from "./tracktables.js";

/** Three mothers in frame 0, of which each has two daughters in frame 1. */
const nuclei = emptyNuclei(9);
nuclei.frame.set([0, 0, 0, 1, 1, 1, 1, 1, 1]);
nuclei.label.set([1, 2, 3, 1, 2, 3, 4, 5, 6]);
nuclei.y.set([5, 15, 25, 4, 6, 14, 16, 24, 26]);
const graph = { nuclei, frames: 2, edges: Uint32Array.of(0, 3, 0, 4, 1, 5, 1, 6, 2, 7, 2, 8) };
const branches = branchesOf(graph);

const tablesOf = (probabilities: readonly number[], margins: Float64Array): Record<string, string> =>
  trackTables(
    {
      graph,
      branches,
      margins,
      divisions: probabilities.map((probability, motherRow) => ({
        motherRow,
        daughters: [3 + 2 * motherRow, 4 + 2 * motherRow],
        probability,
      })),
    },
    undefined,
    undefined,
  );

const columnOf = (text: string, name: string): string[] => {
  const { header, rows } = parseCsv(text);
  return rows.map((row) => row[header.indexOf(name)]!);
};

describe("trackTables", () => {
  const margins = Float64Array.of(NaN, NaN, NaN, 2.5, 2.5, 0.125, 0.125, NaN, Infinity);

  it("lists doubtful divisions first, and equally probable ones in the order of frames and tracks", () => {
    const { "divisions.csv": text } = tablesOf([0.9, 0.2, 0.9], margins);
    expect(columnOf(text!, "probability")).toEqual(["0.2", "0.9", "0.9"]);
    expect(columnOf(text!, "mother_track")).toEqual(["2", "1", "3"]);
    // Equal in all the digits that the table has.
    const { "divisions.csv": close } = tablesOf([0.9 + 1e-14, 0.9, 0.2], margins);
    expect(columnOf(close!, "mother_track")).toEqual(["3", "1", "2"]);
  });

  it("leaves the probability empty where the tracker knows none, after all that have one", () => {
    const { "divisions.csv": text } = tablesOf([NaN, 0.9, NaN], margins);
    expect(columnOf(text!, "probability")).toEqual(["0.9", "", ""]);
    expect(columnOf(text!, "mother_track")).toEqual(["2", "1", "3"]);
  });

  it("gives each nucleus the margin of the link from its parent, and an empty cell where there is none", () => {
    const { "spots.csv": text } = tablesOf([0.9, 0.2, 0.9], margins);
    expect(columnOf(text!, "parent_spot")).toEqual(["-1", "-1", "-1", "0", "0", "1", "1", "2", "2"]);
    expect(columnOf(text!, "link_margin")).toEqual(["", "", "", "2.5", "2.5", "0.125", "0.125", "", "inf"]);
  });
});
