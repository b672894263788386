import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ImageSource } from "../../core/image.js";
import { labelImage, type LabelImage } from "../../core/labels.js";
import { parseCsv } from "../../io/csv.js";
import { resolveConfig } from "../config/config.js";
import { writeLabels } from "../store/labelfiles.js";
import { readLabelFolder } from "../track/labelfolder.js";
import { masksIn } from "../track/storedmasks.js";
import { readTracking, trackInto } from "../track/tracking.js";
import { analyseInto, readStatistics, statisticsOf, writeStatistics } from "./analysis.js";
import { measureIntensities, readFrameIntensities } from "./movieintensities.js";

let root = "";
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "karyon-intensities-"));
  for (const name of ["tracks", "statistics"]) mkdirSync(join(root, name));
  // Two nuclei of 8 px; in the second frame their labels change places.
  await writeLabels(join(root, "labels", "t0.tif"), squares([10, 10], [40, 40]));
  await writeLabels(join(root, "labels", "t1.tif"), squares([40, 41], [10, 11]));
  await trackInto(join(root, "tracks"), readLabelFolder(join(root, "labels")), config, {});
});
afterEach(() => rmSync(root, { recursive: true }));

const config = resolveConfig({ input: { pixelSize: 0.5, frameInterval: 60 } }, "the test");
const size = 64;

function squares(...corners: readonly (readonly [number, number])[]): LabelImage {
  const data = new Int32Array(size * size);
  corners.forEach(([top, left], k) => {
    for (let y = top; y < top + 8; y++) data.fill(k + 1, y * size + left, y * size + left + 8);
  });
  return labelImage(size, size, data);
}

/**
 * Channel 0 is 20 everywhere but 120 in nuclei above the middle and 220 below it; channel 1 the same, ten
 * times as bright.
 */
function source(frames = 2, edge = size): ImageSource {
  const labels = [squares([10, 10], [40, 40]), squares([40, 41], [10, 11])];
  const names = Array.from({ length: frames }, (_, t) => `t${t}`);
  const read: ImageSource["read"] = async (frame, options) => ({
    height: edge,
    width: edge,
    data: Uint16Array.from(
      { length: edge * edge },
      (_, p) =>
        (1 + 9 * (options?.channel ?? 0)) *
        (labels[frame % 2]!.data[p]! > 0 ? (p < (edge * edge) / 2 ? 120 : 220) : 20),
    ),
  });
  return {
    name: "movie",
    kind: "movie",
    frames,
    channels: 2,
    slices: 1,
    frameNames: names,
    notices: [],
    read,
    size: async () => ({ height: edge, width: edge }),
    readWindow: (frame, _, options) => read(frame, options),
  };
}

