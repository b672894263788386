import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LabelImage, labelImage, labelSourceOf } from "../../core/labels.js";
import { concatNuclei } from "../../core/nuclei.js";
import type { StageContext } from "../../core/progress.js";
import { measure } from "../../imgproc/regions.js";
import { parseCsv } from "../../io/csv.js";
import { parseTracks, validateCtc } from "../../io/ctc.js";
import { statisticsOf, writeStatistics } from "../analyse/analysis.js";
import { resolveConfig } from "../config/config.js";
import type { Config } from "../config/options.js";
import { readLabels, writeLabels } from "../store/labelfiles.js";
import { asStored, nucleiCsv } from "../../io/nucleifile.js";
import { readLabelFolder } from "./labelfolder.js";
import { readTracking, trackInto, trackingIn, type TrackingResult } from "./tracking.js";

let root = "";
let out = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-tracking-"));
  out = join(root, "tracks");
  mkdirSync(out);
});
afterEach(() => rmSync(root, { recursive: true }));

const config = resolveConfig({}, "the test");
const size = 40;

/** Squares of 8 px with the upper left corner at (y, x); labelled 1, 2, ... */
function squares(...corners: readonly (readonly [number, number])[]): LabelImage {
  const data = new Int32Array(size * size);
  corners.forEach(([top, left], k) => {
    for (let y = top; y < top + 8; y++) data.fill(k + 1, y * size + left, y * size + left + 8);
  });
  return labelImage(size, size, data);
}

async function write(frames: Readonly<Record<string, LabelImage>>): Promise<string> {
  for (const [name, labels] of Object.entries(frames))
    await writeLabels(join(root, "labels", `${name}.tif`), labels);
  return join(root, "labels");
}

/** Tracks a folder of labels into `out`. */
const track = async (
  labels: string,
  settings: Config = config,
  context: StageContext = {},
): Promise<TrackingResult> => trackInto(out, readLabelFolder(labels), settings, context);

/** All files of a folder, by name. */
const filesOf = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "latin1")]));

/** Breaches of the challenge's rules in the files that were written. */
async function breaches(): Promise<string[]> {
  const masks = readdirSync(out)
    .filter((name) => name.startsWith("mask"))
    .sort();
  const labels = await Promise.all(
    masks.map(async (name) => new Set((await readLabels(join(out, name))).data.filter((label) => label > 0))),
  );
  return validateCtc(parseTracks(readFileSync(join(out, "res_track.txt"), "utf8"), "res_track.txt"), labels);
}

