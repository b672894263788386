/**
 * Composed touching nuclei of a dataset: `composed/images`, `composed/masks`, `composed/overlays`, apart from
 * what `karyon train` reads.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import { counted } from "../../core/wording.js";
import { type FramePool, mapOrdered } from "../../workers/pool.js";
import { openSource } from "../source/source.js";
import { writeFileAtomic } from "../store/files.js";
import { readLabels } from "../store/labelfiles.js";

/** One composed image, as `annotation.json` lists it. */
export interface ComposedRecord {
  readonly name: string;
  /** Name of the image that it was made from. */
  readonly source: string;
  /** Nuclei that were pasted. */
  readonly pasted: number;
  /** Touching pairs, at least one of each pasted. */
  readonly pairs: number;
}

export interface ComposedFiles {
  readonly composed: readonly ComposedRecord[];
  readonly warnings: readonly string[];
}

interface Job {
  /** The dataset, whose `images` and `masks` are complete. */
  readonly folder: string;
  /** Images of the dataset. */
  readonly names: readonly string[];
  readonly seed: number;
  readonly pool: FramePool;
  readonly threads: number;
  readonly context: StageContext;
  readonly tick: (message: string) => void;
}

/**
 * Composes `wanted` images from those of a dataset, evenly spread over them; from some several times where
 * there are fewer, or others give none.
 */
export async function composeInto(
  { folder, names, seed, pool, threads, context, tick }: Job,
  requested: number,
): Promise<ComposedFiles> {
  if (requested === 0) return { composed: [], warnings: [] };
  for (const part of ["images", "masks", "overlays"])
    await mkdir(join(folder, "composed", part), { recursive: true });
  const composed: ComposedRecord[] = [];
  let reason = "";
  let attempts = 0;
  for (let sources = spread(names, requested); composed.length < requested && sources.length > 0;) {
    const first = attempts;
    const chosen = sources.slice(0, requested - composed.length);
    attempts += chosen.length;
    const results = await mapOrdered(chosen.length, threads, async (k) => {
      throwIfCancelled(context, "Annotation");
      const name = chosen[k]!;
      const image = await (await openSource([join(folder, "images", `${name}.tif`)])).read(0);
      const labels = await readLabels(join(folder, "masks", `${name}.tif`));
      return pool.run("touching", { name, image, labels, seed, variant: first + k }, context.signal);
    });
    for (const [k, result] of results.entries()) {
      if (typeof result === "string") {
        reason = result;
        continue;
      }
      const name = `composed_${String(composed.length + 1).padStart(4, "0")}`;
      await writeFileAtomic(join(folder, "composed", "images", `${name}.tif`), result.image);
      await writeFileAtomic(join(folder, "composed", "masks", `${name}.tif`), result.mask);
      await writeFileAtomic(join(folder, "composed", "overlays", `${name}.png`), result.overlay);
      composed.push({ name, source: chosen[k]!, pasted: result.pasted, pairs: result.pairs });
      tick(`${name}: ${counted(result.pairs, "touching pair")}`);
    }
    // Sources that gave something take their next turn after those that are still to come.
    sources = [...sources.slice(chosen.length), ...chosen.filter((_, k) => typeof results[k] !== "string")];
  }
  const warnings =
    composed.length === requested
      ? []
      : [
          `Only ${composed.length} of ${counted(requested, "image")} with touching nuclei could be composed. ${reason}`,
        ];
  return { composed, warnings };
}

/** All items, `wanted` of them that are evenly spread first. */
function spread<T>(items: readonly T[], requested: number): T[] {
  const first = new Set(
    Array.from({ length: Math.min(requested, items.length) }, (_, k) =>
      Math.floor((k * items.length) / Math.min(requested, items.length)),
    ),
  );
  return [...items.filter((_, i) => first.has(i)), ...items.filter((_, i) => !first.has(i))];
}
