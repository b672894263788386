import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { simulate } from "../../api/simulatemovie.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import { resolveConfig } from "../config/config.js";
import { openSource } from "../source/source.js";
import { writeFileAtomic } from "../store/files.js";
import type { PipelineEvent } from "../stage/events.js";
import { annotate } from "./commands.js";
import { estimateText, estimateWork, isWorthTelling, sizeText, type Work } from "./estimate.js";
import { announce, estimateRun, estimateStages } from "./spacecheck.js";

const root = mkdtempSync(join(tmpdir(), "karyon-space-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const config = resolveConfig({ general: { threads: 1 } }, "the test");
const work: Work = {
  pixels: 91 * 2048 ** 2,
  annotatedPixels: 91 * 2048 ** 2,
  threads: 2,
  overlays: true,
  steps: 3000,
  stages: new Set(["annotate", "train", "segment", "track", "analyse", "figures"]),
};

describe("estimateWork", () => {
  it("holds what was measured: 21 min for 91 frames of 2048 x 2048 px on two cores", () => {
    const { seconds } = estimateWork(work);
    expect(seconds[0]).toBeLessThan(21 * 60 + 8);
    expect(seconds[1]).toBeGreaterThan(21 * 60 + 8);
    expect(seconds[1] / seconds[0]).toBeLessThan(8);
  });

  it("grows with the pixels, and is nothing where nothing is to be made", () => {
    const half = estimateWork({ ...work, pixels: work.pixels / 2, annotatedPixels: work.pixels / 2 });
    expect(half.bytes).toBeLessThan(estimateWork(work).bytes);
    expect(estimateWork({ ...work, stages: new Set() })).toEqual({ bytes: 0, seconds: [0, 0] });
    const bare = estimateWork({ ...work, overlays: false });
    expect(estimateWork(work).bytes - bare.bytes).toBeCloseTo(work.pixels, -1);
  });

  it("is told from a minute or a gigabyte on", () => {
    expect(isWorthTelling({ bytes: 9e8, seconds: [10, 59] })).toBe(false);
    expect(isWorthTelling({ bytes: 2e9, seconds: [1, 2] })).toBe(true);
    expect(isWorthTelling({ bytes: 1, seconds: [10, 61] })).toBe(true);
    expect(estimateText({ bytes: 2.34e9, seconds: [60, 300] }, 5e10)).toBe(
      "This takes about 1 min 00 s to 5 min 00 s and 2.3 GB of space (50 GB are free).",
    );
    expect(sizeText(10)).toBe("1 MB");
  });
});

describe("announce", () => {
  const events: PipelineEvent[] = [];
  const context = { onEvent: (event: PipelineEvent) => void events.push(event) };

  it("refuses where there is too little space, with both figures", async () => {
    const asked = announce("out", { bytes: 3e9, seconds: [1, 2] }, context, async () => 1e9);
    await expect(asked).rejects.toThrow(/^out: the results need about 3\.0 GB, but only 1\.0 GB are free/);
    await expect(asked).rejects.toMatchObject({ kind: "Output" });
    expect(events).toEqual([]);
  });

  it("tells large jobs, with the figures as data, and no small ones", async () => {
    await announce("out", { bytes: 1e6, seconds: [1, 2] }, context, async () => 1e9);
    expect(events).toEqual([]);
    await announce("out", { bytes: 1e6, seconds: [50, 100] }, context, async () => 1e9);
    const data = { bytes: 1e6, seconds: [50, 100], free: 1e9 };
    expect(events).toEqual([expect.objectContaining({ event: "notice", data })]);
  });

  it("looks at the file system that will hold the folder", async () => {
    const asked = announce(join(root, "not", "yet"), { bytes: 1e18, seconds: [1, 2] }, context);
    await expect(asked).rejects.toThrow(/are free there/);
  });
});

describe("the estimate of space", () => {
  it("is within a factor of 3 of what an annotation with overlays takes", async () => {
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
    expect(bytes).toBeGreaterThan(size / 3);
    expect(bytes).toBeLessThan(size * 3);
    const whole = await estimateRun(join(root, "new"), source, config);
    const some = await estimateRun(join(root, "new"), source, config, "annotate");
    expect(some.bytes).toBe(bytes);
    expect(whole.bytes).toBeGreaterThan(bytes);
  });
});
