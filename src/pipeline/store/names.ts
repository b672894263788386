/** Orders and parts of the names of files. */
import { basename, dirname, resolve } from "node:path";

/**
 * Orders texts so that numbers in them go by value: frame2 before frame10. Equal up to leading zeros: by
 * character.
 */
export function naturalOrder(a: string, b: string): number {
  const [left, right] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x, y] = [left[i]!, right[i]!];
    // Odd pieces are the numbers; by length first, since they may be longer than a double's digits.
    const [p, q] = i % 2 === 1 ? [x.replace(/^0+/, ""), y.replace(/^0+/, "")] : [x, y];
    if (i % 2 === 1 && p.length !== q.length) return p.length - q.length;
    if (p !== q) return p < q ? -1 : 1;
  }
  return left.length - right.length || compareTexts(a, b);
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Name of a file without folder and image extension. */
export const stemOf = (path: string): string => basename(path).replace(/(\.ome)?\.[^.]+$/i, "");

/** The last folder of a path, by name; "images" for the root. */
export const folderName = (path: string): string => basename(resolve(dirname(path))) || "images";
