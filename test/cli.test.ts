/** The command line as a user meets it: a whole run, the steps after it, and options. */
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { commandLine, expectRefusal } from "./commandline.js";

const cli = commandLine();

/** Whole runs in processes of their own, each with a limit itself: see `commandLine`. */
const timeout = 300_000;

describe("karyon run", { timeout }, () => {
  const small = ["--steps", "40", "--patch", "64", "--filters", "16", "--seed", "3"];

  it("goes from raw frames to the report in one command", () => {
    const result = cli.karyon("run", "movie/01", "-o", "out", ...small);
    expect(result.err).toMatch(/read: 01, a movie of 4 frames in 4 files/);
    expect(result.err).toMatch(/annotate: .*certain nuclei/);
    expect(result.out).toContain(join("out", "report.html"));
    expect(result.code).toBe(0);
    expect(readdirSync(join(cli.folder, "out")).sort()).toEqual([
      "annotation",
      "figures",
      "labels",
      "model",
      "report.html",
      "run.json",
      "statistics",
      "tracks",
    ]);
    expect(readdirSync(join(cli.folder, "out", "annotation", "masks"))).toEqual([
      "t000.tif",
      "t001.tif",
      "t002.tif",
      "t003.tif",
    ]);
    expect(readdirSync(join(cli.folder, "out", "annotation", "candidates"))).toEqual([
      "t000.tif",
      "t001.tif",
      "t002.tif",
      "t003.tif",
    ]);
    expect(cli.lines("out/annotation/objects.csv").length).toBeGreaterThan(10);
    // The documents explain every column, in the order of the file.
    const explained = readFileSync(new URL("../docs/annotation.md", import.meta.url), "utf8")
      .split("| column |")[1]!
      .split("\n\n")[0]!
      .split("\n")
      .slice(2)
      .flatMap((row) => [...row.split("|")[1]!.matchAll(/`(\w+)`/g)].map((match) => match[1]));
    expect(cli.lines("out/annotation/objects.csv")[0]!.split(",")).toEqual(explained);
    expect(cli.lines("out/model/training.csv").length).toBeGreaterThan(2);
    const record = JSON.parse(readFileSync(join(cli.folder, "out", "run.json"), "utf8")) as {
      stages: object;
      inputs: { sha256: string }[];
      configuration: { train: { steps: number } };
    };
    expect(Object.keys(record.stages)).toEqual([
      "annotate",
      "train",
      "segment",
      "track",
      "analyse",
      "figures",
      "report",
    ]);
    expect(record.inputs.map(({ sha256 }) => sha256.length)).toEqual([64, 64, 64, 64]);
    expect(record.configuration.train.steps).toBe(40);
    expect(readFileSync(join(cli.folder, "out", "report.html"), "utf8")).toContain("Englbrecht");
  });

  it("does nothing again when all stages are finished, and only the missing ones when not", () => {
    const made = ["annotation/objects.csv", "model/model.onnx", "labels/objects.csv"].map((name) =>
      join(cli.folder, "out", name),
    );
    const before = made.map((path) => statSync(path).mtimeMs);
    rmSync(join(cli.folder, "out", "tracks"), { recursive: true });
    const result = cli.karyon("run", "movie/01", "-o", "out", ...small);
    expect(result.code).toBe(0);
    expect(result.err).toMatch(/continues after them/);
    // A finished stage has this line and no other: nothing of its progress, nothing of its end.
    for (const stage of ["annotate", "train", "segment"])
      expect(result.err.split("\n").filter((line) => line.startsWith(`${stage}: `))).toEqual([
        expect.stringMatching(/ \(finished before\)$/),
      ]);
    expect(result.err).toMatch(/^track: /m);
    expect(result.err).not.toMatch(/^track: .*\(finished before\)$/m);
    expect(existsSync(join(cli.folder, "out", "tracks", "res_track.txt"))).toBe(true);
    expect(made.map((path) => statSync(path).mtimeMs)).toEqual(before);
  });

  it("refuses another configuration in the same folder and names the difference", () => {
    expectRefusal(
      cli.karyon("run", "movie/01", "-o", "out", ...small, "--batch", "2"),
      /out was made differently: --batch \(undefined before, 2 now\).*--overwrite/,
    );
    expect(existsSync(join(cli.folder, "out", "report.html"))).toBe(true);
  });

  it("refuses other inputs in the same folder and names them", () => {
    expectRefusal(
      cli.karyon("run", "movie/01/t000.tif", "movie/01/t001.tif", "-o", "out", ...small),
      /no longer there/,
    );
  });

  it("gives the same labels and tracks for the same seed", () => {
    expect(cli.karyon("run", "movie/01", "-o", "again", ...small).code).toBe(0);
    for (const file of [
      "labels/t002.tif",
      "tracks/res_track.txt",
      "annotation/objects.csv",
      "model/model.onnx",
    ]) {
      expect(
        readFileSync(join(cli.folder, "again", file)).equals(readFileSync(join(cli.folder, "out", file))),
        file,
      ).toBe(true);
    }
  });

  it("writes tracks that the single steps read again", () => {
    expect(
      cli.karyon("analyse", "out/tracks", "-o", "statistics", "--pixel-size", "0.5", "--frame-interval", "60")
        .code,
    ).toBe(0);
    expect(readFileSync(join(cli.folder, "statistics", "statistics.json"), "utf8")).toContain("µm");
    const scored = cli.karyon(
      "evaluate",
      "--tracks",
      "movie/01_GT/TRA",
      "out/tracks",
      "--csv",
      "tracks.csv",
      "--save-json",
      "tracks.json",
    );
    expect(scored.out).toMatch(/TRA/);
    expect(cli.lines("tracks.csv")).toContainEqual(expect.stringMatching(/^TRA,\d/));
    expect(JSON.parse(readFileSync(join(cli.folder, "tracks.json"), "utf8"))).toHaveProperty("TRA");
    expect(scored.code).toBe(0);
  });

  it("scores labels against the truth as a table and as CSV", () => {
    const result = cli.karyon("evaluate", "movie/01_GT/SEG", "out/labels", "--csv", "scores.csv");
    expect(result.out).toMatch(/IoU\s+TP\s+FP\s+FN/);
    expect(cli.lines("scores.csv").length).toBe(1 + 5 * 10);
  });

  it("says why an object was kept or rejected, and scores what was kept", () => {
    const table = cli.lines("out/annotation/objects.csv").map((line) => line.split(","));
    const column = (name: string): number => table[0]!.indexOf(name);
    const row = (kept: string): string[] =>
      table.find((cells) => cells[column("image")] === "t000" && cells[column("kept")] === kept)!;
    const pixel = (cells: string[]): string =>
      `${Math.round(Number(cells[column("y_px")]))},${Math.round(Number(cells[column("x_px")]))}`;
    const kept = cli.karyon(
      "annotate",
      "movie/01",
      "-o",
      "explained",
      "--explain",
      pixel(row("1")),
      "--compare",
      "movie/01_GT/SEG",
    );
    expect(kept.out).toMatch(
      /t000, pixel \(\d+, \d+\): candidate \d+ kept as nucleus \d+, certainty [01]\.\d+\.\narea_px2 \d+ \(median of the kept \d+\)\./,
    );
    expect(kept.out).toMatch(
      /^Kept nuclei of 4 images against the truth\.\nUnknown pixels[\s\S]*IoU\s+TP\s+FP\s+FN[\s\S]*pixel scores: Dice/m,
    );
    const rejected = cli.karyon(
      "annotate",
      "movie/01",
      "-o",
      "explained",
      "--overwrite",
      "--explain",
      pixel(row("0")),
    );
    expect(rejected.out).toMatch(/candidate \d+ rejected: \w+/);
    expectRefusal(
      cli.karyon("annotate", "movie/01", "-o", "never", "--explain", "here"),
      /--explain: expected row and column of a pixel/,
    );
    expectRefusal(
      cli.karyon("annotate", "movie/01", "-o", "explained", "--overwrite", "--explain", "1,9999"),
      /--explain: expected a pixel within 256 x 256/,
    );
  });

  it(
    "scores what was annotated where the truth holds more, or is one file, but says before the " +
      "work when there is none",
    () => {
      const part = cli.karyon("annotate", "movie/01/t002.tif", "-o", "part", "--compare", "movie/01_GT/SEG");
      expect(part.out).toMatch(
        /^Kept nuclei of 1 image against the truth; 3 true label images unused, whose image was not annotated\.$/m,
      );
      expect(part.err).toMatch(/note: 3 true label images of .*SEG are left unused/);
      const one = cli.karyon(
        "annotate",
        "movie/01/t002.tif",
        "-o",
        "part",
        "--overwrite",
        "--compare",
        "movie/01_GT/SEG/man_seg002.tif",
      );
      expect([one.code, one.out]).toEqual([
        0,
        part.out.replace("; 3 true label images unused, whose image was not annotated", ""),
      ]);
      expectRefusal(
        cli.karyon("evaluate", "movie/01_GT/SEG", "part/masks"),
        /expected labels for man_seg000/,
      );
      expectRefusal(
        cli.karyon("annotate", "movie/01/t002.tif", "-o", "never", "--compare", "nowhere"),
        /nowhere: expected a label image or a folder of them/,
      );
      expect(existsSync(join(cli.folder, "never"))).toBe(false);
    },
  );

  it("packs the model for other programs, once, and says what is missing or wrong", () => {
    const made = cli.karyon(
      "export-model",
      "out/model",
      "--format",
      "bioimageio",
      "-o",
      "model.zip",
      "--author",
      "Ada Lovelace; Marie Curie",
    );
    expect([made.code, made.out]).toEqual([0, "Package: model.zip\n"]);
    expect(made.err).toMatch(
      /^export-model: 8 files, [\d.]+ MiB; nuclei found in the simulated test image: \d+/m,
    );
    expect(made.err).not.toMatch(/No author/);
    const files = unzipSync(new Uint8Array(readFileSync(join(cli.folder, "model.zip"))));
    expect(new TextDecoder().decode(files["bioimageio.yaml"])).toMatch(
      /^authors:\n {2}- name: Ada Lovelace\n {2}- name: Marie Curie\n/m,
    );
    expectRefusal(
      cli.karyon("export-model", "out/model", "-o", "model.zip"),
      /model\.zip is an earlier package/,
    );
    expect(cli.karyon("export-model", "out/model", "-o", "model.zip", "--overwrite").err).toMatch(
      /note: No author is named/,
    );
    expectRefusal(
      cli.karyon("export-model", "out/model", "-o", "x.zip", "--format", "tar"),
      /--format: expected bioimageio, received tar/,
    );
    expectRefusal(cli.karyon("export-model", "out/labels", "-o", "x.zip"), /labels: expected a model folder/);
    expect(existsSync(join(cli.folder, "x.zip"))).toBe(false);
  });

  it("writes the report again", () => {
    rmSync(join(cli.folder, "out", "report.html"));
    expect(cli.karyon("report", "out").code).toBe(0);
    expect(existsSync(join(cli.folder, "out", "report.html"))).toBe(true);
  });

  it("prints JSON lines when asked", () => {
    const result = cli.karyon("track", "out/labels", "-o", "tracks2", "--json");
    const events = result.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string });
    expect(events[0]!.event).toBe("stage");
    expect(events.at(-1)!.event).toBe("result");
  });
});

