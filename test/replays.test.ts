/** Results of each command, made again from what their records say. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { encodeTiff } from "../src/io/tiff/encode.js";
import { resolveConfig } from "../src/pipeline/config/config.js";
import type { Config } from "../src/pipeline/config/options.js";
import type { PartialConfig } from "../src/pipeline/config/partialconfig.js";
import { replay, type ReplayOptions, type ReplayResult } from "../src/pipeline/replay/replay.js";
import { analyseTracks, segmentImages, trackLabels, train } from "../src/pipeline/run/commands.js";
import { run } from "../src/pipeline/run/run.js";
import { study } from "../src/pipeline/study/study.js";
import { simulatePresets } from "../src/simulate/scene.js";
import { simulate } from "../src/simulate/simulate.js";

let root = "";
const at = (name: string): string => join(root, name);
const learning = { steps: 20, patch: 32, filters: 8, batch: 2 };
const config = (more: PartialConfig = {}): Config =>
  resolveConfig(
    {
      general: { threads: 1 },
      annotate: { overlays: false },
      segment: { probabilityThreshold: 0.05 },
      train: learning,
      input: { pixelSize: 0.5, frameInterval: 60 },
      ...more,
    } as Parameters<typeof resolveConfig>[0],
    "the test",
  );
/** What every command is told. */
const task = (out: string, more: PartialConfig = {}): { out: string; config: Config; overwrite: false } => ({
  out: at(out),
  config: config(more),
  overwrite: false,
});

/** Two movies of three frames, a study of them, and what single commands make of its results. */
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "karyon-replays-"));
  const lines = ["file,condition,replicate"];
  for (const seed of [1, 2]) {
    const scene = { ...simulatePresets.easy, height: 128, width: 128, frames: 3, diameter: 20, seed };
    const movie = simulate(scene);
    mkdirSync(at(`m${seed}`));
    for (let t = 0; t < movie.frames; t++) {
      const { height, width, data } = movie.image(t);
      const plane = { height, width, samples: 1, data: Uint16Array.from(data) };
      writeFileSync(at(`m${seed}/t${t}.tif`), encodeTiff([plane]));
    }
    lines.push(`m${seed},${seed === 1 ? "a" : "b"},1`);
  }
  writeFileSync(at("samples.csv"), `${lines.join("\n")}\n`);
  await study({ ...task("study"), samples: at("samples.csv") });
  const sample = "study/samples/a_1";
  await train({ ...task("train"), dataset: at("study/annotation") });
  const further = { train: { ...learning, from: at("study/model") } };
  await train({ ...task("further", further), dataset: at("study/annotation") });
  await segmentImages({ ...task("segment"), model: at("study/model"), inputs: [at("m1")] });
  await trackLabels({ ...task("track"), labels: at(`${sample}/labels`) });
  await analyseTracks({ ...task("analyse"), tracks: at(`${sample}/tracks`) });
  const measured = { measure: { images: at("m1") } };
  await analyseTracks({ ...task("measured", measured), tracks: at(`${sample}/tracks`) });
  const given = { run: { model: at("study/model") } };
  await run({ ...task("given", given), inputs: [at("m2")] });
}, 300_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Makes a result again; it must be equal. @returns the comparison */
async function again(name: string, options: Omit<ReplayOptions, "run"> = {}): Promise<ReplayResult> {
  const result = await replay({ run: at(name), ...options });
  expect(result.different).toEqual([]);
  expect(result.same).toBe(true);
  expect(result.exceptTimes).toContain("run.json");
  return result;
}

it.each([
  ["train", 1],
  ["further", 1],
  ["segment", 4],
  ["track", 6],
  ["analyse", 5],
  ["measured", 5],
  ["given", 20],
])(
  "is equal but for times: %s",
  async (name, files) => {
    expect((await again(name)).equal).toBeGreaterThanOrEqual(files);
  },
  120_000,
);

it("finds images that were moved", async () => {
  mkdirSync(at("elsewhere"));
  renameSync(at("m1"), at("elsewhere/m1"));
  try {
    await expect(replay({ run: at("measured") })).rejects.toThrow(/nothing of that name; say with --inputs/);
    await again("measured", { inputs: at("elsewhere") });
    await again("segment", { inputs: at("elsewhere") });
  } finally {
    renameSync(at("elsewhere/m1"), at("m1"));
  }
}, 120_000);

it("makes a study again from the table of samples, with which its record does not begin", async () => {
  await expect(replay({ run: at("study") })).rejects.toThrow(/table of samples of the study with --inputs/);
  const { equal, exceptTimes } = await again("study", { inputs: at("samples.csv") });
  expect(equal).toBeGreaterThan(40);
  expect(exceptTimes).toContain("samples/a_1/run.json");
}, 300_000);
