/** `report.html` of a study, from what its movies left on disk. */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Comparison } from "../../analyse/compare/conditions.js";
import type { MovieMeasures } from "../../analyse/compare/movies.js";
import { buildStudyReport, type StudySample } from "../../report/studyreport.js";
import type { AnnotationSummary } from "../annotate/annotation.js";
import { configurationOf } from "../config/acting.js";
import type { Config } from "../config/options.js";
import { expectedOf, methodsOf } from "../report/reporting.js";
import { lossRecords } from "../report/results.js";
import type { OpenRun } from "../run/openrun.js";
import type { SegmentationSummary } from "../segment/segmentation.js";
import { studyOutputs } from "../stage/stagenames.js";
import { readJson, writeFileAtomic } from "../store/files.js";
import { type RunRecord, version } from "../store/provenance.js";
import type { SampleRow } from "./samplesheet.js";

export interface StudyParts {
  readonly record: RunRecord;
  readonly config: Config;
  /** Folder of the network. */
  readonly model: string;
  readonly rows: readonly { readonly row: SampleRow; readonly run: OpenRun }[];
  readonly movies: readonly MovieMeasures[];
  readonly comparison: Comparison;
  readonly warnings: readonly string[];
}

/** @returns its path */
export async function writeStudyReport(
  path: string,
  { record, config, model, rows, movies, comparison, warnings }: StudyParts,
): Promise<string> {
  const out = dirname(path);
  const annotations = rows.flatMap(({ run }) =>
    summaryIn<AnnotationSummary>(run.path("annotate"), "annotation.json"),
  );
  const segmentation = readJson<SegmentationSummary>(join(rows[0]!.run.path("segment"), "segmentation.json"));
  const methods = methodsOf(
    model,
    annotations.length > 0 ? "shared" : "given",
    config,
    joined(annotations),
    segmentation,
    undefined,
  );
  const timings = Object.entries(record.stages).map(([stage, { seconds, text }]) => ({
    stage,
    seconds,
    text,
  }));
  const own = rows.flatMap(({ row, run }) =>
    Object.entries(run.record.stages).map(([stage, { seconds, text }]) => ({
      stage: `${row.name}: ${stage}`,
      seconds,
      text,
    })),
  );
  const html = buildStudyReport({
    title: basename(resolve(out)),
    created: new Date().toISOString().slice(0, 16).replace("T", " "),
    notices: [
      ...[
        ...new Set([...warnings, ...record.notices.filter((text) => !comparison.notes.includes(text))]),
      ].map((text) => ({ level: "warning", text }) as const),
      ...comparison.notes.map((text) => ({ level: "note", text }) as const),
    ],
    samples: rows.map(({ row, run }): StudySample => ({
      name: row.name,
      condition: row.condition,
      replicate: row.replicate,
      file: row.file,
      frames: run.source.frames,
      pixelSize: run.source.pixelSize,
      frameInterval: run.source.frameInterval,
      warnings: [
        ...summaryIn<AnnotationSummary>(run.path("annotate"), "annotation.json"),
        ...summaryIn<SegmentationSummary>(run.path("segment"), "segmentation.json"),
      ].reduce((sum, summary) => sum + summary.warnings.length, 0),
      link: `samples/${encodeURIComponent(row.name)}/report.html`,
    })),
    movies,
    comparison,
    training: { records: lossRecords(model), expected: expectedOf(model) },
    methods,
    parameters: configurationOf("study", config),
    timings: [...own, ...timings],
    versions: { karyon: version, ...record.environment },
    files: [
      ...(annotations.length === 0
        ? []
        : [
            {
              name: `${studyOutputs.draw}/`,
              content: "the training set: images drawn evenly from all movies",
            },
            { name: `${studyOutputs.train}/`, content: "the network that segmented all movies" },
          ]),
      { name: "samples/", content: "a folder a movie, as karyon run writes it, with its report" },
      {
        name: `${studyOutputs.compare}/`,
        content: "samples.csv, conditions.csv, tests.csv, courses.csv and the plots",
      },
      { name: "run.json", content: "configuration, seed, samples, hashes of the inputs, versions, timings" },
    ],
  });
  await writeFileAtomic(path, html);
  return path;
}

/** A summary that a stage wrote, where it ran. */
const summaryIn = <T>(folder: string, name: string): T[] =>
  existsSync(join(folder, name)) ? [readJson<T>(join(folder, name))] : [];

const joined = (
  annotations: readonly AnnotationSummary[],
): Pick<AnnotationSummary, "preset" | "background" | "images"> | undefined =>
  annotations.length === 0
    ? undefined
    : {
        preset: annotations[0]!.preset,
        background: annotations[0]!.background,
        images: annotations.flatMap(({ images }) => images),
      };
