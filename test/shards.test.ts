/** Work that several machines share has the bytes of that of one. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { partRequestOf, untilOf } from "../src/cli/commands/shardflags.js";
import { encodeTiff } from "../src/io/tiff/encode.js";
import { resolveConfig } from "../src/pipeline/config/config.js";
import type { Config } from "../src/pipeline/config/options.js";
import {
  annotate,
  annotatePart,
  type AnnotateTask,
  segmentImages,
  segmentPart,
  type SegmentTask,
} from "../src/pipeline/run/commands.js";
import { compareFolders } from "../src/pipeline/replay/differingfiles.js";
import { run } from "../src/pipeline/run/run.js";
import { runPart } from "../src/pipeline/run/runpart.js";
import type { Part } from "../src/pipeline/stage/stage.js";
import type { RunStage } from "../src/pipeline/stage/stagenames.js";
import { simulatePresets } from "../src/simulate/scene.js";
import { simulate } from "../src/simulate/simulate.js";

let root = "";
const at = (name: string): string => join(root, name);
const config = (more: Parameters<typeof resolveConfig>[0] = {}): Config =>
  resolveConfig(
    {
      general: { threads: 1 },
      train: { steps: 20, patch: 32, filters: 8, batch: 2 },
      segment: { probabilityThreshold: 0.05 },
      input: { pixelSize: 0.5, frameInterval: 60 },
      ...more,
    },
    "the test",
  );

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "karyon-shards-"));
  mkdirSync(at("movie"));
  const movie = simulate({
    ...simulatePresets.mdck,
    height: 130,
    width: 140,
    frames: 4,
    diameter: 22,
    seed: 2,
  });
  for (let t = 0; t < movie.frames; t++) {
    const { height, width, data } = movie.image(t);
    writeFileSync(
      at(`movie/t${t}.tif`),
      encodeTiff([{ height, width, samples: 1, data: Uint16Array.from(data) }]),
    );
  }
  await run({ inputs: [at("movie")], out: at("whole"), config: config(), overwrite: false });
}, 120_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What differs in two results, times and memory excepted. */
const differing = async (a: string, b: string): Promise<string[]> =>
  (await compareFolders(a, b)).different.map(({ file, what }) => `${file}: ${what.join("; ")}`);

const part = (index: number, count: number, round: number): Part => ({ index, count, round });

describe("annotate in parts", () => {
  const task = (out: string, sensitivity = 1): AnnotateTask => ({
    inputs: [at("movie")],
    out: at(out),
    config: config({ general: { threads: 1 }, annotate: { sensitivity } }),
    overwrite: false,
  });

  it("has the bytes of the whole, says what is missing or finished, and removes the parts", async () => {
    await annotate(task("a-whole"));
    const out = task("a");
    for (const i of [0, 1]) await annotatePart(out, part(i, 3, 1));
    await expect(annotatePart(out, part(0, 3, 2))).rejects.toThrow(
      /expected round 1 of all 3 parts.*none of 3;/,
    );
    await annotatePart(out, part(2, 3, 1));
    for (const i of [0, 1]) await annotatePart(out, part(i, 3, 2));
    await expect(annotate(out, {}, 3)).rejects.toThrow(/expected round 2 of all 3 parts.*none of 3;/);
    expect(await annotatePart(out, part(1, 3, 2))).toMatch(/part 2 of 3, round 2: finished already/);
    await annotatePart(out, part(2, 3, 2));
    await expect(annotate(task("a", 1.2), {}, 3)).rejects.toThrow(/parts of other inputs, other options/);
    await annotate(out, {}, 3);
    expect(await differing(at("a"), at("a-whole"))).toEqual([]);
    expect(existsSync(at("a.parts"))).toBe(false);
    expect(await annotatePart(out, part(1, 3, 2))).toMatch(/finished already/);
    await annotate(out, {}, 3);
  }, 120_000);

  it("is safe when two make the same part at once", async () => {
    const both = [0, 1].map(() => annotatePart(task("b"), part(0, 2, 1)));
    const ended = await Promise.allSettled(both);
    expect(ended.some(({ status }) => status === "fulfilled")).toBe(true);
    for (const one of ended)
      if (one.status === "rejected") expect(String(one.reason)).toMatch(/is being written/);
  }, 60_000);
});