describe("trackInto", () => {
  it("writes valid files of the Cell Tracking Challenge, and reads its own tables back", async () => {
    const labels = await write({
      t0: squares([4, 4], [24, 24]),
      t1: squares([5, 6], [24, 26]),
      t2: squares([6, 8], [24, 28]),
    });
    const { graph, summary } = await track(labels);
    expect(await breaches()).toEqual([]);
    expect([summary.frames, summary.branches, summary.warnings]).toEqual([3, 2, []]);
    const read = readTracking(out).graph;
    expect([read.frames, read.edges, read.nuclei.label, read.nuclei.area]).toEqual([
      3,
      graph.edges,
      graph.nuclei.label,
      graph.nuclei.area,
    ]);
  });

  it("repairs a mask that one frame has missed, lists it, and stays valid", async () => {
    const labels = await write({
      t0: squares([4, 4], [24, 20]),
      t1: squares([4, 4], [24, 22]),
      t2: squares([4, 4]),
      t3: squares([4, 4], [24, 26]),
      t4: squares([4, 4], [24, 28]),
    });
    const { summary, graph } = await track(labels);
    expect(await breaches()).toEqual([]);
    expect([summary.repairs, summary.branches, graph.edges.length / 2]).toEqual([1, 2, 8]);
    expect(readFileSync(join(out, "repairs.csv"), "utf8").split("\n").slice(0, 2)).toEqual([
      "frame,repair,y_px,x_px,area_before_px2,area_after_px2",
      "2,gap filled,27.5,27.5,0,64",
    ]);
    // The square of the missing frame lies between those before and after.
    const mask = await readLabels(join(out, "mask002.tif"));
    expect(mask.data.filter((label) => label === 2)).toHaveLength(64);
    expect(mask.data[24 * size + 24]).toBe(2);
    rmSync(out, { recursive: true });
    mkdirSync(out);
    const without = await track(labels, resolveConfig({ track: { repair: false } }, "the test"));
    expect([
      without.summary.repairs,
      existsSync(join(out, "repairs.csv")),
      without.graph.edges.length / 2,
    ]).toEqual([0, false, 7]);
  });

  it("label values up to 2147483647 give the masks of small ones, and stay in spots.csv", async () => {
    const frames = (ids: readonly number[]): Record<string, LabelImage> => {
      const named = ({ data }: LabelImage): LabelImage =>
        labelImage(
          size,
          size,
          data.map((label) => (label > 0 ? ids[label - 1]! : label)),
        );
      return {
        t0: named(squares([4, 4], [24, 20])),
        t1: named(squares([4, 4], [24, 22])),
        t2: named(squares([4, 4])),
        t3: named(squares([4, 4], [24, 26])),
        t4: named(squares([4, 4], [24, 28])),
      };
    };
    const measured = (ids: readonly number[]): Parameters<typeof nucleiCsv>[0] => {
      const nuclei = measure(frames([1, 2])["t0"]!, { frame: 0 });
      return {
        ...nuclei,
        label: nuclei.label.map((label) => ids[label - 1]!),
        meanIntensity: Float64Array.of(50, 60),
      };
    };
    const run = async (ids: readonly number[]): Promise<{ masks: Buffer[]; spots: string[][] }> => {
      rmSync(out, { recursive: true });
      mkdirSync(out);
      const labels = await write(frames(ids));
      writeFileSync(join(labels, "objects.csv"), nucleiCsv(measured(ids), undefined));
      await track(labels);
      const masks = readdirSync(out).filter((name) => /^mask|^res_track/.test(name));
      const { header, rows } = parseCsv(readFileSync(join(out, "spots.csv"), "utf8"));
      const columns = ["frame", "label", "area_px2", "mean_intensity"].map((name) => header.indexOf(name));
      return {
        masks: masks.sort().map((name) => readFileSync(join(out, name))),
        spots: rows.map((row) => columns.map((column) => row[column]!)),
      };
    };
    const [small, large] = [await run([1, 2]), await run([1500000000, 2147483647])];
    expect(large.masks).toEqual(small.masks);
    // The square that frame 2 has missed is the repair's: 1 is a value that its file does not use.
    const idOf: Record<string, string> = { "1": "1500000000", "2": "2147483647" };
    expect(large.spots).toEqual(
      small.spots.map(([frame, label, ...rest]) => [
        frame,
        frame === "2" && label === "2" ? "1" : idOf[label!]!,
        ...rest,
      ]),
    );
    expect(small.spots.slice(0, 2).map((row) => row[3])).toEqual(["50", "60"]);
  });

  it("returns what readTracking reads, to the bit, and finds the masks where they were moved", async () => {
    const labels = await write({
      // No whole numbers as centres, and a division that is none: what has more digits than a table.
      t0: squares([4, 4], [24, 20]),
      t1: labelImage(size, size, squares([4, 4], [24, 22]).data.fill(1, 200, 207)),
      t2: squares([4, 5]),
      t3: squares([4, 4], [24, 26]),
    });
    const made = await track(labels);
    const read = readTracking(out);
    expect(read.graph).toEqual(made.graph);
    expect([read.branches, read.probabilities, read.labelOfRow]).toEqual([
      made.branches,
      made.probabilities,
      made.labelOfRow,
    ]);
    expect(read.summary).toEqual(JSON.parse(JSON.stringify(made.summary)));
    expect(await made.masks.read(2)).toEqual(await readLabels(join(out, "mask002.tif")));
    renameSync(out, join(root, "moved"));
    await expect(made.masks.read(2)).rejects.toThrow(/a mask for each of the 4 frames/);
    const moved = trackingIn(join(root, "moved"), made);
    expect(await moved.masks.read(2)).toEqual(await readLabels(join(root, "moved", "mask002.tif")));
  });

  it("gives the files of a folder of labels for a segmentation that was just made, measured once", async () => {
    const frames = [squares([4, 4], [24, 20]), squares([4, 5], [24, 22]), squares([4, 6], [24, 24])];
    frames[1]!.data.fill(1, 200, 207);
    const folder = await write({ t0: frames[0]!, t1: frames[1]!, t2: frames[2]! });
    const tables = frames.map((image, frame) => measure(image, { frame }));
    const all = concatNuclei(tables);
    all.meanIntensity.forEach((_, row) => (all.meanIntensity[row] = 100 + row / 3));
    writeFileSync(join(folder, "objects.csv"), nucleiCsv(all, undefined));
    await track(folder);
    const fromFolder = filesOf(out);
    const nuclei = asStored(all);
    const measured = { ...all, meanIntensity: nuclei.meanIntensity, score: nuclei.score };
    const made = { labels: labelSourceOf(frames), nuclei, measured };
    rmSync(out, { recursive: true });
    mkdirSync(out);
    await trackInto(out, made, config, {});
    expect(filesOf(out)).toEqual(fromFolder);
    expect(fromFolder["spots.csv"]).toMatch(/,100.3333333,/);
  });

  it("lists divisions with their probability and the ids of mother and daughters", async () => {
    const small = (corners: readonly (readonly [number, number])[]): LabelImage => {
      const data = new Int32Array(size * size);
      corners.forEach(([top, left], k) => {
        for (let y = top; y < top + 8; y++) data.fill(k + 1, y * size + left, y * size + left + 4);
      });
      return labelImage(size, size, data);
    };
    const daughters = (apart: number): LabelImage =>
      small([
        [16, 17 - apart],
        [16, 17 + apart],
      ]);
    const mother = Array.from({ length: 6 }, (_, t) => [`t${t}`, squares([16, 16])] as const);
    const labels = await write({
      ...Object.fromEntries(mother),
      t6: daughters(4),
      t7: daughters(6),
      t8: daughters(8),
    });
    const { summary, probabilities } = await track(labels);
    expect([summary.divisions, probabilities.size]).toEqual([1, 1]);
    expect(readTracking(out).probabilities).toEqual(probabilities);
    const [header, row] = readFileSync(join(out, "divisions.csv"), "utf8").split("\n");
    expect(header).toBe(
      "frame,mother_track,daughter_track_1,daughter_track_2,mother_spot,daughter_spot_1,daughter_spot_2,y_px,x_px,probability",
    );
    const values = row!.split(",").map(Number);
    expect(values.slice(0, 9)).toEqual([5, 1, 2, 3, 5, 6, 7, 19.5, 19.5]);
    expect(values[9]).toBe(probabilities.get(5));
    expect(values[9]).toBeGreaterThan(0.5);
    expect(values[9]).toBeLessThanOrEqual(1);
    const spots = parseCsv(readFileSync(join(out, "spots.csv"), "utf8"));
    const margins = spots.rows.map((cells) => Number(cells[spots.header.indexOf("link_margin")]));
    // The daughters have the margin of the division; the first nucleus has no link.
    expect(spots.rows[0]![spots.header.indexOf("link_margin")]).toBe("");
    expect(margins[6]).toBeGreaterThan(0);
    expect(margins[7]).toBe(margins[6]);
  });

  it("takes the score in divisions.csv of an earlier version for no probability", async () => {
    await track(await write({ t0: squares([4, 4]), t1: squares([4, 5]) }));
    writeFileSync(join(out, "divisions.csv"), "frame,mother_spot,evidence\n0,0,0.7\n");
    expect(readTracking(out).probabilities).toEqual(new Map());
  });

  it("survives a frame without nuclei", async () => {
    const labels = await write({ t0: squares([4, 4]), t1: squares(), t2: squares([4, 5]) });
    const { summary } = await track(labels);
    expect(summary.branches).toBe(1);
    expect(await breaches()).toEqual([]);
    expect(statisticsOf(readTracking(out), config).summary.nuclei).toBe(2);
  });

  it("survives a movie without nuclei, and so do its statistics", async () => {
    const { summary } = await track(await write({ t0: squares(), t1: squares() }));
    expect([summary.branches, summary.settings.radius]).toEqual([0, null]);
    expect(readFileSync(join(out, "res_track.txt"), "utf8")).toBe("");
    const statistics = statisticsOf(readTracking(out), config);
    expect([statistics.summary.nuclei, statistics.summary.meanSpeed]).toEqual([0, NaN]);
    await writeStatistics(out, statistics);
    expect(JSON.parse(readFileSync(join(out, "statistics.json"), "utf8"))).toMatchObject({
      summary: { meanSpeed: null },
    });
  });

  it("tracks one frame", async () => {
    expect((await track(await write({ t0: squares([4, 4]) }))).summary).toMatchObject({
      frames: 1,
      branches: 1,
    });
    expect(await breaches()).toEqual([]);
  });

  it("follows the frames, not the names, where the segmentation knows better", async () => {
    // As from day1/img2.tif and day2/img1.tif.
    const frames = { img2: squares([4, 4], [24, 24]), img1: squares([4, 6]) };
    const labels = await write(frames);
    writeFileSync(
      join(labels, "segmentation.json"),
      JSON.stringify({ images: [{ name: "img2" }, { name: "img1" }] }),
    );
    expect([...(await track(labels)).graph.nuclei.frame]).toEqual([0, 0, 1]);
    writeFileSync(join(labels, "segmentation.json"), JSON.stringify({ images: [{ name: "img2" }] }));
    expect([...(await track(labels)).graph.nuclei.frame]).toEqual([0, 1, 1]);
  });

  it(
    "measures labels that were edited after the segmentation, and takes brightness from its " +
      "table where they were not",
    async () => {
      const before = squares([4, 4], [24, 24]);
      const labels = await write({ t0: before });
      const measured = measure(before, { frame: 0 });
      writeFileSync(
        join(labels, "objects.csv"),
        nucleiCsv({ ...measured, meanIntensity: Float64Array.of(50, 60) }, undefined),
      );
      const edited = before.data.slice();
      edited[24 * size + 24] = 0;
      await write({ t0: labelImage(size, size, edited) });
      const { nuclei } = (await track(labels)).graph;
      expect([...nuclei.area]).toEqual([64, 63]);
      expect([...nuclei.meanIntensity]).toEqual([50, NaN]);
    },
  );

  it("keeps tables of more tracks than 16-bit masks have labels, and says what is left out", async () => {
    const [height, width] = [514, 514];
    const dots = Int32Array.from({ length: height * width }, (_, i) =>
      Math.floor(i / width) % 2 === 0 && (i % width) % 2 === 0
        ? (Math.floor(i / width) / 2) * 257 + (i % width) / 2 + 1
        : 0,
    );
    const { summary } = await track(await write({ t0: labelImage(height, width, dots) }));
    expect(summary.branches).toBe(257 * 257);
    expect(summary.warnings).toEqual([
      expect.stringMatching(
        /^The files of the Cell Tracking Challenge are left out \(tracks: expected 65535 tracks at most.*spots\.csv/,
      ),
    ]);
    expect(existsSync(join(out, "res_track.txt"))).toBe(false);
    expect(readTracking(out).graph.nuclei.count).toBe(257 * 257);
  });

  it("says in a sentence what is no folder of labels of one size, or no folder of tracks", async () => {
    await expect(track(join(root, "nowhere"))).rejects.toThrow(
      /nowhere: expected a folder that can be read, received nothing of that name/,
    );
    await expect(track(out)).rejects.toThrow(/expected a folder of label images, received no TIFF, .* files/);
    const labels = await write({ t0: squares(), t1: labelImage(2, 2, new Int32Array(4)) });
    await expect(track(labels)).rejects.toThrow(
      /t1\.tif: expected 40 x 40 px as the frames before, received 2 x 2 px/,
    );
    expect(() => readTracking(out)).toThrow(
      /expected a folder that karyon track wrote, received no .*spots\.csv/,
    );
  });

  it("stops when told to", async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(
      track(await write({ t0: squares() }), config, { signal: controller.signal }),
    ).rejects.toMatchObject({ kind: "Cancelled" });
  });
});
