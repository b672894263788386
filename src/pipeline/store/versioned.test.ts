import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readRun, runRecord, version, writeRun } from "./provenance.js";
import { type FormatKind, formatVersions, readVersioned, writeVersioned } from "./versioned.js";

let path: string;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "karyon-versioned-"));
  path = join(folder, "a.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

const kinds = Object.keys(formatVersions) as FormatKind[];

describe.each(kinds)("a file of the format %s", (kind) => {
  it("carries its format and version first, and is read as it was written", async () => {
    await writeVersioned(path, kind, { images: [1] });
    expect(Object.entries(JSON.parse(readFileSync(path, "utf8")) as object)).toEqual([
      ["format", `karyon-${kind}`],
      ["version", formatVersions[kind]],
      ["images", [1]],
    ]);
    expect(readVersioned(path, kind)).toEqual({ images: [1] });
  });

  it("of Karyon 0.1, without a version, is read", () => {
    writeFileSync(path, `{ "images": [1] }`);
    expect(readVersioned(path, kind)).toEqual({ images: [1] });
  });

  it("of a newer Karyon is refused by a sentence with both versions", () => {
    writeFileSync(path, JSON.stringify({ format: `karyon-${kind}`, version: 99, images: [] }));
    expect(() => readVersioned(path, kind)).toThrow(
      new RegExp(
        `a\\.json: version 99 of the format karyon-${kind} is not supported; this Karyon reads versions up to ` +
          `${formatVersions[kind]}, and a newer one wrote the file: use that one\\.$`,
      ),
    );
  });
});

describe("readVersioned", () => {
  it("refuses a file of another kind, and what is no description", async () => {
    await writeVersioned(path, "tracking", {});
    expect(() => readVersioned(path, "annotation")).toThrow(
      /expected the description of an annotation .*, received "karyon-tracking"; check the path\.$/,
    );
    writeFileSync(path, "[1]");
    expect(() => readVersioned(path, "run")).toThrow(/expected the description of a run, received \[1\]/);
    writeFileSync(path, `{ "version": "new" }`);
    expect(() => readVersioned(path, "run")).toThrow(/expected a format version from 1 to 1, received "new"/);
  });
});

describe("run.json", () => {
  it("is versioned, is read as it was written, and is not taken for one of this version when it is newer", async () => {
    const record = runRecord("track", folder, {}, []);
    await writeRun(folder, record);
    expect(JSON.parse(readFileSync(join(folder, "run.json"), "utf8"))).toMatchObject({
      format: "karyon-run",
      version: formatVersions.run,
      karyon: version,
    });
    expect(readRun(folder)).toEqual(record);
    writeFileSync(join(folder, "run.json"), JSON.stringify({ ...record, format: "karyon-run", version: 99 }));
    expect(() => readRun(folder)).toThrow(/run\.json: version 99 of the format karyon-run is not supported/);
  });
});
