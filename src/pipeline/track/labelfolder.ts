/** A folder of label images, of Karyon or of another program, as tracking takes it. */
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import type { LabelSource } from "../../core/labels.js";
import { labelFormatNames } from "../../io/formats/formatnames.js";
import type { KnownNuclei } from "../../track/movie/measurelabels.js";
import type { SegmentationSummary } from "../segment/segmentation.js";
import { isLabelFolder, labelAddresses, listLabels } from "../source/labeladdresses.js";
import { type LabelOptions, openLabels } from "../store/labelfiles.js";
import { labelsInFiles } from "../store/labelsource.js";
import { parseNuclei } from "../../io/nucleifile.js";
import { readVersioned } from "../store/versioned.js";

/**
 * What is tracked: label images, and what is known of their nuclei. A `SegmentationResult` is one, and so is
 * what `readLabelFolder` makes of a folder.
 */
export interface TrackingInput extends KnownNuclei {
  readonly labels: LabelSource;
  /** The calibration, where the segmentation tells it. */
  readonly summary?: Pick<SegmentationSummary, "pixelSize" | "frameInterval"> | undefined;
}

/**
 * Opens the label images of a folder. Nuclei are measured from them when they are tracked, for they may have
 * been edited; brightness and score come from `objects.csv`, where it is there.
 *
 * @throws InvalidInput when there is no such folder, or it holds no label images
 */
export function readLabelFolder(folder: string): TrackingInput {
  const byName = listLabels(folder);
  if (byName.size === 0)
    throw new InvalidInput(
      folder,
      "a folder of label images",
      `no ${labelFormatNames} files`,
      "make one with karyon segment",
    );
  const [summaryFile, table] = [join(folder, "segmentation.json"), join(folder, "objects.csv")];
  const summary = existsSync(summaryFile)
    ? readVersioned<SegmentationSummary>(summaryFile, "segmentation")
    : undefined;
  const files = inOrder(byName, summary);
  return {
    labels: labelsInFiles(
      files,
      files.map((file) => basename(file)),
    ),
    summary,
    nuclei: existsSync(table) ? parseNuclei(readFileSync(table, "utf8"), table) : undefined,
  };
}

/**
 * Opens the label images of a folder, or those of one file of several planes.
 *
 * @throws InvalidInput when there is nothing; CorruptFile, UnsupportedFormat for the one file
 */
export async function readLabelPlanes(path: string, options: LabelOptions = {}): Promise<LabelPlanes> {
  if (isLabelFolder(path)) return { ...readLabelFolder(path), notices: [] };
  const [addresses, { notices }] = [await labelAddresses(path), await openLabels(path, options)];
  return {
    labels: labelsInFiles([...addresses.values()], [...addresses.keys()], options),
    notices: notices.map((text) => `${basename(path)}: ${text}.`),
  };
}

/** Label images with what was assumed of them. */
export interface LabelPlanes extends TrackingInput {
  /** One sentence each. */
  readonly notices: readonly string[];
}

/**
 * The label images in the order of the frames: the segmentation's, where all of its files and no others are
 * there, since names need not follow the frames (frames of several folders); else the natural order of the
 * names.
 */
function inOrder(
  byName: ReadonlyMap<string, string>,
  summary: Pick<SegmentationSummary, "images"> | undefined,
): string[] {
  const listed = (summary?.images ?? [])
    .map(({ name }) => byName.get(name))
    .filter((file) => file !== undefined);
  return listed.length === byName.size ? listed : [...byName.values()];
}
