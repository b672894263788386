/**
 * A study of tiny movies, four disks each, with a short training: what is written, gone on with, replaced,
 * refused and said.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCsv } from "../../io/csv.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import { meanInterval, welchTest } from "../../stats/twosamples.js";
import { resolveConfig } from "../config/config.js";
import type { Config } from "../config/options.js";
import { reportRun } from "../run/reportagain.js";
import { run } from "../run/run.js";
import type { PipelineContext, PipelineEvent } from "../stage/events.js";
import { study } from "./study.js";

const [height, width] = [96, 96];
const centres = [
  [24, 24],
  [24, 70],
  [70, 24],
  [70, 70],
] as const;
let root = "";
const at = (name: string): string => join(root, name);

/** Four bright disks that move right by `speed` px a frame; the seed changes the noise. */
function writeMovie(name: string, speed: number, seed: number, frames = 3): void {
  mkdirSync(at(name), { recursive: true });
  for (let t = 0; t < frames; t++) {
    const data = Uint8Array.from({ length: height * width }, (_, i) => {
      const [y, x] = [Math.floor(i / width), (i % width) - speed * t];
      return (
        (centres.some(([cy, cx]) => (y - cy) ** 2 + (x - cx) ** 2 < 13 ** 2) ? 150 : 20) +
        ((i * 7919 + (t + 3 * seed) * 31) % 13)
      );
    });
    writeFileSync(at(`${name}/t${t}.tif`), encodeTiff([{ height, width, samples: 1, data }]));
  }
}

const table = (name: string): { header: string[]; rows: string[][] } =>
  parseCsv(readFileSync(at(name), "utf8"));
const numbers = ({ header, rows }: { header: string[]; rows: string[][] }, column: string): number[] =>
  rows.map((row) => Number(row[header.indexOf(column)]));
// So short a training makes the network find the disks, but not be sure of them.
const small = {
  train: { steps: 300, patch: 32, filters: 8, batch: 2 },
  segment: { probabilityThreshold: 0.1 },
  general: { threads: 1 },
  input: { pixelSize: 0.5, frameInterval: 60 },
};
const config = resolveConfig(small, "the test");
const sheet = "File;Condition;Replicate\r\nslow1;slow;1\r\nslow2;slow;2\r\nfast1;fast;3\r\nfast2;fast;4\r\n";

function listener(signal?: AbortSignal): PipelineContext & { done(): string[]; notices(): string[] } {
  const events: PipelineEvent[] = [];
  return {
    signal,
    onEvent: (event) => events.push(event),
    done: () =>
      events.flatMap((event) =>
        event.event === "done" && event.stage !== "read"
          ? [/^(slow|fast)_\d/.test(event.text) ? `${event.stage} ${event.text.slice(0, 6)}` : event.stage]
          : [],
      ),
    notices: () => events.flatMap((event) => (event.event === "notice" ? [event.text] : [])),
  };
}

function go(
  out: string,
  context: PipelineContext = {},
  {
    options = config,
    text = sheet,
    overwrite = false,
    retrain = false,
  }: { options?: Config; text?: string; overwrite?: boolean; retrain?: boolean } = {},
): ReturnType<typeof study> {
  writeFileSync(at("samples.csv"), text);
  return study({ samples: at("samples.csv"), out: at(out), config: options, overwrite, retrain }, context);
}

const perMovie = (stages: readonly string[]): string[] =>
  ["slow_1", "slow_2", "fast_3", "fast_4"].flatMap((name) => stages.map((stage) => `${stage} ${name}`));
const rest = ["segment", "track", "analyse", "figures", "report"];

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-study-"));
  for (const [name, speed, seed] of [
    ["slow1", 1, 1],
    ["slow2", 1, 2],
    ["fast1", 3, 3],
    ["fast2", 3, 4],
  ] as const)
    writeMovie(name, speed, seed);
});
afterAll(() => rmSync(root, { recursive: true }));

