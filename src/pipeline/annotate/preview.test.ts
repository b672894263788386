import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodePng } from "../../io/png/png.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import { resolveConfig } from "../config/config.js";
import { annotate } from "../run/commands.js";
import type { PipelineEvent } from "../stage/events.js";
import { frameIndex, preview } from "./preview.js";
import { formatPreview } from "./previewtext.js";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-preview-"));
  mkdirSync(at("movie"));
  for (const t of [0, 1, 2]) writeFileSync(at(`movie/t${t}.tif`), frame(t));
  writeFileSync(
    at("flat.tif"),
    encodeTiff([{ height: 40, width: 30, samples: 1, data: new Uint8Array(1200).fill(7) }]),
  );
});
afterAll(() => rmSync(root, { recursive: true }));

const at = (name: string): string => join(root, name);
const [height, width] = [96, 96];
const centres = [
  [24, 24],
  [24, 70],
  [70, 24],
  [70, 70],
] as const;

/** Four bright disks, and a speck that is no nucleus. */
function grey(i: number, t: number): number {
  const [y, x] = [Math.floor(i / width), (i % width) - t];
  const disk = centres.some(([cy, cx]) => (y - cy) ** 2 + (x - cx) ** 2 < 13 ** 2);
  const speck = (y - 47) ** 2 + (x - 47) ** 2 < 4 ** 2;
  return (disk || speck ? 150 : 20) + ((i * 7919 + t * 31) % 13);
}
const frame = (t: number): Uint8Array =>
  encodeTiff([
    { height, width, samples: 1, data: Uint8Array.from({ length: height * width }, (_, i) => grey(i, t)) },
  ]);
const config = resolveConfig({ general: { threads: 1 } }, "the test");

describe("frameIndex", () => {
  const names = ["10", "11", "0", "cells_t003"];
  it("takes a name before a number, and the name of a file last", () => {
    expect(frameIndex("0", names)).toBe(2);
    expect(frameIndex("11", names)).toBe(1);
    expect(frameIndex("3", names)).toBe(3);
    expect(frameIndex("cells_t003", names)).toBe(3);
    expect(frameIndex("movie/cells_t003.tif", names)).toBe(3);
  });

  it("says which frames there are", () => {
    expect(() => frameIndex("4", names)).toThrow(
      "preview: expected the name of a frame, or its number from 0: 10 (0), 11 (1), 0 (2), " +
        "cells_t003 (3), received 4.",
    );
    expect(() =>
      frameIndex(
        "-1",
        Array.from({ length: 100 }, (_, i) => `t${i}`),
      ),
    ).toThrow("t0 (0), t1 (1), t2 (2), t3 (3), ..., t99 (99), received -1.");
    expect(() => frameIndex("", ["image"])).toThrow(/received nothing\.$/);
  });
});

describe("preview", () => {
  it("writes one picture and nothing else", async () => {
    const events: PipelineEvent[] = [];
    const seen = await preview([at("movie")], "1", at("new"), config, {
      onEvent: (event) => events.push(event),
    });
    expect(readdirSync(at("new"))).toEqual(["preview_t1.png"]);
    expect(seen).toMatchObject({
      picture: at("new/preview_t1.png"),
      name: "t1",
      frame: 1,
      frames: 3,
      kind: "movie",
      sure: 4,
      diameterFrom: "estimated",
      preset: "auto",
      sensitivity: 1,
    });
    expect(seen.diameter).toBeGreaterThan(15);
    expect(seen.reasons.reduce((sum, [, count]) => sum + count, 0)).toBe(seen.rejected);
    // 96 px are enlarged eightfold.
    expect(decodePng(readFileSync(seen.picture), "").plane).toMatchObject({ width: 768, samples: 3 });
    expect(events.filter(({ event }) => event === "stage")).toHaveLength(1);
    const text = formatPreview(seen);
    expect(text).toMatch(
      /^Preview: .*preview_t1\.png\nt1 \(frame 1; there are 0 to 2\): 4 sure \(blue\), \d+ rejected \(orange\)/,
    );
    for (const flag of ["annotate.diameter", "annotate.minArea", "annotate.maxArea", "annotate.sensitivity"])
      expect(text).toContain(flag);
    expect(text).toMatch(/alone\. A dataset pools the statistics of all frames/);
    expect(text).toMatch(/No dataset was written/);
  });

  it("leaves a dataset as it is, and stays when the dataset is made again", async () => {
    await preview([at("movie")], "t0", at("data"), config);
    await annotate({ inputs: [at("movie")], out: at("data"), config, overwrite: false });
    const before = readdirSync(at("data"), { recursive: true, encoding: "utf8" }).sort();
    expect(before).toContain("preview_t0.png");
    const record = readFileSync(at("data/run.json"));
    await preview([at("movie")], "t2", at("data"), config);
    expect(readdirSync(at("data"), { recursive: true, encoding: "utf8" }).sort()).toEqual(
      [...before, "preview_t2.png"].sort(),
    );
    expect(readFileSync(at("data/run.json")).equals(record)).toBe(true);
    await annotate({ inputs: [at("movie")], out: at("data"), config, overwrite: true });
    expect(existsSync(at("data/preview_t2.png"))).toBe(true);
  });

  it("obeys the flags, and says that they were given", async () => {
    const seen = await preview(
      [at("movie")],
      "0",
      at("new"),
      resolveConfig({ annotate: { diameter: 26, minArea: 600 } }, "the test"),
    );
    expect(seen).toMatchObject({ diameter: 26, diameterFrom: "given", sure: 0 });
    expect(seen.reasons[0]![0]).toBe("small");
    expect(formatPreview(seen)).toMatch(/Diameter 26\.0 px, given \(annotate\.diameter\), sensitivity 1/);
  });

  it("shows the published method", async () => {
    const seen = await preview(
      [at("movie")],
      "0",
      at("new"),
      resolveConfig({ annotate: { preset: "paper" } }, "the test"),
    );
    expect(seen).toMatchObject({ preset: "paper", diameterFrom: "median", unknown: 0 });
    expect(formatPreview(seen)).toContain("nothing to set");
    expect(formatPreview(seen)).not.toMatch(/yellow|pools/);
  });

  it("draws a flat image, too, and says what is missing", async () => {
    const seen = await preview([at("flat.tif")], "flat", at("new"), config);
    expect(seen).toMatchObject({ sure: 0, rejected: 0, diameter: undefined, areas: undefined });
    expect(formatPreview(seen)).toMatch(/^No diameter could be estimated \(set annotate\.diameter\)/m);
    expect(formatPreview(seen)).not.toMatch(/pools/);
  });

  it("refuses to put the picture among the images", async () => {
    await expect(preview([at("movie")], "0", at("movie"), config)).rejects.toThrow(
      /choose another output folder\.$/,
    );
    // From several folders, those of the output are passed over; but the picture would still be one of the
    // inputs of the next call.
    await expect(preview([at("movie"), at("flat.tif")], "0", at("movie"), config)).rejects.toThrow(
      /^out: expected a folder .*the next time, the picture would be read as an image\.$/,
    );
    await expect(preview([at("movie/*"), at("flat.tif")], "0", at("movie"), config)).rejects.toThrow(
      /^out: /,
    );
    expect(readdirSync(at("movie"))).toEqual(["t0.tif", "t1.tif", "t2.tif"]);
  });

  it("stops when asked", async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(
      preview([at("movie")], "0", at("stopped"), config, { signal: controller.signal }),
    ).rejects.toThrow(/stopped/);
    expect(existsSync(at("stopped"))).toBe(false);
  });
});
