import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { simulate } from "../../api/simulatemovie.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import { resolveConfig } from "../config/config.js";
import { openSource } from "../source/source.js";
import { writeFileAtomic } from "../store/files.js";
import type { PipelineEvent } from "../stage/events.js";
import { annotate } from "./commands.js";
import {
  estimateText,
  estimateWork,
  isWorthTelling,
  sizeText,
  sumOfEstimates,
  type Work,
} from "./estimate.js";
import { announce, estimateRun, estimateStages } from "./spacecheck.js";

const disk = vi.hoisted(() => ({ free: undefined as number | undefined }));
vi.mock(import("../store/files.js"), async (original) => {
  const files = await original();
  return { ...files, freeBytes: (path: string) => disk.free ?? files.freeBytes(path) };
});

const root = mkdtempSync(join(tmpdir(), "karyon-space-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const config = resolveConfig({ general: { threads: 1 } }, "the test");
const work: Work = {
  pixels: 91 * 2048 ** 2,
  annotatedPixels: 91 * 2048 ** 2,
  threads: 2,
  movie: true,
  overlays: true,
  training: { steps: 3000, batch: 4, patch: 96, filters: 32 },
  stages: new Set(["annotate", "train", "segment", "track", "analyse", "figures"]),
};
const movieOf = (frames: number, edge: number, steps: number, filters: number): Work => ({
  ...work,
  pixels: frames * edge ** 2,
  annotatedPixels: frames * edge ** 2,
  training: { steps, batch: 4, patch: 96, filters },
});

describe("estimateWork", () => {
  // Wall time and size of whole runs on two cores, from the annotation to the report.
  it.each([
    ["4 frames of 128 x 128 px, a network of 4 filters", movieOf(4, 128, 60, 4), undefined, 3.1e6],
    ["4 frames of 256 x 256 px", movieOf(4, 256, 60, 32), 29, 11.6e6],
    ["8 frames of 384 x 384 px", movieOf(8, 384, 300, 32), undefined, 17e6],
    ["10 frames of 512 x 512 px", movieOf(10, 512, 1400, 32), 113, 24.7e6],
    ["2 frames of 2048 x 2048 px", movieOf(2, 2048, 200, 32), 125, 51.1e6],
    ["91 frames of 2048 x 2048 px", work, 21 * 60 + 8, undefined],
  ] as const)("holds what was measured: %s", (_, measured, seconds, bytes) => {
    const estimate = estimateWork(measured);
    if (seconds !== undefined) {
      expect(estimate.seconds[0]).toBeLessThan(seconds);
      expect(estimate.seconds[1]).toBeGreaterThan(seconds);
    }
    if (bytes !== undefined) {
      expect(estimate.bytes).toBeLessThan(1.5 * bytes);
      expect(estimate.bytes).toBeGreaterThan(bytes / 1.5);
    }
    expect(estimate.seconds[1] / estimate.seconds[0]).toBeLessThan(16);
  });

  it("grows with the pixels, and is nothing where nothing is to be made", () => {
    const half = estimateWork({ ...work, pixels: work.pixels / 2, annotatedPixels: work.pixels / 2 });
    expect(half.bytes).toBeLessThan(estimateWork(work).bytes);
    const nothing = estimateWork({ ...work, training: undefined, stages: new Set() });
    expect(nothing).toEqual({ bytes: 0, peakBytes: 0, seconds: [0, 0] });
    const bare = estimateWork({ ...work, overlays: false });
    expect((estimateWork(work).bytes - bare.bytes) / work.pixels).toBeCloseTo(0.92, 2);
    expect(estimateWork({ ...work, movie: false }).bytes).toBeLessThan(estimateWork(work).bytes);
  });

  it("counts the state of a training where little else is written", () => {
    const { bytes, peakBytes } = estimateWork(movieOf(4, 128, 60, 32));
    expect(peakBytes).toBeGreaterThan(5 * bytes);
    expect(estimateWork(work).peakBytes).toBe(estimateWork(work).bytes);
    const twice = sumOfEstimates([
      { bytes: 1, peakBytes: 7, seconds: [1, 2] },
      { bytes: 3, peakBytes: 8, seconds: [1, 2] },
    ]);
    expect(twice).toEqual({ bytes: 4, peakBytes: 9, seconds: [2, 4] });
  });

  it("is told from a minute or a gigabyte on", () => {
    expect(isWorthTelling({ bytes: 9e8, seconds: [10, 59] })).toBe(false);
    expect(isWorthTelling({ bytes: 2e9, seconds: [1, 2] })).toBe(true);
    expect(isWorthTelling({ bytes: 1, seconds: [10, 61] })).toBe(true);
    expect(estimateText({ bytes: 2.34e9, seconds: [60, 300] }, 5e10)).toBe(
      "This takes about 1 min 00 s to 5 min 00 s and 2.3 GB of space (50 GB are free).",
    );
    expect([10, 4321, 2.6e6, 4.2e9].map(sizeText)).toEqual(["1 kB", "4 kB", "3 MB", "4.2 GB"]);
  });
});

describe("announce", () => {
  const events: PipelineEvent[] = [];
  const context = { onEvent: (event: PipelineEvent) => void events.push(event) };

  it("refuses where there is too little space, with both figures", async () => {
    const asked = announce("out", { bytes: 1, peakBytes: 3e9, seconds: [1, 2] }, context, async () => 1e9);
    await expect(asked).rejects.toThrow(/^out: the results need about 3\.0 GB, but only 1\.0 GB are free/);
    await expect(asked).rejects.toMatchObject({ kind: "Output" });
    expect(events).toEqual([]);
  });

  it("tells large jobs, with the figures as data, and no small ones", async () => {
    await announce("out", { bytes: 1e6, peakBytes: 1e6, seconds: [1, 2] }, context, async () => 1e9);
    expect(events).toEqual([]);
    await announce("out", { bytes: 1e6, peakBytes: 1e6, seconds: [50, 100] }, context, async () => 1e9);
    const data = { bytes: 1e6, seconds: [50, 100], free: 1e9 };
    expect(events).toEqual([expect.objectContaining({ event: "notice", data })]);
  });

  it("looks at the file system that will hold the folder", async () => {
    const asked = announce(
      join(root, "not", "yet"),
      { bytes: 1e18, peakBytes: 1e18, seconds: [1, 2] },
      context,
    );
    await expect(asked).rejects.toThrow(/are free there/);
  });
});

describe("the estimate of space", () => {
  it("is within a factor of 1.5 of what an annotation with overlays takes", async () => {
    const movie = await simulate({ scene: "mdck", height: 256, width: 256, frames: 3, seed: 4 });
    mkdirSync(join(root, "movie"));
    for (const t of [0, 1, 2]) {
      const plane = { height: 256, width: 256, samples: 1, data: movie.image(t).data };
      await writeFileAtomic(join(root, "movie", `t${t}.tif`), encodeTiff([plane]));
    }
    const source = await openSource([join(root, "movie")]);
    const { bytes } = await estimateStages(["annotate"], source, config);
    const out = join(root, "dataset");
    await annotate({ inputs: [join(root, "movie")], out, config, overwrite: false });
    const size = readdirSync(out, { recursive: true, encoding: "utf8" })
      .map((name) => statSync(join(out, name)))
      .reduce((sum, status) => sum + (status.isFile() ? status.size : 0), 0);
    expect(bytes).toBeGreaterThan(size / 1.5);
    expect(bytes).toBeLessThan(size * 1.5);
    const whole = await estimateRun(join(root, "new"), source, config);
    const some = await estimateRun(join(root, "new"), source, config, "annotate");
    expect(some.bytes).toBe(bytes);
    expect(whole.bytes).toBeGreaterThan(bytes);
  });

  it("asks for the size of each image once, and for the pixels of none", async () => {
    const folder = join(root, "images");
    mkdirSync(folder);
    const plane = { height: 16, width: 20, samples: 1, data: new Uint8Array(320) };
    for (const name of ["one", "two", "three"])
      await writeFileAtomic(join(folder, `${name}.tif`), encodeTiff([plane]));
    const source = await openSource([folder]);
    // What was read on opening is enough: the files could be gone.
    rmSync(folder, { recursive: true });
    const asked: number[] = [];
    const followed = { ...source, size: (i: number) => (asked.push(i), source.size(i)) };
    const { bytes } = await estimateStages(["annotate"], followed, config);
    expect(asked).toEqual([0, 1, 2]);
    expect(bytes).toBe(Math.round(3 * 320 * (1.25 + 0.92)));
  });

  it("stops a command before it has made anything", async () => {
    const out = join(root, "full");
    disk.free = 1000;
    await expect(annotate({ inputs: [join(root, "movie")], out, config, overwrite: false })).rejects.toThrow(
      /full: the results need about 427 kB, but only 1 kB are free there; free some space/,
    );
    disk.free = undefined;
    expect(existsSync(out)).toBe(false);
  });
});
