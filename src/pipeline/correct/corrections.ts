/** What was corrected by hand in a run folder, as the stages of the run take it. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type EditLog, heldLabelEdits, heldTrackEdits } from "../../correct/editlog.js";
import type { LabelEdit, TrackEdit } from "../../correct/edits.js";
import { encodeEntry } from "../../correct/logcodec.js";
import { fingerprintOf } from "../stage/fingerprint.js";
import { correctionsFolder, readCorrectionLog } from "./correctionlog.js";

/** Layers of labels. */
export type LabelLayer = LabelEdit["layer"];

/** A frame that was looked through, with all its labels. */
export interface ReviewedLabels {
  readonly frame: number;
  /** Label image: what the user left there. */
  readonly file: string;
  /** Of the file. */
  readonly sha256: string;
}

/** Corrections by hand. */
export interface Corrections {
  /** Entries of the log. */
  readonly revision: number;
  /**
   * Edits that hold for labels of this basis. Those that were made on others do not: the same pixels are other
   * objects there.
   */
  readonly labelEdits: (layer: LabelLayer, basis: string) => readonly LabelEdit[];
  /** Edits of a layer that were made on labels of another basis. */
  readonly outdated: (layer: LabelLayer, basis: string) => number;
  readonly trackEdits: readonly TrackEdit[];
  /**
   * Frames that were looked through and whose labels come from their files, since those of the layer are of
   * another basis than the edits; none where the edits themselves hold.
   */
  readonly kept: (layer: LabelLayer, basis: string) => readonly ReviewedLabels[];
  /** Frames that were looked through, ascending; they stay as they are, whatever is made again. */
  readonly reviewed: Readonly<Record<LabelLayer, readonly ReviewedLabels[]>>;
  readonly log: EditLog;
}

/**
 * Label image of a frame that was looked through.
 *
 * @param frameName as in the source
 */
export const reviewedFile = (out: string, layer: LabelLayer, frameName: string): string =>
  join(correctionsFolder(out), layer, `${frameName}.tif`);

/**
 * Reads the corrections of a run folder; a run without any has none.
 *
 * @param frameNames of the source
 * @throws CorruptFile, UnsupportedFormat
 */
export async function readCorrections(out: string, frameNames: readonly string[]): Promise<Corrections> {
  return correctionsOf(out, await readCorrectionLog(out), frameNames);
}

/** The corrections that a log and the frames that were looked through make. */
export function correctionsOf(out: string, log: EditLog, frameNames: readonly string[]): Corrections {
  const reviewedOf = (layer: LabelLayer): ReviewedLabels[] =>
    [...log.reviewed[layer]]
      .sort((a, b) => a - b)
      .flatMap((frame) => {
        const file = reviewedFile(out, layer, frameNames[frame] ?? "");
        if (!existsSync(file)) return [];
        return [{ frame, file, sha256: createHash("sha256").update(readFileSync(file)).digest("hex") }];
      });
  const reviewed = { annotation: reviewedOf("annotation"), labels: reviewedOf("labels") };
  const held = (layer: LabelLayer): readonly LabelEdit[] => heldLabelEdits(log, layer);
  return {
    revision: log.last,
    labelEdits: (layer, basis) => (log.bases[layer] === basis ? held(layer) : []),
    outdated: (layer, basis) => (log.bases[layer] === basis ? 0 : held(layer).length),
    trackEdits: heldTrackEdits(log),
    kept: (layer, basis) => (log.bases[layer] === basis ? [] : reviewed[layer]),
    reviewed,
    log,
  };
}

/** Fingerprint of edits: equal changes, equal fingerprints, whenever they were made. */
export const editsFingerprint = (edits: readonly (LabelEdit | TrackEdit)[]): string =>
  fingerprintOf(edits.map((edit, i) => encodeEntry({ number: i + 1, time: "", edit })));

/** What tells frames that were looked through from others. */
export const reviewedBasis = (reviewed: readonly ReviewedLabels[]): unknown =>
  reviewed.map(({ frame, sha256 }) => [frame, sha256]);