// Each movie of a study starts worker threads a few times over.
describe("study", { timeout: 300_000 }, () => {
  it(
    "annotates each movie, trains once, and does the rest of each movie with that network; then " +
      "nothing again",
    async () => {
      const first = listener();
      const { comparison, record } = await go("out", first);
      expect(first.done()).toEqual([
        ...perMovie(["annotate"]),
        "draw",
        "train",
        ...perMovie(rest),
        "compare",
        "report",
      ]);
      expect(readdirSync(at("out")).sort()).toEqual([
        "annotation",
        "comparison",
        "model",
        "report.html",
        "run.json",
        "samples",
      ]);
      expect(readdirSync(at("out/samples/slow_1")).sort()).toEqual([
        "annotation",
        "figures",
        "labels",
        "report.html",
        "run.json",
        "statistics",
        "tracks",
      ]);
      expect(readdirSync(at("out/annotation/images"))).toHaveLength(12);
      expect(comparison).toMatchObject({ conditions: ["slow", "fast"], design: "independent" });
      expect(comparison.warnings[0]).toMatch(
        /^There are fewer than three independent movies in slow \(2\), fast \(2\)/,
      );
      expect(first.notices()).toContain(comparison.warnings[0]);
      expect(record.inputs).toHaveLength(12);
      expect(JSON.parse(readFileSync(at("out/run.json"), "utf8"))).toEqual({
        format: "karyon-run",
        version: 1,
        ...(JSON.parse(JSON.stringify(record)) as object),
      });
      const second = listener();
      await go("out", second);
      expect(second.done()).toEqual([]);
    },
  );

  it("writes tables whose numbers are those of the movies, over movies", () => {
    const samples = table("out/comparison/samples.csv");
    expect(samples.rows.map((row) => row.slice(0, 4))).toEqual([
      ["slow_1", "slow", "1", "slow1"],
      ["slow_2", "slow", "2", "slow2"],
      ["fast_3", "fast", "3", "fast1"],
      ["fast_4", "fast", "4", "fast2"],
    ]);
    const quantity = "mean_speed_um_per_min";
    const speeds = numbers(samples, quantity);
    // 1 and 3 px a frame, of 0.5 µm; the outlines are rough.
    for (const [i, speed] of [0.5, 0.5, 1.5, 1.5].entries())
      expect(Math.abs(speeds[i]! - speed)).toBeLessThan(0.3);
    for (const [i, name] of ["slow_1", "slow_2", "fast_3", "fast_4"].entries()) {
      const summary = table(`out/samples/${name}/statistics/summary.csv`);
      expect(Number(summary.rows.find((row) => row[0] === quantity)![1])).toBe(speeds[i]);
    }
    const conditions = table("out/comparison/conditions.csv");
    const row = conditions.rows.find((cells) => cells[0] === quantity && cells[1] === "fast")!;
    const { low } = meanInterval(speeds.slice(2));
    expect([row[2], row[3], Number(row[4]), Number(row[6])]).toEqual([
      "2",
      "2",
      expect.closeTo((speeds[2]! + speeds[3]!) / 2, 6),
      expect.closeTo(low, 5),
    ]);
    const tests = table("out/comparison/tests.csv");
    const test = tests.rows.find((cells) => cells[0] === quantity)!;
    const { difference, p } = welchTest(speeds.slice(0, 2), speeds.slice(2));
    const cell = (name: string): string => test[tests.header.indexOf(name)]!;
    expect(Number(cell("difference"))).toBeCloseTo(difference, 6);
    expect(cell("p_t") === "" ? NaN : Number(cell("p_t"))).toBeCloseTo(p, 9);
    expect([cell("relabelings"), cell("note")]).toEqual(["6", "fewer than three replicates a condition"]);
    expect(existsSync(at("out/comparison/course_speed.png"))).toBe(true);
    expect(readdirSync(at("out/comparison")).filter((name) => name.endsWith(".svg"))).toEqual(
      expect.arrayContaining([
        "course_density.svg",
        "course_speed.svg",
        "median_area_um2.svg",
        "rose_1.svg",
        "rose_2.svg",
      ]),
    );
  });

  it(
    "reports warnings, samples with links, and that the movie is the unit; and each movie by " +
      "itself, with the shared network",
    async () => {
      const report = readFileSync(at("out/report.html"), "utf8");
      expect(report).toMatch(/class="warning"><b>Warning<\/b>There are fewer than three independent movies/);
      for (const name of ["slow_1", "fast_4"])
        expect(report).toContain(`<a href="samples/${name}/report.html">${name}</a>`);
      expect(report).toMatch(
        /The movie, not the cell, was the unit of replication \(movies per condition: slow: 2, fast: 2\)/,
      );
      expect(report).toMatch(/On such data of all movies of the study together/);
      rmSync(at("out/samples/slow_1/report.html"));
      await reportRun(at("out/samples/slow_1"));
      expect(readFileSync(at("out/samples/slow_1/report.html"), "utf8")).toMatch(
        /On such data of all movies of the study together/,
      );
    },
  );

  it("goes on where it was stopped, and does again what was lost", async () => {
    cpSync(at("out"), at("stopped"), { recursive: true });
    rmSync(at("stopped/model"), { recursive: true });
    // Once the new network is there, all movies are segmented again: it need not be the same.
    const controller = new AbortController();
    let segmented = 0;
    const context: PipelineContext = {
      signal: controller.signal,
      onEvent: (event) => {
        if (event.event === "done" && event.stage === "segment" && ++segmented === 2) controller.abort();
      },
    };
    await expect(go("stopped", context)).rejects.toMatchObject({ kind: "Cancelled" });
    expect(readdirSync(at("stopped/samples/slow_2")).sort()).toEqual(["annotation", "labels", "run.json"]);
    const again = listener();
    await go("stopped", again);
    expect(again.done()).toEqual([
      ...perMovie(rest).filter((name) => !name.endsWith("slow_1") && name !== "segment slow_2"),
      "compare",
      "report",
    ]);
    expect(
      readFileSync(at("stopped/comparison/samples.csv")).equals(
        readFileSync(at("out/comparison/samples.csv")),
      ),
    ).toBe(true);
    rmSync(at("stopped/samples/fast_3/tracks"), { recursive: true });
    const third = listener();
    await go("stopped", third);
    // What is made again from the same is the same: the comparison stands.
    expect(third.done()).toEqual(["track fast_3", "analyse fast_3", "figures fast_3", "report fast_3"]);
  });

  it("compares in another way without any other work", async () => {
    cpSync(at("out"), at("paired"), { recursive: true });
    const context = listener();
    const text = sheet.replace("fast;3", "fast;1").replace("fast;4", "fast;2");
    const numbered = await go("paired", context, { text, overwrite: true });
    expect(numbered.comparison.design).toBe("independent");
    expect(context.done()).toEqual(["draw", "compare", "report"]);
    expect(context.notices().join()).toMatch(/independent, although every condition has the same names/);
    const again = listener();
    const { comparison } = await go("paired", again, {
      text,
      options: resolveConfig({ ...small, study: { paired: true } }, "the test"),
    });
    expect([again.done(), comparison.design]).toEqual([["compare", "report"], "paired"]);
    expect(again.notices().join()).toMatch(/Tests are paired by replicate, as requested/);
  });

  it("refuses other samples or options by name, and keeps what still holds when told to replace", async () => {
    const renamed = sheet.replaceAll(";fast;", ";drug;");
    await expect(go("out", {}, { text: renamed })).rejects.toThrow(
      /out was made differently: samples\.2\.condition \("fast" before, "drug" now\).*overwrite: true/,
    );
    await expect(
      go("out", {}, { options: resolveConfig({ ...small, track: { gap: 0 } }, "the test") }),
    ).rejects.toThrow(/out was made differently: track\.gap \(1 before, 0 now\)/);
    await expect(run({ inputs: [at("slow1")], out: at("out"), config, overwrite: true })).rejects.toThrow(
      /holds the result of karyon study, which karyon run does not replace/,
    );
    const model = statSync(at("out/model/model.onnx")).mtimeMs;
    const context = listener();
    await go("out", context, { text: renamed, overwrite: true });
    // Only a label is another: movies and network stay as they are.
    expect(context.done()).toEqual(["draw", "compare", "report"]);
    expect(readdirSync(at("out/samples")).sort()).toEqual(["drug_3", "drug_4", "slow_1", "slow_2"]);
    expect(statSync(at("out/model/model.onnx")).mtimeMs).toBe(model);
    expect(readFileSync(at("out/annotation/drawn.csv"), "utf8")).toMatch(/drug_3_t0,drug_3,drug,t0/);
    // A movie less: it goes, and the network is another.
    const fewer = listener();
    const text = renamed.replace(/fast2.*\r\n/, "");
    await expect(go("out", {}, { text, overwrite: true })).rejects.toThrow(
      /model holds a network that was trained on other data; give overwrite: true and retrain: true/,
    );
    expect(statSync(at("out/model/model.onnx")).mtimeMs).toBe(model);
    await go("out", fewer, { text, overwrite: true, retrain: true });
    expect(existsSync(at("out/samples/drug_4"))).toBe(false);
    expect(fewer.done().filter((name) => !name.includes("_"))).toEqual(
      expect.arrayContaining(["draw", "train", "compare", "report"]),
    );
    expect(fewer.done().filter((name) => name.startsWith("annotate"))).toEqual([]);
  });

  it("takes a given network, and independent images, of one condition", async () => {
    const context = listener();
    const options = resolveConfig(
      { ...small, input: { kind: "images", pixelSize: 0.5 }, run: { model: at("out/model") } },
      "the test",
    );
    const { comparison } = await go("given", context, {
      options,
      text: "file,condition\nslow1,all\nslow2,all\nfast1,all\n",
    });
    expect(readdirSync(at("given")).sort()).toEqual(["comparison", "report.html", "run.json", "samples"]);
    expect(readdirSync(at("given/comparison"))).not.toContain("tests.csv");
    expect([comparison.tests, comparison.warnings, context.notices()]).toEqual([
      [],
      [],
      expect.arrayContaining(["There is only one condition, so nothing is compared."]),
    ]);
    expect(comparison.quantities).toEqual([
      "mean_nuclei_per_frame",
      "mean_density_per_mm2",
      "median_area_um2",
      "mean_neighbours",
      "median_nearest_distance_um",
    ]);
    expect(readFileSync(at("given/report.html"), "utf8")).toMatch(
      /On other images, earlier, a StarDist network/,
    );
  });

  it("refuses before any work what cannot be compared", async () => {
    const plain = resolveConfig({ ...small, input: {} }, "the test");
    await expect(
      go("never", {}, { options: plain, text: "file,condition,pixel_size_um\nslow1,a,0.5\nfast1,b,\n" }),
    ).rejects.toThrow(
      /samples\.csv, line 3 \(b_fast1\): expected lengths in the unit of line 2 \(pixel size 0\.5 µm\), received a pixel size of none; px and µm cannot be compared/,
    );
    await expect(
      go("never", {}, { options: plain, text: "file,condition,frame_interval_s\nslow1,a,60\nfast1,b,\n" }),
    ).rejects.toThrow(/line 3 \(b_fast1\): expected times in the unit of line 2 \(frame interval 60 s\)/);
    await expect(go("never", {}, { text: "file,condition\nslow1,a\nslow2/t0.tif,b\n" })).rejects.toThrow(
      /line 3 \(b_t0\): expected a movie, as in line 2, received images without a course in time/,
    );
    await expect(go("never", {}, { text: "file,condition\nslow1,a\nslow1/t*.tif,b\n" })).rejects.toThrow(
      /line 3 \(b_t_\): expected images of its own, received .*t0\.tif, which line 2 holds, too/,
    );
    await expect(go("never", {}, { text: "file,condition\nslow1,a\nnothing,b\n" })).rejects.toThrow(
      /line 3, column file/,
    );
    await expect(
      go("never", {}, { options: resolveConfig({ train: { patch: 50 } }, "the test") }),
    ).rejects.toThrow(/train\.patch/);
    expect(existsSync(at("never"))).toBe(false);
  });

  it("warns of movies that differ in pixel size, interval or length", async () => {
    writeMovie("long", 1, 5, 5);
    const context = listener();
    const options = resolveConfig({ ...small, run: { model: at("out/model") } }, "the test");
    await go("uneven", context, {
      options,
      text: "file,condition,pixel_size_um,frame_interval_s\nslow1,a,0.5,60\nlong,b,0.25,30\n",
    });
    expect(context.notices()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/differ in pixel size \(0\.25 to 0\.5 µm\)/),
        expect.stringMatching(/differ in their frame interval \(30 to 60 s\)/),
        expect.stringMatching(/have 3 to 5 frames/),
        expect.stringMatching(/a \(1\), b \(1\): .*with fewer than two movies there are none/),
      ]),
    );
    expect(table("uneven/comparison/tests.csv").rows[0]!.at(-1)).toBe(
      "not available: fewer than two replicates a condition",
    );
  });
});
