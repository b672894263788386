/** Scores of label images, or of tracks, against the truth on disk. */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { cutCandidates } from "../../annotate/cut.js";
import { openSides } from "../../annotate/views.js";
import { InvalidInput } from "../../core/errors.js";
import type { Window } from "../../core/image.js";
import { fileValues, type LabelImage, labelImage } from "../../core/labels.js";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import { column } from "../../core/table.js";
import { counted, some } from "../../core/wording.js";
import {
  type InstanceScores,
  iouThresholds,
  matchInstances,
  scoreInstances,
} from "../../evaluate/instances.js";
import { type InstanceErrors, listErrors } from "../../evaluate/mistakes.js";
import {
  type LabelledSequence,
  scoreTracks,
  type SegmentationTruth,
  type TrackScores,
} from "../../evaluate/trackscores.js";
import { formatTable } from "../../io/csvtable.js";
import { assertValidCtc, parseTracks } from "../../io/ctc.js";
import { labelFormatNames } from "../../io/formats/formatnames.js";
import { listImages } from "../source/imagefolder.js";
import { isLabelFolder, labelAddresses, listLabels } from "../source/labeladdresses.js";
import { type PipelineContext, runStage } from "../stage/events.js";
import { labelSize, readLabels, readLabelWindow } from "../store/labelfiles.js";
import { stemOf } from "../store/names.js";

/** A pair of label files with the name it goes by. */
export interface LabelPair {
  readonly name: string;
  readonly truth: string;
  readonly predicted: string;
  /** Part of the truth that the labels are of; all of it where undefined. */
  readonly window?: Window | undefined;
}

/** How labels find their truth. */
export interface PairOptions {
  /**
   * For labels of a part of what there is a truth for: truths without labels are left unused instead of
   * refused, and a truth that is one file goes with the only label image of a folder, or with the one of its
   * name. Default false.
   */
  readonly partial?: boolean | undefined;
  /**
   * By name of the labels: the larger image that they are a window of. Their truth is that image's, within
   * the window; nuclei that its edge cuts are left out.
   */
  readonly windows?: ReadonlyMap<string, { readonly source: string; readonly window: Window }> | undefined;
  /** The true label images by name, where planes of files are known. Default: the files. */
  readonly truths?: ReadonlyMap<string, string> | undefined;
  /** The same of the labels. */
  readonly labels?: ReadonlyMap<string, string> | undefined;
}

/**
 * Pairs two files, or the label images of two folders: by name where the names are equal, else by the last
 * number in them (`t012`, `mask012` and `man_seg012` go together), where that is unique. Labels without a
 * truth are left out.
 *
 * @throws InvalidInput when the folders do not fit together
 */
export function pairLabels(
  truth: string,
  predicted: string,
  { partial = false, windows = new Map(), truths, labels }: PairOptions = {},
): LabelPair[] {
  assertLabels(truth);
  assertLabels(predicted);
  const [left, right] = [truths ?? labelFiles(truth), labels ?? labelFiles(predicted)];
  const [trueFolder, folder] = [isFolder(truth) || left.size > 1, isFolder(predicted) || right.size > 1];
  if (trueFolder !== folder && (trueFolder || !partial))
    throw new InvalidInput("truth and labels", "two files or two folders", "a file and a folder");
  if (!folder) return [{ name: basename(truth), truth, predicted }];
  if (left.size === 0) throw new InvalidInput(truth, `label images (${labelFormatNames})`, "none");
  const ofWindows = windowPairs(left, right, windows, trueFolder);
  if (ofWindows.length > 0) return ofWindows;
  const only = [...right];
  if (!trueFolder && only.length === 1) return only.map(([name, path]) => ({ name, truth, predicted: path }));
  const [own, others] = [byNumber([...left.keys()]), byNumber([...right.keys()])];
  const pairs = [...left].flatMap(([name, path]) => {
    const number = numberOf(name);
    const sameNumber =
      own.get(number)?.length === 1 && others.get(number)?.length === 1 ? others.get(number)![0]! : undefined;
    const match = right.get(name) ?? (sameNumber === undefined ? undefined : right.get(sameNumber));
    if (match === undefined && partial) return [];
    if (match === undefined)
      throw new InvalidInput(
        predicted,
        `labels for ${name}`,
        `${counted(right.size, "file")}, none with that name and not exactly one with that number`,
        "segment the same images",
      );
    return [{ name, truth: path, predicted: match }];
  });
  if (pairs.length === 0) {
    throw new InvalidInput(
      truth,
      `a truth for one of ${some([...right.keys()])}, with its name, or the only one with its number`,
      some([...left.keys()]),
      "give the truth the same names as the images",
    );
  }
  return pairs;
}

