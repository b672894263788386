/** Locks between real processes; these run the compiled program. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assertReplaceable, writeFolder } from "./folders.js";
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
  it("of another machine is refused, with what to remove when nothing runs there", async () => {
    lockOf("out", { pid: process.pid, host: "faraway" });
    await expect(withOutputLock(join(root, "out"), async () => 1)).rejects.toThrow(
      /by process \d+ on faraway since .*; choose another output folder, wait until it ends, or remove .*\.out\.lock if it no longer runs there\.$/,
    );
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
