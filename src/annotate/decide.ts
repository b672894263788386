/**
 * Which candidates are certainly nuclei.
 *
 * Limits catch what cannot be one (noise, specks, glow). What remains gets a certainty: the probability that
 * the outline covers one nucleus at an IoU above 0.5, as a logistic function of a dozen features. No feature
 * decides alone, so that an isolated, sharp nucleus is kept although it is large or bent, while a piece with
 * the same area and shape but a long contact without a dip is not.
 *
 * Every feature is compared with what is usual in the image and its acquisition, so that the same weights hold for
 * other magnifications, exposures and noise. In a movie, what is certain in the neighbouring frames lends
 * certainty, and what flickers loses it (`persistence.ts`).
 *
 * Source: the weights were fitted to candidates with known truth: development images of the Data Science Bowl 2018
 * (fluorescence; BBBC038 is its first stage) and simulated movies at half weight (there the outline had
 * to reach an IoU of 0.7), with the sign of each weight fixed beforehand by what it means, and rounded.
 */
import { type Typical, typicalOf, typicalWithin } from "./features.js";
import { neighbourSupport } from "./persistence.js";
import type { AutoOptions } from "./propose.js";
import type { Decision, ObjectFeatures, RejectionCause } from "./types.js";

/** Least certainty of a kept nucleus at sensitivity 1. */
export const minCertainty = 0.9;

/** Area in units of the median below which nothing is a nucleus, whatever else it looks like. */
const smallestAreaShare = 0.1;
/** The same at the border of the image, where nuclei are cut. */
const smallestAtBorder = 0.05;
/** Area in units of the median above which nothing is a nucleus. */
const largestAreaShare = 6;
/** Area in px below which all is specks or single hot pixels, whose outline means nothing. */
const minPixels = 20;
/**
 * What is smaller, brighter and rounder than this is a fragment of a dead cell: chromatin of a mitosis is a
 * plate when it is that small and bright.
 */
const fragmentBounds = { area: 0.25, intensity: 1.5, eccentricity: 0.65 } as const;
/**
 * What is larger than usual and by that much less solid and less of an ellipse is two nuclei in one outline,
 * or an outline that follows the noise.
 */
const clumpBounds = { area: 1.1, solidity: 0.035, ellipseResidual: 0.05 } as const;
/** Least intensity over the background, in units of the median, at sensitivity 1. */
const minIntensityShare = 0.15;
/** Least intensity over the background, in units of the noise, at sensitivity 1. */
const minSignalToNoise = 5;

/**
 * One candidate beside what is usual: ratios to the acquisition's typical nucleus, differences from it, and
 * what is a ratio by itself.
 */
interface Row {
  readonly area: number;
  readonly areaRatio: number;
  readonly intensityRatio: number;
  readonly textureRatio: number;
  readonly ellipseResidual: number;
  readonly residualBeyondUsual: number;
  readonly edgeContrast: number;
  readonly contrastBeyondUsual: number;
  readonly contact: number;
  readonly dip: number;
  readonly touchesEdge: boolean;
  readonly signalToNoise: number;
  readonly eccentricity: number;
  readonly solidity: number;
}

/** One addend of the logit. */
interface Term {
  /** Name of the feature, for the reason that a user reads. */
  readonly what: string;
  readonly cause: RejectionCause;
  readonly value: (row: Row) => number;
  readonly weight: number;
  /** Mean over true nuclei: how far a value lies on the bad side of it names the reason. */
  readonly typical: number;
  readonly show: (row: Row) => number;
}

/**
 * By how much brighter than usual a nucleus is, at most twice: so much smaller may it be, for its chromatin
 * is condensed.
 */
const condensation = ({ intensityRatio }: Row): number => Math.min(2, Math.max(1, intensityRatio));

const logIntensity = ({ intensityRatio }: Row): number => Math.log(Math.max(1e-3, intensityRatio));

