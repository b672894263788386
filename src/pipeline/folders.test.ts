import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { assertReplaceable, writeFolder } from "./folders.js";

let root: string;
beforeEach(() => { root = mkdtempSync(join(tmpdir(), "karyon-folders-")); });

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
    await expect(writeFolder(path, async (temporary) => {
      writeFileSync(join(temporary, "a"), "new");
      throw new Error("broken");
    })).rejects.toThrow("broken");
    expect(readFileSync(join(path, "a"), "utf8")).toBe("old");
    expect(readdirSync(root)).toEqual(["out"]);
  });

  it("replaces the earlier folder as a whole", async () => {
    const path = join(root, "out");
    await writeFolder(path, async (temporary) => writeFileSync(join(temporary, "old"), ""));
    await writeFolder(path, async (temporary) => writeFileSync(join(temporary, "new"), ""));
    expect(readdirSync(path)).toEqual(["new"]);
  });

  it("says in one sentence why it cannot write", async () => {
    writeFileSync(join(root, "file"), "");
    await expect(writeFolder(join(root, "file", "out"), async () => undefined)).rejects.toThrow(/cannot be written \(a part of the path is a file\); choose another/);
  });
});

describe("assertReplaceable", () => {
  it("never replaces what Karyon did not make", () => {
    writeFileSync(join(root, "thesis.doc"), "");
    expect(() => assertReplaceable(root, "run.json", true)).toThrow(/did not make/);
  });

  it("replaces its own only when told to", () => {
    writeFileSync(join(root, "run.json"), "{}");
    expect(() => assertReplaceable(root, "run.json", false)).toThrow(/--overwrite/);
    expect(() => assertReplaceable(root, "run.json", true)).not.toThrow();
    mkdirSync(join(root, "empty"));
    expect(() => assertReplaceable(join(root, "empty"), "run.json", false)).not.toThrow();
  });
});
