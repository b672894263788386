/**
 * `karyon annotate --preview`: the annotation of one frame as one picture, before a whole movie is annotated.
 */
import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { readView } from "../../annotate/annotationjob.js";
import type { AloneAnnotation } from "../../annotate/auto.js";
import type { ObjectTable } from "../../annotate/types.js";
import { evenlySpread, isLarge, openSides, type View, windowGrid, windowName } from "../../annotate/views.js";
import { InvalidInput } from "../../core/errors.js";
import type { ImageSource } from "../../core/image.js";
import type { StageContext } from "../../core/progress.js";
import { missingWarnings } from "../../core/missing.js";
import { some } from "../../core/wording.js";
import type { PreviewFacts } from "../../draw/previewpicture.js";
import { median } from "../../stats/percentile.js";
import { framePool } from "../../workers/pool.js";
import type { AnnotateConfig, Config } from "../config/options.js";
import { safeName } from "../source/framenames.js";
import { sourceOptions } from "../source/opening.js";
import { globMatcher } from "../source/patterns.js";
import { openSource } from "../source/source.js";
import { type PipelineContext, runStage } from "../stage/events.js";
import { writeFileAtomic } from "../store/files.js";
import { previewName } from "../store/folders.js";
import { stemOf } from "../store/names.js";
import { annotateOptions, backgroundOf } from "./annotation.js";

/** What was seen in the frame; the picture shows it. */
export interface Preview {
  readonly picture: string;
  readonly name: string;
  /** Number of the frame, from 0, and how many there are. */
  readonly frame: number;
  readonly frames: number;
  readonly kind: "movie" | "images";
  readonly sure: number;
  readonly rejected: number;
  /** Share of the area, 0..1. */
  readonly unknown: number;
  /** Rejected objects by the kind of the reason, the most frequent first. */
  readonly reasons: readonly (readonly [word: string, count: number])[];
  /**
   * Of a nucleus, px: given, estimated from this frame, or measured on the kept nuclei (preset paper);
   * undefined where none is known.
   */
  readonly diameter: number | undefined;
  readonly diameterFrom: "given" | "estimated" | "median";
  /** Grey value of the background, standard deviation of the noise, share of pixels at the largest value. */
  readonly background: number;
  readonly noise: number;
  readonly saturation: number;
  /** Smallest and largest area of the sure nuclei, px; undefined where there is none. */
  readonly areas: readonly [least: number, most: number] | undefined;
  readonly preset: AnnotateConfig["preset"];
  readonly sensitivity: number;
}

/**
 * Annotates one frame on its own and draws it into `preview_NAME.png`, in `folder` or the current folder.
 * Nothing else is written: a dataset in that folder stays as it is, and an earlier picture of the frame is
 * replaced.
 *
 * @param requested name or number of the frame, see `frameIndex`; of one too large to be annotated whole,
 *   or the name of one of its windows
 * @throws InvalidInput when there is no such frame, or the picture would become an input of the next call
 */
export async function preview(
  inputs: readonly string[],
  requested: string,
  folder: string | undefined,
  config: Config,
  context: PipelineContext = {},
): Promise<Preview> {
  const { value } = await runStage(
    context,
    "preview",
    `frame ${requested} of ${some(inputs)}`,
    async (stage) => {
      const source = await openSource(inputs, sourceOptions(config, folder), stage);
      const { view, notices } = await viewNamed(requested, source);
      const picture = join(folder ?? ".", previewName(view.name));
      await assertNoInput(picture, inputs);
      const seen = await previewView(source, view, picture, config, stage);
      return {
        value: seen.preview,
        text: `${view.name}, ${seen.preview.sure} sure and ${seen.preview.rejected} rejected objects`,
        notices: [...source.notices, ...notices, ...seen.warnings],
      };
    },
  );
  return value;
}

/** Annotates one view and draws it. */
async function previewView(
  source: ImageSource,
  view: View,
  picture: string,
  config: Config,
  { signal }: StageContext,
): Promise<{ readonly preview: Preview; readonly warnings: readonly string[] }> {
  const { name, frame, size, window } = view;
  const options = annotateOptions(config);
  const { preset } = options;
  const image = await readView({ source, options, signal }, view);
  const pool = framePool(1);
  try {
    const request = { image, preset, options, frame, open: openSides(size, window) };
    const alone = await pool.run("alone", request, signal);
    const { annotation } = alone;
    const facts = summaryOf(alone, config.annotate);
    const seen: Preview = { picture, name, frame, frames: source.frames, kind: source.kind, ...facts };
    const drawing = { image, annotation, marks: marksOf(annotation.objects), facts: factsOf(seen, config) };
    await writeFileAtomic(picture, await pool.run("preview", drawing, signal));
    return { preview: seen, warnings: [...missingWarnings(image), ...annotation.warnings] };
  } finally {
    await pool.close();
  }
}

/**
 * The frame that is meant: first by its name, then by its number from 0, then by the name of its file.
 *
 * @throws InvalidInput that says which there are
 */
export function frameIndex(requested: string, names: readonly string[]): number {
  const byName = names.indexOf(requested);
  if (byName >= 0) return byName;
  if (/^\d+$/.test(requested) && Number(requested) < names.length) return Number(requested);
  const byFile = requested === "" ? -1 : names.indexOf(safeName(stemOf(requested)));
  if (byFile >= 0) return byFile;
  const listed = (from: number, to: number): string[] =>
    names.slice(from, to).map((name, i) => `${name} (${from + i})`);
  const known =
    names.length <= 6
      ? listed(0, 6).join(", ")
      : `${listed(0, 4).join(", ")}, ..., ${listed(names.length - 1, names.length)[0]}`;
  throw new InvalidInput(
    "preview",
    `the name of a frame, or its number from 0: ${known}`,
    requested === "" ? "nothing" : requested,
  );
}

