/** The files that a record names: where they lie now, and whether they are still the same. */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import type { StageContext } from "../../core/progress.js";
import { hashFiles } from "../store/hash.js";
import type { InputRecord } from "../store/provenance.js";
import { seriesAddress } from "../store/seriesaddress.js";

/**
 * Finds recorded files and checks their contents.
 *
 * @param folder of `run.json`, from which its paths are seen
 * @param moved where inputs are looked for first: by name, and by the last folder and name
 * @returns their paths, in the order of the record
 * @throws InvalidInput for the first that is not there, or has other contents
 */
export async function findRecorded(
  records: readonly InputRecord[],
  { folder, moved }: { readonly folder: string; readonly moved?: string | undefined },
  context: StageContext,
): Promise<string[]> {
  const paths = records.map(({ file }) => placeOf(resolve(folder, file), moved));
  const found = await hashFiles(paths, context);
  for (const [i, { sha256 }] of records.entries()) {
    if (found[i]!.sha256 !== sha256)
      throw new InvalidInput(
        paths[i]!,
        `the file that the result was made from (SHA-256 ${sha256.slice(0, 12)})`,
        `other contents (${found[i]!.sha256.slice(0, 12)})`,
        "put that file back, or make a new result",
      );
  }
  return paths;
}

function placeOf(recorded: string, moved: string | undefined): string {
  const last = join(basename(dirname(recorded)), basename(recorded));
  const places =
    moved === undefined ? [recorded] : [join(moved, last), join(moved, basename(recorded)), recorded];
  const place = places.find((path) => existsSync(seriesAddress(path).path));
  if (place !== undefined) return place;
  throw new InvalidInput(
    recorded,
    "the file that the result was made from",
    "nothing of that name",
    "say with --inputs in which folder it lies now",
  );
}
