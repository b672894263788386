import { expect, it } from "vitest";
import { renameAtOnce, renameInPlace, type Retrying } from "./renaming.js";

/** Refuses so often, and counts. */
function refusing(code: string, times: number): Retrying & { calls: number } {
  const made = {
    calls: 0,
    pauses: [0, 0, 0],
    rename: () => {
      if (++made.calls <= times) throw Object.assign(new Error(code), { code });
    },
  };
  return made;
}

it.each(["EPERM", "EBUSY", "EACCES"])(
  "a rename that %s refuses for a moment is tried again",
  async (code) => {
    const [first, second] = [refusing(code, 3), refusing(code, 3)];
    await renameInPlace("a", "b", first);
    renameAtOnce("a", "b", second);
    expect([first.calls, second.calls]).toEqual([4, 4]);
  },
);

it("what is refused for good, or for another reason, is said", async () => {
  await expect(renameInPlace("a", "b", refusing("EBUSY", 9))).rejects.toThrow("EBUSY");
  expect(() => renameAtOnce("a", "b", refusing("EBUSY", 9))).toThrow("EBUSY");
  const full = refusing("ENOSPC", 1);
  await expect(renameInPlace("a", "b", full)).rejects.toThrow("ENOSPC");
  expect(full.calls).toBe(1);
});
