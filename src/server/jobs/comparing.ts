/** What a study folder compares: movies and conditions, as tables and plots. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { studyOutputs } from "../../pipeline/stage/stagenames.js";
import { readRun } from "../../pipeline/store/provenance.js";
import { sampleFolder, type StudyRecord } from "../../pipeline/study/openstudy.js";
import type { StudyAnswer } from "../messages.js";
import { listFolder } from "./exporting.js";
import { readColumns } from "./tablecolumns.js";

/** Tables of a comparison. */
const tables = ["samples", "conditions", "tests", "courses"] as const;

/** Columns of words in them. */
const words = new Set([
  "sample",
  "condition",
  "condition_1",
  "condition_2",
  "replicate",
  "file",
  "quantity",
  "t_test",
  "all_relabelings",
  "note",
]);

/**
 * Reads the comparison of a study.
 *
 * @param folder absolute
 * @throws InvalidInput when it is no study; CorruptFile
 */
export function readStudy(folder: string): StudyAnswer {
  const record = readRun(folder);
  if (record?.command !== "study")
    throw new InvalidInput(folder, "the output folder of karyon study", record?.command ?? "another folder");
  const comparison = join(folder, studyOutputs.compare);
  const report = join(folder, studyOutputs.report);
  return {
    path: folder,
    name: basename(folder),
    samples: (record as StudyRecord).samples.map(({ name, condition, replicate = "" }) => ({
      name,
      condition,
      replicate,
      run: sampleFolder(folder, name),
    })),
    tables: tables
      .map((name) => ({ name, file: join(comparison, `${name}.csv`) }))
      .filter(({ file }) => existsSync(file))
      .map(({ name, file }) => ({ name, ...readColumns(file, (key) => words.has(key)) })),
    figures: listFolder(comparison)
      .filter(({ path }) => path.endsWith(".svg"))
      .map(({ path }) => join(comparison, path)),
    report: existsSync(report) ? report : "",
  };
}
