import { describe, expect, it } from "vitest";
import { bytesInput, linksOf } from "../../../test/trackinputs.js";
import { framesOfTimes } from "../frametimes.js";
import { openAs } from "./fileformat.js";
import type { OpenedTracks } from "./trackformat.js";
import { trackFormats } from "./trackformats.js";

const open = (table: string, graph?: string): Promise<OpenedTracks> =>
  openAs(
    trackFormats,
    bytesInput(
      "a_tracks.csv",
      table,
      graph === undefined ? [] : [{ path: "a_graph.json", bytes: new TextEncoder().encode(graph) }],
    ),
  );

const napari = "track_id,t,y,x\n1,0,1.5,2\n1,2,2,3\n2,3,4,5\n3,3,1,1\n";

describe("tracks of napari", () => {
  it("links points of a track over gaps, and first points to parents", async () => {
    const { graph, format, notices } = await open(napari, '{"2": [1], "3": 1}');
    expect([format, notices]).toEqual(["napari", []]);
    expect(linksOf(graph)).toEqual(["0:1 > 2:1", "2:1 > 3:1", "2:1 > 3:2"]);
    expect([...graph.nuclei.y]).toEqual([1.5, 2, 4, 1]);
    expect(graph.nuclei.area[0]).toBeNaN();
  });

  it("passes over z, in any order of rows and with quotes", async () => {
    const { graph } = await open('\uFEFF"track_id","t","z","y","x"\r\n7,1,0,2,3\r\n7,0,0,4,5\r\n');
    expect([...graph.nuclei.x]).toEqual([5, 3]);
    expect(graph.edges).toEqual(Uint32Array.of(0, 1));
  });

  it("keeps the nearest parent of a track that others merge into", async () => {
    const table = "track_id,t,y,x\n1,0,0,0\n2,0,9,9\n3,1,8,8\n";
    const { graph, notices } = await open(table, '{"3": [1, 2]}');
    expect(linksOf(graph)).toEqual(["0:2 > 1:1"]);
    expect(notices).toEqual(["1 link of merging objects is left out: each object keeps its best parent"]);
  });

  it.each([
    ["track_id,t,y\n1,0,1\n", undefined, 'it has no column "x"'],
    ["track_id,t,y,x\n1,0,1,?\n", undefined, 'row 2 has no number for "x"'],
    ["track_id,t,y,x\n1,0,,1\n", undefined, "row 2 has an empty cell"],
    ["track_id,t,y,x\n1,0.5,1,1\n", undefined, "no whole number of a frame"],
    ["track_id,t,y,x\n1,3000000000,1,1\n", undefined, "no whole number of a frame"],
    ["track_id,t,y,x\n1,0,1,1\n1,0,2,2\n", undefined, "track 1 has two points at the time 0"],
    ["track_id,t,y,x\n1,0,1\n", undefined, "it is no CSV table"],
    [napari, "[]", "it is no JSON object"],
    [napari, '{"2": ["a"]}', 'the parents of track "2" are no numbers'],
    [napari, '{"2": [9]}', "its graph names track 9"],
    [napari, '{"1": [2]}', "track 1 begins before its parent 2 has ended"],
  ])("refuses %j", async (table, graph, message) => {
    await expect(open(table, graph)).rejects.toThrow(message);
  });
});

describe("tracks of MotilityLab", () => {
  it("turns times into frames", async () => {
    const { graph, notices } = await open("id,t,x,y\n1,24,5,6\n1,48,6,7\n2,120,1,1\n");
    expect([...graph.nuclei.frame]).toEqual([1, 2, 5]);
    expect(linksOf(graph)).toEqual(["1:1 > 2:1"]);
    expect(notices).toEqual(["It does not say its units: places are taken to be in px"]);
  });

  it("refuses times that are too far apart for frames", async () => {
    await expect(open("id,t,x,y\n1,0,5,6\n1,1,6,7\n2,3000000000,1,1\n")).rejects.toThrow(
      "too far apart for frames",
    );
  });
});

describe("frames of times", () => {
  it.each<[number[], number[], number | undefined, boolean]>([
    [[], [], undefined, true],
    [[7, 7], [0, 0], undefined, true],
    [[0, 600, 1800], [0, 1, 3], 600, true],
    [[600, 1200], [1, 2], 600, true],
    [[30, 0.1 + 30, 0.3 + 30], [300, 301, 303], 0.1, true],
    [[0.55, 1.55], [0, 1], 1, true],
    [[-1, 0, 1], [0, 1, 2], 1, true],
    [[0, 2, 3.5], [0, 1, 2], undefined, false],
  ])("%j are %j", (times, frames, interval, isEven) => {
    const found = framesOfTimes(times);
    expect([[...found.frames], found.isEven]).toEqual([frames, isEven]);
    if (interval === undefined) expect(found.interval).toBeUndefined();
    else expect(found.interval).toBeCloseTo(interval, 9);
  });
});
