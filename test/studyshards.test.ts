/** A study whose movies are made by several machines: the same bytes as by one. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { encodeTiff } from "../src/io/tiff/encode.js";
import { resolveConfig } from "../src/pipeline/config/config.js";
import { compareFolders } from "../src/pipeline/replay/differingfiles.js";
import { planStudy, study, type StudyOptions, trainStudy } from "../src/pipeline/study/study.js";
import type { PartRequest } from "../src/pipeline/stage/stageparts.js";
import { samplePart, studyShard, type StudyShardOptions } from "../src/pipeline/study/studyshard.js";
import { simulatePresets } from "../src/simulate/scene.js";
import { simulate } from "../src/simulate/simulate.js";
import { bin } from "./commandline.js";

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
}, 60_000);
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

/** The same as `task("parted")` for the program itself, in the folder of the movies. */
const words = [
  ...["study", "samples.csv", "-o", "parted", "--threads", "1", "--pixel-size", "0.5"],
  ...["--frame-interval", "60", "--steps", "20", "--patch", "32", "--filters", "8", "--batch", "2"],
  ...["--probability-threshold", "0.05"],
];

/** Calls the program. @returns its exit code and what it said */
const karyon = (...more: readonly string[]): Promise<{ code: number | null; said: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [bin, ...words, ...more], { cwd: root });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += String(text)));
    child.on("close", (code) => resolve({ code, said }));
  });

/** A part of the frames of a movie, or the merge. */
const frames = (until: "annotate" | "segment", request: PartRequest, name = "a_1"): Promise<string> =>
  samplePart({ ...task("parted"), name, until, request });
const part = (index: number, round: number): PartRequest => ({ part: { index, count: 2, round } });

it("asks for a plan, and for a network, and refuses other options than those of the plan", async () => {
  await expect(studyShard(shard(0, "annotate"))).rejects.toThrow(/no planned study/);
  await planStudy(task("parted"));
  await expect(studyShard(shard(0))).rejects.toThrow(/no trained network/);
  await expect(frames("segment", part(0, 1))).rejects.toThrow(/no trained network/);
  await expect(studyShard({ ...shard(0, "annotate"), ...task("parted", 2) })).rejects.toThrow(/sensitivity/);
  await expect(studyShard({ ...shard(0), movies: { name: "other" } })).rejects.toThrow(/--sample/);
}, 60_000);

it("says which movies are missing", async () => {
  const merged = { ...task("parted"), merge: 2 };
  await expect(trainStudy(merged)).rejects.toThrow(
    /all 3 as far as annotate, received none of a_1 \(part 1 of 2\), b_2 \(part 2 of 2\), a_3 \(part 1 of 2\);/,
  );
  await expect(study(merged)).rejects.toThrow(/all 3 as far as report/);
}, 60_000);

it("annotates a movie in parts of its frames", async () => {
  await frames("annotate", part(1, 1));
  await expect(frames("annotate", part(0, 2))).rejects.toThrow(/round 1 of all 2 parts.*none of 1;/);
  await frames("annotate", part(0, 1));
  for (const index of [0, 1]) await frames("annotate", part(index, 2));
  expect(await frames("annotate", part(1, 2))).toMatch(/finished already/);
  await expect(frames("annotate", { merge: 3 })).rejects.toThrow(/all 3 parts/);
  expect(await frames("annotate", { merge: 2 })).toMatch(/^annotate of a_1: \d+ of \d+ objects/);
  expect(await frames("annotate", part(1, 2))).toMatch(/finished already/);
  expect(existsSync(at("parted/samples/a_1/.parts"))).toBe(false);
}, 120_000);

it("annotates movies in several processes at once", async () => {
  const both = await Promise.all(["1/2", "2/2"].map((of) => karyon("--until", "annotate", "--shard", of)));
  expect(both.map(({ said }) => said.match(/Finished as far as annotate: .*/)?.[0])).toEqual([
    "Finished as far as annotate: a_1, a_3",
    "Finished as far as annotate: b_2",
  ]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  // Another one finds all of it finished.
  const again = await karyon("--until", "annotate", "--shard", "1/1");
  expect(again.said.match(/Finished as far as annotate: .*/)?.[0]).toMatch(/: a_1, b_2, a_3$/);
  expect(again.code).toBe(0);
  expect(readdirSync(at("parted/samples")).filter((name) => name.startsWith("."))).toEqual([]);
}, 180_000);

it("gives the bytes of a study that was never parted", async () => {
  await trainStudy({ ...task("parted"), merge: 2 });
  for (const round of [1, 2]) for (const index of [1, 0]) await frames("segment", part(index, round), "b_2");
  await frames("segment", { merge: 2 }, "b_2");
  expect(await studyShard(shard(1))).toEqual(["b_2"]);
  expect(await studyShard({ ...shard(0), movies: { name: "a_1" } })).toEqual(["a_1"]);
  await expect(study({ ...task("parted"), merge: 2 })).rejects.toThrow(/none of a_3 \(part 1 of 2\);/);
  expect(await studyShard(shard(0))).toEqual(["a_1", "a_3"]);
  await study({ ...task("parted"), merge: 2 });
  await study(task("whole"));
  const { equal, different } = await compareFolders(at("whole"), at("parted"));
  expect(different).toEqual([]);
  expect(equal).toBeGreaterThan(60);
}, 300_000);

it("has no part in what a given network makes needless", async () => {
  const given = task("given");
  const asked = {
    ...given,
    config: { ...given.config, run: { ...given.config.run, model: at("whole/model") } },
  };
  await planStudy(asked);
  await expect(trainStudy(asked)).rejects.toThrow(/whose network is given \(run\.model\)/);
  const annotated = { ...asked, movies: { index: 0, count: 2 }, until: "annotate" } as const;
  await expect(studyShard(annotated)).rejects.toThrow(/whose network is given/);
}, 60_000);
