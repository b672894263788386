/** Scores of label images, or of tracks, against the truth on disk. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { InvalidInput } from "../core/errors.js";
import { type InstanceErrors, listErrors } from "../evaluate/errors.js";
import { type InstanceScores, iouThresholds, matchInstances, scoreInstances } from "../evaluate/instances.js";
import { type LabelledSequence, scoreTracks, type TrackScores } from "../evaluate/tracks.js";
import { parseTracks } from "../io/ctc.js";
import { listImages } from "./imagefolder.js";
import { readLabels } from "./labelfiles.js";

/** A pair of label files with the name it goes by. */
export interface LabelPair {
  readonly name: string;
  readonly truth: string;
  readonly predicted: string;
}

/**
 * Pairs two files, or the label images of two folders: by name where the names are equal, else by number (`t012`, `mask012` and
 * `man_seg012` go together).
 *
 * @throws InvalidInput when the folders do not fit together
 */
export function pairLabels(truth: string, predicted: string): LabelPair[] {
  for (const path of [truth, predicted]) if (!existsSync(path)) throw new InvalidInput(path, "a label image or a folder of them", "nothing there", "check the path");
  const isFolder = [truth, predicted].map((path) => statSync(path).isDirectory());
  if (isFolder[0] !== isFolder[1]) throw new InvalidInput("truth and labels", "two files or two folders", "a file and a folder");
  if (isFolder[0] === false) return [{ name: basename(truth), truth, predicted }];
  const [left, right] = [listImages(truth), listImages(predicted)];
  if (left.size === 0) throw new InvalidInput(truth, "label images (TIFF or PNG)", "none");
  const number = (name: string): string => String(Number(/(\d+)\D*$/.exec(name)?.[1] ?? NaN));
  const byNumber = new Map([...right].map(([name, path]) => [number(name), path]));
  const pairs: LabelPair[] = [];
  for (const [name, path] of left) {
    const match = right.get(name) ?? byNumber.get(number(name));
    if (match === undefined) throw new InvalidInput(predicted, `labels for ${name}`, `${right.size} files, none of that name or number`, "segment the same images");
    pairs.push({ name, truth: path, predicted: match });
  }
  return pairs;
}

export interface LabelEvaluation {
  readonly names: readonly string[];
  readonly scores: InstanceScores;
  readonly errors: InstanceErrors;
}

/** Scores label images against the truth, pooled and per image. @throws InvalidInput when files do not fit together */
export async function evaluateLabels(truth: string, predicted: string, thresholds: readonly number[] = iouThresholds): Promise<LabelEvaluation> {
  const pairs = pairLabels(truth, predicted);
  const matchings = [];
  for (const pair of pairs) {
    const [left, right] = [await readLabels(pair.truth), await readLabels(pair.predicted)];
    if (left.height !== right.height || left.width !== right.width) {
      throw new InvalidInput(pair.predicted, `${left.height} x ${left.width} px as ${pair.truth}`, `${right.height} x ${right.width} px`);
    }
    matchings.push(matchInstances(left, right));
  }
  return { names: pairs.map(({ name }) => name), scores: scoreInstances(matchings, thresholds), errors: listErrors(matchings) };
}

/**
 * Scores tracks in the layout of the Cell Tracking Challenge: `man_track.txt` with `man_trackNNN.tif`, `res_track.txt` with `maskNNN.tif`.
 *
 * @param truth,result folders that hold these files
 */
export async function evaluateTracks(truth: string, result: string): Promise<TrackScores> {
  return scoreTracks(await readSequence(truth, "man_track.txt"), await readSequence(result, "res_track.txt"));
}

async function readSequence(folder: string, file: string): Promise<LabelledSequence> {
  const path = join(folder, file);
  if (!existsSync(path)) throw new InvalidInput(folder, `tracks of the Cell Tracking Challenge (${file} beside its masks)`, `no ${file}`);
  const masks = [...listImages(folder).values()];
  return { frames: masks.length, labels: (t) => readLabels(masks[t]!), tracks: parseTracks(readFileSync(path, "utf8"), path) };
}
