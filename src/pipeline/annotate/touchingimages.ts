/**
 * Touching nuclei, pasted together from those of a dataset: `composed/images`, `composed/masks`,
 * `composed/overlays`, apart from what `karyon train` reads.
 */
import { evenlySpreadFromFirst } from "../../stats/evenly.js";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { throwIfCancelled } from "../../core/progress.js";
import { counted } from "../../core/wording.js";
import { mapOrdered } from "../../core/ordered.js";
import type { FramePool } from "../../workers/pool.js";
import type { TouchingAnswer, TouchingFiles } from "../../workers/tasks.js";
import { openSource } from "../source/source.js";
import { writeFileAtomic } from "../store/files.js";
import { readLabels } from "../store/labelfiles.js";

/** One image of touching nuclei, as `annotation.json` lists it. */
export interface TouchingRecord {
  readonly name: string;
  /** Name of the image that it was made from. */
  readonly source: string;
  /** Nuclei that were pasted. */
  readonly pasted: number;
  /** Touching pairs, at least one of each pasted. */
  readonly pairs: number;
}

/** What was made. */
export interface TouchingImages {
  readonly records: readonly TouchingRecord[];
  readonly warnings: readonly string[];
}

/** What touching nuclei are made from, and by whom. */
export interface TouchingJob {
  /** The dataset, whose `images` and `masks` are complete. */
  readonly folder: string;
  /** Images of the dataset. */
  readonly names: readonly string[];
  readonly seed: number;
  readonly pool: FramePool;
  readonly threads: number;
  readonly signal: AbortSignal | undefined;
  /** Hears of each image that is made. */
  readonly done: (message: string) => void;
}

/**
 * Makes so many images from those of a dataset, evenly spread over them; from some several times where there
 * are fewer, or others give none.
 *
 * @throws Cancelled, OutputError
 */
export async function touchingInto(job: TouchingJob, requested: number): Promise<TouchingImages> {
  if (requested === 0) return { records: [], warnings: [] };
  for (const part of ["images", "masks", "overlays"])
    await mkdir(join(job.folder, "composed", part), { recursive: true });
  const records: TouchingRecord[] = [];
  let reason = "";
  let attempts = 0;
  for (let sources = spread(job.names, requested); records.length < requested && sources.length > 0;) {
    const first = attempts;
    const chosen = sources.slice(0, requested - records.length);
    attempts += chosen.length;
    const answers = await mapOrdered(chosen.length, job.threads, (k) =>
      touchingOf(job, chosen[k]!, first + k),
    );
    for (const [k, answer] of answers.entries()) {
      if (answer.files === undefined) reason = answer.notice;
      else records.push(await writeTouching(job, records.length + 1, chosen[k]!, answer.files));
    }
    // Sources that gave something take their next turn after those that are still to come.
    sources = [...sources.slice(chosen.length), ...chosen.filter((_, k) => answers[k]!.files !== undefined)];
  }
  const shortfall =
    `Only ${records.length} of ${counted(requested, "image")} with touching nuclei could be composed. ` +
    reason;
  return { records, warnings: records.length === requested ? [] : [shortfall] };
}

/** Touching nuclei from one image of the dataset. */
async function touchingOf(
  { folder, seed, pool, signal }: TouchingJob,
  name: string,
  variant: number,
): Promise<TouchingAnswer> {
  throwIfCancelled({ signal }, "Annotation");
  const image = await (await openSource([join(folder, "images", `${name}.tif`)])).read(0);
  const labels = await readLabels(join(folder, "masks", `${name}.tif`));
  return pool.run("touching", { name, image, labels, seed, variant }, signal);
}

async function writeTouching(
  { folder, done }: TouchingJob,
  number: number,
  source: string,
  { image, mask, overlay, pasted, pairs }: TouchingFiles,
): Promise<TouchingRecord> {
  const name = `composed_${String(number).padStart(4, "0")}`;
  await writeFileAtomic(join(folder, "composed", "images", `${name}.tif`), image);
  await writeFileAtomic(join(folder, "composed", "masks", `${name}.tif`), mask);
  await writeFileAtomic(join(folder, "composed", "overlays", `${name}.png`), overlay);
  done(`${name}: ${counted(pairs, "touching pair")}`);
  return { name, source, pasted, pairs };
}

/** All items, `requested` of them that are evenly spread first. */
function spread<T>(items: readonly T[], requested: number): T[] {
  const first = new Set(evenlySpreadFromFirst(items.length, requested));
  return [...items.filter((_, i) => first.has(i)), ...items.filter((_, i) => !first.has(i))];
}
