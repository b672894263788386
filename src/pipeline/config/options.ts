/**
 * The one table of everything a user can set. The configuration file, the command-line flags, their help and
 * their checks are all made from it, so that none of them can know an option that the others do not.
 */
import type { z } from "zod";
import { annotateOptions } from "./annotateoptions.js";
import { evaluateOptions, runOptions, simulateOptions, studyOptions } from "./commandoptions.js";
import { generalOptions, inputOptions } from "./inputoptions.js";
import type { OptionSection } from "./optionspec.js";
import { segmentOptions } from "./segmentoptions.js";
import { analyseOptions, measureOptions, trackOptions } from "./trackoptions.js";
import { trainOptions } from "./trainoptions.js";

export { bytesOf, type OptionSpec } from "./optionspec.js";

/** All options, by section and by key. */
export const optionTable = {
  general: generalOptions,
  input: inputOptions,
  annotate: annotateOptions,
  train: trainOptions,
  segment: segmentOptions,
  track: trackOptions,
  analyse: analyseOptions,
  measure: measureOptions,
  run: runOptions,
  study: studyOptions,
  simulate: simulateOptions,
  evaluate: evaluateOptions,
} as const satisfies Record<string, OptionSection>;

/** A section of the configuration file. */
export type Section = keyof typeof optionTable;

/** The sections, in the order of the data. */
export const sections = Object.keys(optionTable) as readonly Section[];

/** The options of a section, with defaults filled in. */
export type SectionConfig<S extends Section> = {
  readonly [K in keyof (typeof optionTable)[S]]: (typeof optionTable)[S][K] extends {
    schema: infer Z extends z.ZodType;
  }
    ? z.output<Z>
    : never;
};

/** The options of `annotate`, as they were set. */
export type AnnotateConfig = SectionConfig<"annotate">;

/** The options of `train`, as they were set. */
export type TrainConfig = SectionConfig<"train">;

/** Everything that can be set, by section; what is undefined is chosen from the data or by the preset. */
export type Config = { readonly [S in Section]: SectionConfig<S> };

/** An option by section and key, such as "train.steps". */
export type OptionKey = {
  [S in Section]: `${S}.${Extract<keyof (typeof optionTable)[S], string>}`;
}[Section];
