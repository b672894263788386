import { describe, expect, it } from "vitest";
import { ctcFolder } from "../../../test/trackfuzz.js";
import { linksOf, storeInput } from "../../../test/trackinputs.js";
import { itWithShared, sharedData } from "../../../test/shared.js";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { openAs } from "./fileformat.js";
import type { OpenedTracks } from "./trackformat.js";
import { trackFormats } from "./trackformats.js";

const masks = ["12..", "11.2", "3344"];
const open = (
  text: string,
  frames: readonly string[] = masks,
  folder = "",
  table?: string,
): Promise<OpenedTracks> => openAs(trackFormats, storeInput("01", ctcFolder(text, frames, folder, table)));

describe("folders of the Cell Tracking Challenge", () => {
  it("gives places of the masks, and links within and between tracks", async () => {
    const { graph, labels, notices, format } = await open("1 0 1 0\n2 0 1 0\n3 2 2 1\n4 2 2 1\n");
    expect([format, graph.frames, notices]).toEqual(["Cell Tracking Challenge", 3, []]);
    expect([...graph.nuclei.label]).toEqual([1, 2, 1, 2, 3, 4]);
    expect([...graph.nuclei.x]).toEqual([0, 1, 0.5, 3, 0.5, 2.5]);
    expect([...graph.nuclei.area]).toEqual([1, 1, 2, 1, 2, 2]);
    expect(linksOf(graph)).toEqual(["0:1 > 1:1", "0:2 > 1:2", "1:1 > 2:3", "1:1 > 2:4"]);
    expect([...(await labels!.read(1)).data]).toEqual([1, 1, 0, 2]);
  });

  it.each([
    ["TRA/", "man_track"],
    ["", "man_track"],
    ["TRA/", "mask"],
  ])("knows its text file: %s%s", async (folder, mask) => {
    const { graph } = await open("1 0 1 0\n2 0 1 0\n3 2 2 0\n4 2 2 0\n", masks, folder, mask);
    expect(linksOf(graph)).toHaveLength(2);
  });

  it("links over frames without the label, and says what is of no track", async () => {
    const { graph, notices } = await open("1 0 2 0\n7 0 1 0\n", ["1.2", "..2", "1.."]);
    expect(linksOf(graph)).toEqual(["0:1 > 2:1"]);
    expect(notices).toEqual(["2 objects of the masks are of no track", "1 track is in no mask and left out"]);
  });

  it.each([
    ["1 0 x 0\n", masks, "does not hold four whole numbers"],
    ["1 0 1 0\n1 2 2 0\n", masks, "two tracks have the label 1"],
    ["1 0 1 9\n", masks, "track 1 has the parent 9"],
    ["1 0 1 0\n3 1 2 1\n", masks, "track 3 begins before its parent 1 has ended"],
    ["1 0 1 0\n", [], "it has tracks, but no mask000.tif"],
    ["1 0 1 0\n", ["1", "11"], "the mask of frame 1 has 1 x 2 px, that of the first 1 x 1"],
  ])("refuses %j with %j", async (text, frames, message) => {
    await expect(open(text, frames)).rejects.toThrow(message);
  });

  itWithShared("ctc_metric_fixtures")("reads a truth with its division", async () => {
    const root = sharedData("ctc_metric_fixtures", "tiny", "GT");
    const folder = existsSync(`${root}/TRA`) ? `${root}/TRA` : root;
    const files = readdirSync(folder).map((path) => ({ path, bytes: readFileSync(`${folder}/${path}`) }));
    const { graph, notices } = await openAs(trackFormats, storeInput("GT", files));
    expect([graph.nuclei.count, graph.edges.length / 2, notices]).toEqual([34, 30, []]);
  });
});
