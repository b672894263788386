/** The built program in a process of its own, in an empty folder, for tests. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect } from "vitest";

/** The program that users call. */
export const bin = fileURLToPath(new URL("../bin/karyon.js", import.meta.url));

/** What a call came to. */
export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A step of `watched`: acts when standard error says what is waited for. */
export type Step = readonly [when: RegExp, act: (child: ChildProcess) => void];

/** Sends a signal to a program. */
export const sending =
  (signal: NodeJS.Signals) =>
  (child: ChildProcess): void =>
    void child.kill(signal);

/** A folder with a movie of four frames in `movie`, in which the program is called. */
export interface CommandLine {
  readonly folder: string;
  karyon(...args: readonly string[]): Outcome;
  /** Calls the program, and acts, once each, when standard error says what is waited for, in that order. */
  watched(args: readonly string[], ...steps: readonly Step[]): Promise<Outcome>;
  /** Presses Ctrl-C when standard error says `when`. */
  interrupted(when: RegExp, ...args: readonly string[]): Promise<Outcome>;
  lines(name: string): string[];
}

/** Makes the folder before the tests of a file, and removes it after them. */
export function commandLine(): CommandLine {
  let folder = "";
  const karyon: CommandLine["karyon"] = (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
      cwd: folder,
      encoding: "utf8",
      timeout: 240_000,
    });
    return { code: status, out: stdout, err: stderr };
  };
  const watched: CommandLine["watched"] = (args, ...steps) =>
    new Promise((resolve) => {
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
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "karyon-cli-"));
    const made = karyon("simulate", "-o", "movie", "--size", "256", "--frames", "4", "--seed", "5");
    expect(made.err).toMatch(/simulate: \d+ tracks/);
    expect(made.code).toBe(0);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    get folder() {
      return folder;
    },
    karyon,
    watched,
    interrupted: (when, ...args) => watched(args, [when, sending("SIGINT")]),
    lines: (name) => readFileSync(join(folder, name), "utf8").trim().split("\n"),
  };
}

/** A failed call must say one sentence, end with an error code and show no stack. */
export function expectRefusal({ code, err }: Outcome, pattern: RegExp): void {
  expect(err).toMatch(pattern);
  expect(code).toBe(1);
  expect(err).not.toMatch(/\n\s+at /);
  expect(err.trim().split("\n").at(-1)).toMatch(/^karyon [\w-]+: .*\.$/);
}
