import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isKaryonError } from "../../core/errors.js";
import { bytesInput, linksOf } from "../../../test/trackinputs.js";
import { itWithShared, sharedData } from "../../../test/shared.js";
import { spotsInFrames, type TrackMateParts, trackMateText } from "../../../test/trackmatefile.js";
import { parseTable } from "../csvtable.js";
import { openAs } from "./fileformat.js";
import type { OpenedTracks } from "./trackformat.js";
import { trackFormats } from "./trackformats.js";

const open = (parts: TrackMateParts = {}): Promise<OpenedTracks> =>
  openAs(trackFormats, bytesInput("a.xml", trackMateText(parts)));

describe("TrackMate files", () => {
  it("gives spots in px and frames, with the calibration", async () => {
    const { graph, pixelSize, frameInterval, format, notices } = await open();
    const { nuclei } = graph;
    expect([format, pixelSize, frameInterval, graph.frames]).toEqual(["TrackMate", 0.5, 600, 5]);
    expect([...nuclei.frame]).toEqual([1, 2, 2]);
    expect([...nuclei.label]).toEqual([1, 1, 2]);
    expect([...nuclei.x]).toEqual([3.5, 8, 2]);
    expect([...nuclei.y]).toEqual([2.5, 4, 6]);
    expect(nuclei.area[0]).toBe(4);
    expect(nuclei.area[1]).toBeCloseTo(Math.PI * 4, 9);
    expect(nuclei.area[2]).toBeNaN();
    expect([...nuclei.meanIntensity]).toEqual([33.5, NaN, NaN]);
    expect([...nuclei.score]).toEqual([NaN, NaN, NaN]);
    expect(linksOf(graph)).toEqual(["1:1 > 2:1", "1:1 > 2:2"]);
    expect(notices).toEqual(["2 spots without an outline are drawn as circles of their radius"]);
  });

  it("paints outlines, circles, and one pixel for a spot without a size", async () => {
    const { labels } = await open();
    expect([labels!.frames, await labels!.size(0)]).toEqual([5, { height: 10, width: 12 }]);
    const painted = async (frame: number): Promise<string[]> => {
      const { data } = await labels!.read(frame);
      return Array.from({ length: 10 }, (_, y) =>
        data
          .subarray(12 * y, 12 * y + 12)
          .join("")
          .replaceAll("0", "."),
      );
    };
    expect((await painted(1)).slice(1, 5)).toEqual([
      "............",
      "...11.......",
      "...11.......",
      "............",
    ]);
    expect((await painted(2)).slice(1)).toEqual([
      "............",
      "........1...",
      ".......111..",
      "......11111.",
      ".......111..",
      "..2.....1...",
      "............",
      "............",
      "............",
    ]);
    expect((await labels!.read(0)).count).toBe(0);
    await expect(labels!.read(5)).rejects.toThrow("frame: expected 0 to 4, received 5.");
  });

  it("takes units as px where it says no pixel size, and the smallest frame that holds all spots", async () => {
    const { graph, labels, notices, pixelSize, frameInterval } = await open({ settings: "" });
    expect([...graph.nuclei.x]).toEqual([1.75, 4, 1]);
    expect([pixelSize, frameInterval, graph.frames]).toEqual([1, undefined, 3]);
    expect(await labels!.size(0)).toEqual({ height: 4, width: 6 });
    expect(notices).toEqual([
      "It does not say the size of a pixel: positions are taken to be in px",
      "2 spots without an outline are drawn as circles of their radius",
      "It does not say the size of the images: the smallest that holds all spots is taken",
    ]);
  });

  it.each([
    ['spatialunits="pixel" timeunits="frame"', undefined, undefined],
    ['spatialunits="µm" timeunits="sec"', 0.5, 10],
    ['spatialunits="&#181;m" timeunits="s"', 0.5, 10],
    ['spatialunits="nm" timeunits="hour"', 0.0005, 36000],
    ["", undefined, undefined],
  ])("knows the units %s", async (model, size, interval) => {
    const { pixelSize, frameInterval, graph } = await open({ model });
    expect([pixelSize, frameInterval, graph.nuclei.x[0]]).toEqual([size, interval, 3.5]);
  });

  it("leaves out hidden spots and hidden tracks, and says how many", async () => {
    const hidden = await open({ filtered: "<FilteredTracks />" });
    expect([hidden.graph.nuclei.count, hidden.labels]).toEqual([0, undefined]);
    expect(hidden.notices).toEqual(["1 hidden track and 3 hidden spots are left out"]);
    const one = await open({
      spots: spotsInFrames.replace('RADIUS="1.0" VISIBILITY="1"', 'RADIUS="1.0" VISIBILITY="0"'),
    });
    expect(linksOf(one.graph)).toEqual(["1:1 > 2:1"]);
    expect(one.notices[0]).toBe("0 hidden tracks and 1 hidden spot are left out");
    expect((await open({ filtered: "" })).graph.nuclei.count).toBe(3);
  });

  it("turns links forward, and keeps the cheapest parent of a merge", async () => {
    const edges = (first: string, second: string): string =>
      `<Edge SPOT_SOURCE_ID="8" SPOT_TARGET_ID="10" ${first} /><Edge SPOT_SOURCE_ID="10" SPOT_TARGET_ID="9" ${second} />` +
      '<Edge SPOT_SOURCE_ID="8" SPOT_TARGET_ID="9" />';
    // Nearer to 9, which has label 1 in its frame, than to 8.
    const spots = `${spotsInFrames}<SpotsInFrame frame="4"><Spot ID="10" POSITION_X="3.9" POSITION_Y="2.0" /></SpotsInFrame>`;
    const kept = async (first: string, second: string): Promise<string[]> => {
      const { graph, notices } = await open({ spots, edges: edges(first, second) });
      expect(notices).toContain("1 link of merging objects is left out: each object keeps its best parent");
      expect(notices).toContain("1 link within a frame is left out");
      return linksOf(graph);
    };
    expect(await kept('LINK_COST="1.0"', 'LINK_COST="2.0"')).toEqual(["2:2 > 4:1"]);
    expect(await kept('LINK_COST="2.0"', 'LINK_COST="1.0"')).toEqual(["2:1 > 4:1"]);
    expect(await kept("", "")).toEqual(["2:1 > 4:1"]);
    expect(await kept('LINK_COST="1.0"', "")).toEqual(["2:1 > 4:1"]);
  });

  it("takes qualities from 0 to 1 for scores", async () => {
    const { graph } = await open({
      spots:
        '<SpotsInFrame frame="0"><Spot ID="1" POSITION_X="0" POSITION_Y="0" QUALITY="0.75" /></SpotsInFrame>',
      edges: "",
    });
    expect([...graph.nuclei.score]).toEqual([0.75]);
  });

  it("knows its files by their content, without a declaration or under another name", async () => {
    for (const head of ["", "\uFEFF", '\uFEFF<?xml version="1.0"?>\r\n']) {
      const input = bytesInput("a.txt", trackMateText({ head }));
      expect((await openAs(trackFormats, input)).graph.nuclei.count).toBe(3);
    }
  });

  it.each<[string, TrackMateParts | string, string]>([
    ["another root", '<?xml version="1.0"?><OME></OME>', "its root is OME, not TrackMate (at byte 21)"],
    ["a document type", { head: "<!DOCTYPE TrackMate>" }, "declares a document type"],
    ["an end", trackMateText().slice(0, -20), "it ends within"],
    [
      "a link to no spot",
      { edges: '<Edge SPOT_SOURCE_ID="7" SPOT_TARGET_ID="99" />' },
      "a link leads to spot 99",
    ],
    ["two spots of one ID", { spots: spotsInFrames.replace('ID="9"', 'ID="7"') }, "two spots have the ID 7"],
    ["no ID", { spots: spotsInFrames.replace('ID="9" ', "") }, "Spot has no number ID"],
    ["half an ID", { spots: spotsInFrames.replace('ID="9"', 'ID="9.5"') }, "Spot has no whole number ID"],
    [
      "no place",
      { spots: spotsInFrames.replace('POSITION_X="4.0"', 'POSITION_X="?"') },
      "no number POSITION_X",
    ],
    ["an endless place", { spots: spotsInFrames.replace('X="4.0"', 'X="Infinity"') }, "no number POSITION_X"],
    [
      "a frame too far",
      { spots: spotsInFrames.replace('frame="2"', 'frame="2000000000"') },
      "has the frame 2000000000",
    ],
    [
      "a frame before the first",
      { spots: spotsInFrames.replace('frame="2"', 'frame="-1"') },
      "has the frame -1",
    ],
  ])("refuses %s", async (_, content, message) => {
    const text = typeof content === "string" ? content : trackMateText(content);
    const opened = openAs(trackFormats, bytesInput("a.xml", text));
    await expect(opened).rejects.toThrow(message);
    await expect(opened).rejects.toSatisfy((error) => isKaryonError(error, "CorruptFile"));
  });

  it.each([
    ['ROI_N_POINTS="4"', 'ROI_N_POINTS="5"', "the contour of spot 7 does not have 5 points"],
    [
      'ROI_N_POINTS="4"',
      'ROI_N_POINTS="2000000000"',
      "the contour of spot 7 does not have 2000000000 points",
    ],
    ["-0.5 -0.5 0.5", "-0.5 x 0.5", "the contour of spot 7 does not have 4 points"],
    ["-0.5 -0.5 0.5", "-0.5 NaN 0.5", "the contour of spot 7 does not have 4 points"],
  ])("refuses a contour with %s as %s", async (from, to, message) => {
    const { labels } = await open({ spots: spotsInFrames.replace(from, to) });
    await expect(labels!.read(1)).rejects.toThrow(message);
  });

  it("does not paint a frame that is too large", async () => {
    const { labels } = await open({ settings: '<ImageData width="1e9" height="1e9" />' });
    await expect(labels!.read(1)).rejects.toThrow(
      "a.xml: A frame of 1000000000 x 1000000000 px is not supported; crop the movie.",
    );
  });
});

