import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assertReplaceable, writeFolder } from "./folders.js";
import { runRecord, writeRun } from "./provenance.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-folders-"));
});
afterEach(() => rmSync(root, { recursive: true }));

describe("writeFolder", () => {
  it("shows the folder only when it is complete", async () => {
    const path = join(root, "out");
    await writeFolder(path, async (temporary) => {
      writeFileSync(join(temporary, "a"), "1");
      expect(existsSync(path)).toBe(false);
    });
    expect(readFileSync(join(path, "a"), "utf8")).toBe("1");
  });

  it("keeps the earlier folder and leaves no rest when the work fails", async () => {
    const path = join(root, "out");
    await writeFolder(path, async (temporary) => writeFileSync(join(temporary, "a"), "old"));
    await expect(
      writeFolder(path, async (temporary) => {
        writeFileSync(join(temporary, "a"), "new");
        throw new Error("broken");
      }),
    ).rejects.toThrow("broken");
    expect(readFileSync(join(path, "a"), "utf8")).toBe("old");
    expect(readdirSync(root)).toEqual(["out"]);
  });

  it("replaces the earlier folder as a whole", async () => {
    const path = join(root, "out");
    await writeFolder(path, async (temporary) => writeFileSync(join(temporary, "old"), ""));
    await writeFolder(path, async (temporary) => writeFileSync(join(temporary, "new"), ""));
    expect(readdirSync(path)).toEqual(["new"]);
  });

  it("brings back the earlier folder that a power cut between two renames left under another name", async () => {
    const path = join(root, "out");
    await writeFolder(path, async (temporary) => writeFileSync(join(temporary, "a"), "old"));
    renameSync(path, join(root, ".out.previous"));
    await expect(writeFolder(path, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(readFileSync(join(path, "a"), "utf8")).toBe("old");
    expect(readdirSync(root)).toEqual(["out"]);
  });

  it("says in one sentence why it cannot write", async () => {
    writeFileSync(join(root, "file"), "");
    await expect(writeFolder(join(root, "file", "out"), async () => undefined)).rejects.toThrow(
      /could not be written: a part of its path is a file, not a folder; choose another output folder\.$/,
    );
  });
});

describe("assertReplaceable", () => {
  it("lets in what is not there or empty", () => {
    mkdirSync(join(root, "empty"));
    for (const name of ["none", "empty"])
      expect(() => assertReplaceable(join(root, name), "annotate", false)).not.toThrow();
  });

  it("never replaces what Karyon did not make, nor what only looks so", () => {
    writeFileSync(join(root, "thesis.doc"), "");
    expect(() => assertReplaceable(root, "annotate", true)).toThrow(/holds a file that Karyon did not make/);
    writeFileSync(join(root, "run.json"), `{ "stages": {}, "by": "another program" }`);
    expect(() => assertReplaceable(root, "annotate", true)).toThrow(/run\.json: it is not a run record/);
  });

  it("replaces a result of the same command only, and only when told to", async () => {
    await writeRun(root, runRecord("annotate", root, {}, []));
    expect(() => assertReplaceable(root, "annotate", false)).toThrow(/--overwrite/);
    expect(() => assertReplaceable(root, "annotate", true)).not.toThrow();
    expect(() => assertReplaceable(root, "demo", true)).toThrow(
      /holds the result of karyon annotate, which karyon demo does not replace/,
    );
  });
});
