/** The examples, run as a reader would run them: each a program that imports the built package by its name. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect } from "vitest";

/** The folder of the examples. */
export const examplesFolder = fileURLToPath(new URL("../examples", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "karyon-examples-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What each must print. */
export const examples: Readonly<Record<string, readonly RegExp[]>> = {
  "annotate.js": [/^[1-9]\d* sure nuclei, \d+ rejected objects$/m],
  "train.js": [/^t000: [1-9]\d* of \d+ objects are sure$/m, /^F1 at IoU 0\.5: (0\.[6-9]\d|1\.00)$/m],
  "segment.js": [/^[1-9]\d* nuclei, mean area [1-9]\d* px$/m, /^F1 at IoU 0\.5: (0\.[6-9]\d|1\.00)$/m],
  "track.js": [
    /^[1-9]\d* nuclei, \d+ divisions, \d+ gaps closed$/m,
    /^mean speed 0\.\d+ µm\//m,
    /^table \w/m,
  ],
  "run.js": [/^stopped: .*stopped before it ended\.$/m, /^report: results.report\.html$/m],
  "convert.js": [
    /^OME-TIFF, 1 series$/m,
    /^#0 .*: 3 frames, 1 channels, 1 slices$/m,
    /^128 x 128 px of 0\.\d+ µm, first value \d+$/m,
    /^movie\.ome\.zarr, [1-9]\d* files$/m,
  ],
  "errors.js": [
    /^a file that is not there: InvalidInput$/m,
    /^an option out of range: InvalidInput$/m,
    /^work that was stopped: Cancelled$/m,
  ],
};

/** Those that train a network, which takes a minute or more. */
export const trainingExamples: readonly string[] = ["train.js", "segment.js", "run.js"];

const run = (file: string, cwd: string): Promise<{ code: number | null; output: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(examplesFolder, file)], { cwd });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });

/** Runs an example in an empty folder, and expects that it prints what it must. */
export async function expectExample(file: string): Promise<void> {
  const { code, output } = await run(file, mkdtempSync(join(folder, "run-")));
  expect(code, output).toBe(0);
  for (const pattern of examples[file]!) expect(output).toMatch(pattern);
}