/** The logit where all terms are 0. Fitted with the weights. */
const bias = 6.27;
/** The terms. Bounds within a term: beyond them the feature no longer speaks for or against an object. */
const certaintyTerms: readonly Term[] = [
  {
    what: "area / median",
    cause: "large",
    value: (r) => Math.max(0, Math.log(r.areaRatio)),
    weight: -3.1,
    typical: 0.1,
    show: (r) => r.areaRatio,
  },
  {
    what: "area / median",
    cause: "small",
    value: (r) => (r.touchesEdge ? 0 : Math.min(0, Math.log(r.areaRatio * condensation(r)))),
    weight: 3.36,
    typical: -0.09,
    show: (r) => r.areaRatio,
  },
  {
    what: "area / median at the border",
    cause: "small",
    value: (r) => (r.touchesEdge ? Math.min(0, Math.log(r.areaRatio)) : 0),
    weight: 1.19,
    typical: -0.11,
    show: (r) => r.areaRatio,
  },
  {
    what: "intensity / median",
    cause: "dim",
    value: (r) => Math.min(0, logIntensity(r)),
    weight: 1.52,
    typical: -0.16,
    show: (r) => r.intensityRatio,
  },
  {
    what: "intensity / median",
    cause: "bright",
    value: (r) => Math.min(1.5, Math.max(0, logIntensity(r))),
    weight: -0.8,
    typical: 0.14,
    show: (r) => r.intensityRatio,
  },
  {
    what: "difference from an ellipse",
    cause: "shape",
    value: (r) => Math.max(-0.03, r.residualBeyondUsual),
    weight: -6.4,
    typical: 0.032,
    show: (r) => r.ellipseResidual,
  },
  {
    what: "contrast along the outline",
    cause: "faint outline",
    value: (r) => Math.min(0.05, r.contrastBeyondUsual),
    weight: 4.56,
    typical: -0.008,
    show: (r) => r.edgeContrast,
  },
  {
    what: "share of the outline in contact with others",
    cause: "touching",
    value: (r) => r.contact,
    weight: -5.2,
    typical: 0.057,
    show: (r) => r.contact,
  },
  {
    what: "dip of the brightness at the contact",
    cause: "touching",
    value: (r) => boundedDip(r),
    weight: 1.84,
    typical: 0.47,
    show: (r) => r.dip,
  },
  {
    what: "contact without a dip of the brightness, share",
    cause: "touching",
    value: (r) => r.contact * (0.5 - boundedDip(r)),
    weight: -1.15,
    typical: 0.008,
    show: (r) => r.contact,
  },
  {
    what: "texture / median",
    cause: "texture",
    value: (r) => Math.log(Math.min(4, Math.max(0.5, r.textureRatio))),
    weight: -1.52,
    typical: -0.028,
    show: (r) => r.textureRatio,
  },
  {
    what: "area in px",
    cause: "small",
    value: (r) => 1 / Math.sqrt(r.area),
    weight: -16.62,
    typical: 0.036,
    show: (r) => r.area,
  },
];

/** In a movie: weight of the candidate's own logit. Fitted to simulated movies, the terms being fixed. */
const selfWeight = 0.87;
/** In a movie: weight of the support from the neighbouring frames. Fitted likewise. */
const supportWeight = 0.82;
/** In a movie: the support that changes nothing, in logits. Fitted likewise. */
const usualSupport = 0.66;

const boundedDip = ({ dip }: Row): number => Math.min(0.5, Math.max(-0.2, dip));

/**
 * What candidates are judged beside: in a "movie" what is usual of all frames, and the frames before and after;
 * "frames" of a movie likewise, where those are not known; among independent "images" first those of the same image.
 */
export type JudgedBeside = "movie" | "frames" | "images";

/**
 * Decides which candidates are kept.
 *
 * @param all candidates per frame; give all frames of one acquisition together, since what is usual is
 *   measured over them
 * @returns per frame, one decision per candidate
 */
