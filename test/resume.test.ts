/**
 * A training whose process is killed, or that the user stops, goes on when it is asked for again: to the very
 * bytes it would have reached.
 */
import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { encodeTiff } from "../src/io/tiff/encode.js";

const bin = fileURLToPath(new URL("../bin/karyon.js", import.meta.url));
let folder: string;

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly said: string;
}

/** @param watch called every few ms while the process runs, with the JSON lines it has printed so far */
function train(
  out: string,
  watch: (child: ChildProcess, said: string) => void = () => undefined,
): Promise<Ended> {
  return new Promise((resolve) => {
    const options = [
      "--steps",
      "900",
      "--filters",
      "8",
      "--depth",
      "1",
      "--patch",
      "32",
      "--batch",
      "1",
      "--threads",
      "1",
      "--json",
    ];
    const child = spawn(process.execPath, [bin, "train", "dataset", "-o", out, ...options], { cwd: folder });
    let said = "";
    child.stdout.on("data", (text: Buffer) => {
      said += String(text);
    });
    const timer = setInterval(() => watch(child, said), 3);
    child.on("close", (code, signal) => {
      clearInterval(timer);
      resolve({ code, signal, said });
    });
  });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "karyon-resume-"));
  const [height, width] = [96, 96];
  const nucleus = (i: number): number =>
    [
      [24, 24],
      [24, 70],
      [70, 24],
      [70, 70],
    ].findIndex(([y, x]) => (Math.floor(i / width) - y!) ** 2 + ((i % width) - x!) ** 2 < 13 ** 2) + 1;
  const write = (part: string, value: (i: number) => number): void => {
    mkdirSync(join(folder, "dataset", part), { recursive: true });
    writeFileSync(
      join(folder, "dataset", part, "a.tif"),
      encodeTiff([
        { height, width, samples: 1, data: Uint8Array.from({ length: height * width }, (_, i) => value(i)) },
      ]),
    );
  };
  write("images", (i) => (nucleus(i) > 0 ? 150 : 20) + ((i * 7919) % 13));
  write("masks", nucleus);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const state = (): string => join(folder, ".model.checkpoint", "state");

it("goes on after SIGKILL and after Ctrl-C", async () => {
  const whole = await train("whole");
  expect([whole.code, whole.said]).toEqual([0, expect.not.stringContaining("oing on")]);

  const killed = await train("model", (child) => {
    if (existsSync(state())) child.kill("SIGKILL");
  });
  expect(killed.signal).toBe("SIGKILL");
  expect(existsSync(join(folder, "model"))).toBe(false);

  let pressed = false;
  const stopped = await train("model", (child, said) => {
    if (!pressed && said.includes(`"done":220,`)) pressed = child.kill("SIGINT");
  });
  expect(stopped.code).toBe(130);
  const [, begun] = /Continuing after step (\d+) of 900\./.exec(stopped.said)!;
  const [, kept] =
    /The training after step (\d+) of 900 is kept in \.model\.checkpoint\. Run the same command again to continue there\./.exec(
      stopped.said,
    )!;
  // Epochs of 30 steps. The first state of each process is saved at once, the next half a minute later: this
  // is the one of the last epoch.
  expect([Number(begun) < 210, Number(kept) % 30, Number(kept) >= 210]).toEqual([true, 0, true]);
  expect(stopped.said).toContain("Stopped. No model was written; run the same command again.");
  expect(readdirSync(folder).filter((name) => name.includes("model"))).toEqual([".model.checkpoint"]);

  const finished = await train("model");
  expect([finished.code, finished.said]).toEqual([
    0,
    expect.stringContaining(`Continuing after step ${kept} of 900.`),
  ]);
  expect(
    readFileSync(join(folder, "model", "model.onnx")).equals(
      readFileSync(join(folder, "whole", "model.onnx")),
    ),
  ).toBe(true);
  const history = (name: string): string[] =>
    readFileSync(join(folder, name, "training.csv"), "utf8")
      .split("\n")
      .map((line) => line.slice(0, line.lastIndexOf(",")));
  expect(history("model")).toEqual(history("whole"));
  expect(readdirSync(folder).sort()).toEqual(["dataset", "model", "whole"]);
}, 120_000);