describe("what TrackMate wrote", () => {
  itWithShared("trackmate_reference").each([
    ["with_gap_closing", 134, 0],
    ["with_merging", 134, 1],
    ["with_splitting", 134, 0],
    ["with_splitting_merging", 183, 1],
    ["without_gap_closing", 134, 0],
  ] as const)("agrees with its own tables: %s", async (name, spots, merges) => {
    await checkReference(name, spots, merges);
  });

  itWithShared("reader_tests", "fake_tracks")(
    "reads a file of version 4 with spots and no tracks",
    async () => {
      const bytes = readFileSync(sharedData("reader_tests", "fake_tracks", "FakeTracks.xml"));
      const { graph, pixelSize, notices } = await openAs(trackFormats, bytesInput("FakeTracks.xml", bytes));
      expect([graph.nuclei.count, graph.frames, graph.edges.length, pixelSize]).toEqual([184, 50, 0, 1]);
      expect(notices).toEqual(["184 spots without an outline are drawn as circles of their radius"]);
      expect([graph.nuclei.x[0], graph.nuclei.y[0]]).toEqual([63.974697463426885, 4.115481837451904]);
    },
  );
});

async function checkReference(name: string, count: number, merges: number): Promise<void> {
  const at = (end: string): string => sharedData("trackmate_reference", `trackmate_tracks_${name}${end}`);
  const { graph, notices } = await openAs(trackFormats, bytesInput(`${name}.xml`, readFileSync(at(".xml"))));
  const { nuclei } = graph;
  const table = (end: string): Map<string, string[]> =>
    new Map(
      parseTable(readFileSync(at(end), "utf8"), end).columns.map(({ key, values }) => [
        key,
        values as string[],
      ]),
    );
  const spots = table("_spots.csv");
  const column = (key: string): string[] => spots.get(key)!;
  expect(nuclei.count).toBe(count);
  expect(column("id")).toHaveLength(count);
  const placeOf = (frame: string | number, x: string | number, y: string | number): string =>
    `${Number(frame)} ${Number(x).toFixed(9)} ${Number(y).toFixed(9)}`;
  const rows = Array.from(nuclei.frame, (frame, row) => placeOf(frame, nuclei.x[row]!, nuclei.y[row]!));
  const places = column("id").map((_, k) =>
    placeOf(column("frame")[k]!, column("position_x")[k]!, column("position_y")[k]!),
  );
  expect([...rows].sort()).toEqual([...places].sort());
  const placeOfId = new Map(column("id").map((id, k) => [id, places[k]!]));
  const edges = table("_edges.csv");
  const links = edges
    .get("spot_source_id")!
    .map((source, k) => [source, edges.get("spot_target_id")![k]!].map((id) => placeOfId.get(id)!))
    .map(([a, b]) => (Number(a!.split(" ")[0]) < Number(b!.split(" ")[0]) ? `${a} > ${b}` : `${b} > ${a}`));
  const found = Array.from(
    { length: graph.edges.length / 2 },
    (_, e) => `${rows[graph.edges[2 * e]!]!} > ${rows[graph.edges[2 * e + 1]!]!}`,
  );
  expect(found).toHaveLength(links.length - merges);
  expect(found.filter((link) => !links.includes(link))).toEqual([]);
  expect(notices.filter((text) => text.includes("merging"))).toHaveLength(merges > 0 ? 1 : 0);
}
