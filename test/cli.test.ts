/** The command line as a user meets it: the built program in a process of its own, in an empty folder. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeTiff } from "../src/io/tiff/encode.js";

const bin = fileURLToPath(new URL("../bin/karyon.js", import.meta.url));
let folder: string;

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function karyon(...args: readonly string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: folder,
    encoding: "utf8",
    timeout: 240_000,
  });
  return { code: status, out: stdout, err: stderr };
}

/** Acts, once each, when standard error says what is waited for, in that order. */
function watched(
  args: readonly string[],
  ...steps: readonly (readonly [when: RegExp, act: (child: ChildProcess) => void])[]
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd: folder });
    let [out, err, next] = ["", "", 0];
    child.stdout.on("data", (text: Buffer) => {
      out += String(text);
    });
    child.stderr.on("data", (text: Buffer) => {
      err += String(text);
      const step = steps[next];
      if (step === undefined || !step[0].test(err)) return;
      next++;
      step[1](child);
    });
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

const sending =
  (signal: NodeJS.Signals) =>
  (child: ChildProcess): void =>
    void child.kill(signal);

/** Presses Ctrl-C when standard error says `when`. */
const interrupted = (when: RegExp, ...args: readonly string[]): Promise<Outcome> =>
  watched(args, [when, sending("SIGINT")]);

/** A failed call must say one sentence, end with an error code and show no stack. */
function expectRefusal({ code, err }: Outcome, pattern: RegExp): void {
  expect(err).toMatch(pattern);
  expect(code).toBe(1);
  expect(err).not.toMatch(/\n\s+at /);
  expect(err.trim().split("\n").at(-1)).toMatch(/^karyon [\w-]+: .*\.$/);
}

