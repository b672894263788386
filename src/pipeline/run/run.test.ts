/**
 * The pipeline on a movie of four frames with four nuclei each, and a training of three steps: what is
 * written, kept, replaced and said.
 */
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeTiff } from "../../io/tiff/encode.js";
import { resolveConfig } from "../config/config.js";
import type { Config } from "../config/options.js";
import { reportRun } from "./reportagain.js";
import type { PipelineContext, PipelineEvent } from "../stage/events.js";
import { readRun } from "../store/provenance.js";
import { annotate, segmentImages } from "./commands.js";
import { demo } from "./demo.js";
import { run } from "./run.js";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-run-"));
  mkdirSync(at("movie"));
  for (const t of [0, 1, 2, 3]) writeFileSync(at(`movie/t${t}.tif`), frame(t));
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

/** Four bright disks on a background whose noise has a long period; they move by a pixel a frame. */
function grey(i: number, t: number): number {
  const [y, x] = [Math.floor(i / width), (i % width) - t];
  return (
    (centres.some(([cy, cx]) => (y - cy) ** 2 + (x - cx) ** 2 < 13 ** 2) ? 150 : 20) +
    ((i * 7919 + t * 31) % 13)
  );
}
const plane = <D extends Uint8Array | Float32Array>(
  data: D,
): { height: number; width: number; samples: number; data: D } => ({ height, width, samples: 1, data });
const frame = (t: number): Uint8Array =>
  encodeTiff([plane(Uint8Array.from({ length: height * width }, (_, i) => grey(i, t)))]);

const small = { train: { steps: 3, patch: 32, filters: 4, batch: 1 }, general: { threads: 1 } };
const config = resolveConfig(small, "the test");

function listener(
  signal?: AbortSignal,
): PipelineContext & { readonly events: PipelineEvent[]; done(): string[]; notices(): string[] } {
  const events: PipelineEvent[] = [];
  const texts = <K extends PipelineEvent["event"]>(kind: K): Extract<PipelineEvent, { event: K }>[] =>
    events.filter((event): event is Extract<PipelineEvent, { event: K }> => event.event === kind);
  return {
    events,
    signal,
    onEvent: (event) => events.push(event),
    done: () => texts("done").map(({ stage }) => stage),
    notices: () => texts("notice").map(({ text }) => text),
  };
}

const go = (
  out: string,
  context: PipelineContext = {},
  options: Config = config,
  inputs = [at("movie")],
  overwrite = false,
): ReturnType<typeof run> => run({ inputs, out: at(out), config: options, overwrite }, context);

