/** The package as npm gives it to a stranger: packed, installed in an empty folder, used. */
import { expect, it } from "vitest";
import { isRegistryReachable, tryTarball } from "../tools/tarball.js";

const reachable = isRegistryReachable();

it.skipIf(!reachable)(
  "is small, installs in a folder with spaces and letters beyond ASCII, and works there",
  () => {
    const said: string[] = [];
    const { tarball, installed } = tryTarball((line) => said.push(line));
    expect(said.at(-1)).toBe("imports work");
    expect(tarball).toBeLessThan(4 * 2 ** 20);
    expect(installed).toBeLessThan(12 * 2 ** 20);
  },
  900_000,
);
