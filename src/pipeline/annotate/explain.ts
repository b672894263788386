/** Why the annotation kept or rejected the object at a pixel. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import { parseCsv } from "../../io/csv.js";
import { median } from "../../stats/percentile.js";
import { readLabels } from "../store/labelfiles.js";
import { type AnnotatedImage, readAnnotation } from "./annotation.js";

/** The shown features, by column of `objects.csv`, in the order in which they are read out. */
const shown = [
  "area_px2",
  "solidity",
  "ellipse_residual",
  "edge_contrast",
  "intensity_over_background",
  "sharpness",
  "texture",
  "contact",
] as const;

/** One measure of an object, beside what is usual. */
export interface ExplainedFeature {
  /** Column of `objects.csv`, with its unit. */
  readonly name: string;
  readonly value: number;
  /** Median over the kept nuclei of the acquisition; undefined where there is none. */
  readonly usual: number | undefined;
}

/** What is known of the object at a pixel. */
export interface Explanation {
  readonly image: string;
  readonly y: number;
  readonly x: number;
  /** Number of the candidate at the pixel, 0 where there is none. */
  readonly candidate: number;
  readonly kept: boolean;
  /** Certainty 0..1; NaN where there is no candidate. */
  readonly score: number;
  readonly features: readonly ExplainedFeature[];
  /** A sentence a line: what became of it and why, then each feature beside what is usual. */
  readonly text: string;
}

/**
 * Looks up a pixel in a dataset that `karyon annotate` wrote.
 *
 * @param name of the image, or of a large image that windows were annotated of, whose pixel is then meant;
 *   the first one where undefined
 * @throws InvalidInput when there is no such image or the pixel lies outside
 */
export async function explainPixel(
  dataset: string,
  y: number,
  x: number,
  name?: string,
): Promise<Explanation> {
  const { images } = readAnnotation(dataset);
  const named = images.find((entry) => entry.name === name);
  const large = named === undefined ? (name ?? images[0]?.source) : undefined;
  const windows = images.filter(({ source, window }) => window !== undefined && source === large);
  if (windows.length > 0) return explainInWindow(dataset, y, x, windows);
  const image = named ?? (name === undefined ? images[0] : undefined);
  if (image === undefined || !existsSync(candidatesOf(dataset, image))) throw noSuchImage(images, name);
  if (y < 0 || x < 0 || y >= image.height || x >= image.width)
    throw new InvalidInput("explain", `a pixel within ${image.height} x ${image.width} (y, x)`, `${y},${x}`);
  const { data, width } = await readLabels(candidatesOf(dataset, image));
  const candidate = data[y * width + x]!;
  const at = { image: image.name, y, x, candidate };
  if (candidate > 0) return explainCandidate(dataset, at, images);
  const text = `${placeText(at)}: no object was found here; raise annotate.sensitivity to find dimmer ones.`;
  return { ...at, kept: false, score: NaN, features: [], text };
}

const candidatesOf = (dataset: string, { name }: AnnotatedImage): string =>
  join(dataset, "candidates", `${name}.tif`);

const noSuchImage = (images: readonly AnnotatedImage[], name: string | undefined): InvalidInput => {
  const first = images.slice(0, 5).map((entry) => entry.name);
  const known = `${first.join(", ")}${images.length > 5 ? ", ..." : ""}`;
  return new InvalidInput("frame", `one of ${known}`, name ?? "nothing");
};

/** The candidate at a pixel of an image of the dataset. */
type CandidatePlace = Pick<Explanation, "image" | "y" | "x" | "candidate">;

const placeText = ({ image, y, x }: CandidatePlace): string => `${image}, pixel (${y}, ${x})`;

async function explainCandidate(
  dataset: string,
  at: CandidatePlace,
  images: readonly AnnotatedImage[],
): Promise<Explanation> {
  const { header, rows } = parseCsv(await readFile(join(dataset, "objects.csv"), "utf8"));
  const cell: CellOf = (row, column) => row[header.indexOf(column)] ?? "";
  const row = rows.find(
    (entry) => cell(entry, "image") === at.image && Number(cell(entry, "candidate")) === at.candidate,
  );
  if (row === undefined)
    throw new InvalidInput(
      join(dataset, "objects.csv"),
      `a row for candidate ${at.candidate} of ${at.image}`,
      "none",
      "annotate again",
    );
  const { acquisition } = images.find(({ name }) => name === at.image)!;
  const members = new Set(
    images.filter((image) => image.acquisition === acquisition).map((entry) => entry.name),
  );
  const nuclei = rows.filter((entry) => cell(entry, "kept") === "1" && members.has(cell(entry, "image")));
  const features = featuresOf(row, nuclei, cell);
  const [kept, score] = [cell(row, "kept") === "1", Number(cell(row, "score"))];
  const fate = kept
    ? `kept as nucleus ${cell(row, "label")}, certainty ${score.toFixed(2)}`
    : `rejected: ${cell(row, "reason")}`;
  const lines = [`${placeText(at)}: candidate ${at.candidate} ${fate}.`, ...features.map(featureText)];
  if (nuclei.length > 0)
    lines.push(
      `Medians are over the ${counted(nuclei.length, "kept object")} of its acquisition ` +
        `(${counted(members.size, "image")}).`,
    );
  return { ...at, kept, score, features, text: lines.join("\n") };
}

/** The cell of a row, by the name of its column; "" where there is no such column. */
type CellOf = (row: readonly string[], column: string) => string;

/** The shown features of an object, each beside its median over the kept nuclei of the acquisition. */
const featuresOf = (
  row: readonly string[],
  nuclei: readonly (readonly string[])[],
  cell: CellOf,
): ExplainedFeature[] =>
  shown
    .filter((column) => cell(row, column) !== "")
    .map((column) => {
      const cells = nuclei.map((entry) => cell(entry, column)).filter((text) => text !== "");
      const usual = median(cells.map(Number));
      const value = Number(cell(row, column));
      return { name: column, value, usual: Number.isNaN(usual) ? undefined : usual };
    });

/** A pixel of a large image, in the window that shows it. */
async function explainInWindow(
  dataset: string,
  y: number,
  x: number,
  windows: readonly AnnotatedImage[],
): Promise<Explanation> {
  const found = windows.find(
    ({ window }) =>
      window !== undefined &&
      y >= window.y &&
      x >= window.x &&
      y < window.y + window.height &&
      x < window.x + window.width,
  );
  if (found?.window === undefined) {
    throw new InvalidInput(
      "explain",
      `a pixel of ${windows[0]!.source} in one of the ${counted(windows.length, "window")} that ` +
        "were annotated (annotation.json lists them)",
      `${y},${x}`,
      "annotate all windows with annotate.windows 0",
    );
  }
  return explainPixel(dataset, y - found.window.y, x - found.window.x, found.name);
}

const featureText = ({ name, value, usual }: ExplainedFeature): string =>
  `${name} ${short(value)}${usual === undefined ? "" : ` (median of the kept ${short(usual)})`}.`;

const short = (value: number): string => String(Number(value.toPrecision(3)));
