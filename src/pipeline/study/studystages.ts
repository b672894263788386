/** The stages that a study has beside those of its runs: one training set, one network, one comparison. */
import { type Comparison, compareConditions } from "../../analyse/compare/conditions.js";
import { measuresOf, type MovieMeasures } from "../../analyse/compare/movies.js";
import { counted } from "../../core/wording.js";
import type { Annotation } from "../annotate/annotatestage.js";
import { readAnnotation } from "../annotate/annotation.js";
import type { Config } from "../config/options.js";
import type { TrainedModel } from "../train/trainedmodel.js";
import type { TrainingResult } from "../train/training.js";
import { trainStage } from "../train/trainstage.js";
import { filesBasis } from "../stage/fingerprint.js";
import { type Result, type Stage } from "../stage/stage.js";
import type { StudyStage } from "../stage/stagenames.js";
import type { InputRecord } from "../store/provenance.js";
import { initialModelOf, scaleRule } from "../train/training.js";
import type { Compared, FinishedSample } from "./compared.js";
import { writeComparison } from "./comparing.js";
import { drawImages, type DrawnImage, writeSharedSet } from "./sharedset.js";
import type { SampleRow } from "./samplerow.js";
import { calibrationWarnings } from "./opensamples.js";
import { type StudyParts, writeStudyReport } from "./studyreporting.js";

/** A sample of a study, annotated. */
export interface AnnotatedSample {
  readonly row: SampleRow;
  readonly annotation: Result<Annotation>;
}

/** The images of all samples that the network learns from. @throws InvalidInput where there is none */
export async function drawnOf(samples: readonly AnnotatedSample[], config: Config): Promise<DrawnImage[]> {
  const movies = await Promise.all(
    samples.map(async ({ row: { name, condition }, annotation }) => ({
      name,
      condition,
      ...(await annotation.value()),
    })),
  );
  return drawImages(movies, {
    scaleOf: scaleRule(config.train, initialModelOf(config.train)?.description),
    wanted: config.train.trainingImages,
  });
}

/** @param hashed the files of the drawn images */
export function drawStage(
  samples: readonly AnnotatedSample[],
  drawn: readonly DrawnImage[],
  hashed: readonly InputRecord[],
): Stage<Annotation, StudyStage> {
  const conditions = [...new Set(samples.map(({ row }) => row.condition))];
  const countOf = (condition: string): number =>
    drawn.filter(({ movie }) => movie.condition === condition).length;
  const none = conditions.filter((condition) => countOf(condition) === 0);
  return {
    name: "draw",
    text: `images to learn from, of ${counted(samples.length, "movie")}`,
    from: [],
    options: [drawn.map(({ name, movie }) => [name, movie.condition]), filesBasis(hashed)],
    make: async (folder) => {
      const { images } = await writeSharedSet(folder, drawn);
      const shares = conditions.filter((condition) => countOf(condition) > 0);
      return {
        value: undefined,
        text: `${counted(images.length, "image")}: ${shares.map((one) => `${countOf(one)} of ${one}`).join(", ")}`,
        data: { images: images.length },
        notices:
          none.length === 0
            ? []
            : [
                `Nothing to learn from was found in ${none.join(", ")}: the network knows only the other ` +
                  "conditions.",
              ],
      };
    },
    open: (folder) => Promise.resolve({ folder, summary: readAnnotation(folder) }),
  };
}

/** The training on what was drawn. Other labels of the same images leave it as it is. */
export function learnStage(
  set: Result<Annotation>,
  config: Config,
  drawn: {
    readonly hashed: readonly InputRecord[];
    readonly initialModel: readonly InputRecord[] | undefined;
  },
): Stage<TrainedModel, StudyStage, TrainingResult> {
  const { hashed, initialModel } = drawn;
  const all: Config = { ...config, train: { ...config.train, trainingImages: hashed.length / 2 } };
  const { options, ...stage } = trainStage(set, all, initialModel);
  const contents = hashed.map(({ sha256 }) => sha256);
  return { ...stage, name: "train", from: [], options: [options, contents] };
}

/** Compares the conditions of finished samples. @throws InvalidInput where they cannot be compared */
export async function compare(samples: readonly FinishedSample[], config: Config): Promise<Compared> {
  const movies: MovieMeasures[] = [];
  for (const { row, results } of samples) movies.push(measuresOf(row, await results.statistics.value()));
  const comparison = compareConditions(movies, { paired: config.study.paired, seed: config.general.seed });
  const warnings = [
    ...comparison.warnings,
    ...calibrationWarnings(samples.map(({ results }) => results.inputs.source)),
  ];
  return { movies, comparison, warnings };
}

/** Writes the tables and plots of a comparison. */
export function compareStage(
  samples: readonly FinishedSample[],
  compared: Compared,
  config: Config,
): Stage<Compared, StudyStage> {
  const { movies, comparison, warnings } = compared;
  return {
    name: "compare",
    text: `${counted(samples.length, "movie")} of ${counted(comparison.conditions.length, "condition")}`,
    from: samples.map(({ results }) => results.statistics),
    options: {
      labels: samples.map(({ row: { name, condition, replicate } }) => ({ name, condition, replicate })),
      paired: config.study.paired,
      seed: config.general.seed,
    },
    make: async (folder) => {
      await writeComparison(
        folder,
        movies,
        samples.map(({ row }) => row.file),
        comparison,
      );
      return {
        value: undefined,
        text: comparisonText(comparison),
        data: { conditions: comparison.conditions, tests: comparison.tests.length },
        notices: [...warnings, ...comparison.notes],
      };
    },
    open: () => Promise.resolve(compared),
  };
}

/** Writes the report of a study. */
export const studyReportStage = (
  comparison: Result<Compared>,
  parts: StudyParts,
): Stage<string, StudyStage> => ({
  name: "report",
  text: "samples, plots, tests",
  from: [comparison],
  options: {},
  make: async (path) => ({ value: undefined, text: await writeStudyReport(path, parts) }),
  open: (path) => Promise.resolve(path),
});

function comparisonText({ conditions, quantities, tests, design }: Comparison): string {
  const measured = `${quantities.length} ${quantities.length === 1 ? "quantity" : "quantities"}`;
  const unit = design === "paired" ? "pairs of replicates" : "independent movies";
  const tested = tests.length === 0 ? "" : `, ${counted(tests.length, "test")} of ${unit}`;
  return `${measured}, ${conditions.join(", ")}${tested}`;
}
