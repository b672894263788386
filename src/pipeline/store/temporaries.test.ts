/** What is left when a process ends in the middle of its work; these run the compiled program. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-temporaries-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const compiled = (name: string): string =>
  new URL(`../../../dist/pipeline/store/${name}.js`, import.meta.url).href;

/**
 * Runs a script in `root`. `busy()` keeps the threads that write files busy, so that what is asked of them
 * afterwards is done only when the process has begun to end.
 */
function ended(script: string): { readonly code: number | null; readonly err: string } {
  const all = `
    import { pbkdf2 } from "node:crypto";
    import { writeFileSync } from "node:fs";
    import { mkdir } from "node:fs/promises";
    import { Worker } from "node:worker_threads";
    import { openAtomic, writeFileAtomic } from ${JSON.stringify(compiled("files"))};
    import { writeFolder } from ${JSON.stringify(compiled("folders"))};
    const busy = () => {
      for (let i = 0; i < 4; i++) pbkdf2("a", "b", 200_000, 64, "sha512", () => undefined);
    };
    // Once a folder is found to be there, before a file is made in it.
    const busySoon = () => void mkdir(process.cwd(), { recursive: true }).then(busy);
    ${script}`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", all], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, UV_THREADPOOL_SIZE: "4" },
  });
  return { code: status, err: stderr };
}

describe("a process that ends while files wait to be written", () => {
  it.each([
    [
      "into a folder that is being made",
      `void writeFolder("out", async (folder) => {
        busy();
        for (let i = 0; i < 20; i++) void writeFileAtomic(folder + "/" + i, "x");
        for (let i = 0; i < 20; i++) void writeFileAtomic(folder + "/part/" + i, "x");
        process.exit(3);
      });`,
    ],
    [
      "into the folder of the result",
      `busySoon(); void writeFileAtomic("one", "x"); setTimeout(() => process.exit(3), 30);`,
    ],
    ["in pieces", `busySoon(); void openAtomic("one"); setTimeout(() => process.exit(3), 30);`],
    [
      "into a folder that is just begun",
      `busy(); void writeFolder("out", () => new Promise(() => undefined)); setImmediate(() => process.exit(3));`,
    ],
    [
      "into a folder while it is removed",
      `void writeFolder("out", async (folder) => {
        for (let i = 0; i < 1000; i++) writeFileSync(folder + "/" + i, "");
        const other = new Worker(\`
          import { parentPort, workerData } from "node:worker_threads";
          import { writeFileSync } from "node:fs";
          parentPort.postMessage("begins");
          for (let i = 0; ; i++) try { writeFileSync(workerData + "/late" + i, ""); } catch {}\`,
          { eval: true, workerData: folder });
        await new Promise((resolve) => other.once("message", resolve));
        process.exit(3);
      });`,
    ],
  ])("leaves nothing: %s", (_, script) => {
    expect(ended(script)).toEqual({ code: 3, err: "" });
    expect(readdirSync(root)).toEqual([]);
  });
});