/** Windows with the truth of their image: the one of its name, or the only one where all are of one image. */
function windowPairs(
  truths: ReadonlyMap<string, string>,
  labels: ReadonlyMap<string, string>,
  windows: NonNullable<PairOptions["windows"]>,
  folder: boolean,
): LabelPair[] {
  const only =
    !folder && new Set([...windows.values()].map(({ source }) => source)).size === 1
      ? [...truths.values()][0]
      : undefined;
  return [...labels].flatMap(([name, predicted]) => {
    const place = windows.get(name);
    const truth = place === undefined ? truths.get(name) : (truths.get(place.source) ?? only);
    return windows.size === 0 || truth === undefined
      ? []
      : [{ name, truth, predicted, window: place?.window }];
  });
}

/** @throws InvalidInput when there is neither a file nor a folder */
export function assertLabels(path: string): void {
  if (!existsSync(path))
    throw new InvalidInput(path, "a label image or a folder of them", "nothing there", "check the path");
}

const isFolder = isLabelFolder;

/** The label images of a folder, or the one file, by name. */
const labelFiles = (path: string): Map<string, string> =>
  isLabelFolder(path) ? listLabels(path) : new Map([[stemOf(path), path]]);

const numberOf = (name: string): number | undefined => {
  const digits = /(\d+)\D*$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

function byNumber(names: readonly string[]): Map<number | undefined, string[]> {
  const groups = new Map<number | undefined, string[]>();
  for (const name of names)
    if (numberOf(name) !== undefined)
      groups.set(numberOf(name), [...(groups.get(numberOf(name)) ?? []), name]);
  return groups;
}

/** Scores and errors of label images, with the names of these. */
export interface LabelEvaluation {
  readonly names: readonly string[];
  readonly scores: InstanceScores;
  readonly errors: InstanceErrors;
  /**
   * True label images that were left unused, for there were no labels for them; 0 unless asked to take a
   * part.
   */
  readonly unused: number;
}

/**
 * Scores label images against the truth, pooled and per image.
 *
 * @throws InvalidInput when files do not fit together
 */
export async function evaluateLabels(
  truth: string,
  predicted: string,
  context: PipelineContext = {},
  thresholds: readonly number[] = iouThresholds,
  options: PairOptions = {},
): Promise<LabelEvaluation> {
  assertLabels(truth);
  assertLabels(predicted);
  const [truths, labels] = [await labelAddresses(truth), await labelAddresses(predicted)];
  const pairs = pairLabels(truth, predicted, { ...options, truths, labels });
  const { value } = await runStage(
    context,
    "evaluate",
    counted(pairs.length, "label image"),
    async (stage) => {
      const matchings = [];
      for (const pair of pairs) {
        throwIfCancelled(stage, "Evaluation");
        const [left, right] = await readPair(pair);
        if (left.height !== right.height || left.width !== right.width) {
          throw new InvalidInput(
            pair.predicted,
            `${left.height} x ${left.width} px as ${pair.truth}`,
            `${right.height} x ${right.width} px`,
          );
        }
        matchings.push(matchInstances(left, right));
        stage.onProgress?.({ done: matchings.length, total: pairs.length, message: pair.name });
      }
      const scores = scoreInstances(matchings, thresholds);
      const surplus = labels.size - new Set(pairs.map((pair) => pair.predicted)).size;
      const unused = truths.size - new Set(pairs.map((pair) => pair.truth)).size;
      return {
        value: { names: pairs.map(({ name }) => name), scores, errors: listErrors(matchings), unused },
        text: `${scores.pooled.truthObjects} true and ${scores.pooled.predictedObjects} predicted objects`,
        notices: [
          ...(surplus > 0
            ? [
                `${counted(surplus, "label image")} of ${predicted} without a truth ` +
                  `${surplus === 1 ? "is" : "are"} left out.`,
              ]
            : []),
          ...(unused > 0
            ? [
                `${counted(unused, "true label image")} of ${truth} ${unused === 1 ? "is" : "are"} left ` +
                  `unused: there are no labels for ${unused === 1 ? "it" : "them"}.`,
              ]
            : []),
        ],
      };
    },
  );
  return value;
}

/** Outlines without a size of their own get that of the other side. */
async function readPair({ truth, predicted, window }: LabelPair): Promise<[LabelImage, LabelImage]> {
  const right = await readLabels(predicted, { size: window ?? (await labelSize(truth)) });
  const left =
    window === undefined ? await readLabels(truth, { size: right }) : await readUncut(truth, window);
  return [left, right];
}

/** True labels of a window, without the nuclei that its edge cuts; those at the edge of the image stay. */
async function readUncut(path: string, window: Window): Promise<LabelImage> {
  const labels = await readLabelWindow(path, window);
  const { height, width, data } = labels;
  const open = openSides(await labelSize(path), window);
  const cut = cutCandidates(labels, open);
  const uncut = data.map((label) => (label > 0 && cut[label - 1] === 1 ? 0 : label));
  return { ...labelImage(height, width, uncut), ids: labels.ids };
}

/**
 * Scores tracks in the layout of the Cell Tracking Challenge: `man_track.txt` with `man_trackNNN.tif`,
 * `res_track.txt` with `maskNNN.tif`. SEG is taken over the outlines in the folder `SEG` beside that of the
 * truth (`man_segNNN.tif`, of some or all frames), as the challenge does; where there is none, over the
 * tracking masks.
 *
 * @param truth,result folders that hold these files
 * @throws InvalidInput when a folder breaks a rule of the challenge
 */
export async function evaluateTracks(
  truth: string,
  result: string,
  context: PipelineContext = {},
): Promise<TrackScores> {
  const { value } = await runStage(context, "evaluate", "tracks", async (stage) => {
    const [left, right] = [
      readSequence(truth, "man_track.txt", stage),
      readSequence(result, "res_track.txt", stage),
    ];
    const outlines = outlinesBeside(truth);
    await assertValid(left, truth, stage);
    await assertValid(right, result, stage);
    const scores = await scoreTracks(left, right, outlines);
    const notices =
      outlines === undefined
        ? [
            "There is no folder SEG with man_seg files beside the truth: SEG is computed on its tracking masks.",
          ]
        : [];
    return {
      value: scores,
      text: `${scores.trueTracks} true and ${scores.resultTracks} computed tracks`,
      notices,
    };
  });
  return value;
}

function outlinesBeside(truth: string): SegmentationTruth[] | undefined {
  const folder = join(dirname(resolve(truth)), "SEG");
  if (!existsSync(folder)) return undefined;
  const outlines = [...listImages(folder)]
    .filter(([name]) => /^man_seg\d+$/.test(name))
    .map(([name, path]) => ({ frame: numberOf(name)!, labels: () => readLabels(path) }));
  return outlines.length === 0 ? undefined : outlines;
}

function readSequence(folder: string, file: string, stage: StageContext): LabelledSequence {
  const path = join(folder, file);
  if (!existsSync(path))
    throw new InvalidInput(
      folder,
      `tracks of the Cell Tracking Challenge (${file} beside its masks)`,
      `no ${file}`,
    );
  const images = listImages(folder);
  const masks = [...images.values()];
  const missing = [...images.keys()].findIndex((name, t) => numberOf(name) !== t);
  if (missing >= 0)
    throw new InvalidInput(
      folder,
      "one mask for each frame, numbered from 0 without a gap",
      `${[...images.keys()][missing]} as number ${missing}`,
      "give a folder that holds only the masks",
    );
  const labels = (t: number): Promise<LabelImage> => {
    throwIfCancelled(stage, "Evaluation");
    stage.onProgress?.({ done: t + 1, total: masks.length });
    return readLabels(masks[t]!);
  };
  return { frames: masks.length, labels, tracks: parseTracks(readFileSync(path, "utf8"), path) };
}

/**
 * @throws InvalidInput naming the folder and the rules of the challenge that its tracks break: scores of such
 *   a folder would mean nothing
 */
async function assertValid(sequence: LabelledSequence, folder: string, stage: StageContext): Promise<void> {
  const perFrame: Set<number>[] = [];
  for (let t = 0; t < sequence.frames; t++) {
    perFrame.push(new Set(fileValues(await sequence.labels(t)).filter((label) => label > 0)));
    throwIfCancelled(stage, "Evaluation");
  }
  // A movie in which nothing was found has no tracks, and scores.
  if (sequence.tracks.length > 0 || perFrame.some((labels) => labels.size > 0))
    assertValidCtc(sequence.tracks, perFrame, folder);
}

/**
 * One line a score: the name, and the value, empty where it is not defined. BC and BIO have one for each
 * tolerance in frames.
 */
export function formatTrackCsv(scores: TrackScores): string {
  const rows = Object.entries({ ...scores, divisions: undefined, operations: undefined }).flatMap(
    ([name, value]: [string, number | null | undefined | readonly (number | null)[]]): [string, number][] => {
      if (value === undefined) return [];
      return typeof value === "number" || value === null
        ? [[name, value ?? NaN]]
        : value.map((entry, tolerance) => [`${name}(${tolerance})`, entry ?? NaN]);
    },
  );
  const { tp, fp, fn } = scores.divisions[1];
  rows.push(
    ...Object.entries(scores.operations),
    ["divisions_found", tp],
    ["divisions_wrong", fp],
    ["divisions_missed", fn],
  );
  return formatTable({
    name: "scores",
    columns: [
      column(
        "score",
        rows.map(([name]) => name),
      ),
      column(
        "value",
        rows.map(([, value]) => value),
      ),
    ],
  });
}
