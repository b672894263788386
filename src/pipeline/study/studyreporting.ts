/** `report.html` of a study, from what its movies left. */
import { basename, dirname, resolve } from "node:path";
import { buildStudyReport, type StudySample } from "../../report/studyreport.js";
import type { Notice } from "../../report/input.js";
import type { AnnotationSummary } from "../annotate/annotation.js";
import { configurationOf } from "../config/acting.js";
import type { Config } from "../config/options.js";
import { methodsOf, type UsedMethods } from "../report/reporting.js";
import { studyOutputs } from "../stage/stagenames.js";
import { writeFileAtomic } from "../store/files.js";
import { type RunRecord, version } from "../store/provenance.js";
import { expectedQualityOf } from "../train/trainedmodel.js";
import type { Compared, FinishedSample } from "./compared.js";

/** What the report of a study shows. */
export interface StudyParts {
  /** `run.json` of the study as it stands. */
  readonly record: () => RunRecord;
  readonly config: Config;
  readonly samples: readonly FinishedSample[];
  readonly compared: Compared;
}

/** A sample with what its stages said of it. */
interface ReportedSample extends FinishedSample {
  readonly annotation: AnnotationSummary | undefined;
  readonly warnings: number;
}

/** Writes the report of a study. @returns its path */
export async function writeStudyReport(path: string, parts: StudyParts): Promise<string> {
  const { config, compared } = parts;
  const record = parts.record();
  const samples: ReportedSample[] = [];
  for (const sample of parts.samples) samples.push(await reported(sample));
  const annotations = samples.flatMap(({ annotation }) => annotation ?? []);
  const first = parts.samples[0]!.results;
  const model = await first.model.value();
  const used: UsedMethods = {
    model: model.description,
    data: annotations.length > 0 ? "shared" : "given",
    annotation: joined(annotations),
    segmentation: (await first.segmentation.value()).summary,
    tracking: undefined,
  };
  const html = buildStudyReport({
    title: basename(resolve(dirname(path))),
    created: new Date().toISOString().slice(0, 16).replace("T", " "),
    notices: noticesOf(record, compared),
    samples: samples.map(studySample),
    movies: compared.movies,
    comparison: compared.comparison,
    training: { records: model.curve, expected: expectedQualityOf(model.description) },
    methods: methodsOf(used, config),
    parameters: configurationOf("study", config),
    timings: [...samples.flatMap(timingsOf), ...timings(record)],
    versions: { karyon: version, ...record.environment },
    files: filesOf(annotations.length > 0),
  });
  await writeFileAtomic(path, html);
  return path;
}

async function reported(sample: FinishedSample): Promise<ReportedSample> {
  const { annotation, segmentation } = sample.results;
  const annotated = (await annotation?.value())?.summary;
  const { warnings } = (await segmentation.value()).summary;
  return { ...sample, annotation: annotated, warnings: (annotated?.warnings.length ?? 0) + warnings.length };
}

function studySample({ row, results, warnings }: ReportedSample): StudySample {
  const { name, condition, replicate, file } = row;
  const { frames, pixelSize, frameInterval } = results.inputs.source;
  const link = `samples/${encodeURIComponent(name)}/report.html`;
  return { name, condition, replicate, file, frames, pixelSize, frameInterval, warnings, link };
}

function noticesOf({ notices }: RunRecord, { comparison, warnings }: Compared): Notice[] {
  const others = notices.filter((text) => !comparison.notes.includes(text));
  const warned = [...new Set([...warnings, ...others])];
  return [
    ...warned.map((text) => ({ level: "warning", text }) as const),
    ...comparison.notes.map((text) => ({ level: "note", text }) as const),
  ];
}

const timings = ({ stages }: RunRecord): { stage: string; seconds: number; text: string }[] =>
  Object.entries(stages).map(([stage, { seconds, text }]) => ({ stage, seconds, text }));

const timingsOf = ({ row, results }: FinishedSample): ReturnType<typeof timings> =>
  timings(results.record()).map((timing) => ({ ...timing, stage: `${row.name}: ${timing.stage}` }));

/** What lies in the output folder, for the end of the report. */
function filesOf(learned: boolean): { name: string; content: string }[] {
  const set = {
    name: `${studyOutputs.draw}/`,
    content: "the training set: images drawn evenly from all movies",
  };
  const network = { name: `${studyOutputs.train}/`, content: "the network that segmented all movies" };
  return [
    ...(learned ? [set, network] : []),
    { name: "samples/", content: "one folder for each movie, as karyon run writes it, with its report" },
    {
      name: `${studyOutputs.compare}/`,
      content: "samples.csv, conditions.csv, tests.csv, courses.csv and the plots",
    },
    { name: "run.json", content: "configuration, seed, samples, hashes of the inputs, versions, timings" },
  ];
}

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
