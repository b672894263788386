/** What the command line says of bad input and odd names, and its help. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeTiff } from "../src/io/tiff/encode.js";
import { commandLine, expectRefusal } from "./commandline.js";

const cli = commandLine();

describe("names", () => {
  it("with spaces, brackets and letters of any script are files like others", () => {
    const odd = "my nuclei [2] µ核";
    mkdirSync(join(cli.folder, odd));
    for (const t of [0, 1])
      writeFileSync(
        join(cli.folder, odd, `核 image ${t}.tif`),
        readFileSync(join(cli.folder, "movie", "01", `t00${t}.tif`)),
      );
    const result = cli.karyon("annotate", `${odd}/*.tif`, "-o", "out 核 [1]");
    expect(result.code).toBe(0);
    expect(readdirSync(join(cli.folder, "out 核 [1]", "masks"))).toEqual([
      "核_image_0.tif",
      "核_image_1.tif",
    ]);
  });
});

describe("bad input", () => {
  const plane = (height: number, width: number, value: (i: number) => number): Uint8Array =>
    encodeTiff(
      [{ height, width, samples: 1, data: Uint8Array.from({ length: height * width }, (_, i) => value(i)) }],
      { compression: "deflate" },
    );

  it.each([
    ["run", "nowhere", "-o", "x1"],
    ["annotate", "nowhere", "-o", "x1"],
    ["train", "nowhere", "-o", "x1"],
    ["segment", "nowhere", "movie/01", "-o", "x1"],
    ["track", "nowhere", "-o", "x1"],
    ["analyse", "nowhere", "-o", "x1"],
    ["evaluate", "nowhere", "movie"],
    ["report", "nowhere"],
    ["inspect", "nowhere"],
    ["export-model", "nowhere", "-o", "x1.zip"],
  ])("names what cannot be found: karyon %s %s", (...args) => {
    expectRefusal(cli.karyon(...args), /nowhere: /);
    expect(existsSync(join(cli.folder, "x1"))).toBe(false);
  });

  it("never replaces a folder that it did not make, even when told to", () => {
    mkdirSync(join(cli.folder, "thesis"));
    writeFileSync(join(cli.folder, "thesis", "chapter1.doc"), "text");
    expectRefusal(cli.karyon("run", "movie/01", "-o", "thesis", "--overwrite"), /did not make/);
    expect(readFileSync(join(cli.folder, "thesis", "chapter1.doc"), "utf8")).toBe("text");
  });

  it("says when the output cannot be a folder", () => {
    writeFileSync(join(cli.folder, "file"), "");
    expectRefusal(cli.karyon("annotate", "movie/01", "-o", "file/x"), /file/);
    expectRefusal(cli.karyon("run", "movie/01", "-o", "file"), /file/);
  });

  it("stops a movie at an unreadable frame and names it, unless told to skip it", () => {
    mkdirSync(join(cli.folder, "broken"));
    for (const name of ["t000.tif", "t001.tif", "t002.tif"])
      writeFileSync(join(cli.folder, "broken", name), readFileSync(join(cli.folder, "movie", "01", name)));
    writeFileSync(
      join(cli.folder, "broken", "t001.tif"),
      readFileSync(join(cli.folder, "movie", "01", "t001.tif")).subarray(0, 3000),
    );
    expectRefusal(cli.karyon("annotate", "broken", "-o", "x2"), /t001/);
    expect(existsSync(join(cli.folder, "x2"))).toBe(false);
    const skipped = cli.karyon("annotate", "broken", "-o", "x2", "--skip-bad-frames");
    expect(skipped.code).toBe(0);
    expect(skipped.err).toMatch(/t001/);
    expect(readdirSync(join(cli.folder, "x2", "masks"))).toEqual(["t000.tif", "t002.tif"]);
  });

  it("treats images of different sizes as independent, and an empty one among them as empty", () => {
    mkdirSync(join(cli.folder, "mixed"));
    writeFileSync(
      join(cli.folder, "mixed", "a.tif"),
      readFileSync(join(cli.folder, "movie", "01", "t000.tif")),
    );
    writeFileSync(
      join(cli.folder, "mixed", "b.tif"),
      plane(100, 80, () => 7),
    );
    const result = cli.karyon("annotate", "mixed", "-o", "x3");
    expect(result.code).toBe(0);
    expect(result.err).toMatch(/size/);
    expect(result.err).toMatch(/b: /);
    const table = cli.lines("x3/objects.csv").map((line) => line.split(",")[0]);
    expect(table).toContain("a");
    expect(table).not.toContain("b");
  });

  it("refuses to train where nothing could be annotated", () => {
    mkdirSync(join(cli.folder, "blank"));
    for (const name of ["f1.tif", "f2.tif"])
      writeFileSync(
        join(cli.folder, "blank", name),
        plane(64, 64, () => 0),
      );
    expectRefusal(cli.karyon("run", "blank", "-o", "x4", "--steps", "5"), /at least one annotated nucleus/);
    expect(existsSync(join(cli.folder, "x4", "model"))).toBe(false);
  });

  it("rejects unknown keys of the configuration by name", () => {
    writeFileSync(join(cli.folder, "karyon.yaml"), "train:\n  stepz: 5\n");
    expectRefusal(
      cli.karyon("run", "movie/01", "-o", "x5", "--config", "karyon.yaml"),
      /karyon\.yaml, key "train\.stepz"/,
    );
  });

  it("names the unfinished run a report was asked of", () => {
    expectRefusal(cli.karyon("report", "movie"), /karyon run/);
  });
});

describe("help", () => {
  const commands = [
    "run",
    "study",
    "demo",
    "annotate",
    "train",
    "segment",
    "evaluate",
    "track",
    "analyse",
    "report",
    "simulate",
    "inspect",
    "export-model",
  ];

  it("lists every command", () => {
    const { out } = cli.karyon("--help");
    for (const name of commands) expect(out).toMatch(new RegExp(`^  ${name}\\b`, "m"));
  });

  it.each(commands)("has an example for %s", (name) => {
    expect(cli.karyon(name, "--help").out).toMatch(new RegExp(`Examples?:\\n  \\$ karyon ${name}`));
  });
});
