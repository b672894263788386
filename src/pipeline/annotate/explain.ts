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

export interface ExplainedFeature {
  /** Column of `objects.csv`, with its unit. */
  readonly name: string;
  readonly value: number;
  /** Median over the kept nuclei of the acquisition; undefined where there is none. */
  readonly usual: number | undefined;
}

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
  const path = join(dataset, "candidates", `${image?.name}.tif`);
  if (image === undefined || !existsSync(path))
    throw new InvalidInput(
      "--frame",
      `one of ${images
        .slice(0, 5)
        .map((entry) => entry.name)
        .join(", ")}${images.length > 5 ? ", ..." : ""}`,
      name ?? "nothing",
    );
  if (y < 0 || x < 0 || y >= image.height || x >= image.width)
    throw new InvalidInput(
      "--explain",
      `a pixel within ${image.height} x ${image.width} (y, x)`,
      `${y},${x}`,
    );
  const candidates = await readLabels(path);
  const candidate = candidates.data[y * candidates.width + x]!;
  const place = `${image.name}, pixel (${y}, ${x})`;
  if (candidate === 0)
    return {
      image: image.name,
      y,
      x,
      candidate,
      kept: false,
      score: NaN,
      features: [],
      text: `${place}: no object was found here; raise --sensitivity to find dimmer ones.`,
    };
  const { header, rows } = parseCsv(await readFile(join(dataset, "objects.csv"), "utf8"));
  const cell = (row: readonly string[], column: string): string => row[header.indexOf(column)] ?? "";
  const row = rows.find(
    (entry) => cell(entry, "image") === image.name && Number(cell(entry, "candidate")) === candidate,
  );
  if (row === undefined)
    throw new InvalidInput(
      join(dataset, "objects.csv"),
      `a row for candidate ${candidate} of ${image.name}`,
      "none",
      "annotate again",
    );
  const members = new Set(
    images.filter(({ acquisition }) => acquisition === image.acquisition).map((entry) => entry.name),
  );
  const nuclei = rows.filter((entry) => cell(entry, "kept") === "1" && members.has(cell(entry, "image")));
  const features = shown
    .filter((column) => cell(row, column) !== "")
    .map((column): ExplainedFeature => {
      const usual = median(
        nuclei
          .map((entry) => cell(entry, column))
          .filter((text) => text !== "")
          .map(Number),
      );
      return {
        name: column,
        value: Number(cell(row, column)),
        usual: Number.isNaN(usual) ? undefined : usual,
      };
    });
  const [kept, score] = [cell(row, "kept") === "1", Number(cell(row, "score"))];
  const fate = kept
    ? `kept as nucleus ${cell(row, "label")}, certainty ${score.toFixed(2)}`
    : `rejected: ${cell(row, "reason")}`;
  const lines = [`${place}: candidate ${candidate} ${fate}.`, ...features.map(featureText)];
  if (nuclei.length > 0)
    lines.push(
      `Medians are over the ${counted(nuclei.length, "kept object")} of its acquisition ` +
        `(${counted(members.size, "image")}).`,
    );
  return { image: image.name, y, x, candidate, kept, score, features, text: lines.join("\n") };
}

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
      "--explain",
      `a pixel of ${windows[0]!.source} in one of the ${counted(windows.length, "window")} that ` +
        "were annotated (annotation.json lists them)",
      `${y},${x}`,
      "annotate all windows with --windows 0",
    );
  }
  return explainPixel(dataset, y - found.window.y, x - found.window.x, found.name);
}

const featureText = ({ name, value, usual }: ExplainedFeature): string =>
  `${name} ${short(value)}${usual === undefined ? "" : ` (median of the kept ${short(usual)})`}.`;

const short = (value: number): string => String(Number(value.toPrecision(3)));
