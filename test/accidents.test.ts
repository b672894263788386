/**
 * Accidents of one step, `karyon annotate`, which ends in seconds: what is said, what is left, and that the next
 * call ends as one that met nothing. Those of whole runs: `accidents.long.test.ts`, `npm run test:accidents`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hook, simulateMovie } from "../tools/accidents/movieruns.js";
import { differences } from "../tools/sameresults.js";
import { bin, expectRefusal, type Outcome } from "./commandline.js";

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "karyon-accidents-"));
  await simulateMovie(folder);
  expect((await annotate("whole")).code).toBe(0);
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const outcomeOf = (child: ChildProcess): Promise<Outcome> =>
  new Promise((resolve) => {
    let [out, err] = ["", ""];
    child.stdout!.on("data", (text: Buffer) => (out += String(text)));
    child.stderr!.on("data", (text: Buffer) => (err += String(text)));
    child.on("close", (code) => resolve({ code, out, err }));
  });

interface Given {
  readonly input?: string;
  /** See `tools/accidents/hook.js`. */
  readonly accident?: object;
  /** A user other than root, where the test is root. */
  readonly user?: number | undefined;
}

const callOf = (out: string, { input = join("movie", "01"), accident }: Given): string[] => [
  ...(accident === undefined ? [] : ["--import", hook]),
  ...[bin, "annotate", input, "-o", out, "--threads", "2", "--overwrite", "--json"],
];

const annotate = (out: string, given: Given = {}): Promise<Outcome> =>
  outcomeOf(
    spawn(process.execPath, callOf(out, given), {
      cwd: folder,
      env: { ...process.env, KARYON_ACCIDENT: JSON.stringify({ stage: "annotate", ...given.accident }) },
      ...(given.user === undefined ? {} : { uid: given.user, gid: given.user }),
    }),
  );

/** An earlier result of that name, which an accident must leave as it is. */
const earlier = (name: string): void =>
  cpSync(join(folder, "whole"), join(folder, name), { recursive: true, preserveTimestamps: true });

const isEqual = (name: string): string[] => differences(join(folder, "whole"), join(folder, name));
const left = (name: string): string[] => readdirSync(folder).filter((entry) => entry.includes(name));

/** Calls take seconds, and longer beside other work. */
const patience = 240_000;

it(
  "of the disk and of threads are named, leave the earlier result, and the next call ends",
  async () => {
    earlier("met");
    for (const [accident, sentence] of [
      [{ kind: "full", at: 4 }, /^karyon annotate: met\/\S+ could not be written: the disk is full; free/m],
      [{ kind: "exit" }, /The thread that \w+ .* was lost \(it ended with code 7\); run the same command/],
      [{ kind: "memory" }, /The thread that \w+ .* ran out of memory; give it smaller images or fewer/],
    ] as const) {
      expectRefusal(await annotate("met", { accident }), sentence);
      expect([left("met"), isEqual("met")]).toEqual([["met"], []]);
    }
    rmSync(join(folder, "met"), { recursive: true });
    expectRefusal(await annotate("met", { accident: { kind: "exit" } }), /was lost/);
    expect(left("met")).toEqual([]);
    expect((await annotate("met")).code).toBe(0);
    expect(isEqual("met")).toEqual([]);
  },
  patience,
);

// Windows has no such limit.
it.skipIf(process.platform === "win32")(
  "names a limit of the size of files",
  async () => {
    const limited = `ulimit -f 8; exec "$0" "$@"`;
    const child = spawn("sh", ["-c", limited, process.execPath, ...callOf("limited", {})], { cwd: folder });
    expectRefusal(
      await outcomeOf(child),
      /: limited\/\S+ could not be written: files may not be as large as that there; raise the limit \(ulimit -f\)/,
    );
    expect(left("limited")).toEqual([]);
  },
  patience,
);

/** Whether every user may look into a folder and all that it lies in. */
function isOpenToAll(path: string): boolean {
  if ((statSync(path).mode & 0o001) === 0) return false;
  return dirname(path) === path || isOpenToAll(dirname(path));
}

/** Root gives the call to another user, who must be able to start the program. */
const isReachable = process.getuid?.() !== 0 || isOpenToAll(dirname(bin));

it.skipIf(process.platform === "win32" || !isReachable)(
  "names a folder in which the user may not write",
  async () => {
    const place = join(folder, "locked");
    const user = process.getuid!() === 0 ? 65_534 : undefined;
    mkdirSync(place);
    // Others may look into the folder of the test.
    chmodSync(folder, 0o755);
    chmodSync(place, 0o555);
    expectRefusal(
      await annotate(join("locked", "out"), { user }),
      /: locked\/out could not be written: you may not write there; choose another output folder or change its perm/,
    );
    expect(readdirSync(place)).toEqual([]);
    chmodSync(place, 0o755);
    if (user !== undefined) chownSync(place, user, user);
    expect((await annotate(join("locked", "out"), { user })).code).toBe(0);
    // It lies elsewhere, as seen from its input.
    const isRecord = (name: string): boolean => name === "run.json";
    expect(differences(join(folder, "whole"), join(place, "out"), isRecord)).toEqual([]);
  },
  patience,
);

it(
  "is refused while another call writes the folder, and not beside it",
  async () => {
    const calls = await Promise.all(["twice", "twice", "beside"].map((name) => annotate(name)));
    const refused = calls.slice(0, 2).filter(({ code }) => code !== 0);
    // The second may come when the first has ended.
    for (const outcome of refused)
      expectRefusal(outcome, /twice is being written by process \d+ on \S+ since/);
    expect([refused.length <= 1, calls[2]!.code]).toEqual([true, 0]);
    for (const name of ["twice", "beside"]) expect([left(name), isEqual(name)]).toEqual([[name], []]);
  },
  patience,
);