export function decide(
  all: readonly ObjectFeatures[],
  options: AutoOptions = {},
  beside: JudgedBeside = "images",
): Decision[][] {
  const usual = typicalOf(all);
  const typicals = all.map((objects) =>
    beside === "images" && all.length > 1 ? typicalWithin(objects, usual) : usual,
  );
  const rows = all.map((objects, frame) =>
    Array.from({ length: objects.count }, (_, i) => rowOf(objects, i, typicals[frame]!)),
  );
  const logits = rows.map((list) => Float64Array.from(list, logitOf));
  const supports =
    beside === "movie" && all.length > 1 ? neighbourSupport(all, logits, usual.area) : undefined;
  return rows.map((list, frame) =>
    list.map((row, i) =>
      decideOne(row, logits[frame]![i]!, supports?.[frame]![i], typicals[frame]!, options),
    ),
  );
}

/**
 * Mean certainty of the candidates of an image, 0..1; 0 of none. Weighted by their light over the background: what
 * is dim may be large.
 */
export function meanCertainty(
  { area, intensity }: Pick<ObjectFeatures, "area" | "intensity">,
  decisions: readonly Decision[],
): number {
  const light = area.map((pixels, i) => pixels * Math.max(0, intensity[i]!));
  const whole = light.reduce((sum, value) => sum + value, 0);
  return whole > 0 ? decisions.reduce((sum, { score }, i) => sum + light[i]! * score, 0) / whole : 0;
}

function rowOf(o: ObjectFeatures, i: number, typical: Typical): Row {
  // Without a pixel outside that is nobody's (an object closed in by others), there is no outline to speak
  // of.
  const edgeContrast = Number.isNaN(o.edgeContrast[i]!) ? 0 : o.edgeContrast[i]!;
  return {
    area: o.area[i]!,
    areaRatio: o.area[i]! / typical.area,
    intensityRatio: o.intensity[i]! / typical.intensity,
    textureRatio: o.texture[i]! / typical.texture,
    ellipseResidual: o.ellipseResidual[i]!,
    residualBeyondUsual: o.ellipseResidual[i]! - typical.ellipseResidual,
    edgeContrast,
    contrastBeyondUsual: edgeContrast - typical.edgeContrast,
    contact: o.contact[i]!,
    dip: o.dip[i]!,
    touchesEdge: o.touchesEdge[i] === 1,
    signalToNoise: o.signalToNoise[i]!,
    eccentricity: o.eccentricity[i]!,
    solidity: o.solidity[i]!,
  };
}

function decideOne(
  row: Row,
  ownLogit: number,
  support: number | undefined,
  typical: Typical,
  options: AutoOptions,
): Decision {
  const logit =
    support === undefined ? ownLogit : selfWeight * ownLogit + supportWeight * (support - usualSupport);
  const certainty = Number.isNaN(logit) ? 0 : 1 / (1 + Math.exp(-logit));
  const impossible = limitBroken(row, typical, options);
  if (impossible !== undefined) return { kept: false, score: Math.min(certainty, 0.5), ...impossible };
  // Twice the sensitivity takes objects with about a third of the odds.
  const odds = minCertainty / (1 - minCertainty) / (options.sensitivity ?? 1) ** 1.5;
  const minimum = odds / (1 + odds);
  if (certainty >= minimum) return { kept: true, score: certainty, reason: "" };
  // What would have been kept by itself is rejected for what its neighbours in time lack.
  const { cause, text } =
    ownLogit >= Math.log(odds)
      ? {
          cause: "flicker" as const,
          text: `no similar object in the frames before and after (support ${support?.toFixed(2)})`,
        }
      : worstTerm(row);
  return {
    kept: false,
    score: certainty,
    reason: `certainty ${certainty.toFixed(2)} (minimum ${minimum.toFixed(2)}), mainly because of: ${text}`,
    cause,
  };
}

/** Logarithm of the odds that a candidate is one nucleus, from its own image. */
const logitOf = (row: Row): number =>
  certaintyTerms.reduce((sum, term) => sum + term.weight * term.value(row), bias);

/** The feature that takes most from the certainty, in words and numbers. */
function worstTerm(row: Row): { cause: RejectionCause; text: string } {
  const loss = (term: Term): number => term.weight * (term.value(row) - term.typical);
  const { what, cause, show } = certaintyTerms.reduce((a, b) => (loss(b) < loss(a) ? b : a));
  const value = show(row);
  return { cause, text: `${what} ${Number.isInteger(value) ? value : value.toFixed(2)}` };
}

