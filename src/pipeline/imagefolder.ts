import { readdirSync } from "node:fs";
import { join, parse } from "node:path";

/** The TIFF and PNG files of one folder by name without extension, in natural order (`frame2` before `frame10`). */
export function listImages(folder: string): Map<string, string> {
  const names = readdirSync(folder).filter((name) => /\.(tiff?|png)$/i.test(name) && !name.startsWith("."));
  names.sort(new Intl.Collator("en", { numeric: true }).compare);
  return new Map(names.map((name) => [parse(name).name, join(folder, name)]));
}
