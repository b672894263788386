/** Runs that are killed, that find the disk full, or whose thread lacks memory: the next run ends as one that met nothing. */
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

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "karyon-accidents-"));
  await simulateMovie(folder);
  await wholeRun(folder);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("goes on after SIGKILL within the writing of files", async () => {
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
}, 600_000);

it("says that the disk is full, leaves nothing behind, and goes on", async () => {
  for (const stage of ["annotate", "segment"]) {
    const { code, said } = await runMovie(folder, "full", { accident: { kind: "full", stage, at: 2 } });
    expect([stage, code, said]).toEqual([stage, 1, expect.stringContaining("the disk is full")]);
    expect(temporaries(join(folder, "full"))).toEqual([]);
  }
  expect(await problemsAfter(folder, "full")).toEqual([]);
}, 600_000);

it("says that a thread ran out of memory, and goes on", async () => {
  const { code, said } = await runMovie(folder, "lost", { accident: { kind: "memory", stage: "annotate" } });
  expect([code, said]).toEqual([1, expect.stringContaining("ran out of memory")]);
  expect(temporaries(join(folder, "lost"))).toEqual([]);
  expect(await problemsAfter(folder, "lost")).toEqual([]);
}, 600_000);

it("says that a thread ended by itself, and goes on", async () => {
  const { code, said } = await runMovie(folder, "ended", { accident: { kind: "exit", stage: "annotate" } });
  expect([code, said]).toEqual([1, expect.stringContaining("was lost (it ended with code 7)")]);
  expect(temporaries(join(folder, "ended"))).toEqual([]);
  expect(await problemsAfter(folder, "ended")).toEqual([]);
}, 600_000);