const lines = (name: string): string[] => readFileSync(join(folder, name), "utf8").trim().split("\n");

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "karyon-cli-"));
  const made = karyon("simulate", "-o", "movie", "--size", "256", "--frames", "4", "--seed", "5");
  expect(made.err).toMatch(/simulate: \d+ tracks/);
  expect(made.code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("karyon run", () => {
  const small = ["--steps", "40", "--patch", "64", "--filters", "16", "--seed", "3"];

  it("goes from raw frames to the report in one command", () => {
    const result = karyon("run", "movie/01", "-o", "out", ...small);
    expect(result.err).toMatch(/read: 01, a movie of 4 frames in 4 files/);
    expect(result.err).toMatch(/annotate: .*certain nuclei/);
    expect(result.out).toContain(join("out", "report.html"));
    expect(result.code).toBe(0);
    expect(readdirSync(join(folder, "out")).sort()).toEqual([
      "annotation",
      "figures",
      "labels",
      "model",
      "report.html",
      "run.json",
      "statistics",
      "tracks",
    ]);
    expect(readdirSync(join(folder, "out", "annotation", "masks"))).toEqual([
      "t000.tif",
      "t001.tif",
      "t002.tif",
      "t003.tif",
    ]);
    expect(readdirSync(join(folder, "out", "annotation", "candidates"))).toEqual([
      "t000.tif",
      "t001.tif",
      "t002.tif",
      "t003.tif",
    ]);
    expect(lines("out/annotation/objects.csv").length).toBeGreaterThan(10);
    // The documents explain every column, in the order of the file.
    const explained = readFileSync(new URL("../docs/annotation.md", import.meta.url), "utf8")
      .split("| column |")[1]!
      .split("\n\n")[0]!
      .split("\n")
      .slice(2)
      .flatMap((row) => [...row.split("|")[1]!.matchAll(/`(\w+)`/g)].map((match) => match[1]));
    expect(lines("out/annotation/objects.csv")[0]!.split(",")).toEqual(explained);
    expect(lines("out/model/training.csv").length).toBeGreaterThan(2);
    const record = JSON.parse(readFileSync(join(folder, "out", "run.json"), "utf8")) as {
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
    expect(readFileSync(join(folder, "out", "report.html"), "utf8")).toContain("Englbrecht");
  });

  it("does nothing again when all stages are finished, and only the missing ones when not", () => {
    const before = statSync(join(folder, "out", "model", "model.onnx")).mtimeMs;
    rmSync(join(folder, "out", "tracks"), { recursive: true });
    const result = karyon("run", "movie/01", "-o", "out", ...small);
    expect(result.code).toBe(0);
    expect(result.err).toMatch(/going on after them/);
    expect(result.err).toMatch(/^track: /m);
    expect(result.err).not.toMatch(/^train: /m);
    expect(existsSync(join(folder, "out", "tracks", "res_track.txt"))).toBe(true);
    expect(statSync(join(folder, "out", "model", "model.onnx")).mtimeMs).toBe(before);
  });

  it("refuses another configuration in the same folder and names the difference", () => {
    expectRefusal(
      karyon("run", "movie/01", "-o", "out", ...small, "--batch", "2"),
      /out was made differently: --batch \(undefined before, 2 now\).*--overwrite/,
    );
    expect(existsSync(join(folder, "out", "report.html"))).toBe(true);
  });

  it("refuses other inputs in the same folder and names them", () => {
    expectRefusal(
      karyon("run", "movie/01/t000.tif", "movie/01/t001.tif", "-o", "out", ...small),
      /no longer there/,
    );
  });

  it("gives the same labels and tracks for the same seed", () => {
    expect(karyon("run", "movie/01", "-o", "again", ...small).code).toBe(0);
    for (const file of [
      "labels/t002.tif",
      "tracks/res_track.txt",
      "annotation/objects.csv",
      "model/model.onnx",
    ]) {
      expect(
        readFileSync(join(folder, "again", file)).equals(readFileSync(join(folder, "out", file))),
        file,
      ).toBe(true);
    }
  });

  it("writes tracks that the single steps read again", () => {
    expect(
      karyon("analyse", "out/tracks", "-o", "statistics", "--pixel-size", "0.5", "--frame-interval", "60")
        .code,
    ).toBe(0);
    expect(readFileSync(join(folder, "statistics", "statistics.json"), "utf8")).toContain("µm");
    const scored = karyon(
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
    expect(lines("tracks.csv")).toContainEqual(expect.stringMatching(/^TRA,\d/));
    expect(JSON.parse(readFileSync(join(folder, "tracks.json"), "utf8"))).toHaveProperty("TRA");
    expect(scored.code).toBe(0);
  });

  it("scores labels against the truth as a table and as CSV", () => {
    const result = karyon("evaluate", "movie/01_GT/SEG", "out/labels", "--csv", "scores.csv");
    expect(result.out).toMatch(/IoU\s+TP\s+FP\s+FN/);
    expect(lines("scores.csv").length).toBe(1 + 5 * 10);
  });

  it("says why an object was kept or rejected, and scores what was kept", () => {
    const table = lines("out/annotation/objects.csv").map((line) => line.split(","));
    const column = (name: string): number => table[0]!.indexOf(name);
    const row = (kept: string): string[] =>
      table.find((cells) => cells[column("image")] === "t000" && cells[column("kept")] === kept)!;
    const pixel = (cells: string[]): string =>
      `${Math.round(Number(cells[column("y_px")]))},${Math.round(Number(cells[column("x_px")]))}`;
    const kept = karyon(
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
    const rejected = karyon(
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
      karyon("annotate", "movie/01", "-o", "never", "--explain", "here"),
      /--explain: expected row and column of a pixel/,
    );
    expectRefusal(
      karyon("annotate", "movie/01", "-o", "explained", "--overwrite", "--explain", "1,9999"),
      /--explain: expected a pixel within 256 x 256/,
    );
  });

  it(
    "scores what was annotated where the truth holds more, or is one file, but says before the " +
      "work when there is none",
    () => {
      const part = karyon("annotate", "movie/01/t002.tif", "-o", "part", "--compare", "movie/01_GT/SEG");
      expect(part.out).toMatch(
        /^Kept nuclei of 1 image against the truth; 3 true label images unused, of what was not annotated\.$/m,
      );
      expect(part.err).toMatch(/note: 3 true label images of .*SEG are left unused/);
      const one = karyon(
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
        part.out.replace("; 3 true label images unused, of what was not annotated", ""),
      ]);
      expectRefusal(karyon("evaluate", "movie/01_GT/SEG", "part/masks"), /expected labels for man_seg000/);
      expectRefusal(
        karyon("annotate", "movie/01/t002.tif", "-o", "never", "--compare", "nowhere"),
        /nowhere: expected a label image or a folder of them/,
      );
      expect(existsSync(join(folder, "never"))).toBe(false);
    },
  );

  it("packs the model for other programs, once, and says what is missing or wrong", () => {
    const made = karyon(
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
    const files = unzipSync(new Uint8Array(readFileSync(join(folder, "model.zip"))));
    expect(new TextDecoder().decode(files["bioimageio.yaml"])).toMatch(
      /^authors:\n {2}- name: Ada Lovelace\n {2}- name: Marie Curie\n/m,
    );
    expectRefusal(karyon("export-model", "out/model", "-o", "model.zip"), /model\.zip is an earlier package/);
    expect(karyon("export-model", "out/model", "-o", "model.zip", "--overwrite").err).toMatch(
      /note: No author is named/,
    );
    expectRefusal(
      karyon("export-model", "out/model", "-o", "x.zip", "--format", "tar"),
      /--format: expected bioimageio, received tar/,
    );
    expectRefusal(karyon("export-model", "out/labels", "-o", "x.zip"), /labels: expected a model folder/);
    expect(existsSync(join(folder, "x.zip"))).toBe(false);
  });

  it("writes the report again", () => {
    rmSync(join(folder, "out", "report.html"));
    expect(karyon("report", "out").code).toBe(0);
    expect(existsSync(join(folder, "out", "report.html"))).toBe(true);
  });

  it("prints JSON lines when asked", () => {
    const result = karyon("track", "out/labels", "-o", "tracks2", "--json");
    const events = result.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string });
    expect(events[0]!.event).toBe("stage");
    expect(events.at(-1)!.event).toBe("result");
  });
});

describe("karyon annotate --preview", () => {
  it("draws one frame into the current folder, says how it was judged, and makes no dataset", () => {
    const before = readdirSync(folder);
    const result = karyon("annotate", "movie/01", "--preview", "2");
    expect(result.code).toBe(0);
    expect(result.out).toMatch(
      /^Preview: preview_t002\.png\nt002 \(frame 2; there are 0 to 3\): \d+ sure \(blue\), \d+ rejected/,
    );
    expect(result.out).toMatch(/Diameter [\d.]+ px, estimated \(--diameter\)/);
    expect(readdirSync(folder).filter((name) => !before.includes(name))).toEqual(["preview_t002.png"]);
    expect(readFileSync(join(folder, "preview_t002.png")).subarray(1, 4).toString()).toBe("PNG");
  });

  it("puts the picture beside a dataset, which stays, or into a folder that becomes one later", () => {
    expect(karyon("annotate", "movie/01", "-o", "seen", "--preview", "t001").code).toBe(0);
    expect(readdirSync(join(folder, "seen"))).toEqual(["preview_t001.png"]);
    expect(karyon("annotate", "movie/01", "-o", "seen").code).toBe(0);
    const record = readFileSync(join(folder, "seen", "run.json"));
    expect(karyon("annotate", "movie/01", "-o", "seen", "--preview", "0", "--sensitivity", "2").code).toBe(0);
    expect(readFileSync(join(folder, "seen", "run.json")).equals(record)).toBe(true);
    expect(readdirSync(join(folder, "seen")).filter((name) => name.endsWith(".png"))).toEqual([
      "preview_t000.png",
      "preview_t001.png",
    ]);
  });

  it("names the frames where the wanted one does not exist, and refuses what does not go together", () => {
    expectRefusal(
      karyon("annotate", "movie/01", "--preview", "40"),
      /--preview: expected the name of a frame, or its number from 0: t000 \(0\), t001 \(1\), t002 \(2\), t003 \(3\), received 40\.$/m,
    );
    expectRefusal(
      karyon("annotate", "movie/01", "--preview", "0", "--explain", "3,4"),
      /--preview: expected to be alone/,
    );
    expectRefusal(karyon("annotate", "movie/01"), /--output: expected a folder for the dataset.*--preview/);
    mkdirSync(join(folder, "here"));
    writeFileSync(join(folder, "here", "t0.tif"), readFileSync(join(folder, "movie", "01", "t000.tif")));
    const inside = spawnSync(process.execPath, [bin, "annotate", ".", "--preview", "0"], {
      cwd: join(folder, "here"),
      encoding: "utf8",
    });
    expectRefusal(
      { code: inside.status, out: inside.stdout, err: inside.stderr },
      /-o: expected a folder for the picture that is not the one of the images/,
    );
    expect(readdirSync(join(folder, "here"))).toEqual(["t0.tif"]);
  });
});

describe("Ctrl-C", () => {
  it("keeps finished stages, says how to go on, and ends with code 130", async () => {
    const { code, err } = await interrupted(/^train: /m, "run", "movie/01", "-o", "stopped");
    expect(err.trim().split("\n").at(-1)).toBe(
      "karyon run: Stopped. Finished stages are kept; run the same command again to go on after them.",
    );
    expect(code).toBe(130);
    expect(readdirSync(join(folder, "stopped")).sort()).toEqual(["annotation", "run.json"]);
  });

  it("leaves nothing of a single step", async () => {
    const { code, err } = await interrupted(/^annotate: /m, "annotate", "movie/01", "-o", "half");
    expect(err).toMatch(/karyon annotate: Stopped\. Nothing was written/);
    expect(code).toBe(130);
    expect(readdirSync(folder).filter((name) => name.includes("half"))).toEqual([]);
  });
});

describe("a second Ctrl-C", () => {
  it("ends at once and leaves nothing unfinished", async () => {
    const { code, err } = await watched(
      ["annotate", "movie/01", "-o", "twice"],
      [/^annotate: /m, sending("SIGINT")],
      [/press Ctrl-C again/, sending("SIGINT")],
    );
    expect(code).toBe(130);
    expect(err).toMatch(/note: stopping after the present step/);
    expect(readdirSync(folder).filter((name) => name.includes("twice"))).toEqual([]);
  });
});

describe("SIGTERM", () => {
  it("does what Ctrl-C does", async () => {
    const { code, err } = await watched(
      ["annotate", "movie/01", "-o", "ended"],
      [/^annotate: /m, sending("SIGTERM")],
    );
    expect(err).toMatch(/karyon annotate: Stopped\. Nothing was written/);
    expect(code).toBe(130);
    expect(readdirSync(folder).filter((name) => name.includes("ended"))).toEqual([]);
  });
});

describe("Ctrl-C in inspect", () => {
  it("stops at the first", () => {
    // Sent by the process itself as soon as it listens, since it says nothing before its end.
    const press = `process.on("newListener", (name) => {
      if (name === "SIGINT") setImmediate(() => process.kill(process.pid, "SIGINT"));
    });`;
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, "inspect", "movie/01"], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(press)}` },
    });
    expect([status, stdout, stderr]).toEqual([
      130,
      "",
      "karyon inspect: Stopped. The files are as they were.\n",
    ]);
  });
});

describe("one output folder", () => {
  it("is refused to a second process while the first writes it", async () => {
    let second: Outcome | undefined;
    const first = await watched(
      ["annotate", "movie/01", "-o", "both"],
      [
        /^annotate: /m,
        () => {
          second = karyon("annotate", "movie/01", "-o", "both", "--overwrite");
        },
      ],
    );
    expectRefusal(
      second!,
      /both is being written by process \d+ on \S+ since \S+; wait until it ends, or choose another output folder\.$/m,
    );
    expect([first.code, existsSync(join(folder, "both", "run.json"))]).toEqual([0, true]);
    expect(readdirSync(folder).filter((name) => name.startsWith(".both"))).toEqual([]);
  });

  it("that a killed process was writing is free, and what it left is removed", async () => {
    await watched(["annotate", "movie/01", "-o", "killed"], [/^annotate: /m, sending("SIGKILL")]);
    expect(readdirSync(folder)).toContain(".killed.lock");
    expect(karyon("annotate", "movie/01", "-o", "killed").code).toBe(0);
    expect(readdirSync(folder).filter((name) => name.includes("killed"))).toEqual(["killed"]);
  });

  it("that is a symbolic link stays one", () => {
    mkdirSync(join(folder, "disk"));
    symlinkSync("disk", join(folder, "linked"));
    expect(karyon("track", "movie/01_GT/SEG", "-o", "linked").code).toBe(0);
    expect(karyon("track", "movie/01_GT/SEG", "-o", "linked", "--overwrite").code).toBe(0);
    expect(lstatSync(join(folder, "linked")).isSymbolicLink()).toBe(true);
    expect(existsSync(join(folder, "disk", "run.json"))).toBe(true);
  });
});

describe("karyon demo", () => {
  it("runs everything on a small simulated movie and scores it", { timeout: 480_000 }, () => {
    const small = ["--frames", "3", "--size", "192", "--steps", "40"];
    const { code, out, err } = karyon("demo", "-o", "shown", ...small);
    expect(code, err).toBe(0);
    expect(err).toMatch(/simulate: 3 frames of 192 x 192 px/);
    expect(out).toMatch(
      /^Scored against the simulated truth.*\n {2}nuclei +F1 [01]\.\d{3} at IoU 0\.5.*\n {2}tracking +DET .*\nReport: shown\/results\/report\.html\n$/,
    );
    expect(readdirSync(join(folder, "shown")).sort()).toEqual(["movie", "results", "run.json"]);
    const { command, configuration } = JSON.parse(
      readFileSync(join(folder, "shown", "run.json"), "utf8"),
    ) as { command: string; configuration: unknown };
    expect([command, configuration]).toEqual([
      "demo",
      {
        general: { seed: 1, device: "auto" },
        train: { steps: 40 },
        simulate: { frames: 3, size: 192 },
      },
    ]);
    expectRefusal(karyon("annotate", "movie/01", "-o", "shown"), /holds the result of karyon demo/);
  });
});

describe("karyon study", () => {
  it(
    "compares the movies of a table with one network, and goes on where it was",
    { timeout: 480_000 },
    () => {
      const other = karyon("simulate", "-o", "other", "--size", "256", "--frames", "4", "--seed", "6");
      expect(other.code).toBe(0);
      writeFileSync(
        join(folder, "samples.csv"),
        "file,condition,replicate\nmovie/01,control,1\nother/01,treated,1\n",
      );
      const call = [
        "study",
        "samples.csv",
        "-o",
        "study",
        "--steps",
        "40",
        "--patch",
        "64",
        "--filters",
        "16",
      ];
      const { code, out } = karyon(...call);
      expect([code, out]).toEqual([0, `Report: ${join("study", "report.html")}\n`]);
      expect(readdirSync(join(folder, "study")).sort()).toEqual([
        "annotation",
        "comparison",
        "model",
        "report.html",
        "run.json",
        "samples",
      ]);
      expect(readdirSync(join(folder, "study", "samples")).length).toBe(2);
      const before = statSync(join(folder, "study", "model", "model.onnx")).mtimeMs;
      const again = karyon(...call);
      expect(again.code).toBe(0);
      expect(again.err).toMatch(/going on after them/);
      expect(statSync(join(folder, "study", "model", "model.onnx")).mtimeMs).toBe(before);
    },
  );
});

describe("options", () => {
  it("of every command may stand in the configuration, and a flag wins over it", () => {
    writeFileSync(
      join(folder, "all.yaml"),
      "simulate: { frames: 2, size: 64, bits: 16 }\ngeneral: { seed: 9 }\nevaluate: { errors: 0 }\n",
    );
    expect(karyon("simulate", "-o", "small", "--config", "all.yaml", "--size", "96").err).toMatch(
      /2 frames of 96 x 96 px/,
    );
    const { configuration } = JSON.parse(readFileSync(join(folder, "small", "run.json"), "utf8")) as {
      configuration: { simulate: object };
    };
    expect(configuration.simulate).toMatchObject({ frames: 2, height: 96, bits: 16, seed: 9 });
    expect(karyon("evaluate", "movie/01_GT/SEG", "movie/01_GT/TRA", "--config", "all.yaml").out).toMatch(
      /missed: 0$/m,
    );
    expectRefusal(
      karyon("simulate", "-o", "none", "--frames", "few"),
      /--frames: expected number, received "few"; see karyon simulate --help\.$/m,
    );
  });

  it("--threads changes nothing in annotation, labels and tracks", () => {
    for (const threads of ["1", "2"]) {
      expect(karyon("annotate", "movie/01", "-o", `d${threads}`, "--threads", threads).code).toBe(0);
      expect(karyon("segment", "out/model", "movie/01", "-o", `l${threads}`, "--threads", threads).code).toBe(
        0,
      );
      // Tracking has no threads: the labels of both segmentations give the same tracks.
      expect(karyon("track", `l${threads}`, "-o", `t${threads}`).code).toBe(0);
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
        readFileSync(join(folder, `${name}1`, file!)).equals(readFileSync(join(folder, `${name}2`, file!))),
        file,
      ).toBe(true);
    }
  });

  it("--json ends with the error, as an event and as a sentence", () => {
    const { code, out, err } = karyon("annotate", "nowhere", "-o", "none", "--json");
    expect(JSON.parse(out.trim().split("\n").at(-1)!)).toMatchObject({
      event: "error",
      kind: "InvalidInput",
    });
    expect(err).toMatch(/^karyon annotate: nowhere: /);
    expect(code).toBe(1);
  });
});

describe("names", () => {
  it("with spaces, brackets and letters of any script are files like others", () => {
    const odd = "my nuclei [2] µ核";
    mkdirSync(join(folder, odd));
    for (const t of [0, 1])
      writeFileSync(
        join(folder, odd, `核 image ${t}.tif`),
        readFileSync(join(folder, "movie", "01", `t00${t}.tif`)),
      );
    const result = karyon("annotate", `${odd}/*.tif`, "-o", "out 核 [1]");
    expect(result.code).toBe(0);
    expect(readdirSync(join(folder, "out 核 [1]", "masks"))).toEqual(["核_image_0.tif", "核_image_1.tif"]);
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
    ["segment", "out/model", "nowhere", "-o", "x1"],
    ["track", "nowhere", "-o", "x1"],
    ["analyse", "nowhere", "-o", "x1"],
    ["evaluate", "nowhere", "movie"],
    ["report", "nowhere"],
    ["inspect", "nowhere"],
    ["export-model", "nowhere", "-o", "x1.zip"],
  ])("names what cannot be found: karyon %s %s", (...args) => {
    expectRefusal(karyon(...args), /nowhere: /);
    expect(existsSync(join(folder, "x1"))).toBe(false);
  });

  it("never replaces a folder that it did not make, even when told to", () => {
    mkdirSync(join(folder, "thesis"));
    writeFileSync(join(folder, "thesis", "chapter1.doc"), "text");
    expectRefusal(karyon("run", "movie/01", "-o", "thesis", "--overwrite"), /did not make/);
    expect(readFileSync(join(folder, "thesis", "chapter1.doc"), "utf8")).toBe("text");
  });

  it("says when the output cannot be a folder", () => {
    writeFileSync(join(folder, "file"), "");
    expectRefusal(karyon("annotate", "movie/01", "-o", "file/x"), /file/);
    expectRefusal(karyon("run", "movie/01", "-o", "file"), /file/);
  });

  it("stops a movie at an unreadable frame and names it, unless told to skip it", () => {
    mkdirSync(join(folder, "broken"));
    for (const name of ["t000.tif", "t001.tif", "t002.tif"])
      writeFileSync(join(folder, "broken", name), readFileSync(join(folder, "movie", "01", name)));
    writeFileSync(
      join(folder, "broken", "t001.tif"),
      readFileSync(join(folder, "movie", "01", "t001.tif")).subarray(0, 3000),
    );
    expectRefusal(karyon("annotate", "broken", "-o", "x2"), /t001/);
    expect(existsSync(join(folder, "x2"))).toBe(false);
    const skipped = karyon("annotate", "broken", "-o", "x2", "--skip-bad-frames");
    expect(skipped.code).toBe(0);
    expect(skipped.err).toMatch(/t001/);
    expect(readdirSync(join(folder, "x2", "masks"))).toEqual(["t000.tif", "t002.tif"]);
  });

  it("treats images of different sizes as independent, and an empty one among them as empty", () => {
    mkdirSync(join(folder, "mixed"));
    writeFileSync(join(folder, "mixed", "a.tif"), readFileSync(join(folder, "movie", "01", "t000.tif")));
    writeFileSync(
      join(folder, "mixed", "b.tif"),
      plane(100, 80, () => 7),
    );
    const result = karyon("annotate", "mixed", "-o", "x3");
    expect(result.code).toBe(0);
    expect(result.err).toMatch(/size/);
    expect(result.err).toMatch(/b: /);
    const table = lines("x3/objects.csv").map((line) => line.split(",")[0]);
    expect(table).toContain("a");
    expect(table).not.toContain("b");
  });

  it("refuses to train where nothing could be annotated", () => {
    mkdirSync(join(folder, "blank"));
    for (const name of ["f1.tif", "f2.tif"])
      writeFileSync(
        join(folder, "blank", name),
        plane(64, 64, () => 0),
      );
    expectRefusal(karyon("run", "blank", "-o", "x4", "--steps", "5"), /at least one annotated nucleus/);
    expect(existsSync(join(folder, "x4", "model"))).toBe(false);
  });

  it("rejects unknown keys of the configuration by name", () => {
    writeFileSync(join(folder, "karyon.yaml"), "train:\n  stepz: 5\n");
    expectRefusal(
      karyon("run", "movie/01", "-o", "x5", "--config", "karyon.yaml"),
      /karyon\.yaml, key "train\.stepz"/,
    );
  });

  it("names the unfinished run a report was asked of", () => {
    expectRefusal(karyon("report", "movie"), /karyon run/);
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
    const { out } = karyon("--help");
    for (const name of commands) expect(out).toMatch(new RegExp(`^  ${name}\\b`, "m"));
  });

  it.each(commands)("has an example for %s", (name) => {
    expect(karyon(name, "--help").out).toMatch(new RegExp(`Examples?:\\n  \\$ karyon ${name}`));
  });
});