/** Why a candidate is rejected, as far as a limit says so. */
type Refusal = Pick<Decision, "reason" | "cause">;

/** The first limit that a candidate breaks, if any. */
const limitBroken = (row: Row, typical: Typical, options: AutoOptions): Refusal | undefined =>
  areaLimitBroken(row, typical, options) ??
  deadFragment(row) ??
  clump(row, typical) ??
  lightLimitBroken(row, options);

function areaLimitBroken(
  { area, areaRatio, touchesEdge }: Row,
  typical: Typical,
  { minArea, maxArea }: AutoOptions,
): Refusal | undefined {
  if (minArea !== undefined && area < minArea)
    return { reason: `area ${area} px (minimum ${minArea})`, cause: "small" };
  if (maxArea !== undefined && area > maxArea)
    return { reason: `area ${area} px (maximum ${maxArea})`, cause: "large" };
  const fewest = touchesEdge ? minPixels / 2 : minPixels;
  if (minArea === undefined && area < fewest)
    return { reason: `area ${area} px (minimum ${fewest})`, cause: "small" };
  const text = `area ${area} px is ${areaRatio.toFixed(2)} of the median ${typical.area.toFixed(0)}`;
  const smallest = touchesEdge ? smallestAtBorder : smallestAreaShare;
  if (minArea === undefined && !(areaRatio >= smallest))
    return { reason: `${text} (minimum ${smallest})`, cause: "small" };
  if (maxArea === undefined && !(areaRatio <= largestAreaShare))
    return { reason: `${text} (maximum ${largestAreaShare})`, cause: "large" };
  return undefined;
}

/** See `fragmentBounds`. */
function deadFragment({ touchesEdge, areaRatio, intensityRatio, eccentricity }: Row): Refusal | undefined {
  const isFragment =
    !touchesEdge &&
    areaRatio < fragmentBounds.area &&
    intensityRatio > fragmentBounds.intensity &&
    eccentricity < fragmentBounds.eccentricity;
  if (!isFragment) return undefined;
  return {
    reason:
      `area ${areaRatio.toFixed(2)} and intensity ${intensityRatio.toFixed(2)} of the median, and ` +
      `round (eccentricity ${eccentricity.toFixed(2)}): a fragment of a dead cell`,
    cause: "bright",
  };
}

/** See `clumpBounds`. */
function clump(row: Row, typical: Typical): Refusal | undefined {
  const isClump =
    !row.touchesEdge &&
    row.areaRatio > clumpBounds.area &&
    typical.solidity - row.solidity > clumpBounds.solidity &&
    row.residualBeyondUsual > clumpBounds.ellipseResidual;
  if (!isClump) return undefined;
  return {
    reason:
      `solidity ${row.solidity.toFixed(2)} (usual ${typical.solidity.toFixed(2)}) and difference ` +
      `from an ellipse ${row.ellipseResidual.toFixed(2)} (usual ` +
      `${typical.ellipseResidual.toFixed(2)}) at ${row.areaRatio.toFixed(2)} of the median area: two ` +
      "nuclei in one, or a ragged outline",
    cause: "shape",
  };
}

function lightLimitBroken(
  { intensityRatio, signalToNoise }: Row,
  { sensitivity = 1 }: AutoOptions,
): Refusal | undefined {
  const dimmest = minIntensityShare / sensitivity;
  if (!(intensityRatio >= dimmest))
    return {
      reason: `intensity over background is ${intensityRatio.toFixed(2)} of the median (minimum ${dimmest.toFixed(2)})`,
      cause: "dim",
    };
  const weakest = minSignalToNoise / sensitivity;
  if (!(signalToNoise >= weakest))
    return {
      reason: `intensity is ${signalToNoise.toFixed(1)} times the noise (minimum ${weakest.toFixed(1)})`,
      cause: "dim",
    };
  return undefined;
}
