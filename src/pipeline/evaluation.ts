/** Scores of label images, or of tracks, against the truth on disk. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { InvalidInput } from "../core/errors.js";
import type { LabelImage } from "../core/labels.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import { type InstanceErrors, listErrors } from "../evaluate/errors.js";
import { type InstanceScores, iouThresholds, matchInstances, scoreInstances } from "../evaluate/instances.js";
import { type LabelledSequence, scoreTracks, type SegmentationTruth, type TrackScores } from "../evaluate/tracks.js";
import { formatCsv } from "../io/csv.js";
import { parseTracks } from "../io/ctc.js";
import { type PipelineContext, runStage } from "./events.js";
import { listImages } from "./imagefolder.js";
import { counted } from "./inputs.js";
import { readLabels } from "./labelfiles.js";

/** A pair of label files with the name it goes by. */
export interface LabelPair {
  readonly name: string;
  readonly truth: string;
  readonly predicted: string;
}

/**
 * Pairs two files, or the label images of two folders: by name where the names are equal, else by the last number in them (`t012`,
 * `mask012` and `man_seg012` go together), where that is unique. Labels without a truth are left out.
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
  const [own, others] = [byNumber([...left.keys()]), byNumber([...right.keys()])];
  return [...left].map(([name, path]) => {
    const number = numberOf(name);
    const sameNumber = own.get(number)?.length === 1 && others.get(number)?.length === 1 ? others.get(number)![0]! : undefined;
    const match = right.get(name) ?? (sameNumber === undefined ? undefined : right.get(sameNumber));
    if (match === undefined) throw new InvalidInput(predicted, `labels for ${name}`, `${counted(right.size, "file")}, none of that name and not one alone of that number`, "segment the same images");
    return { name, truth: path, predicted: match };
  });
}

const numberOf = (name: string): number | undefined => {
  const digits = /(\d+)\D*$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

function byNumber(names: readonly string[]): Map<number | undefined, string[]> {
  const groups = new Map<number | undefined, string[]>();
  for (const name of names) if (numberOf(name) !== undefined) groups.set(numberOf(name), [...(groups.get(numberOf(name)) ?? []), name]);
  return groups;
}

export interface LabelEvaluation {
  readonly names: readonly string[];
  readonly scores: InstanceScores;
  readonly errors: InstanceErrors;
}

/** Scores label images against the truth, pooled and per image. @throws InvalidInput when files do not fit together */
export async function evaluateLabels(truth: string, predicted: string, context: PipelineContext = {}, thresholds: readonly number[] = iouThresholds): Promise<LabelEvaluation> {
  const pairs = pairLabels(truth, predicted);
  const { value } = await runStage(context, "evaluate", counted(pairs.length, "label image"), async (stage) => {
    const matchings = [];
    for (const pair of pairs) {
      throwIfCancelled(stage, "Evaluation");
      const [left, right] = [await readLabels(pair.truth), await readLabels(pair.predicted)];
      if (left.height !== right.height || left.width !== right.width) {
        throw new InvalidInput(pair.predicted, `${left.height} x ${left.width} px as ${pair.truth}`, `${right.height} x ${right.width} px`);
      }
      matchings.push(matchInstances(left, right));
      stage.onProgress?.({ done: matchings.length, total: pairs.length, message: pair.name });
    }
    const scores = scoreInstances(matchings, thresholds);
    const unused = (statSync(predicted).isDirectory() ? listImages(predicted).size : 1) - new Set(pairs.map((pair) => pair.predicted)).size;
    return {
      value: { names: pairs.map(({ name }) => name), scores, errors: listErrors(matchings) },
      text: `${scores.pooled.truthObjects} true and ${scores.pooled.predictedObjects} predicted objects`,
      notices: unused > 0 ? [`${counted(unused, "label image")} of ${predicted} without a truth ${unused === 1 ? "is" : "are"} left out.`] : [],
    };
  });
  return value;
}

/**
 * Scores tracks in the layout of the Cell Tracking Challenge: `man_track.txt` with `man_trackNNN.tif`, `res_track.txt` with `maskNNN.tif`.
 * SEG is taken over the outlines in the folder `SEG` beside that of the truth (`man_segNNN.tif`, of some or all frames), as the challenge
 * does; where there is none, over the tracking masks.
 *
 * @param truth,result folders that hold these files
 */
export async function evaluateTracks(truth: string, result: string, context: PipelineContext = {}): Promise<TrackScores> {
  const { value } = await runStage(context, "evaluate", "tracks", async (stage) => {
    const [left, right] = [readSequence(truth, "man_track.txt", stage), readSequence(result, "res_track.txt", stage)];
    const outlines = outlinesBeside(truth);
    const scores = await scoreTracks(left, right, outlines);
    const notices = outlines === undefined ? ["There is no folder SEG with man_seg files beside the truth: SEG is taken over its tracking masks."] : [];
    return { value: scores, text: `${scores.trueTracks} true and ${scores.resultTracks} computed tracks`, notices };
  });
  return value;
}

function outlinesBeside(truth: string): SegmentationTruth[] | undefined {
  const folder = join(dirname(resolve(truth)), "SEG");
  if (!existsSync(folder)) return undefined;
  const outlines = [...listImages(folder)].filter(([name]) => /^man_seg\d+$/.test(name)).map(([name, path]) => ({ frame: numberOf(name)!, labels: () => readLabels(path) }));
  return outlines.length === 0 ? undefined : outlines;
}

function readSequence(folder: string, file: string, stage: StageContext): LabelledSequence {
  const path = join(folder, file);
  if (!existsSync(path)) throw new InvalidInput(folder, `tracks of the Cell Tracking Challenge (${file} beside its masks)`, `no ${file}`);
  const masks = [...listImages(folder).values()];
  const labels = (t: number): Promise<LabelImage> => {
    throwIfCancelled(stage, "Evaluation");
    stage.onProgress?.({ done: t + 1, total: masks.length });
    return readLabels(masks[t]!);
  };
  return { frames: masks.length, labels, tracks: parseTracks(readFileSync(path, "utf8"), path) };
}

/** One line a score: the name, and the value, empty where it is not defined. BC and BIO have one for each tolerance in frames. */
export function formatTrackCsv(scores: TrackScores): string {
  const rows = Object.entries({ ...scores, divisions: undefined, operations: undefined }).flatMap(([name, value]: [string, number | null | undefined | readonly (number | null)[]]): [string, number][] => {
    if (value === undefined) return [];
    return typeof value === "number" || value === null ? [[name, value ?? NaN]] : value.map((entry, tolerance) => [`${name}(${tolerance})`, entry ?? NaN]);
  });
  const { tp, fp, fn } = scores.divisions[1];
  rows.push(...Object.entries(scores.operations), ["divisions_found", tp], ["divisions_wrong", fp], ["divisions_missed", fn]);
  return formatCsv(["score", "value"], [rows.map(([name]) => name), rows.map(([, value]) => value)]);
}
