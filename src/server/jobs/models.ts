/** The networks of a project: its own, which a training replaces, and those that were kept under a name. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { copyFile, readdir, rm, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { isKaryonError, InvalidInput } from "../../core/errors.js";
import { parseModelDescription } from "../../model/modelfile.js";
import { stageOutputs } from "../../pipeline/stage/stagenames.js";
import { studioFiles, writeFolder } from "../../pipeline/store/folders.js";
import { renameInPlace } from "../../pipeline/store/renaming.js";
import { forget, temporaryBeside } from "../../pipeline/store/temporaries.js";
import { expectedQualityOf } from "../../pipeline/train/trainedmodel.js";
import { Refusal } from "../answers.js";
import type { EpochRecord, ModelSummary } from "../messages.js";
import type { Project } from "../project.js";
import { epochOf } from "./epochs.js";
import { numbersIn, readColumns } from "./tablecolumns.js";

/** The project's own network. */
const ownName = "model";
/** Folder, within that of the run, of networks that were kept. */
const keptFolder = studioFiles.models;

const ownFolder = (project: Project): string => join(project.settings().out, stageOutputs.train);
const keptFolderOf = (project: Project): string => join(project.settings().out, keptFolder);

/** The networks of a project, its own first; one that lies elsewhere and was chosen is among them. */
export function listModels(project: Project): ModelSummary[] {
  const chosen = project.config().run.model;
  const own = ownFolder(project);
  const kept = namesIn(keptFolderOf(project)).map((name) => join(keptFolderOf(project), name));
  const isListed = chosen === undefined || kept.some((folder) => resolve(folder) === resolve(chosen));
  const folders = [own, ...kept, ...(isListed ? [] : [chosen])];
  return folders
    .filter((folder) => existsSync(join(folder, "model.json")) && existsSync(join(folder, "model.onnx")))
    .map((folder) => {
      const isOwn = folder === own;
      const isChosen = chosen === undefined ? isOwn : resolve(folder) === resolve(chosen);
      return { name: isOwn ? ownName : basename(folder), folder, isOwn, isChosen, ...factsOf(folder) };
    });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && isName(entry.name))
      .map(({ name }) => name)
      .sort();
  } catch {
    return [];
  }
}

type Facts = Pick<ModelSummary, "steps" | "expectedF1" | "validationLoss" | "finished">;

/** What a network tells of its training. What cannot be read is unknown: the list must not end for it. */
function factsOf(folder: string): Facts {
  const path = join(folder, "model.json");
  try {
    const description = parseModelDescription(readFileSync(path, "utf8"), path);
    const { steps, bestStep, created } = description.provenance;
    const epochs = trainingOf(folder);
    const best = epochs.find(({ step }) => step === bestStep) ?? epochs.at(-1);
    return {
      steps: typeof steps === "number" ? steps : (epochs.at(-1)?.step ?? 0),
      expectedF1: expectedQualityOf(description)?.f1 ?? null,
      validationLoss: best?.validationLoss ?? null,
      finished: typeof created === "string" ? created : statSync(path).mtime.toISOString(),
    };
  } catch (error) {
    if (!isKaryonError(error)) throw error;
    return { steps: 0, expectedF1: null, validationLoss: null, finished: "" };
  }
}

/** The epochs of the training of a network; none where it came without. @throws CorruptFile */
export function trainingOf(folder: string): EpochRecord[] {
  const path = join(folder, "training.csv");
  if (!existsSync(path)) return [];
  const table = readColumns(path);
  const column = (key: string): Float64Array =>
    numbersIn(table, key) ?? new Float64Array(table.count).fill(NaN);
  const [epoch, step, loss, rate] = ["epoch", "step", "loss", "learning_rate"].map(column);
  const [validationLoss, score, seconds] = ["validation_loss", "score", "time_s"].map(column);
  return Array.from(step!, (_, row) =>
    epochOf({
      epoch: epoch![row]!,
      step: step![row]!,
      loss: loss![row]!,
      validationLoss: validationLoss![row]!,
      score: score![row]!,
      learningRate: rate![row]!,
      seconds: seconds![row]!,
    }),
  );
}

/** A network of a project by its name. @throws Refusal 404 */
export function modelNamed(project: Project, name: string): ModelSummary {
  const found = listModels(project).find((model) => model.name === name);
  if (found === undefined) throw new Refusal(404, "NotFound", `This project has no network called ${name}.`);
  return found;
}

/** Letters and digits of any script, and what names of files are made of beside them. */
const isName = (name: string): boolean =>
  /^[\p{L}\p{N}](?:[\p{L}\p{N} ._+()-]{0,62}[\p{L}\p{N}_+)-])?$/u.test(name) && name !== ownName;

/** @throws InvalidInput */
function assertName(name: unknown): asserts name is string {
  if (typeof name !== "string" || !isName(name))
    throw new InvalidInput(
      "name of the network",
      "up to 64 letters, digits, spaces and ._+()-, the first and last no dot or space, and not model",
      JSON.stringify(name) ?? "nothing",
    );
}

/** How often a network that is replaced in the middle is copied again. */
const attempts = 3;

/**
 * Copies the project's own network to `models/NAME`, whole or not at all.
 *
 * @throws InvalidInput for a name that no folder may have, or where there is no network; Refusal 409 where the name
 *   is taken; OutputError
 */
export async function keepModel(project: Project, name: unknown): Promise<void> {
  assertName(name);
  const [from, to] = [ownFolder(project), join(keptFolderOf(project), name)];
  if (!existsSync(join(from, "model.json")))
    throw new InvalidInput("keep", "a network of the project", "none", "train one first");
  if (existsSync(to))
    throw new Refusal(409, "Taken", `There is a network called ${name}; choose another name.`);
  await writeFolder(to, async (temporary) => {
    for (let attempt = 1; ; attempt++) {
      if (await copiedWhole(from, temporary)) return;
      if (attempt === attempts) throw new Refusal(409, "Busy", "The network is being replaced; try again.");
    }
  });
}

/** Copies the files of a folder. @returns false where it was replaced by another meanwhile */
async function copiedWhole(from: string, to: string): Promise<boolean> {
  try {
    const { ino } = await stat(from);
    for (const name of await readdir(from)) await copyFile(join(from, name), join(to, name));
    return (await stat(from)).ino === ino;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** Makes a network the one that segments; the project's own is that of no setting. @throws Refusal 404 */
export async function chooseModel(project: Project, name: string): Promise<void> {
  const { isOwn, folder } = modelNamed(project, name);
  const { partial } = project.settings();
  await project.change({ ...partial, run: { ...partial.run, model: isOwn ? undefined : folder } });
}

/** Removes a network that was kept. @throws Refusal 404; 409 for the own and the chosen one, and for others' */
export async function removeModel(project: Project, name: string): Promise<void> {
  const { folder, isOwn, isChosen } = modelNamed(project, name);
  if (isOwn || resolve(folder) !== resolve(keptFolderOf(project), name))
    throw new Refusal(409, "Taken", "Only networks that were kept under a name are removed.");
  if (isChosen)
    throw new Refusal(
      409,
      "Taken",
      `${name} segments the images of this project; choose another network first.`,
    );
  // Under its name it is whole until it is gone.
  const temporary = temporaryBeside(folder);
  await renameInPlace(folder, temporary);
  await rm(temporary, { recursive: true, force: true });
  forget(temporary);
}