/** A picture among the images would be read as one of them the next time. */
async function assertNoInput(picture: string, inputs: readonly string[]): Promise<void> {
  const folder = resolve(dirname(picture));
  for (const input of inputs) {
    const status = await stat(input).catch(() => undefined);
    const takes =
      status === undefined
        ? resolve(dirname(input)) === folder && globMatcher(basename(input))(basename(picture))
        : status.isDirectory() && resolve(input) === folder;
    if (takes)
      throw new InvalidInput(
        "out",
        `a folder for the picture other than the folder of the images (${input})`,
        dirname(picture),
        "the next time, the picture would be read as an image",
      );
  }
}

/** What is previewed, and what is to be said of the choice. */
interface ChosenView {
  readonly view: View;
  readonly notices: readonly string[];
}

/** The frame that is meant, or, of a large one, the window: that of the name given, or the middle one. */
async function viewNamed(requested: string, source: ImageSource): Promise<ChosenView> {
  const parts = /^(.+)_y\d{5,}_x\d{5,}$/.exec(requested);
  const of =
    parts === null || source.frameNames.includes(requested) ? -1 : source.frameNames.indexOf(parts[1]!);
  const frame = of >= 0 ? of : frameIndex(requested, source.frameNames);
  const whole = source.frameNames[frame]!;
  const size = await source.size(frame);
  if (!isLarge(size) && of >= 0)
    throw new InvalidInput("preview", `a frame; ${whole} is small enough to be annotated whole`, requested);
  const view: View = { frame, name: whole, source: whole, size, window: undefined, scale: undefined };
  return isLarge(size) ? windowNamed(requested, view, of >= 0) : { view, notices: [] };
}

/** @param isNamed whether `requested` is the name of a window, and not of the frame */
function windowNamed(requested: string, whole: View, isNamed: boolean): ChosenView {
  const { source, size } = whole;
  const grid = windowGrid(size);
  const named = grid.find((window) => windowName(source, window) === requested);
  if (isNamed && named === undefined)
    throw new InvalidInput(
      "preview",
      `one of the ${grid.length} windows of ${source}: ${windowName(source, grid[0]!)} to ` +
        `${windowName(source, grid.at(-1)!)}`,
      requested,
    );
  const [middle] = evenlySpread(
    grid.map((window) => ({ window })),
    size,
    1,
  );
  const window = named ?? middle!.window;
  const name = windowName(source, window);
  const notice =
    `${source} has ${size.height} x ${size.width} pixels and is annotated in windows. This is ` +
    `${name}, one of ${grid.length}; give the name of another one to see it.`;
  return { view: { ...whole, name, window }, notices: named === undefined ? [notice] : [] };
}

/** All of a preview but where it comes from and goes to. */
type PreviewSummary = Omit<Preview, "picture" | "name" | "frame" | "frames" | "kind">;

function summaryOf(
  { annotation: { labels, objects }, scale }: AloneAnnotation,
  { preset, diameter, sensitivity }: AnnotateConfig,
): PreviewSummary {
  const kept = (column: Float64Array): Float64Array => column.filter((_, row) => objects.kept[row] === 1);
  const areas = kept(objects.area);
  const measured = preset === "paper" ? median(kept(objects.diameter)) : scale.diameter;
  const unknown = labels.data.reduce((sum, label) => sum + (label === -1 ? 1 : 0), 0);
  return {
    sure: labels.count,
    rejected: objects.count - labels.count,
    unknown: unknown / labels.data.length,
    reasons: reasonsOf(objects),
    diameter: measured > 0 ? measured : undefined,
    diameterFrom: preset === "paper" ? "median" : diameter === undefined ? "estimated" : "given",
    background: scale.background,
    noise: scale.noise,
    saturation: scale.saturation,
    areas:
      areas.length === 0
        ? undefined
        : [areas.reduce((a, b) => Math.min(a, b)), areas.reduce((a, b) => Math.max(a, b))],
    preset,
    sensitivity,
  };
}

function reasonsOf({ cause }: ObjectTable): [string, number][] {
  const counts = new Map<string, number>();
  for (const word of cause) if (word !== "") counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}

/** By candidate what is written on a rejected object: the word for the reason, and its certainty. */
function marksOf({ candidate, cause, score }: ObjectTable): Map<number, readonly string[]> {
  const marks = new Map<number, readonly string[]>();
  candidate.forEach((number, row) => {
    if (cause[row] !== "")
      marks.set(number, score[row]! > 0 ? [cause[row]!, score[row]!.toFixed(2)] : [cause[row]!]);
  });
  return marks;
}

const uses = { ignore: "ignored", noise: "made noise", keep: "kept" } as const;
const origins = { given: "given", estimated: "estimated", median: "of the sure ones" } as const;

const factsOf = (
  { name, reasons, diameter, diameterFrom, preset, sensitivity }: Omit<Preview, "picture">,
  { annotate }: Config,
): PreviewFacts => ({
  name,
  reasons,
  diameter,
  diameterFrom: origins[diameterFrom],
  method: preset === "paper" ? "preset paper" : `sensitivity ${sensitivity}`,
  unknownUse: preset === "paper" ? undefined : uses[backgroundOf(annotate)],
});
