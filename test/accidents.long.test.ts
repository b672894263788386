/**
 * Whole runs that meet accidents, one after the other: each is named, and the last call ends as a run that met
 * nothing. More of them, at more moments: `npm run test:accidents`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  problemsAfter,
  runMovie,
  simulateMovie,
  temporaries,
  wholeRun,
} from "../tools/accidents/movieruns.js";

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "karyon-accidents-"));
  await simulateMovie(folder);
  await wholeRun(folder);
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("go on after SIGKILL within the writing of files", async () => {
  for (const [stage, at] of [
    ["annotate", 3],
    ["train", 1],
    ["segment", 2],
    ["figures", 4],
  ] as const) {
    const { signal } = await runMovie(folder, "killed", { accident: { kind: "kill", stage, at } });
    expect([stage, signal]).toEqual([stage, "SIGKILL"]);
  }
  expect(await problemsAfter(folder, "killed")).toEqual([]);
}, 900_000);

it("say what happened, leave nothing behind, and go on", async () => {
  for (const [accident, sentence] of [
    [{ kind: "memory", stage: "annotate" }, "ran out of memory"],
    [{ kind: "full", stage: "annotate", at: 2 }, "the disk is full"],
    [{ kind: "exit", stage: "train", file: "batchworker" }, "was lost (it ended with code 7)"],
    [{ kind: "full", stage: "segment", at: 2 }, "the disk is full"],
  ] as const) {
    const { code, said } = await runMovie(folder, "met", { accident });
    expect([accident, code, said]).toEqual([accident, 1, expect.stringContaining(sentence)]);
    expect(temporaries(join(folder, "met"))).toEqual([]);
  }
  expect(await problemsAfter(folder, "met")).toEqual([]);
}, 900_000);