describe("measureIntensities", () => {
  it("writes one row a nucleus and channel, whichever label images are given", async () => {
    const stored = readTracking(join(root, "tracks"));
    const statistics = statisticsOf(stored, config);
    const tables = [];
    const { labels } = readLabelFolder(join(root, "labels"));
    for (const { masks, labelOfRow } of [stored, { masks: labels, labelOfRow: stored.graph.nuclei.label }]) {
      const movie = { statistics, images: source(), masks, labelOfRow };
      await measureIntensities(join(root, "statistics"), movie, config, {});
      tables.push(readFileSync(join(root, "statistics", "intensities.csv"), "utf8"));
    }
    expect(tables[1]).toBe(tables[0]);
    const { header, rows } = parseCsv(tables[0]!);
    const cells = (...names: string[]): number[][] =>
      rows.map((row) => names.map((name) => Number(row[header.indexOf(name)])));
    expect(
      cells("frame", "time_min", "track", "channel", "mean", "background", "mean_minus_background"),
    ).toEqual([
      [0, 0, 1, 0, 120, 20, 100],
      [0, 0, 2, 0, 220, 20, 200],
      [0, 0, 1, 1, 1200, 200, 1000],
      [0, 0, 2, 1, 2200, 200, 2000],
      // Track 2 has label 1 here.
      [1, 1, 2, 0, 220, 20, 200],
      [1, 1, 1, 0, 120, 20, 100],
      [1, 1, 2, 1, 2200, 200, 2000],
      [1, 1, 1, 1, 1200, 200, 1000],
    ]);
    expect(cells("sum_minus_background")[0]).toEqual([6400]);
    // The ring is as dark as the background: there is no ratio.
    expect(rows.map((row) => row[header.indexOf("nucleus_to_ring")])).toEqual(new Array(8).fill(""));
    const frames = readFrameIntensities(join(root, "statistics"))!;
    expect([[...frames.channel], [...frames.medianNucleus]]).toEqual([
      [0, 1, 0, 1],
      [150, 1500, 150, 1500],
    ]);
  });

  it("refuses images that are not those of the tracks, and leaves nothing behind", async () => {
    const stored = readTracking(join(root, "tracks"));
    const measure = (images: ImageSource): Promise<unknown> =>
      measureIntensities(
        join(root, "statistics"),
        { ...readTracking(join(root, "tracks")), statistics: statisticsOf(stored, config), images },
        config,
        {},
      );
    await expect(measure(source(3))).rejects.toThrow(
      /measure\.images: expected the 2 frames that were tracked, received 3 frames/,
    );
    await expect(measure(source(2, 32))).rejects.toThrow(
      /expected frames of 64 x 64 px, as the labels, received 32 x 32 px in t0/,
    );
    expect(readdirSync(join(root, "statistics"))).toEqual([]);
    rmSync(join(root, "tracks", "mask001.tif"));
    await expect(measure(source())).rejects.toThrow(/a mask for each of the 2 frames/);
    expect(readdirSync(join(root, "statistics"))).toEqual([]);
    await expect(masksIn(join(root, "tracks"), 2).size(1)).rejects.toThrow(/no .*mask001\.tif/);
  });
});

describe("writeStatistics", () => {
  it("writes the table of the nuclei beside the others, row by row as the tracks have them", async () => {
    const stored = readTracking(join(root, "tracks"));
    await writeStatistics(join(root, "statistics"), statisticsOf(stored, config));
    const { header, rows } = parseCsv(readFileSync(join(root, "statistics", "nuclei.csv"), "utf8"));
    expect(rows.map((row) => row[header.indexOf("track")])).toEqual(["1", "2", "2", "1"]);
    expect(rows.map((row) => row[header.indexOf("area_um2")])).toEqual(["16", "16", "16", "16"]);
    expect(rows.map((row) => row[header.indexOf("speed_um_per_min")])).toEqual(["", "", "0.5", "0.5"]);
  });
});

describe("analyseInto", () => {
  it("returns what readStatistics reads, to the bit, with the brightness of the frames", async () => {
    const tracking = readTracking(join(root, "tracks"));
    const made = await analyseInto(join(root, "statistics"), tracking, source(), config, {});
    expect(readStatistics(join(root, "statistics"), tracking, config)).toEqual(made);
    expect([...made.intensities!.medianNucleus]).toEqual([150, 1500, 150, 1500]);
    expect(readdirSync(join(root, "statistics"))).toContain("statistics.json");
  });

  it("needs no masks without images", async () => {
    rmSync(join(root, "tracks", "mask000.tif"));
    const tracking = readTracking(join(root, "tracks"));
    const made = await analyseInto(join(root, "statistics"), tracking, undefined, config, {});
    expect([made.intensities, made.summary.nuclei]).toEqual([undefined, 4]);
    // Where there are too many tracks for masks, the labels that were tracked are measured.
    const { labels } = readLabelFolder(join(root, "labels"));
    const standIn = readTracking(join(root, "tracks"), labels);
    const measured = await analyseInto(join(root, "statistics"), standIn, source(), config, {});
    expect([...measured.intensities!.medianNucleus]).toEqual([150, 1500, 150, 1500]);
  });
});
