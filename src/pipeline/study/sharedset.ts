/** One training set out of the annotations of several movies, of which none dominates. */
import { existsSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import { formatCsv } from "../../io/csv.js";
import { type AnnotatedImage, type AnnotationSummary, diametersOf } from "../annotate/annotation.js";
import { writeFileAtomic } from "../store/files.js";
import { maxPixels } from "../train/trainingset.js";

/** The annotation of one movie. */
export interface AnnotatedMovie {
  /** Of the sample. */
  readonly name: string;
  readonly condition: string;
  /** Holds `images` and `masks`. */
  readonly folder: string;
  readonly summary: AnnotationSummary;
}

/** An image of one movie that the network of a study learns from. */
export interface DrawnImage {
  /** In the shared set. */
  readonly name: string;
  readonly movie: AnnotatedMovie;
  readonly image: AnnotatedImage;
}

/** How images are drawn from the movies. */
export interface DrawOptions {
  /** px of the network's input per px of an image whose nuclei have this diameter, px. */
  readonly scaleOf: (diameter: number) => number;
  /** Images together. Default: as many as have `most` pixels at the network's scale. */
  readonly wanted: number | undefined;
  readonly maximum?: number;
}

/**
 * How many images each movie gives: one after the other, always to the condition that has given the fewest
 * and in it to the movie that has, until there are enough. No condition gives more than twice as many as
 * another that has no more to give.
 *
 * @param movies with the images that each can give, and what one of them costs
 * @param enough of the cost
 */
export function evenShares(
  movies: readonly { readonly condition: string; readonly images: number; readonly cost: number }[],
  enough: number,
): number[] {
  const shares = movies.map(() => 0);
  const conditions = [
    ...new Set(movies.filter(({ images }) => images > 0).map(({ condition }) => condition)),
  ];
  const given = (condition: string): number =>
    movies.reduce((sum, movie, i) => sum + (movie.condition === condition ? shares[i]! : 0), 0);
  const indices = (condition: string): number[] =>
    movies.flatMap((movie, i) => (movie.condition === condition && shares[i]! < movie.images ? [i] : []));
  for (let cost = 0; ;) {
    const open = conditions
      .filter((condition) => indices(condition).length > 0)
      .sort((a, b) => given(a) - given(b));
    const [next] = open;
    if (next === undefined || given(next) >= 2 * Math.max(1, Math.min(...conditions.map(given))))
      return shares;
    const movie = indices(next).reduce((best, i) => (shares[i]! < shares[best]! ? i : best));
    cost += movies[movie]!.cost;
    // The first is taken whatever it costs.
    if (cost > enough && shares.some((share) => share > 0)) return shares;
    shares[movie]!++;
  }
}

/** The images that hold nuclei, evenly drawn. @throws InvalidInput when there is none */
export function drawImages(
  movies: readonly AnnotatedMovie[],
  { scaleOf, wanted, maximum: most = maxPixels }: DrawOptions,
): DrawnImage[] {
  const usable = movies.map(({ summary }) => summary.images.filter(({ kept }) => kept > 0));
  const pixels = movies.map(({ summary }, i) => {
    const diameters = diametersOf(summary);
    const all = usable[i]!.map(
      ({ name, height, width, diameter }) => height * width * scaleOf(diameters.get(name) ?? diameter) ** 2,
    );
    return all.reduce((sum, value) => sum + value, 0) / Math.max(1, all.length);
  });
  const shares = evenShares(
    movies.map(({ condition }, i) => ({
      condition,
      images: usable[i]!.length,
      cost: wanted === undefined ? pixels[i]! : 1,
    })),
    wanted ?? most,
  );
  const taken = new Set<string>();
  const drawn = movies.flatMap((movie, i) =>
    Array.from({ length: shares[i]! }, (_, k): DrawnImage => {
      const image = usable[i]![Math.floor(((k + 0.5) * usable[i]!.length) / shares[i]!)]!;
      const base = `${movie.name}_${image.name}`;
      let name = base;
      for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${base}_${n}`;
      taken.add(name.toLowerCase());
      return { name, movie, image };
    }),
  );
  if (drawn.length === 0)
    throw new InvalidInput(
      "samples",
      "at least one annotated nucleus",
      `none in ${counted(movies.length, "movie")}`,
      "look at the overlays in samples/, and set annotate.diameter or annotate.sensitivity",
    );
  return drawn;
}

/** Where the two files of an image are, by folder of the training set. */
export const drawnFiles = ({ movie, image }: DrawnImage): [image: string, mask: string] => [
  join(movie.folder, "images", `${image.name}.tif`),
  join(movie.folder, "masks", `${image.name}.tif`),
];

/**
 * Writes the training set into `folder`, which must exist: `images/`, `masks/`, `overlays/` where there are
 * any, `drawn.csv`, `annotation.json`.
 */
export async function writeSharedSet(
  folder: string,
  drawn: readonly DrawnImage[],
): Promise<AnnotationSummary> {
  for (const name of ["images", "masks"]) await mkdir(join(folder, name), { recursive: true });
  for (const one of drawn) {
    const [image, mask] = drawnFiles(one);
    await copyFile(image, join(folder, "images", `${one.name}.tif`));
    await copyFile(mask, join(folder, "masks", `${one.name}.tif`));
    const overlay = join(one.movie.folder, "overlays", `${one.image.name}.png`);
    if (!existsSync(overlay)) continue;
    await mkdir(join(folder, "overlays"), { recursive: true });
    await copyFile(overlay, join(folder, "overlays", `${one.name}.png`));
  }
  const movies = [...new Set(drawn.map(({ movie }) => movie))];
  const acquisitions = movies.flatMap(({ summary }, m) =>
    summary.acquisitions.map((acquisition, index) => ({ key: `${m} ${index}`, acquisition })),
  );
  const numberOf = new Map(acquisitions.map(({ key }, number) => [key, number]));
  const [first] = movies;
  const summary: AnnotationSummary = {
    preset: first!.summary.preset,
    background: first!.summary.background,
    // Frames of one movie show the same nuclei: what is held back from training must be a part of each, not
    // whole frames.
    kind: movies.some(({ summary: { kind } }) => kind === "movie") ? "movie" : "images",
    images: drawn.map(({ name, movie, image }) => ({
      ...image,
      name,
      ...(image.source === undefined ? {} : { source: `${movie.name}_${image.source}` }),
      acquisition: numberOf.get(`${movies.indexOf(movie)} ${image.acquisition}`)!,
    })),
    acquisitions: acquisitions.map(({ acquisition }) => acquisition),
    warnings: [],
  };
  await writeFileAtomic(
    join(folder, "drawn.csv"),
    formatCsv(
      ["image", "sample", "condition", "frame", "nuclei"],
      [
        drawn.map(({ name }) => name),
        drawn.map(({ movie }) => movie.name),
        drawn.map(({ movie }) => movie.condition),
        drawn.map(({ image }) => image.name),
        drawn.map(({ image }) => image.kept),
      ],
    ),
  );
  await writeFileAtomic(join(folder, "annotation.json"), `${JSON.stringify(summary, null, 2)}\n`);
  return summary;
}
