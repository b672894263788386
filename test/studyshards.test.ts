/** A study whose movies are made by several machines: the same bytes as by one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { encodeTiff } from "../src/io/tiff/encode.js";
import { resolveConfig } from "../src/pipeline/config/config.js";
import { compareFolders } from "../src/pipeline/replay/differingfiles.js";
import { planStudy, study, type StudyOptions, trainStudy } from "../src/pipeline/study/study.js";
import { studyShard, type StudyShardOptions } from "../src/pipeline/study/studyshard.js";
import { simulatePresets } from "../src/simulate/scene.js";
import { simulate } from "../src/simulate/simulate.js";

let root = "";
const at = (name: string): string => join(root, name);
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-studyshards-"));
  const lines = ["file,condition,replicate"];
  for (const seed of [1, 2, 3]) {
    const movie = simulate({
      ...simulatePresets.easy,
      height: 128,
      width: 128,
      frames: 3,
      diameter: 20,
      seed,
    });
    mkdirSync(at(`m${seed}`));
    for (let t = 0; t < movie.frames; t++) {
      const { height, width, data } = movie.image(t);
      const plane = { height, width, samples: 1, data: Uint16Array.from(data) };
      writeFileSync(at(`m${seed}/t${t}.tif`), encodeTiff([plane]));
    }
    lines.push(`m${seed},${seed === 2 ? "b" : "a"},${seed}`);
  }
  writeFileSync(at("samples.csv"), `${lines.join("\n")}\n`);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const task = (out: string, sensitivity = 1): StudyOptions => ({
  samples: at("samples.csv"),
  out: at(out),
  config: resolveConfig(
    {
      general: { threads: 1 },
      annotate: { sensitivity },
      train: { steps: 20, patch: 32, filters: 8, batch: 2 },
      segment: { probabilityThreshold: 0.05 },
      input: { pixelSize: 0.5, frameInterval: 60 },
    },
    "the test",
  ),
  overwrite: false,
});
const shard = (index: number, until?: StudyShardOptions["until"]): StudyShardOptions => ({
  ...task("parted"),
  movies: { index, count: 2 },
  until,
});

it("asks for a plan, and for a network, and refuses other options than those of the plan", async () => {
  await expect(studyShard(shard(0, "annotate"))).rejects.toThrow(/no planned study/);
  await planStudy(task("parted"));
  await expect(studyShard(shard(0))).rejects.toThrow(/no trained network/);
  await expect(studyShard({ ...shard(0, "annotate"), ...task("parted", 2) })).rejects.toThrow(/sensitivity/);
  await expect(studyShard({ ...shard(0), movies: { name: "other" } })).rejects.toThrow(/--sample/);
}, 60_000);

it("gives the bytes of a study that was never parted", async () => {
  for (const index of [1, 0]) await studyShard(shard(index, "annotate"));
  await trainStudy(task("parted"));
  expect(await studyShard(shard(1))).toEqual(["b_2"]);
  expect(await studyShard({ ...shard(0), movies: { name: "a_1" } })).toEqual(["a_1"]);
  expect(await studyShard(shard(0))).toEqual(["a_1", "a_3"]);
  await study(task("parted"));
  await study(task("whole"));
  const { equal, different } = await compareFolders(at("whole"), at("parted"));
  expect(different).toEqual([]);
  expect(equal).toBeGreaterThan(60);
}, 300_000);
