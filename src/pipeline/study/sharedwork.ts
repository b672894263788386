/** Work that several machines share, as functions of `karyon/node`: what the command line does with `--shard`. */
import * as commands from "../run/commands.js";
import { runPart as partOfRun } from "../run/runpart.js";
import { folderOptions, type OutputOptions } from "../stage/calloptions.js";
import type { Part } from "../stage/stage.js";
import type { PartRequest } from "../stage/stageparts.js";
import type { RunStage } from "../stage/stagenames.js";
import type { StudyRecord } from "./openstudy.js";
import * as studies from "./study.js";
import * as shards from "./studyshard.js";

/** Options of `annotatePart`. The part from 0, its round 1 or 2. */
export interface AnnotatePartOptions extends OutputOptions {
  /** Files, folders and patterns of images. */
  readonly inputs: readonly string[];
  readonly part: Part;
}

/**
 * A part of an annotation, as `karyon annotate --shard` makes it. `annotate` with `merge` makes the result of all.
 *
 * @returns what came out, in one line
 * @throws InvalidInput when a part that it takes is missing; FolderBusy
 */
export const annotatePart = (options: AnnotatePartOptions): Promise<string> =>
  commands.annotatePart({ inputs: options.inputs, ...folderOptions(options) }, options.part, options);

/** Options of `segmentPart`. */
export interface SegmentPartOptions extends AnnotatePartOptions {
  /** Folder of the model. */
  readonly model: string;
}

/** A part of a segmentation, as `karyon segment --shard` makes it. @returns what came out, in one line */
export const segmentPart = (options: SegmentPartOptions): Promise<string> =>
  commands.segmentPart(
    { model: options.model, inputs: options.inputs, ...folderOptions(options) },
    options.part,
    options,
  );

/** Options of `runPart`. */
export interface RunPartOptions extends AnnotatePartOptions {
  /** The stage that is made in parts: annotate or segment. Those before it are finished. */
  readonly until: RunStage;
}

/** A part of a stage of a run, as `karyon run --until STAGE --shard` makes it. @returns what came out, in one line */
export const runPart = (options: RunPartOptions): Promise<string> => {
  const { out, config } = folderOptions(options);
  return partOfRun({ inputs: options.inputs, out, config, until: options.until }, options.part, options);
};

/** Options of `planStudy` and `trainStudy`. */
export interface StudyStepOptions extends OutputOptions {
  /** With `overwrite`: replace the trained network, too, where it would be another one now. Default false. */
  readonly retrain?: boolean | undefined;
  /** The table of samples: a CSV file with the columns file, condition and replicate. */
  readonly samples: string;
  /** Number of the shards that make the movies: where one is missing that is an error. */
  readonly merge?: number | undefined;
}

const studyOptions = (options: StudyStepOptions): studies.StudyOptions => ({
  samples: options.samples,
  merge: options.merge,
  retrain: options.retrain ?? false,
  ...folderOptions(options),
});

/** Writes what is planned, before any part of a study, as `karyon study --plan` does. */
export const planStudy = (options: StudyStepOptions): Promise<StudyRecord> =>
  studies.planStudy(studyOptions(options), options);

/** Trains the network of a study, as `karyon study --until train` does. */
export const trainStudy = (options: StudyStepOptions): Promise<StudyRecord> =>
  studies.trainStudy(studyOptions(options), options);

/** Options of `studyShard`. */
export interface StudyShardOptions extends Omit<StudyStepOptions, "retrain" | "merge"> {
  /** Each of `count` movies from movie `index` (from 0) on, or the one of that name. */
  readonly movies: { readonly index: number; readonly count: number } | { readonly name: string };
  /** The last stage. Default: the report of each movie. */
  readonly until?: RunStage | undefined;
}

/** Some movies of a planned study, as `karyon study --shard` makes them. @returns their names */
export const studyShard = (options: StudyShardOptions): Promise<string[]> =>
  shards.studyShard({ ...studyOptions(options), movies: options.movies, until: options.until }, options);

/** Options of `samplePart`. */
export interface SamplePartOptions extends Omit<StudyStepOptions, "retrain" | "merge"> {
  /** The movie. */
  readonly name: string;
  /** The stage that is made in parts: annotate or segment. */
  readonly until: RunStage;
  /** The part that is made, or the number of parts that are merged. */
  readonly request: PartRequest;
}

/**
 * Some frames of one movie of a planned study, as `karyon study --sample NAME --shard` makes them, or the stage of all
 * parts. @returns what came out, in one line
 */
export const samplePart = (options: SamplePartOptions): Promise<string> =>
  shards.samplePart(
    { ...studyOptions(options), name: options.name, until: options.until, request: options.request },
    options,
  );
