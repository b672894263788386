/** Paths stay within the folders that were opened, through symbolic links and whatever is written in them. */
import { readdirSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { Refusal } from "./answers.js";

/** The folders that the server may read and write. */
export interface Confinement {
  /** As they were given. */
  readonly roots: readonly string[];
  /**
   * The real place of a path, through all symbolic links; of what is not there yet that of the folder it would
   * lie in. A relative path begins at the first root.
   *
   * @throws Refusal 403 when it lies in no root, or is written in a way that no path needs
   */
  readonly place: (path: string) => string;
  /** The same of an address of images, which may end in `#series`. */
  readonly address: (address: string) => string;
}

/** @param roots folders that exist */
export function confinementTo(roots: readonly string[]): Confinement {
  const real = roots.map((root) => realpathSync(resolve(root)));
  const place = (path: string): string => {
    assertPlain(path);
    const found = realPlaceOf(resolve(real[0]!, path));
    if (!real.some((root) => isWithin(found, root))) throw outside(path);
    return found;
  };
  const address = (text: string): string => {
    const at = text.lastIndexOf("#");
    if (at <= 0 || isThere(resolve(real[0]!, text))) return place(text);
    return `${place(text.slice(0, at))}${text.slice(at)}`;
  };
  return { roots, place, address };
}

/** Whether a path is a folder itself or lies in it; both are real. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/**
 * The real place of a file below a folder, through links that stay in it. Hidden files have none.
 *
 * @param path with "/" between names
 * @returns undefined where there is no such file, or it lies elsewhere
 */
export function placeWithin(folder: string, path: string): string | undefined {
  const parts = path.split("/");
  // eslint-disable-next-line no-control-regex -- no name holds them
  if (parts.some((part) => part === "" || part.startsWith(".") || /[\\:\u0000-\u001f]/.test(part)))
    return undefined;
  try {
    const place = realpathSync(join(folder, ...parts));
    return isWithin(place, realpathSync(folder)) ? place : undefined;
  } catch {
    return undefined;
  }
}

const outside = (path: string): Refusal =>
  new Refusal(
    403,
    "Outside",
    `${path} lies outside of the folders that the studio was opened with; start karyon studio with its folder, too.`,
  );

/** @throws Refusal 403 */
function assertPlain(path: string): void {
  const isPlain =
    typeof path === "string" &&
    path !== "" &&
    // eslint-disable-next-line no-control-regex -- no name holds them
    !/[\u0000-\u001f]/.test(path) &&
    // Shares of other machines, and devices.
    !/^[\\/]{2}/.test(path) &&
    !path.split(/[\\/]/).includes("..");
  if (!isPlain) throw new Refusal(403, "Outside", "A path holds no .., no control character and no share.");
}

/** The real place of what need not be there: that of the deepest folder that is, with the rest behind it. */
function realPlaceOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    const parent = dirname(path);
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    // A link that leads nowhere is something that is there: nobody may write through it.
    if (!isMissing || parent === path || isLink(path)) throw outside(path);
    return join(realPlaceOf(parent), basename(path));
  }
}

function isThere(path: string): boolean {
  try {
    realpathSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Whether a name that leads nowhere is in its folder all the same. */
function isLink(path: string): boolean {
  try {
    return readdirSync(dirname(path)).includes(basename(path));
  } catch {
    return false;
  }
}