describe("run", () => {
  it("does every stage once, then none, and those after a lost one again", async () => {
    const first = listener();
    const { record } = await go("out", first);
    expect(first.done()).toEqual([
      "read",
      "annotate",
      "train",
      "segment",
      "track",
      "analyse",
      "figures",
      "report",
    ]);
    expect(readdirSync(at("out")).sort()).toEqual([
      "annotation",
      "figures",
      "labels",
      "model",
      "report.html",
      "run.json",
      "statistics",
      "tracks",
    ]);
    const figures = readdirSync(at("out/figures"));
    for (const name of [
      "training",
      "density_over_time",
      "mean_squared_displacement",
      "direction_of_tracks",
      "speed_and_straightness",
      "tracks_still",
    ]) {
      expect(figures).toEqual(expect.arrayContaining([`${name}.svg`, `${name}.png`]));
    }
    expect(figures.filter((name) => /^tracks\.(mp4|webm|png)$/.test(name))).toHaveLength(1);
    const report = readFileSync(at("out/report.html"), "utf8");
    expect(report).toMatch(/<a href="figures\/tracks\.(mp4|webm|png)">/);
    expect(report).toContain('id="track-data"');
    expect(record.notices).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/are read as a movie/),
        expect.stringMatching(/No pixel size/),
      ]),
    );
    expect(record).toEqual(readRun(at("out")));
    const second = listener();
    await go("out", second);
    expect(second.done()).toEqual(["read"]);
    rmSync(at("out/statistics"), { recursive: true });
    const third = listener();
    await go("out", third);
    expect(third.done()).toEqual(["read", "analyse", "figures", "report"]);
  });

  it(
    "goes on with inputs that are named differently or have been moved, and with another number " +
      "of threads",
    async () => {
      cpSync(at("movie"), at("moved"), { recursive: true });
      const context = listener();
      await go("out", context, resolveConfig({ ...small, general: { threads: 2 } }, "the test"), [
        relative(process.cwd(), at("moved")),
      ]);
      expect(context.done()).toEqual(["read"]);
    },
  );

  it("refuses other inputs or options by name, and replaces its own stages only when told to", async () => {
    const other = resolveConfig({ ...small, track: { gap: 0 } }, "the test");
    await expect(go("out", {}, other)).rejects.toThrow(
      /made differently: track\.gap \(1 before, 0 now\).*overwrite: true/,
    );
    await expect(go("out", {}, config, [at("movie/t0.tif"), at("movie/t1.tif")])).rejects.toThrow(
      /the input .*t2\.tif is no longer there/,
    );
    writeFileSync(at("out/notes.txt"), "mine");
    await go("out", {}, other, [at("movie")], true);
    expect(readFileSync(at("out/notes.txt"), "utf8")).toBe("mine");
    expect(readRun(at("out"))!.configuration).toMatchObject({ track: { gap: 0 } });
  });

  it("leaves the results of other commands alone, even when told to overwrite", async () => {
    await annotate({ inputs: [at("movie")], out: at("dataset"), config, overwrite: false });
    await expect(go("dataset", {}, config, [at("movie")], true)).rejects.toThrow(
      /holds the result of karyon annotate, which karyon run does not replace/,
    );
    await expect(
      annotate({ inputs: [at("movie")], out: at("out"), config, overwrite: true }),
    ).rejects.toThrow(/holds the result of karyon run/);
    await expect(demo(at("out"), config)).rejects.toThrow(
      /holds the result of karyon run, which karyon demo does not replace/,
    );
    expect(existsSync(at("out/report.html"))).toBe(true);
  });

  it("does not take its own output for input", async () => {
    await expect(
      annotate({ inputs: [at("dataset/images")], out: at("dataset"), config, overwrite: true }),
    ).rejects.toThrow(/expected images outside of the output folder, received 4 files/);
    const context = listener();
    const { images } = await annotate(
      {
        inputs: [at("**/t?.tif")],
        out: at("dataset"),
        config: resolveConfig({ ...small, input: { kind: "images" } }, "the test"),
        overwrite: true,
      },
      context,
    );
    expect(images.some(({ name }) => name.startsWith("masks"))).toBe(true);
    expect(context.notices().join()).toMatch(/Files in the output folder .*dataset are not read: 12 files/);
  });

  it("refuses before the first stage what would stop the training", async () => {
    await expect(go("never", {}, resolveConfig({ train: { patch: 50 } }, "the test"))).rejects.toThrow(
      /train\.patch: expected a multiple of 16/,
    );
    expect(existsSync(at("never"))).toBe(false);
  });

  it("keeps finished stages and the state of the training, and nothing half done, when it is stopped", async () => {
    const longer = resolveConfig({ ...small, train: { ...small.train, steps: 60 } }, "the test");
    const controller = new AbortController();
    // The first epoch ends with the fifth step.
    const context: PipelineContext = {
      signal: controller.signal,
      onEvent: (event) => {
        if (event.event === "progress" && event.stage === "train" && event.done >= 5) controller.abort();
      },
    };
    await expect(go("stopped", context, longer)).rejects.toMatchObject({ kind: "Cancelled" });
    expect(readdirSync(at("stopped")).sort()).toEqual([".model.checkpoint", "annotation", "run.json"]);
    const again = listener();
    await go("stopped", again, longer);
    expect(again.done()).toEqual(["read", "train", "segment", "track", "analyse", "figures", "report"]);
    expect(again.notices()).toContainEqual(expect.stringMatching(/^Continuing after step \d+ of 60\.$/));
    expect(existsSync(at("stopped/.model.checkpoint"))).toBe(false);
  });

  it("counts pixels without a value, once each", async () => {
    const values = Float32Array.from({ length: height * width }, (_, i) => (i < 5 ? NaN : grey(i, 0)));
    mkdirSync(at("nan"));
    writeFileSync(at("nan/a.tif"), encodeTiff([plane(values)]));
    const context = listener();
    await go("nan-out", context, config, [at("nan")]);
    expect(readRun(at("nan-out"))!.notices.filter((text) => text.includes("NaN"))).toEqual([
      "a: 5 pixels of 9216 have no value (NaN or infinite) and are left out.",
    ]);
    expect(context.notices().filter((text) => text.includes("NaN"))).toHaveLength(1);
    expect(context.notices()).toContain("A single image: there is nothing to track.");
  });

  it("says in the report that the training went on from a model, and with which rate", async () => {
    // A patch of 20 px fits this network only: what the report says must not be worked out without the model.
    await go("base", {}, resolveConfig({ ...small, train: { ...small.train, depth: 1 } }, "the test"));
    await go(
      "further",
      {},
      resolveConfig(
        { ...small, train: { ...small.train, patch: 20, steps: 40, from: at("base/model") } },
        "the test",
      ),
    );
    const methods =
      /was trained further, from the weights of an earlier model: a U-Net .* of depth 1 .* for 40 steps .* learning rate of at most 0\.0003,/;
    expect(readFileSync(at("further/report.html"), "utf8")).toMatch(methods);
    expect(readFileSync(at("base/report.html"), "utf8")).toMatch(
      /was trained from scratch: .* for 3 steps .* at most 0\.001,/,
    );
  });

  it(
    "refuses to go on from a model in the folder that it is to write: it would be removed before " +
      "it is read",
    async () => {
      const model = at("kept/model");
      mkdirSync(model, { recursive: true });
      writeFileSync(join(model, "model.onnx"), "weights");
      const attempt = go(
        "kept",
        {},
        resolveConfig({ ...small, train: { ...small.train, from: model } }, "the test"),
        [at("movie")],
        true,
      );
      await expect(attempt).rejects.toThrow(
        /^train\.from: expected a model outside of .*model, which is replaced, received .*model; choose another output folder, or copy the model\.$/,
      );
      expect(existsSync(join(model, "model.onnx"))).toBe(true);
    },
  );

  it(
    "segments with a given model instead of annotating and training, and goes on when that model " +
      "was moved, but not when it is another",
    async () => {
      const withModel = (model: string): Config =>
        resolveConfig({ ...small, run: { model: at(model) } }, "the test");
      cpSync(at("out/model"), at("lent"), { recursive: true });
      const first = listener();
      await go("used", first, withModel("lent"));
      expect(first.done()).toEqual(["read", "segment", "track", "analyse", "figures", "report"]);
      expect(readdirSync(at("used")).sort()).toEqual([
        "figures",
        "labels",
        "report.html",
        "run.json",
        "statistics",
        "tracks",
      ]);
      expect(readRun(at("used"))!.model!.map(({ file }) => file)).toEqual([
        "../lent/model.onnx",
        "../lent/model.json",
      ]);
      const report = readFileSync(at("used/report.html"), "utf8");
      expect(report).toMatch(/On other images, earlier, a StarDist network .* was trained from scratch/);
      expect(report).not.toMatch(/Training data were made automatically/);
      await reportRun(at("used"));
      expect(readFileSync(at("used/labels/t0.tif")).equals(readFileSync(at("out/labels/t0.tif")))).toBe(true);
      cpSync(at("lent"), at("elsewhere"), { recursive: true });
      const again = listener();
      await go("used", again, withModel("elsewhere"));
      expect(again.done()).toEqual(["read"]);
      writeFileSync(at("elsewhere/model.json"), `${readFileSync(at("elsewhere/model.json"), "utf8")} `);
      await expect(go("used", {}, withModel("elsewhere"))).rejects.toThrow(
        /used was made differently: another model \(run\.model\) before;/,
      );
      await expect(go("used")).rejects.toThrow(
        /made differently: an existing model \(run\.model\) before, none now/,
      );
      await expect(go("out", {}, withModel("lent"))).rejects.toThrow(
        /made differently: .*no model before, an existing one \(run\.model\) now/,
      );
      await expect(go("out", {}, withModel("out/model"), [at("movie")], true)).rejects.toThrow(
        /^run\.model: expected a model outside of .*out.model, which is replaced/,
      );
      // One that was kept beside the model of a run is never replaced.
      cpSync(at("lent"), at("used/models/kept"), { recursive: true });
      await go("used", {}, withModel("used/models/kept"));
      expect(readRun(at("used"))!.model!.map(({ file }) => file)).toEqual([
        "../lent/model.onnx",
        "../lent/model.json",
      ]);
      await expect(
        go(
          "never",
          {},
          resolveConfig({ train: { from: at("lent") }, run: { model: at("lent") } }, "the test"),
        ),
      ).rejects.toThrow(/^run\.model: expected either a model to use/);
      await expect(go("never", {}, withModel("movie"))).rejects.toThrow(
        /expected a model folder with model\.onnx and model\.json/,
      );
      expect(existsSync(at("never"))).toBe(false);
    },
  );

  it("writes the report again from any folder, and only of a run that is finished", async () => {
    rmSync(at("out/report.html"));
    const figures = (): string[] =>
      readdirSync(at("out/figures"))
        .filter((name) => !/^tracks\.(mp4|webm)$/.test(name))
        .map(
          (name) =>
            `${name} ${createHash("sha256")
              .update(readFileSync(at(`out/figures/${name}`)))
              .digest("hex")}`,
        );
    const before = figures();
    const here = process.cwd();
    try {
      process.chdir(at("movie"));
      await reportRun("../out");
    } finally {
      process.chdir(here);
    }
    expect(readFileSync(at("out/report.html"), "utf8")).toContain("</html>");
    expect(figures()).toEqual(before);
    await expect(reportRun(at("movie"))).rejects.toThrow(/expected the output folder of karyon run/);
    rmSync(at("out/labels"), { recursive: true });
    await expect(reportRun(at("out"))).rejects.toThrow(/labels: expected a finished run/);
  });
});

