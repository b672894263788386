/**
 * The first step of every command that takes images: find, open and fingerprint them, and say what they are.
 */
import { counted, some } from "../../core/wording.js";
import type { Config } from "../config/options.js";
import { type PipelineContext, runStage } from "../stage/events.js";
import type { InputRecord } from "../store/provenance.js";
import { type FileSource, hashFiles, openSource } from "./source.js";

/** The images of a command, and the record of their files. */
export interface OpenInputs {
  readonly source: FileSource;
  readonly records: readonly InputRecord[];
}

/** @param out the folder that the command writes, which is never an input */
export async function openInputs(
  inputs: readonly string[],
  out: string,
  config: Config,
  context: PipelineContext,
): Promise<OpenInputs> {
  const { value } = await runStage(context, "read", some(inputs), async (stage) => {
    const source = await openSource(inputs, { ...config.input, except: out }, stage);
    const records = await hashFiles(source.files, stage);
    const what =
      source.kind === "movie"
        ? `a movie of ${counted(source.frames, "frame")}`
        : counted(source.frames, "image");
    return {
      value: { source, records },
      text: `${source.name}, ${what} in ${counted(source.files.length, "file")}`,
      notices: source.notices,
    };
  });
  return value;
}
