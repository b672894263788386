import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findStale } from "./workerfile.js";

let sources: string;
let compiled: string;

const write = (path: string, seconds: number): void => {
  writeFileSync(path, "");
  utimesSync(path, seconds, seconds);
};

beforeEach(() => {
  sources = mkdtempSync(join(tmpdir(), "karyon-sources-"));
  compiled = mkdtempSync(join(tmpdir(), "karyon-compiled-"));
});
afterEach(() => {
  for (const folder of [sources, compiled]) rmSync(folder, { recursive: true, force: true });
});

describe("findStale", () => {
  it("finds nothing where all was compiled after its last change", () => {
    write(join(sources, "a.ts"), 100);
    write(join(compiled, "a.js"), 200);
    expect(findStale(sources, compiled)).toBeUndefined();
  });

  it("names a source that was changed since, so that tests do not run old workers without a word", () => {
    write(join(sources, "a.ts"), 300);
    write(join(compiled, "a.js"), 200);
    expect(findStale(sources, compiled)).toBe("a.ts");
  });

  it("names a source that was never compiled, but no test", () => {
    write(join(sources, "a.test.ts"), 100);
    expect(findStale(sources, compiled)).toBeUndefined();
    write(join(sources, "b.ts"), 100);
    expect(findStale(sources, compiled)).toBe("b.ts");
  });
});