describe("annotate", () => {
  it("names the size of the nuclei that were found, not of the last image that has none", async () => {
    mkdirSync(at("mixed"));
    writeFileSync(at("mixed/a.tif"), frame(0));
    writeFileSync(
      at("mixed/b.tif"),
      encodeTiff([{ height: 50, width: 50, samples: 1, data: new Uint8Array(50 * 50) }]),
    );
    const context = listener();
    await annotate(
      {
        inputs: [at("mixed")],
        out: at("mixed-out"),
        config: resolveConfig({ annotate: { preset: "paper" } }, "the test"),
        overwrite: false,
      },
      context,
    );
    expect(context.events.at(-1)).toMatchObject({
      event: "done",
      text: "4 of 4 objects are certain nuclei, diameter 26 px",
    });
  });
});

describe("single steps", () => {
  it("stop when told to, leaving nothing behind", async () => {
    const stopAt = (stage: string): PipelineContext => {
      const controller = new AbortController();
      return {
        signal: controller.signal,
        onEvent: (event) => {
          if (event.event === "stage" && event.stage === stage) controller.abort();
        },
      };
    };
    for (const stage of ["read", "annotate"])
      await expect(
        annotate({ inputs: [at("movie")], out: at("s1"), config, overwrite: false }, stopAt(stage)),
      ).rejects.toMatchObject({ kind: "Cancelled" });
    for (const stage of ["read", "segment"])
      await expect(
        segmentImages(
          { model: at("out/model"), inputs: [at("movie")], out: at("s2"), config, overwrite: false },
          stopAt(stage),
        ),
      ).rejects.toMatchObject({ kind: "Cancelled" });
    expect(readdirSync(root).filter((name) => /s1|s2/.test(name))).toEqual([]);
  });

  it("end with a sentence when an overlay cannot be written, not with the program", async () => {
    const blocked: PipelineContext = {
      // A folder takes the place of the first overlay while the work goes on.
      onEvent: ({ event }) => {
        const unfinished = readdirSync(root).find((name) => /^\.s3\..*\.unfinished$/.test(name));
        if (event === "progress" && unfinished !== undefined)
          mkdirSync(at(join(unfinished, "overlays/t0.png/x")), { recursive: true });
      },
    };
    await expect(
      segmentImages(
        { model: at("out/model"), inputs: [at("movie")], out: at("s3"), config, overwrite: false },
        blocked,
      ),
    ).rejects.toThrow(/t0\.png could not be written: a folder of that name is in the way/);
    expect(readdirSync(root).filter((name) => name.includes("s3"))).toEqual([]);
  });

  it("say which file of a model is missing or broken", async () => {
    mkdirSync(at("model"));
    const attempt = (): Promise<unknown> =>
      segmentImages({ model: at("model"), inputs: [at("movie")], out: at("s4"), config, overwrite: false });
    await expect(attempt()).rejects.toThrow(
      /expected a model folder with model\.onnx and model\.json, received no model\.onnx/,
    );
    cpSync(at("out/model/model.json"), at("model/model.json"));
    writeFileSync(at("model/model.onnx"), "not a network");
    await expect(attempt()).rejects.toThrow(/model\.onnx: the ONNX runtime refused the model/);
    writeFileSync(at("model/model.json"), "{}");
    await expect(attempt()).rejects.toMatchObject({
      kind: expect.stringMatching(/CorruptFile|InvalidInput/) as string,
    });
  });
});
