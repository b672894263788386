/**
 * Stages in parts, for several machines: each makes a part of a round, a merge makes the result of the stage.
 * Parts lie below one folder, by the basis that they were made for.
 */
import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { withOutputLock } from "../store/lock.js";
import { version } from "../store/provenance.js";
import { removeLeftovers } from "../store/temporaries.js";
import { lockWait, type PipelineContext, runStage } from "./events.js";
import { fingerprintOf } from "./fingerprint.js";
import { basisOf, type Part, type Stage, type StageParts } from "./stage.js";

/** What a command is asked to do of a stage: a part of it, or the merge of its parts. */
export type PartRequest = { readonly part: Part } | { readonly merge: number };

/** Stages of which parts can be made. */
type PartedStage<T, M> = Stage<T, string, M>;

const folderOf = <T, M>(root: string, stage: PartedStage<T, M>): string =>
  join(root, stage.name, fingerprintOf([basisOf(stage), version]).slice(0, 16));

/** How a stage is parted. @throws InvalidInput when it is not */
function partsOf<T, M>({ name, parts }: PartedStage<T, M>): StageParts<M> {
  if (parts === undefined)
    throw new InvalidInput("--shard", "a stage that can be made in parts", name, "make it as a whole");
  return parts;
}

/** Words for a part. */
export const partText = ({ index, count }: Omit<Part, "round">): string => `part ${index + 1} of ${count}`;

/**
 * Makes a part of a stage, unless it is finished. Two processes never make the same part at once.
 *
 * @param root folder of all parts, which is made
 * @returns what came out, in one line
 * @throws InvalidInput when a part that it takes is missing; FolderBusy; what the stage throws
 */
export async function makePart<T, M>(
  stage: PartedStage<T, M>,
  root: string,
  part: Part,
  context: PipelineContext,
): Promise<string> {
  const parts = partsOf(stage);
  const folder = folderOf(root, stage);
  await mkdir(folder, { recursive: true });
  const path = join(folder, parts.file(part));
  return withOutputLock({ out: path, ...lockWait(context) }, async () => {
    const name = `${stage.name}, ${partText(part)}, round ${part.round}`;
    if (existsSync(path)) return `${name}: finished already`;
    await removeLeftovers(folder);
    if (part.round > 1 && parts.rounds.includes(part.round - 1))
      assertComplete(stage, root, part.count, part.round - 1);
    const { text } = await runStage(
      context,
      stage.name,
      `${partText(part)}, round ${part.round}: ${stage.text}`,
      async (work) => ({ value: undefined, text: await parts.make(folder, part, work) }),
      path,
    );
    return `${name}: ${text}`;
  });
}

/**
 * The stage whose result is made from its parts, which stay (`removeParts`).
 *
 * @throws InvalidInput when it cannot be made in parts
 */
export function mergedStage<T, N extends string, M>(
  stage: Stage<T, N, M>,
  root: string,
  count: number,
): Stage<T, N, M> {
  const parts = partsOf(stage);
  const folder = folderOf(root, stage);
  return {
    ...stage,
    make: (path, work) => {
      for (const round of parts.rounds) assertComplete(stage, root, count, round);
      return parts.merge(path, folder, count, work);
    },
  };
}

/** Removes the parts of a stage; the folder of all parts, too, where it is empty then. */
export async function removeParts(root: string, stage: string): Promise<void> {
  await rm(join(root, stage), { recursive: true, force: true });
  try {
    rmdirSync(root);
  } catch {
    // Parts of another stage are there, or none ever were.
  }
}

/** @throws InvalidInput when a part of a round is missing */
function assertComplete<T, M>(stage: PartedStage<T, M>, root: string, count: number, round: number): void {
  const { file } = partsOf(stage);
  const folder = folderOf(root, stage);
  const missing = Array.from({ length: count }, (_, index) => index).filter(
    (index) => !existsSync(join(folder, file({ index, count, round }))),
  );
  if (missing.length === 0) return;
  const other = othersOf(folder).length > 0;
  throw new InvalidInput(
    `The parts of ${stage.name} in ${root}`,
    `round ${round} of all ${count} parts, of these inputs and options`,
    `none of ${missing.map((index) => index + 1).join(", ")}` +
      (other ? ", but parts of other inputs, other options or another version of Karyon" : ""),
    "make the missing parts first",
  );
}

/** Folders of parts that were made for another basis. */
function othersOf(folder: string): string[] {
  try {
    return readdirSync(dirname(folder)).filter((name) => join(dirname(folder), name) !== folder);
  } catch {
    return [];
  }
}
