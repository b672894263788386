/** A result is made again from its `run.json`, and compared with what is there. */
import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { InvalidInput, OutputError } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import { notice, type PipelineContext } from "../stage/events.js";
import { environment, readRun, type RunRecord, version } from "../store/provenance.js";
import { forget, realPlace, temporaryBeside } from "../store/temporaries.js";
import { compareFolders, type FolderComparison } from "./differingfiles.js";
import { doAgain } from "./recordedjob.js";

/** What is made again. */
export interface ReplayOptions extends PipelineContext {
  /** Folder of a result: of run, study, annotate, train, segment, track or analyse. */
  readonly run: string;
  /** Where it is made again; default: a folder beside it, which is removed. */
  readonly out?: string | undefined;
  /** Folder in which the inputs lie now, if they were moved; of a study, always: the table of samples. */
  readonly inputs?: string | undefined;
}

/** How a result that was made again compares with the one before. */
export interface ReplayResult extends FolderComparison {
  /** No file differs, but for times, memory, the machine and places of files. */
  readonly same: boolean;
  /** How this program and machine differ from those of the record: a sentence each. */
  readonly notices: readonly string[];
}

/**
 * Makes a result again, with the inputs, options and seed of its `run.json`, and compares every file. Corrections by
 * hand in a run are taken along.
 *
 * @throws InvalidInput when there is no record, it does not say enough, or an input is gone or has changed;
 *   OutputError when `out` holds something; the errors of the command
 */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const { run: folder, inputs, out: kept, ...context } = options;
  const record = readRun(folder);
  if (record === undefined)
    throw new InvalidInput(folder, "a result of Karyon", "a folder without run.json", "check the path");
  const notices = environmentNotices(record);
  for (const text of notices) notice(context, text);
  const out = kept ?? temporaryBeside(realPlace(folder));
  if (existsSync(out) && readdirSync(out).length > 0)
    throw new OutputError(`${out} is not empty; choose an empty or new output folder.`);
  try {
    await doAgain({ folder, inputs, out, record }, context);
    const compared = await compareFolders(folder, out);
    return { ...compared, same: compared.different.length === 0, notices };
  } finally {
    if (kept === undefined) {
      await rm(out, { recursive: true, force: true }).catch(() => undefined);
      forget(out);
    }
  }
}

/** What else a result may depend on. */
function environmentNotices({ karyon, environment: before }: RunRecord): string[] {
  const now: Readonly<Record<string, string | number>> = environment();
  const own = karyon === version ? [] : [`It was made by Karyon ${karyon}; this is ${version}.`];
  const names = ["node", "onnxruntime", "platform", "processor", "cores", "memoryGiB"];
  return [
    ...own,
    ...names
      .filter((name) => before[name] !== undefined && before[name] !== now[name])
      .map((name) => `It was made with ${name} ${before[name]}; here it is ${now[name]}.`),
  ];
}

/** The comparison for people. */
export function formatReplay({ equal, exceptTimes, different, same }: ReplayResult): string {
  const times =
    exceptTimes.length === 0
      ? ""
      : `, ${counted(exceptTimes.length, "file")} but for times, memory and places (${exceptTimes.join(", ")})`;
  return [
    `${same ? "Equal" : "Different"}: ${counted(equal, "file")} byte for byte${times}` +
      (same ? "" : `; ${counted(different.length, "file")} ${different.length === 1 ? "differs" : "differ"}`),
    ...different.map(({ file, what }) => `  ${file}: ${what.join("; ")}`),
  ].join("\n");
}
