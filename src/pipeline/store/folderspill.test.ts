import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { folderSpill } from "./folderspill.js";
import { memorySpill } from "../../core/spill.js";

const root = mkdtempSync(join(tmpdir(), "karyon-spill-"));
afterAll(() => rmSync(root, { recursive: true }));

describe.each([
  ["in memory", memorySpill()],
  ["in a folder that is not there yet", folderSpill(join(root, "some", "where"))],
])("a store %s", (_, spill) => {
  it("gives what was put last, and nothing that was removed or never put", async () => {
    await spill.put("a-1", Uint8Array.of(1));
    await spill.put("a-2", Uint8Array.of(2));
    await spill.put("a-1", Uint8Array.of(3, 4));
    expect([...(await spill.get("a-1"))]).toEqual([3, 4]);
    expect([...(await spill.get("a-2"))]).toEqual([2]);
    await spill.remove!("a-1");
    await spill.remove!("a-1");
    await expect(spill.get("a-1")).rejects.toThrow(/expected an entry a-1, received none/);
    await expect(spill.get("b")).rejects.toMatchObject({ kind: "InvalidInput" });
  });
});

describe("a store in a folder", () => {
  it("has a file a key, and takes no key that leads out of the folder", async () => {
    const spill = folderSpill(join(root, "keys"));
    await spill.put("x-1.bin", Uint8Array.of(1));
    expect(readdirSync(join(root, "keys"))).toEqual(["x-1.bin"]);
    for (const key of ["../x", "a/b", "", ".hidden"])
      await expect(spill.put(key, Uint8Array.of(1))).rejects.toThrow(TypeError);
  });
});
