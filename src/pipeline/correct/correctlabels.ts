/** The labels of a segmentation as they were corrected by hand, as a stage: a whole folder of labels. */
import { copyFile, mkdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { LabelImage } from "../../core/labels.js";
import { concatNuclei, type Nuclei, takeNuclei } from "../../core/nuclei.js";
import { throwIfCancelled } from "../../core/progress.js";
import { counted } from "../../core/wording.js";
import { isLarge } from "../../annotate/views.js";
import { correctedLabels } from "../../correct/applylabels.js";
import { measure } from "../../imgproc/regions.js";
import { framePool } from "../../workers/pool.js";
import { asStored, nucleiCsv } from "../../io/nucleifile.js";
import {
  readSegmentation,
  segmentationIn,
  type SegmentationResult,
  type SegmentationSummary,
} from "../segment/segmentation.js";
import type { MakeStage, Result, Stage, StageWork } from "../stage/stage.js";
import type { RunStage } from "../stage/stagenames.js";
import { stageOutputs } from "../stage/stagenames.js";
import { writeFileAtomic } from "../store/files.js";
import { readLabels, writeLabels } from "../store/labelfiles.js";
import { labelsInFiles } from "../store/labelsource.js";
import { writeVersioned } from "../store/versioned.js";
import { type CorrectionInput, outdatedNotice } from "./correctannotation.js";
import { editsFingerprint, reviewedBasis } from "./corrections.js";

/** The labels with what was corrected; the segmentation itself where nothing was. */
export async function withCorrectedLabels(
  make: MakeStage<RunStage>,
  segmentation: Result<SegmentationResult>,
  input: CorrectionInput & { readonly out: string },
): Promise<Result<SegmentationResult>> {
  const { corrections } = input;
  const edits = corrections.labelEdits("labels", segmentation.basis);
  if (edits.length + corrections.kept("labels", segmentation.basis).length === 0) return segmentation;
  return make(correctLabelsStage(segmentation, input));
}

function correctLabelsStage(
  segmentation: Result<SegmentationResult>,
  input: CorrectionInput & { readonly out: string },
): Stage<SegmentationResult, "correctLabels", SegmentationResult> {
  const { source, corrections } = input;
  const edits = corrections.labelEdits("labels", segmentation.basis);
  const outdated = corrections.outdated("labels", segmentation.basis);
  const kept = corrections.kept("labels", segmentation.basis);
  return {
    name: "correctLabels",
    text: "the labels as they were corrected by hand",
    from: [segmentation],
    options: { edits: editsFingerprint(edits), kept: reviewedBasis(kept) },
    make: async (folder, work) => {
      const found = await segmentation.value();
      const files = new Map(kept.map(({ frame, file }) => [frame, file]));
      const frames = [...new Set([...edits.map(({ frame }) => frame), ...files.keys()])].sort(
        (a, b) => a - b,
      );
      await copyOthers(join(input.out, stageOutputs.segment), folder, source.frameNames, new Set(frames));
      const labels = correctedLabels(found.labels, edits);
      const tables = new Map<number, Nuclei>();
      for (const [done, frame] of frames.entries()) {
        throwIfCancelled(work, "Correcting");
        const file = files.get(frame);
        const corrected = file === undefined ? await labels.read(frame) : await readLabels(file);
        tables.set(frame, await writeFrame(folder, frame, corrected, { input, work }));
        work.onProgress?.({ done: done + 1, total: frames.length });
      }
      const made = await writeTables(folder, found, tables, input);
      return {
        value: made,
        text: `${counted(edits.length, "edit")}, ${counted(kept.length, "frame")} kept as looked through`,
        notices: outdatedNotice(outdated, "labels"),
      };
    },
    open: (folder, made) =>
      Promise.resolve(made === undefined ? readSegmentation(folder) : segmentationIn(folder, made)),
  };
}

/** Copies labels and overlays of frames that nobody touched. */
async function copyOthers(
  from: string,
  to: string,
  names: readonly string[],
  touched: ReadonlySet<number>,
): Promise<void> {
  await mkdir(join(to, "overlays"), { recursive: true });
  for (const [frame, name] of names.entries()) {
    const files = [`${name}.tif`, join("overlays", `${name}.png`)];
    for (const file of touched.has(frame) ? [] : files)
      if (existsSync(join(from, file))) await copyFile(join(from, file), join(to, file));
  }
}

interface FrameWork {
  readonly input: CorrectionInput;
  readonly work: StageWork;
}

/** Writes the labels of a frame, draws them, and measures its nuclei. */
async function writeFrame(
  folder: string,
  frame: number,
  labels: LabelImage,
  { input: { source }, work }: FrameWork,
): Promise<Nuclei> {
  const name = source.frameNames[frame]!;
  await writeLabels(join(folder, `${name}.tif`), labels);
  const image = await source.read(frame, { signal: work.signal });
  if (!isLarge(labels)) {
    const pool = framePool(1);
    try {
      const png = await pool.run("labelOverlay", { image, labels }, work.signal);
      await writeFileAtomic(join(folder, "overlays", `${name}.png`), png);
    } finally {
      await pool.close();
    }
  }
  return measure(labels, { frame, image });
}

async function writeTables(
  folder: string,
  { summary, nuclei }: SegmentationResult,
  tables: ReadonlyMap<number, Nuclei>,
  { source }: CorrectionInput,
): Promise<SegmentationResult> {
  const all = withFrames(nuclei, tables);
  const images = summary.images.map((image, frame) => ({
    ...image,
    nuclei: tables.get(frame)?.count ?? image.nuclei,
  }));
  const corrected: SegmentationSummary = { ...summary, images };
  await writeFileAtomic(join(folder, "objects.csv"), nucleiCsv(all, source.pixelSize, source.frameNames));
  await writeVersioned(join(folder, "segmentation.json"), "segmentation", corrected);
  const names = images.map(({ name }) => name);
  const files = names.map((name) => join(folder, `${name}.tif`));
  return { summary: corrected, nuclei: asStored(all), labels: labelsInFiles(files, names) };
}

/**
 * A table of nuclei, by frame, in which some frames were measured anew. Objects that keep their label keep the
 * network's score; those that a hand made have none (NaN).
 */
export function withFrames(nuclei: Nuclei, anew: ReadonlyMap<number, Nuclei>): Nuclei {
  if (anew.size === 0) return nuclei;
  const last = Math.max(nuclei.frame.at(-1) ?? -1, ...anew.keys());
  const rows: number[][] = Array.from({ length: last + 1 }, () => []);
  nuclei.frame.forEach((frame, row) => rows[frame]!.push(row));
  const frameOf = (own: readonly number[], frame: number): Nuclei => {
    const measured = anew.get(frame);
    if (measured === undefined) return takeNuclei(nuclei, own);
    const scores = new Map(own.map((row) => [nuclei.label[row]!, nuclei.score[row]!]));
    return { ...measured, score: Float64Array.from(measured.label, (label) => scores.get(label) ?? NaN) };
  };
  return concatNuclei(rows.map(frameOf));
}
