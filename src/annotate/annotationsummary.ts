/** What is told of an annotated movie or set of images, beside the labels. */
import type { ImageSource, Window } from "../core/image.js";
import { equivalentDiameter } from "../imgproc/regions.js";
import { median } from "../stats/percentile.js";
import { type AnnotateOptions, type BackgroundUse, backgroundUse } from "./movieoptions.js";
import type { AnnotationPlan } from "./annotationplan.js";
import type { FrameFigures } from "./singleframe.js";
import type { IntensityStatistics } from "./scale.js";
import type { View } from "./views.js";

/** Images that were taken alike: what is usual is measured over all of them. */
export interface AcquisitionSummary {
  readonly images: number;
  /** Of a nucleus, px; 0 where unknown. For the paper's method, that of the median area. */
  readonly diameter: number;
  /**
   * Grey value of the background, standard deviation of the noise, share of pixels at the largest value;
   * medians over the images.
   */
  readonly background: number;
  readonly noise: number;
  readonly saturation: number;
  /** Smallest and largest area of the kept nuclei, px²; 0 where there is none. */
  readonly areas: readonly [least: number, most: number];
}

/** One image of the dataset. */
export interface AnnotatedImage {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  /** Where it comes from, for a window of an image too large to be annotated whole. */
  readonly source?: string | undefined;
  readonly window?: Window | undefined;
  readonly acquisition: number;
  /**
   * Median diameter of the kept nuclei, px; where there are none, the estimate of the acquisition; 0 where
   * there is none either.
   */
  readonly diameter: number;
  readonly candidates: number;
  readonly kept: number;
  /** Mean certainty of the candidates, weighted by their light, 0..1; undefined where it is not estimated. */
  readonly certainty?: number | undefined;
  readonly settings: Readonly<Record<string, number | string>>;
}

/** What is told of the whole. */
export interface MovieSummary {
  readonly preset: "auto" | "paper";
  readonly background: BackgroundUse;
  /** Windows of a movie's frames are images: they do not follow each other in time. */
  readonly kind: "movie" | "images";
  readonly pixelSize?: number | undefined;
  readonly frameInterval?: number | undefined;
  readonly images: readonly AnnotatedImage[];
  /** In the order of their first image; what was estimated of each, or given. */
  readonly acquisitions: readonly AcquisitionSummary[];
  readonly warnings: readonly string[];
}

/** What is known of an image after it was read. */
export interface ImageFacts {
  readonly height: number;
  readonly width: number;
  readonly pixelSize: number | undefined;
  /** Sentences on pixels without a value. */
  readonly missing: readonly string[];
}

/** What a labelled view adds to the summary. */
export interface ViewSummary {
  readonly image: AnnotatedImage;
  /** Smallest and largest area of the kept nuclei, px²; 0 where there is none. */
  readonly areas: AcquisitionSummary["areas"];
  readonly warnings: readonly string[];
}

/** Kept nuclei from which on their median tells the size. */
const fewestForMedian = 3;

/**
 * @param acquisition number of the view's acquisition, and the diameter of its nuclei, px, for a view with too
 *   few kept nuclei to tell it; NaN where unknown
 * @param certainty of its candidates, see `AnnotatedImage`
 */
export function summariseView(
  { name, source, window }: View,
  { height, width, missing }: ImageFacts,
  acquisition: { readonly number: number; readonly diameter: number },
  { areas, candidates, kept, settings, warnings }: FrameFigures,
  certainty?: number,
): ViewSummary {
  const diameter =
    areas.length >= fewestForMedian ? median(areas.map(equivalentDiameter)) : finite(acquisition.diameter);
  const sorted = areas.slice().sort();
  return {
    image: {
      name,
      height,
      width,
      ...(window === undefined ? {} : { source, window }),
      acquisition: acquisition.number,
      diameter: Math.round(diameter * 100) / 100,
      candidates,
      kept,
      ...(certainty === undefined ? {} : { certainty: Math.round(certainty * 1000) / 1000 }),
      settings,
    },
    areas: [sorted[0] ?? 0, sorted.at(-1) ?? 0],
    warnings: [...missing, ...warnings],
  };
}

/** @param lights of all views, in their order; none for the paper's method, which estimates nothing */
export function summariseMovie(
  source: Pick<ImageSource, "pixelSize" | "frameInterval">,
  options: Pick<AnnotateOptions, "preset" | "background">,
  plan: AnnotationPlan,
  views: readonly ViewSummary[],
  lights: readonly IntensityStatistics[] | undefined,
): MovieSummary {
  return {
    preset: options.preset,
    background: backgroundUse(options),
    kind: plan.kind,
    pixelSize: source.pixelSize,
    frameInterval: source.frameInterval,
    images: views.map(({ image }) => image),
    acquisitions: plan.readings.map(({ diameter }, acquisition) => {
      const members = plan.acquisition.flatMap((number, view) => (number === acquisition ? [view] : []));
      const parts = members.map((view) => views[view]!);
      return {
        images: members.length,
        diameter: lights === undefined ? middleDiameter(parts) : finite(diameter),
        ...middles(lights === undefined ? [] : members.map((view) => lights[view]!)),
        areas: areasOf(parts),
      };
    }),
    warnings: views.flatMap(({ image, warnings }) => warnings.map((text) => `${image.name}: ${text}`)),
  };
}

/** Nothing is estimated by the paper's method; what was kept tells the size. */
function middleDiameter(views: readonly ViewSummary[]): number {
  const diameters = views.map(({ image }) => image.diameter).filter((diameter) => diameter > 0);
  return diameters.length === 0 ? 0 : median(diameters);
}

const rounded = (value: number): number => Number(value.toPrecision(4));
const finite = (value: number): number => (Number.isFinite(value) ? rounded(value) : 0);

const middles = (
  lights: readonly IntensityStatistics[],
): Pick<AcquisitionSummary, "background" | "noise" | "saturation"> => {
  const middle = (key: "background" | "noise" | "saturation"): number =>
    lights.length === 0 ? 0 : rounded(median(lights.map((light) => light[key])));
  return { background: middle("background"), noise: middle("noise"), saturation: middle("saturation") };
};

function areasOf(views: readonly ViewSummary[]): AcquisitionSummary["areas"] {
  const found = views.map(({ areas }) => areas).filter(([, most]) => most > 0);
  return found.length === 0
    ? [0, 0]
    : [Math.min(...found.map(([low]) => low)), Math.max(...found.map(([, high]) => high))];
}

/**
 * Diameter of the nuclei by image name, px, and by that of the image that windows were taken from: the median
 * of its acquisition, so that like images are scaled alike; without those where nothing was found.
 */
export function diametersOf({ images }: Pick<MovieSummary, "images">): Map<string, number> {
  const found = new Map<number, number[]>();
  for (const { acquisition, diameter } of images)
    if (diameter > 0) found.set(acquisition, [...(found.get(acquisition) ?? []), diameter]);
  return new Map(
    images
      .filter(({ acquisition }) => found.has(acquisition))
      .flatMap(({ name, source, acquisition }) =>
        [name, source ?? name].map((key) => [key, median(found.get(acquisition)!)] as const),
      ),
  );
}

/** The images that are windows, by name. */
export const windowsOf = ({
  images,
}: Pick<MovieSummary, "images">): Map<string, { readonly source: string; readonly window: Window }> =>
  new Map(
    images.flatMap(({ name, source, window }) =>
      source === undefined || window === undefined ? [] : [[name, { source, window }] as const],
    ),
  );
