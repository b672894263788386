/** Locks between real processes; these run the compiled program. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assertReplaceable, writeFolder } from "./folders.js";
import { keepBeating, type LockView, lockTimes, watchLock } from "./heartbeat.js";
import { assertNotLocked, withOutputLock } from "./lock.js";
import { thisProcess } from "./owner.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-lock-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const compiled = (name: string): string =>
  new URL(`../../../dist/pipeline/store/${name}.js`, import.meta.url).href;

/** A process that locks a folder, begins to write it, says so, and then waits to be told to go on, or dies. */
async function writer(out: string): Promise<ChildProcess> {
  const script = `
    import { writeFileSync } from "node:fs";
    import { join } from "node:path";
    import { withOutputLock } from ${JSON.stringify(compiled("lock"))};
    import { writeFolder } from ${JSON.stringify(compiled("folders"))};
    const out = ${JSON.stringify(out)};
    await withOutputLock(out, () => writeFolder(out, async (folder) => {
      writeFileSync(join(folder, "half"), "");
      process.on("SIGINT", () => process.exit(130));
      process.stdout.write("begun");
      await new Promise((resolve) => process.stdin.once("data", resolve));
    }));
    process.stdin.destroy();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return child;
}

const ended = async (child: ChildProcess, end: () => void): Promise<number | null> => {
  const closed = once(child, "close");
  end();
  return ((await closed) as [number | null])[0];
};

const lockOf = (out: string, lock: object): void =>
  writeFileSync(join(root, `.${out}.lock`), JSON.stringify({ since: "2026-01-01T00:00:00.000Z", ...lock }));

describe("two processes on one output folder", () => {
  it("the second is refused while the first lives, by one sentence that names it", async () => {
    const out = join(root, "out");
    const first = await writer(out);
    const who = new RegExp(
      `out is being written by process ${first.pid} on ${hostname()} since 20\\S+Z; wait until it ends, or ` +
        "choose another output folder\\.$",
    );
    let worked = false;
    await expect(withOutputLock(out, async () => void (worked = true))).rejects.toThrow(who);
    expect(() => assertReplaceable(out, "annotate", true)).toThrow(who);
    expect(worked).toBe(false);
    expect(await ended(first, () => first.stdin!.write("go"))).toBe(0);
    expect(readdirSync(root)).toEqual(["out"]);
    expect(await withOutputLock(out, async () => readdirSync(root).sort())).toEqual([".out.lock", "out"]);
    expect(readdirSync(root)).toEqual(["out"]);
  });

  it("a killed one does not block, and what it left half written is removed", async () => {
    const out = join(root, "out");
    const first = await writer(out);
    const other = await writer(join(root, "other"));
    await ended(first, () => first.kill("SIGKILL"));
    expect(readdirSync(root).length).toBe(4);
    await withOutputLock(out, () => writeFolder(out, async (folder) => writeFileSync(join(folder, "a"), "")));
    expect(readdirSync(out)).toEqual(["a"]);
    // What belongs to a living process stays.
    expect(readdirSync(root).sort()).toEqual([
      expect.stringMatching(/^\.other\..*\.unfinished$/),
      ".other.lock",
      "out",
    ]);
    expect(await ended(other, () => other.stdin!.write("go"))).toBe(0);
    expect(readdirSync(root).sort()).toEqual(["other", "out"]);
  });

  it("one that is ended in the middle, as by a second Ctrl-C, leaves nothing", async () => {
    const child = await writer(join(root, "out"));
    expect(readdirSync(root).length).toBe(2);
    expect(await ended(child, () => child.kill("SIGINT"))).toBe(130);
    expect(readdirSync(root)).toEqual([]);
  });

  it("only one of many takes over what a killed process left", async () => {
    const out = join(root, "out");
    const killed = await writer(out);
    await ended(killed, () => killed.kill("SIGKILL"));
    let atOnce = 0;
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        withOutputLock(out, async () => {
          expect(++atOnce).toBe(1);
          await new Promise((resolve) => setTimeout(resolve, 50));
          atOnce--;
        }),
      ),
    );
    expect(results.filter(({ status }) => status === "fulfilled").length).toBe(1);
    const refused = results.find((result) => result.status === "rejected")!.reason as Error;
    expect(refused.message).toMatch(/written by this very process since/);
  });
});

describe("the lock of an output folder", () => {
  it("of another machine that beats is refused, one that is silent is not, and what its process left goes", async () => {
    const times = { beat: 20, silence: 1000, look: 10 };
    const out = join(root, "out");
    const owner = { pid: 4711, host: "faraway", start: "0a1b2c3d" };
    lockOf("out", owner);
    const beating = keepBeating(join(root, ".out.lock"), readFileSync(join(root, ".out.lock"), "utf8"), 20);
    const told: string[] = [];
    await expect(
      withOutputLock({ out, times, tell: (text) => told.push(text) }, async () => 1),
    ).rejects.toThrow(
      /out is being written by process 4711 on faraway since 2026\S+Z; wait until it ends, or choose another/,
    );
    expect(told.length).toBe(1);
    expect(told[0]).toMatch(
      /by process 4711 on faraway, which cannot be asked from here; .* for 1 s more\.$/,
    );
    await beating();

    const host = createHash("sha256").update("faraway").digest("hex").slice(0, 8);
    const leftover = `.labels.${host}-4711-0a1b2c3d-${"0".repeat(12)}.unfinished`;
    const others = `.labels.${host}-4712-0a1b2c3d-${"0".repeat(12)}.unfinished`;
    mkdirSync(out);
    for (const name of [leftover, others]) writeFileSync(join(out, name), "");
    expect(await withOutputLock({ out, times }, async () => readdirSync(out))).toEqual([others]);
    expect(readdirSync(root)).toEqual(["out"]);
    // Other locks of the same process need no wait.
    lockOf("other", owner);
    expect(await withOutputLock(join(root, "other"), async () => 1)).toBe(1);
  });

  it("of another machine, hours old, does not block, and a wait for a fresh one can be ended", async () => {
    lockOf("out", { pid: 1, host: "oldhost" });
    utimesSync(join(root, ".out.lock"), new Date(0), new Date(0));
    expect(await withOutputLock(join(root, "out"), async () => 1)).toBe(1);
    lockOf("out", { pid: 1, host: "newhost" });
    const waiting = withOutputLock({ out: join(root, "out"), signal: AbortSignal.abort() }, async () => 1);
    await expect(waiting).rejects.toThrow("Waiting for another machine was stopped");
    expect(existsSync(join(root, ".out.lock"))).toBe(true);
  });

  it("beats, and is not removed by a process whose lock another has taken over", async () => {
    const path = join(root, ".out.lock");
    const times = { beat: 10, silence: 400, look: 10 };
    await withOutputLock({ out: join(root, "out"), times }, async () => {
      const before = statSync(path).mtimeMs;
      await expect.poll(() => statSync(path).mtimeMs).toBeGreaterThan(before);
      expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ pid: process.pid });
      lockOf("out", { pid: 1, host: "taker" });
    });
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ host: "taker" });
  });

  it.skipIf(thisProcess.start === undefined)(
    "does not block when another process has got the number of the one that made it",
    async () => {
      lockOf("out", { pid: process.pid, host: hostname(), start: "00000000" });
      expect(await withOutputLock(join(root, "out"), async () => 1)).toBe(1);
    },
  );

  it("that is no lock does not block for ever", async () => {
    writeFileSync(join(root, ".out.lock"), "");
    expect(await withOutputLock(join(root, "out"), async () => 1)).toBe(1);
  });

  it("says that a name is too long, before and at the start of the work", async () => {
    const place = join(root, "o".repeat(300));
    const sentence = /o could not be written: the name is too long; choose a shorter one\.$/;
    expect(() => assertNotLocked(place)).toThrow(sentence);
    await expect(withOutputLock(place, async () => 1)).rejects.toThrow(sentence);
  });

  it("goes when the work fails", async () => {
    const failing = withOutputLock(join(root, "out"), () => Promise.reject(new Error("broken")));
    await expect(failing).rejects.toThrow("broken");
    expect(readdirSync(root)).toEqual([]);
  });

  it("inside the folder, where nothing may be written beside it, is no part of the result", async () => {
    mkdirSync(join(root, "out"));
    writeFileSync(
      join(root, "out", ".karyon.lock"),
      JSON.stringify({ ...thisProcess, since: "2026-01-01T00:00:00.000Z" }),
    );
    expect(() => assertReplaceable(join(root, "out"), "annotate", false)).not.toThrow();
    expect(readFileSync(join(root, "out", ".karyon.lock"), "utf8")).toContain(String(process.pid));
    expect(existsSync(join(root, "out"))).toBe(true);
  });
});

/** A lock on a clock of its own, which was written at 0 and is written again at `beats` (s). */
function lockAt(start: number, beats: readonly number[], gone = Infinity): LockView & { time: number } {
  const view = {
    time: start * 1000,
    changed: () =>
      view.time >= gone * 1000
        ? undefined
        : Math.max(0, ...beats.filter((at) => at * 1000 <= view.time)) * 1000,
    now: () => view.time,
    sleep: async (ms: number) => void (view.time += ms),
  };
  return view;
}

describe("the watch of a lock of another machine", () => {
  const watched = async (view: LockView & { time: number }): Promise<[string, number]> => [
    await watchLock(view, lockTimes, () => undefined),
    view.time / 1000,
  ];

  it("ends with its next beat, when it goes, or after five minutes of silence since the last", async () => {
    expect(await watched(lockAt(10, [30, 60]))).toEqual(["beats", 30]);
    expect(await watched(lockAt(290, [299]))).toEqual(["beats", 300]);
    expect(await watched(lockAt(10, [], 100))).toEqual(["gone", 100]);
    expect(await watched(lockAt(10, []))).toEqual(["silent", 300]);
    expect(await watched(lockAt(100_000, []))).toEqual(["silent", 100_000]);
  });
});
