import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { isKaryonError } from "../../core/errors.js";
import { randomTracks } from "../../../test/trackmovies.js";
import { geffFiles } from "../../../test/trackfuzz.js";
import { linksOf, storeInput } from "../../../test/trackinputs.js";
import { memorySource } from "../bytes.js";
import { openZip } from "../zipread.js";
import { zipStore } from "../zipstore.js";
import { openAs } from "./fileformat.js";
import type { OpenedTracks } from "./trackformat.js";
import { trackFormats } from "./trackformats.js";

/** A graph that the Python package geff wrote; see fixtures/generate_geff.py. */
async function written(name: string): Promise<OpenedTracks> {
  const path = fileURLToPath(new URL(`../../../fixtures/tracks/${name}.zip`, import.meta.url));
  const archive = await openZip(memorySource(readFileSync(path)), name);
  return openAs(trackFormats, { from: "store", where: name, name, store: zipStore(archive) });
}

describe("graphs that the Python package geff wrote", () => {
  const merging = "1 link of merging objects is left out: each object keeps its best parent";
  const third = "Its nodes are in three dimensions, of which one is left out";
  it.each<[string, number, number | undefined, number | undefined, string[]]>([
    ["geff_v2_pixels", 1, undefined, undefined, [merging]],
    ["geff_v2_scaled", 1, 0.5, 600, [merging]],
    ["geff_v3_physical", 0.5, 1, 600, [merging]],
    ["geff_v3_three_dimensions", 1, undefined, undefined, [third, merging]],
  ])("reads %s", async (name, place, pixelSize, frameInterval, notices) => {
    const tracks = await written(name);
    const { nuclei, frames } = tracks.graph;
    expect([tracks.format, frames, tracks.pixelSize, tracks.frameInterval]).toEqual([
      "GEFF",
      5,
      pixelSize,
      frameInterval,
    ]);
    expect(tracks.notices).toEqual(notices);
    expect([...nuclei.frame]).toEqual([0, 1, 2, 2, 3, 4, 4]);
    expect([...nuclei.label]).toEqual([5, 5, 2, 9, 1, 2, 9]);
    expect([...nuclei.y]).toEqual([4, 4.5, 3, 6, 9, 3.5, 6.5].map((y) => y * place));
    expect([...nuclei.x]).toEqual([6, 6.5, 6, 7, 7.5, 6, 7.5].map((x) => x * place));
    // Of the two that merge, (6, 7) in frame 2 is nearer to (6.5, 7.5) than (9, 7.5) in frame 3.
    expect(linksOf(tracks.graph)).toEqual(["0:5 > 1:5", "1:5 > 2:2", "1:5 > 2:9", "2:2 > 4:2", "2:9 > 4:9"]);
  });
});

describe("damaged graphs", () => {
  const files = geffFiles(randomTracks(1, { cells: 3, frames: 5 }).graph);
  const opened = async (change: (path: string, text: string) => string): Promise<OpenedTracks> => {
    const changed = (await files).map(({ path, bytes }) => ({
      path,
      bytes: /\.z(array|attrs|group)$/.test(path)
        ? new TextEncoder().encode(change(path, new TextDecoder().decode(bytes)))
        : bytes,
    }));
    return openAs(trackFormats, storeInput("m.geff", changed));
  };

  it.each<[string, string, RegExp, string, string]>([
    [
      "more nodes than places",
      "nodes/ids/.zarray",
      /"shape": \[\s*(\d+)\s*\]/,
      '"shape": [9000000000]',
      "two nodes have the id",
    ],
    [
      "a column of another length",
      "nodes/props/x/values/.zarray",
      /"shape": \[\s*(\d+)\s*\]/,
      '"shape": [3]',
      'the array "nodes/props/x/values" has 3 rows',
    ],
    ["edges of three", "edges/ids/.zarray", /(\s)2(\s*\],)/g, "$13$2", 'the array "edges/ids" has the shape'],
    ["no places", ".zattrs", /"name": "x"/, '"name": "away"', 'its nodes have no property "away"'],
    [
      "no time",
      ".zattrs",
      /"name": "t",\s*"type": "time"/,
      '"name": "q", "type": "space"',
      "a graph without axes of time, y and x",
    ],
    [
      "a path for a property",
      ".zattrs",
      /"name": "x"/,
      '"name": "../ids"',
      'its nodes have no property "../ids"',
    ],
  ])("refuses %s", async (_, file, from, to, message) => {
    const done = opened((path, text) => (path === file ? text.replace(from, to) : text));
    await expect(done).rejects.toSatisfy((error) => isKaryonError(error));
    await expect(done).rejects.toThrow(message);
  });
});
