/** Stops, several processes and links, and the previews, demo and study of the command line. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bin, commandLine, expectRefusal, type Outcome, sending } from "./commandline.js";

const cli = commandLine();

describe("karyon annotate --preview", () => {
  it("draws one frame into the current folder, says how it was judged, and makes no dataset", () => {
    const before = readdirSync(cli.folder);
    const result = cli.karyon("annotate", "movie/01", "--preview", "2");
    expect(result.code).toBe(0);
    expect(result.out).toMatch(
      /^Preview: preview_t002\.png\nt002 \(frame 2; there are 0 to 3\): \d+ sure \(blue\), \d+ rejected/,
    );
    expect(result.out).toMatch(/Diameter [\d.]+ px, estimated \(--diameter\)/);
    expect(readdirSync(cli.folder).filter((name) => !before.includes(name))).toEqual(["preview_t002.png"]);
    expect(readFileSync(join(cli.folder, "preview_t002.png")).subarray(1, 4).toString()).toBe("PNG");
  });

  it("puts the picture beside a dataset, which stays, or into a folder that becomes one later", () => {
    expect(cli.karyon("annotate", "movie/01", "-o", "seen", "--preview", "t001").code).toBe(0);
    expect(readdirSync(join(cli.folder, "seen"))).toEqual(["preview_t001.png"]);
    expect(cli.karyon("annotate", "movie/01", "-o", "seen").code).toBe(0);
    const record = readFileSync(join(cli.folder, "seen", "run.json"));
    expect(
      cli.karyon("annotate", "movie/01", "-o", "seen", "--preview", "0", "--sensitivity", "2").code,
    ).toBe(0);
    expect(readFileSync(join(cli.folder, "seen", "run.json")).equals(record)).toBe(true);
    expect(readdirSync(join(cli.folder, "seen")).filter((name) => name.endsWith(".png"))).toEqual([
      "preview_t000.png",
      "preview_t001.png",
    ]);
  });

  it("names the frames where the wanted one does not exist, and refuses what does not go together", () => {
    expectRefusal(
      cli.karyon("annotate", "movie/01", "--preview", "40"),
      /--preview: expected the name of a frame, or its number from 0: t000 \(0\), t001 \(1\), t002 \(2\), t003 \(3\), received 40\.$/m,
    );
    expectRefusal(
      cli.karyon("annotate", "movie/01", "--preview", "0", "--explain", "3,4"),
      /--preview: expected no other request/,
    );
    expectRefusal(
      cli.karyon("annotate", "movie/01"),
      /--output: expected a folder for the dataset.*--preview/,
    );
    mkdirSync(join(cli.folder, "here"));
    writeFileSync(
      join(cli.folder, "here", "t0.tif"),
      readFileSync(join(cli.folder, "movie", "01", "t000.tif")),
    );
    const inside = spawnSync(process.execPath, [bin, "annotate", ".", "--preview", "0"], {
      cwd: join(cli.folder, "here"),
      encoding: "utf8",
    });
    expectRefusal(
      { code: inside.status, out: inside.stdout, err: inside.stderr },
      /--output: expected a folder for the picture other than the folder of the images/,
    );
    expect(readdirSync(join(cli.folder, "here"))).toEqual(["t0.tif"]);
  });
});

describe("Ctrl-C", () => {
  it("keeps finished stages, says how to go on, and ends with code 130", async () => {
    const { code, err } = await cli.interrupted(/^train: /m, "run", "movie/01", "-o", "stopped");
    expect(err.trim().split("\n").at(-1)).toBe(
      "karyon run: Stopped. Finished stages are kept. Run the same command again to continue after them.",
    );
    expect(code).toBe(130);
    expect(readdirSync(join(cli.folder, "stopped")).sort()).toEqual(["annotation", "run.json"]);
  });

  it("leaves nothing of a single step", async () => {
    const { code, err } = await cli.interrupted(/^annotate: /m, "annotate", "movie/01", "-o", "half");
    expect(err).toMatch(/karyon annotate: Stopped\. Nothing was written/);
    expect(code).toBe(130);
    expect(readdirSync(cli.folder).filter((name) => name.includes("half"))).toEqual([]);
  });
});

describe("a second Ctrl-C", () => {
  it("ends at once and leaves nothing unfinished", async () => {
    const { code, err } = await cli.watched(
      ["annotate", "movie/01", "-o", "twice"],
      [/^annotate: /m, sending("SIGINT")],
      [/press Ctrl-C again/, sending("SIGINT")],
    );
    expect(code).toBe(130);
    expect(err).toMatch(/note: stopping after the current step/);
    expect(readdirSync(cli.folder).filter((name) => name.includes("twice"))).toEqual([]);
  });
});

describe("SIGTERM", () => {
  it("does what Ctrl-C does", async () => {
    const { code, err } = await cli.watched(
      ["annotate", "movie/01", "-o", "ended"],
      [/^annotate: /m, sending("SIGTERM")],
    );
    expect(err).toMatch(/karyon annotate: Stopped\. Nothing was written/);
    expect(code).toBe(130);
    expect(readdirSync(cli.folder).filter((name) => name.includes("ended"))).toEqual([]);
  });
});

describe("Ctrl-C in inspect", () => {
  it("stops at the first", () => {
    // Sent by the process itself as soon as it listens, since it says nothing before its end.
    const press = `process.on("newListener", (name) => {
      if (name === "SIGINT") setImmediate(() => process.kill(process.pid, "SIGINT"));
    });`;
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, "inspect", "movie/01"], {
      cwd: cli.folder,
      encoding: "utf8",
      env: { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(press)}` },
    });
    expect([status, stdout, stderr]).toEqual([
      130,
      "",
      "karyon inspect: Stopped. The files were not changed.\n",
    ]);
  });
});

describe("one output folder", () => {
  it("is refused to a second process while the first writes it", async () => {
    let second: Outcome | undefined;
    // Composing keeps the first at work until the second has started.
    const first = await cli.watched(
      ["annotate", "movie/01", "-o", "both", "--compose-touching", "25"],
      [
        /^annotate: /m,
        () => {
          second = cli.karyon("annotate", "movie/01", "-o", "both", "--overwrite");
        },
      ],
    );
    expectRefusal(
      second!,
      /both is being written by process \d+ on \S+ since \S+; wait until it ends, or choose another output folder\.$/m,
    );
    expect([first.code, existsSync(join(cli.folder, "both", "run.json"))]).toEqual([0, true]);
    expect(readdirSync(cli.folder).filter((name) => name.startsWith(".both"))).toEqual([]);
  });

  it("that a killed process was writing is free, and what it left is removed", async () => {
    await cli.watched(["annotate", "movie/01", "-o", "killed"], [/^annotate: /m, sending("SIGKILL")]);
    expect(readdirSync(cli.folder)).toContain(".killed.lock");
    expect(cli.karyon("annotate", "movie/01", "-o", "killed").code).toBe(0);
    expect(readdirSync(cli.folder).filter((name) => name.includes("killed"))).toEqual(["killed"]);
  });

  it("that is a symbolic link stays one", () => {
    mkdirSync(join(cli.folder, "disk"));
    symlinkSync("disk", join(cli.folder, "linked"));
    expect(cli.karyon("track", "movie/01_GT/SEG", "-o", "linked").code).toBe(0);
    expect(cli.karyon("track", "movie/01_GT/SEG", "-o", "linked", "--overwrite").code).toBe(0);
    expect(lstatSync(join(cli.folder, "linked")).isSymbolicLink()).toBe(true);
    expect(existsSync(join(cli.folder, "disk", "run.json"))).toBe(true);
  });
});

describe("karyon demo", () => {
  it("runs everything on a small simulated movie and scores it", { timeout: 480_000 }, () => {
    const small = ["--frames", "3", "--size", "192", "--steps", "40"];
    const { code, out, err } = cli.karyon("demo", "-o", "shown", ...small);
    expect(code, err).toBe(0);
    expect(err).toMatch(/simulate: 3 frames of 192 x 192 px/);
    expect(out).toMatch(
      /^Scores against the simulated truth.*\n {2}nuclei +F1 [01]\.\d{3} at IoU 0\.5.*\n {2}tracking +DET .*\nReport: shown\/results\/report\.html\n$/,
    );
    expect(readdirSync(join(cli.folder, "shown")).sort()).toEqual(["movie", "results", "run.json"]);
    const { command, configuration } = JSON.parse(
      readFileSync(join(cli.folder, "shown", "run.json"), "utf8"),
    ) as { command: string; configuration: unknown };
    expect([command, configuration]).toEqual([
      "demo",
      {
        general: { seed: 1, device: "auto" },
        train: { steps: 40 },
        simulate: { frames: 3, size: 192 },
      },
    ]);
    expectRefusal(cli.karyon("annotate", "movie/01", "-o", "shown"), /holds the result of karyon demo/);
  });
});

describe("karyon study", () => {
  it(
    "compares the movies of a table with one network, and goes on where it was",
    { timeout: 480_000 },
    () => {
      const other = cli.karyon("simulate", "-o", "other", "--size", "256", "--frames", "4", "--seed", "6");
      expect(other.code).toBe(0);
      writeFileSync(
        join(cli.folder, "samples.csv"),
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
      const { code, out } = cli.karyon(...call);
      expect([code, out]).toEqual([0, `Report: ${join("study", "report.html")}\n`]);
      expect(readdirSync(join(cli.folder, "study")).sort()).toEqual([
        "annotation",
        "comparison",
        "model",
        "report.html",
        "run.json",
        "samples",
      ]);
      expect(readdirSync(join(cli.folder, "study", "samples")).length).toBe(2);
      const before = statSync(join(cli.folder, "study", "model", "model.onnx")).mtimeMs;
      const again = cli.karyon(...call);
      expect(again.code).toBe(0);
      expect(again.err).toMatch(/continues after them/);
      expect(statSync(join(cli.folder, "study", "model", "model.onnx")).mtimeMs).toBe(before);
    },
  );
});
