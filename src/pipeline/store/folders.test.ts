import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
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

  it("tells what fails by the name that the folder would have got", async () => {
    const failing = writeFolder(join(root, "out"), (temporary) =>
      Promise.reject(new Error(`${join(temporary, "a")} could not be written.`)),
    );
    await expect(failing).rejects.toThrow(`${join(root, "out", "a")} could not be written.`);
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

  it("writes through a symbolic link to the real folder, and the link stays", async () => {
    mkdirSync(join(root, "disk", "data"), { recursive: true });
    symlinkSync(join("disk", "data"), join(root, "out"));
    for (const name of ["old", "new"])
      await writeFolder(join(root, "out"), async (temporary) => {
        expect(realpathSync(temporary).startsWith(realpathSync(join(root, "disk")))).toBe(true);
        writeFileSync(join(temporary, name), "");
      });
    expect(lstatSync(join(root, "out")).isSymbolicLink()).toBe(true);
    expect(readdirSync(join(root, "disk", "data"))).toEqual(["new"]);
    expect(readdirSync(join(root, "disk"))).toEqual(["data"]);
    expect(readdirSync(root).sort()).toEqual(["disk", "out"]);
  });

  it("makes the folder that a symbolic link stands for when it is not there yet", async () => {
    symlinkSync(join("disk", "data"), join(root, "out"));
    await writeFolder(join(root, "out"), async (temporary) => writeFileSync(join(temporary, "a"), ""));
    expect(lstatSync(join(root, "out")).isSymbolicLink()).toBe(true);
    expect(readdirSync(join(root, "disk", "data"))).toEqual(["a"]);
  });

  it("lets two write the same folder at once, each under a name of its own: the last one stays, whole", async () => {
    const path = join(root, "out");
    const names = new Set<string>();
    const write = (name: string): Promise<void> =>
      writeFolder(path, async (temporary) => {
        names.add(temporary);
        for (const file of ["a", "b"]) {
          writeFileSync(join(temporary, `${name}-${file}`), "");
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      });
    await write("x");
    await Promise.allSettled([write("y"), write("z")]);
    expect(names.size).toBe(3);
    expect([
      ["y-a", "y-b"],
      ["z-a", "z-b"],
    ]).toContainEqual(readdirSync(path).sort());
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
    expect(() => assertReplaceable(root, "annotate", false)).toThrow(
      /or give overwrite: true to replace it\.$/,
    );
    expect(() => assertReplaceable(root, "annotate", true)).not.toThrow();
    expect(() => assertReplaceable(root, "demo", true)).toThrow(
      /holds the result of karyon annotate, which karyon demo does not replace/,
    );
  });
});