describe("segment in parts", () => {
  it.each(["movie", "images"] as const)(
    "has the bytes of the whole: %s",
    async (kind) => {
      const task = (out: string): SegmentTask => ({
        model: at("whole/model"),
        inputs: [at("movie")],
        out: at(out),
        config: config({ input: { kind }, general: { threads: 1 }, segment: { probabilityThreshold: 0.05 } }),
        overwrite: false,
      });
      await segmentImages(task(`s-whole-${kind}`));
      const out = task(`s-${kind}`);
      for (const round of [1, 2]) for (const i of [1, 0]) await segmentPart(out, part(i, 2, round));
      await segmentImages(out, {}, 2);
      expect(await differing(at(`s-${kind}`), at(`s-whole-${kind}`))).toEqual([]);
      expect(existsSync(at(`s-${kind}.parts`))).toBe(false);
    },
    120_000,
  );
});

describe("one image in parts", () => {
  it("is shared out by rows of tiles, and has the bytes of the whole", async () => {
    const task = (out: string): SegmentTask => ({
      model: at("whole/model"),
      inputs: [at("movie/t1.tif")],
      out: at(out),
      config: config({
        general: { threads: 1 },
        segment: { probabilityThreshold: 0.05, tile: 128 },
      }),
      overwrite: false,
    });
    await segmentImages(task("t-whole"));
    for (const round of [1, 2]) for (const i of [1, 0, 2]) await segmentPart(task("t"), part(i, 3, round));
    await segmentImages(task("t"), {}, 3);
    expect(await differing(at("t"), at("t-whole"))).toEqual([]);
  }, 120_000);
});

describe("a run in parts", () => {
  it("has the bytes of the whole", async () => {
    const task = { inputs: [at("movie")], out: at("r"), config: config(), overwrite: false };
    const shared = async (until: RunStage, rounds: readonly number[]): Promise<void> => {
      for (const round of rounds)
        for (const i of [0, 1]) await runPart({ ...task, until }, part(i, 2, round));
      await run({ ...task, until, merge: 2 });
    };
    await expect(runPart({ ...task, until: "segment" }, part(0, 2, 2))).rejects.toThrow(
      /the finished stage annotate/,
    );
    await shared("annotate", [1, 2]);
    await run({ ...task, until: "train" });
    await shared("segment", [2]);
    await run(task);
    expect(await differing(at("r"), at("whole"))).toEqual([]);
    expect(readdirSync(at("r"))).not.toContain(".parts");
  }, 120_000);
});

describe("the flags of parts", () => {
  it.each([
    [{ shard: "0/3", round: "1" }, /--shard: expected part i of n/],
    [{ shard: "3/2", round: "1" }, /--shard: expected part i of n/],
    [{ shard: "1/2" }, /--round: expected 1 or 2, received none/],
    [{ shard: "1/2", round: "3" }, /--round: expected 1 or 2, received 3/],
    [{ round: "1" }, /--round: expected --shard with it/],
    [{ shard: "1/2", merge: "2" }, /--merge: expected neither --shard nor --round/],
    [{ merge: "0" }, /--merge: expected the number of parts/],
  ])("refuse %j", (options, message) => {
    expect(() => partRequestOf(options)).toThrow(message);
  });

  it("say what is asked", () => {
    expect(partRequestOf({})).toBeUndefined();
    expect(partRequestOf({ merge: "3" })).toEqual({ merge: 3 });
    expect(partRequestOf({ shard: "2/8", round: "2" })).toEqual({ part: { index: 1, count: 8, round: 2 } });
    expect(untilOf({ until: "segment" })).toBe("segment");
    expect(() => untilOf({ until: "correctLabels" })).toThrow(/--until: expected a stage/);
  });
});