describe("bad input", () => {
  it("names the images that a model cannot find", () => {
    expectRefusal(cli.karyon("segment", "out/model", "nowhere", "-o", "x1"), /nowhere: /);
    expect(existsSync(join(cli.folder, "x1"))).toBe(false);
  });
});

describe("options", { timeout }, () => {
  it("of every command may stand in the configuration, and a flag wins over it", () => {
    writeFileSync(
      join(cli.folder, "all.yaml"),
      "simulate: { frames: 2, size: 64, bits: 16 }\ngeneral: { seed: 9 }\nevaluate: { errors: 0 }\n",
    );
    expect(cli.karyon("simulate", "-o", "small", "--config", "all.yaml", "--size", "96").err).toMatch(
      /2 frames of 96 x 96 px/,
    );
    const { configuration } = JSON.parse(readFileSync(join(cli.folder, "small", "run.json"), "utf8")) as {
      configuration: { simulate: object };
    };
    expect(configuration.simulate).toMatchObject({ frames: 2, height: 96, bits: 16, seed: 9 });
    expect(cli.karyon("evaluate", "movie/01_GT/SEG", "movie/01_GT/TRA", "--config", "all.yaml").out).toMatch(
      /missed: 0$/m,
    );
    expectRefusal(
      cli.karyon("simulate", "-o", "none", "--frames", "few"),
      /--frames: expected number, received "few"; see karyon simulate --help\.$/m,
    );
  });

  it("--threads changes nothing in annotation, labels and tracks", () => {
    for (const threads of ["1", "2"]) {
      expect(cli.karyon("annotate", "movie/01", "-o", `d${threads}`, "--threads", threads).code).toBe(0);
      expect(
        cli.karyon("segment", "out/model", "movie/01", "-o", `l${threads}`, "--threads", threads).code,
      ).toBe(0);
      // Tracking has no threads: the labels of both segmentations give the same tracks.
      expect(cli.karyon("track", `l${threads}`, "-o", `t${threads}`).code).toBe(0);
    }
    for (const [name, file] of [
      ["d", "masks/t001.tif"],
      ["d", "objects.csv"],
      ["l", "t001.tif"],
      ["l", "objects.csv"],
      ["t", "spots.csv"],
      ["t", "mask001.tif"],
    ]) {
      expect(
        readFileSync(join(cli.folder, `${name}1`, file!)).equals(
          readFileSync(join(cli.folder, `${name}2`, file!)),
        ),
        file,
      ).toBe(true);
    }
  });

  it("--json ends with the error, as an event and as a sentence", () => {
    const { code, out, err } = cli.karyon("annotate", "nowhere", "-o", "none", "--json");
    expect(JSON.parse(out.trim().split("\n").at(-1)!)).toMatchObject({
      event: "error",
      kind: "InvalidInput",
    });
    expect(err).toMatch(/^karyon annotate: nowhere: /);
    expect(code).toBe(1);
  });
});
