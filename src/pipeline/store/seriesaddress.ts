/** `file.lif#3` and `file.lif#Position 3`: a series of a file, by its place from 0 or by its name. */
import { existsSync } from "node:fs";
import { InvalidInput } from "../../core/errors.js";
import { counted, some } from "../../core/wording.js";
import type { Series } from "../../io/formats/imageformat.js";

/** A file, and which of its series is meant. */
export interface SeriesAddress {
  readonly path: string;
  /** Name or number behind the "#"; undefined where there is none. */
  readonly series: string | undefined;
}

/** Takes a path apart. A file whose own name holds a "#" is that file. */
export function seriesAddress(text: string): SeriesAddress {
  if (existsSync(text)) return { path: text, series: undefined };
  // Names of series may hold a "#", too: the first that a file stands before counts.
  for (let at = text.indexOf("#"); at > 0; at = text.indexOf("#", at + 1)) {
    const path = text.slice(0, at);
    if (existsSync(path)) return { path, series: text.slice(at + 1) };
  }
  return { path: text, series: undefined };
}

/**
 * The place of the series that is meant: the only one, the one of that name, or the one of that number.
 *
 * @throws InvalidInput naming the series there are
 */
export function chosenSeries({ path, series }: SeriesAddress, all: readonly Series[]): number {
  if (series === undefined) {
    if (all.length === 1) return 0;
    throw new InvalidInput(
      path,
      "one series",
      `a file of ${counted(all.length, "series", "series")}`,
      `choose one, such as ${path}#0: ${listOf(all)}`,
    );
  }
  const named = all.findIndex(({ name }) => name === series);
  if (named >= 0) return named;
  const place = Number(series);
  if (series !== "" && Number.isInteger(place) && place >= 0 && place < all.length) return place;
  throw new InvalidInput(`${path}#${series}`, `one of its series (${listOf(all)})`, JSON.stringify(series));
}

const listOf = (all: readonly Series[]): string =>
  some(all.map(({ name }, place) => (name === "" ? `#${place}` : `#${place} ${name}`)));
