/** Files of several series: addresses, names, channels, and what is said of them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hexStamps, lifFile } from "../../../test/liffile.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import { hashFiles } from "../store/hash.js";
import { seriesAddress } from "../store/seriesaddress.js";
import { inspectFiles } from "./inspection.js";
import { formatInspection } from "./inspectiontext.js";
import { openSource } from "./source.js";

let folder: string;
const at = (name: string): string => join(folder, name);
const channels = [
  { bits: 8, offset: 0, dye: "DAPI" },
  { bits: 8, offset: 8, dye: "GFP" },
];
const wavelengths = [
  { bits: 8, offset: 0, dye: "405" },
  { bits: 8, offset: 8, dye: "488" },
];
const dimensions = [
  { id: 1, size: 4, stride: 1, length: 3e-6, unit: "m" },
  { id: 2, size: 2, stride: 4, length: 1e-6, unit: "m" },
  { id: 4, size: 3, stride: 16, length: 20, unit: "s" },
];
const data = Uint8Array.from({ length: 48 }, (_, i) => i);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "karyon-series-"));
  const movie = { channels, dimensions, data, inside: hexStamps([0, 0, 10, 10, 21, 21]) };
  writeFileSync(
    at("movie.lif"),
    lifFile([
      { name: "A #1", ...movie },
      { name: "B", ...movie },
    ]),
  );
  writeFileSync(
    at("odd#name.tif"),
    encodeTiff([{ height: 1, width: 1, samples: 1, data: Uint8Array.of(5) }]),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("a series", () => {
  it("is chosen by number or name, also one that holds a #", async () => {
    for (const [address, name] of [
      ["movie.lif#0", "movie_A_1"],
      ["movie.lif#A #1", "movie_A_1"],
      ["movie.lif#B", "movie_B"],
    ] as const) {
      const source = await openSource([at(address)]);
      expect([source.name, source.frames, source.channelNames]).toEqual([name, 3, ["DAPI", "GFP"]]);
    }
    const both = await openSource([at("movie.lif#0"), at("movie.lif#1")], { kind: "images" });
    expect(both.frameNames).toHaveLength(6);
    expect(new Set(both.frameNames).size).toBe(6);
  });

  it("must be chosen where there are several, and be there", async () => {
    await expect(openSource([at("movie.lif")])).rejects.toThrow(
      /movie\.lif: expected one series, received a file of 2 series; choose one, such as .*movie\.lif#0: #0 A #1, #1 B\./,
    );
    await expect(openSource([at("movie.lif#2")])).rejects.toThrow(
      /movie\.lif#2: expected one of its series \(#0 A #1, #1 B\), received "2"/,
    );
  });

  it("does not take a file whose own name holds a #", async () => {
    expect(seriesAddress(at("odd#name.tif")).series).toBeUndefined();
    expect([...(await (await openSource([at("odd#name.tif")])).read(0)).data]).toEqual([5]);
  });

  it("is one input with the fingerprint of its file", async () => {
    const source = await openSource([at("movie.lif#B")]);
    expect(source.files).toEqual([at("movie.lif#1")]);
    const [own, whole] = await hashFiles([source.files[0]!, at("movie.lif")]);
    expect([own!.file, own!.sha256, own!.bytes]).toEqual([at("movie.lif#1"), whole!.sha256, whole!.bytes]);
  });
});

describe("a channel", () => {
  it("is chosen by number or by name in any case", async () => {
    for (const channel of [1, "GFP", "gfp"]) {
      const source = await openSource([at("movie.lif#B")], { channel });
      expect([...(await source.read(1)).data]).toEqual([24, 25, 26, 27, 28, 29, 30, 31]);
    }
    const movie = { channels: wavelengths, dimensions, data };
    writeFileSync(at("lasers.lif"), lifFile([{ name: "C", ...movie }]));
    const laser = await openSource([at("lasers.lif")], { channel: 488 });
    expect((await laser.read(0)).data[0]).toBe(8);
    const source = await openSource([at("movie.lif#B")], { channel: "GFP" });
    expect(source.notices.join(" ")).toContain("Of 2 channels, number 1, GFP, is read");
    await expect(openSource([at("movie.lif#B")], { channel: "Cy5" })).rejects.toThrow(
      /input\.channel: expected 0 to 1, the channels of movie\.lif#1 \(0 DAPI, 1 GFP\), received "Cy5"/,
    );
  });
});

describe("inspect", () => {
  it("counts what files of outlines and tracks hold", async () => {
    const square = {
      type: "Polygon",
      coordinates: [
        [
          [1, 1],
          [3, 1],
          [3, 3],
          [1, 3],
          [1, 1],
        ],
      ],
    };
    writeFileSync(
      at("q.geojson"),
      JSON.stringify({
        type: "FeatureCollection",
        features: [{ type: "Feature", geometry: square, properties: {} }],
      }),
    );
    const spot = (id: number): string =>
      `<Spot ID="${id}" POSITION_X="1" POSITION_Y="1" POSITION_Z="0" POSITION_T="${id}" FRAME="${id}" ` +
      'RADIUS="1" VISIBILITY="1" QUALITY="1" />';
    const session = [
      '<TrackMate version="7"><Model spatialunits="micron" timeunits="sec"><AllSpots nspots="2">',
      `<SpotsInFrame frame="0">${spot(0)}</SpotsInFrame><SpotsInFrame frame="1">${spot(1)}</SpotsInFrame>`,
      '</AllSpots><AllTracks><Track TRACK_ID="0" name="a">',
      '<Edge SPOT_SOURCE_ID="0" SPOT_TARGET_ID="1" LINK_COST="1" /></Track></AllTracks>',
      '<FilteredTracks><TrackID TRACK_ID="0" /></FilteredTracks></Model></TrackMate>',
    ];
    writeFileSync(at("t.xml"), session.join(""));
    const [outlines, tracks] = await inspectFiles([at("q.geojson"), at("t.xml")]);
    expect(outlines!.contents).toEqual(["1 object in 1 frame of at least 3 x 3 px"]);
    expect(tracks!.format).toBe("TrackMate");
    expect(tracks!.contents![0]).toMatch(/^2 spots .* in 2 frames, 1 track, 0 divisions$/);
    expect(formatInspection(tracks!)).toContain("2 spots");
  });

  it("lists every series with what the file says of it", async () => {
    const inspections = await inspectFiles([at("movie.lif")]);
    expect(inspections.map(({ file, series }) => [file, series])).toEqual([
      [at("movie.lif#0"), "A #1"],
      [at("movie.lif#1"), "B"],
    ]);
    const text = formatInspection(inspections[0]!);
    expect(text).toContain("Leica LIF, TCYX 3 x 2 x 2 x 4, uint8");
    expect(text).toContain("pixel size 1 µm, frame interval 10.5 s");
    expect(text).toContain("channels 0 DAPI, 1 GFP");
    expect(text).toContain("! The time between frames varies from 10 to 11 s; its median, 10.5 s, is used.");
  });
});
