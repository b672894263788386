/** Real data that are not part of the repository. A case that needs them is skipped by its name where they are absent. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The place of a file or folder of the shared data: in `data/` of what KARYON_SHARED names, `../shared` by default. */
export const sharedData = (...names: readonly string[]): string =>
  join(resolve(root, process.env["KARYON_SHARED"] ?? "../shared"), "data", ...names);

/** Whether the shared data of that name are here. */
export const hasSharedData = (...names: readonly string[]): boolean => existsSync(sharedData(...names));

/**
 * `it` for a case that needs the shared data of that name. Its cases must be a list that stands in the test, since a
 * list that is read from the data is empty without them, and its cases are then missed by nobody.
 */
export const itWithShared = (...names: readonly string[]): ReturnType<typeof it.skipIf> =>
  it.skipIf(!hasSharedData(...names));
