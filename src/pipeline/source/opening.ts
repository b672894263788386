/**
 * The first step of every command that takes images: find, open and fingerprint them, and say what they are.
 */
import type { ImageSource } from "../../core/image.js";
import type { StageContext } from "../../core/progress.js";
import { counted, some } from "../../core/wording.js";
import type { Config } from "../config/options.js";
import { type PipelineContext, runStage } from "../stage/events.js";
import { filesBasis } from "../stage/fingerprint.js";
import type { KnownHashes } from "../store/hash.js";
import type { InputRecord } from "../store/provenance.js";
import {
  type FileSource,
  hashFiles,
  isTrackable,
  knownHashes,
  openSource,
  type SourceOptions,
} from "./source.js";

/** Images, open and fingerprinted. */
export interface OpenInputs {
  readonly source: FileSource;
  readonly records: readonly InputRecord[];
  /** The mask of what is left out, where one is given. */
  readonly mask?: readonly InputRecord[] | undefined;
}

/**
 * @param out the folder that the command writes, which is never an input
 * @param options of the source, in place of those of the configuration; `trust`: a folder whose `run.json` has
 *   fingerprints of files that did not change since. For parts of a work: the whole reads all bytes again
 */
export async function openInputs(
  inputs: readonly string[],
  out: string,
  config: Config,
  context: PipelineContext,
  { trust, ...options }: Pick<SourceOptions, "everyChannel"> & { readonly trust?: string | undefined } = {},
): Promise<OpenInputs> {
  const { value } = await runStage(context, "read", some(inputs), async (stage) => {
    const source = await openSource(inputs, { ...sourceOptions(config, out), ...options }, stage);
    const known = trust === undefined ? undefined : knownHashes(trust);
    const opened = await fingerprinted(source, config, stage, known);
    const what =
      source.kind === "movie"
        ? `a movie of ${counted(source.frames, "frame")}`
        : counted(source.frames, "image");
    return {
      value: opened,
      text: `${source.name}, ${what} in ${counted(source.files.length, "file")}`,
      notices: source.notices,
    };
  });
  return value;
}

/** Images that are open, with the fingerprints of their files. Progress counts bytes. */
export async function fingerprinted(
  source: FileSource,
  { input: { exclude } }: Pick<Config, "input">,
  context: StageContext,
  known?: KnownHashes,
): Promise<OpenInputs> {
  const records = await hashFiles(source.files, context, known);
  const mask = exclude === undefined ? undefined : await hashFiles([exclude], context);
  return { source, records, mask };
}

/** How many frames or images there are, in words. */
export const framesText = (source: ImageSource): string =>
  counted(source.frames, isTrackable(source) ? "frame" : "image");

/** What tells images from others: how they are read, and their files. */
export const imagesBasis = ({ records, mask }: OpenInputs, { input }: Config): Record<string, unknown> => ({
  input,
  files: filesBasis(records),
  mask: mask && filesBasis(mask),
});

/** The options by name, without a copy of others. @param except the folder that the command writes */
export const sourceOptions = ({ input }: Pick<Config, "input">, except?: string): SourceOptions => ({
  channel: input.channel,
  z: input.z,
  level: input.level,
  frames: input.frames,
  crop: input.crop,
  exclude: input.exclude,
  pixelSize: input.pixelSize,
  frameInterval: input.frameInterval,
  kind: input.kind,
  skipBadFrames: input.skipBadFrames,
  except,
});
