/** What options and networks make of the visible part of a frame, at once. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelSource } from "../../api/openmodel.js";
import { featureColumns, type ObjectTable } from "../../annotate/types.js";
import { InvalidInput } from "../../core/errors.js";
import type { Window } from "../../core/image.js";
import { parseModelDescription } from "../../model/modelfile.js";
import { annotateOptions } from "../../pipeline/annotate/annotation.js";
import { type RegionPreviewer, regionPreviewer } from "../../pipeline/annotate/regionpreview.js";
import { mergeConfigs, type PartialConfig, resolveConfig } from "../../pipeline/config/config.js";
import type { Config } from "../../pipeline/config/options.js";
import {
  type RegionPrediction,
  type RegionPredictor,
  regionPredictor,
} from "../../pipeline/segment/regionprediction.js";
import { modelFiles } from "../../pipeline/store/modelfiles.js";
import type {
  PredictionAnswer,
  PreviewAnswer,
  PreviewRequest,
  StudioTable,
  TableColumn,
} from "../messages.js";
import type { Project } from "../project.js";
import { modelNamed } from "./models.js";
import { featureKey, otherCandidates } from "./othercandidates.js";
import { madeColumn, madeFromFiles, numbersIn, titleOf } from "./tablecolumns.js";

/** Previews of one project. Their threads begin with the first request and stay. */
export interface Previews {
  /**
   * @param page who asks: a newer request of the same page ends an older one
   * @throws Cancelled when it was ended so; InvalidInput for a window or option out of range
   */
  readonly annotation: (
    request: PreviewRequest,
    page: string,
    signal?: AbortSignal,
  ) => Promise<PreviewAnswer>;
  /** @param request with the name of a network; default: the chosen one. @throws as above; Refusal 404 */
  readonly segmentation: (
    request: PreviewRequest & { readonly model?: string | undefined },
    page: string,
    signal?: AbortSignal,
  ) => Promise<PredictionAnswer>;
  /** What a network that is at hand makes of a part of a frame. */
  readonly predict: (model: ModelSource, view: WatchedView, lane: string) => Promise<Int32Array>;
  /** Estimates the size of the nuclei in a frame ahead, so that its first preview need not; not of a mosaic. */
  readonly warm: (frame: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A part of a frame. */
export interface WatchedView {
  readonly frame: number;
  readonly window: Window;
}

interface Prediction {
  readonly model: ModelSource;
  readonly view: WatchedView;
  readonly config: Config;
  readonly lane: string;
}

/** @param candidates table of the project, which tells the size that its annotation found */
export function projectPreviews(project: Project, candidates: () => Promise<StudioTable>): Previews {
  const others = otherCandidates(project);
  const predictor = projectPredictor(project, candidates);
  let previewer: RegionPreviewer | undefined;
  const modelAt = madeFromFiles<ModelSource>();
  return {
    annotation: async (request, page, signal) => {
      const began = performance.now();
      const view = viewOf(request);
      const options = annotateOptions(configWith(project, request.config));
      previewer ??= regionPreviewer();
      const acquisition = others(await candidates())(view.frame);
      const found = await previewer.preview(
        { source: project.source(), ...view, options, acquisition, lane: page },
        signal,
      );
      return {
        window: view.window,
        candidates: found.candidates.data,
        labels: found.labels.data,
        objects: objectTable(found.objects),
        diameter: found.scale.diameter,
        milliseconds: since(began),
      };
    },
    segmentation: async (request, page, signal) => {
      const began = performance.now();
      const view = viewOf(request);
      const config = configWith(project, request.config);
      const folder = folderOf(project, request.model);
      const [onnx, json] = modelFiles(folder);
      const model = modelAt(folder, [onnx, json], () => ({
        onnx: readFileSync(onnx),
        description: parseModelDescription(readFileSync(json, "utf8"), json),
      }));
      const prediction = { model, view, config, lane: `${page} ${folder}` };
      const { labels, scores } = await predictor.predict(prediction, signal);
      return { window: view.window, labels: labels.data, scores, milliseconds: since(began) };
    },
    predict: async (model, view, lane) =>
      (await predictor.predict({ model, view, config: project.config(), lane })).labels.data,
    warm: async (frame) => {
      const source = project.source();
      const { height, width } = await source.size(frame);
      if (height * width > mostPixels) return;
      previewer ??= regionPreviewer();
      await previewer.warm(source, frame, annotateOptions(project.config()));
    },
    close: async () => {
      await Promise.all([previewer?.close(), predictor.close()]);
    },
  };
}

const since = (began: number): number => Math.round(performance.now() - began);

/** Predicts parts of frames as the segmentation of the project would. */
function projectPredictor(
  project: Project,
  candidates: () => Promise<StudioTable>,
): {
  readonly predict: (prediction: Prediction, signal?: AbortSignal) => Promise<RegionPrediction>;
  readonly close: () => Promise<void>;
} {
  let predictor: RegionPredictor | undefined;
  return {
    predict: async ({ model, view: { frame, window }, config, lane }, signal) => {
      // Predictions come beside a training, which needs the processor more.
      predictor ??= regionPredictor({ threads: 1 });
      const { probabilityThreshold, overlapThreshold, outline, rescale } = config.segment;
      const diameter = rescale === undefined ? usualDiameter(await candidates()) : undefined;
      const options = { probabilityThreshold, overlapThreshold, outline, rescale, diameter };
      return predictor.predict({ model, source: project.source(), frame, window, options, lane }, signal);
    },
    close: async () => predictor?.close(),
  };
}

/** The folder of a network by its name; of the chosen one without. */
function folderOf(project: Project, name: string | undefined): string {
  if (name !== undefined) return modelNamed(project, name).folder;
  return project.config().run.model ?? join(project.settings().out, "model");
}

/** Most pixels of a window that is looked at ahead. */
const mostPixels = 2 ** 24;

/** A part of a frame as a page asks for it. @throws InvalidInput */
export function viewOf(request: Readonly<Record<"frame" | "window", unknown>>): WatchedView {
  const { frame, window } = request;
  const { y, x, height, width } = (window ?? {}) as Window;
  const isWhole = [frame, y, x, height, width].every((value) => Number.isSafeInteger(value));
  if (!isWhole || (frame as number) < 0 || height < 1 || width < 1 || height * width > mostPixels)
    throw new InvalidInput(
      "window",
      `a frame and y, x, height, width in px, at most ${mostPixels} px in all`,
      JSON.stringify({ frame, window }),
    );
  return { frame: frame as number, window: { y, x, height, width } };
}

/** The configuration of the project with what a page tries. @throws InvalidInput */
function configWith(project: Project, tried: PreviewRequest["config"]): Config {
  const parts = [project.settings().partial, tried ?? {}];
  return resolveConfig(mergeConfigs(...parts.map(withoutNull)), "the page");
}

/** What a page sends as null has its default. */
const withoutNull = (config: PreviewRequest["config"]): PartialConfig =>
  JSON.parse(JSON.stringify(config), (_, value: unknown) => value ?? undefined) as PartialConfig;

/** Median diameter of the sure nuclei, px; undefined where there are too few. */
function usualDiameter(table: StudioTable): number | undefined {
  const [diameter, kept] = [numbersIn(table, "diameter"), numbersIn(table, "kept")];
  if (diameter === undefined || kept === undefined) return undefined;
  const sure = diameter.filter((value, row) => kept[row] === 1 && value > 0).sort();
  return sure.length < 3 ? undefined : sure[sure.length >> 1];
}

/** px, as `objects.csv` has it; of the other features without a unit. */
const featureUnits: Readonly<Record<string, string>> = { y: "px", x: "px", area: "px²", diameter: "px" };

/** Candidates of a window as a table of the page, with the columns of `candidates`. */
function objectTable(objects: ObjectTable): StudioTable {
  const keys = [...featureColumns, "label", "kept", "score"] as const;
  const wordColumn = (key: "cause" | "reason"): TableColumn => ({
    key,
    title: titleOf(key),
    unit: "",
    values: objects[key],
  });
  return {
    name: "candidates",
    count: objects.count,
    columns: [
      ...keys.map((key) => madeColumn(featureKey(key), Float64Array.from(objects[key]), featureUnits[key])),
      wordColumn("cause"),
      wordColumn("reason"),
    ],
  };
}
