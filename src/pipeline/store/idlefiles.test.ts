import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { idleFiles } from "./idlefiles.js";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "karyon-idle-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const written = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => {
    const path = join(folder, String(i));
    writeFileSync(path, `file ${i}`);
    return path;
  });

describe("files that stay open for a moment", () => {
  it("are the same for reads that follow each other, and others for reads at the same time", async () => {
    const files = idleFiles(4, 10_000);
    const [key, path] = [{}, written(1)[0]!];
    const handle = (): Promise<number> =>
      files.use(
        key,
        () => open(path, "r"),
        (file) => Promise.resolve(file.fd),
      );
    const first = await handle();
    expect(await handle()).toBe(first);
    const both = await Promise.all([handle(), handle()]);
    expect(new Set(both).size).toBe(2);
    expect(files.count()).toBe(1);
  });

  it("are few, however many are read, and the others are closed", async () => {
    const files = idleFiles(4, 10_000);
    const handles: FileHandle[] = [];
    for (const path of written(50)) {
      await files.use(
        {},
        () => open(path, "r"),
        async (file) => handles.push(file),
      );
      expect(files.count()).toBeLessThanOrEqual(4);
    }
    // A closed handle has no number.
    expect(handles.map(({ fd }) => fd >= 0)).toEqual(handles.map((_, i) => i >= 46));
  });

  it("are closed after a time without a read, or at once", async () => {
    for (const milliseconds of [20, 0]) {
      const files = idleFiles(4, milliseconds);
      const file = await files.use(
        {},
        () => open(written(1)[0]!, "r"),
        (opened) => Promise.resolve(opened),
      );
      await vi.waitFor(() => expect(file.fd).toBe(-1));
      expect(files.count()).toBe(0);
    }
  });

  it("are closed when a read fails, and what failed is said", async () => {
    const files = idleFiles(4, 10_000);
    const failing = files.use(
      {},
      () => open(written(1)[0]!, "r"),
      () => Promise.reject(new Error("unreadable")),
    );
    await expect(failing).rejects.toThrow("unreadable");
    expect(files.count()).toBe(0);
    await expect(
      files.use(
        {},
        () => open(join(folder, "none"), "r"),
        async () => 1,
      ),
    ).rejects.toThrow("ENOENT");
  });
});
