/**
 * Which candidates are certainly nuclei.
 *
 * Limits catch what cannot be one (noise, specks, glow). What remains gets a certainty: the probability that the outline covers one nucleus at
 * an IoU above 0.5, as a logistic function of a dozen features. No feature decides alone, so that an isolated, sharp nucleus is kept although it
 * is large or bent, while a piece with the same area and shape but a long straight contact is not.
 *
 * Source: the weights were fitted to candidates with known truth, of the development images of two public sets (Data Science Bowl 2018
 * fluorescence, BBBC038), and rounded. All features are ratios, so that they hold for other magnifications and exposures.
 */
import { type Typical, typicalOf } from "./features.js";
import type { AutoOptions } from "./propose.js";
import type { Decision, ObjectFeatures } from "./types.js";

/** Least certainty of a kept nucleus at sensitivity 1. */
export const leastCertainty = 0.85;

/** Light (area x intensity) relative to the typical nucleus, and solidity, from which a small object counts as condensed chromatin, not as a speck. */
const CONDENSED_LIGHT = 0.3;
const CONDENSED_SOLIDITY = 0.92;

/** A row with what the certainty needs: ratios to the reference, and the features that are ratios by themselves. */
interface Row {
  readonly area: number;
  readonly areaRatio: number;
  readonly intensityRatio: number;
  readonly sharpnessRatio: number;
  readonly solidity: number;
  readonly ellipseResidual: number;
  readonly edgeContrast: number;
  readonly contact: number;
  readonly dip: number;
  readonly texture: number;
  readonly touchesEdge: number;
  readonly signalToNoise: number;
}

interface Term {
  readonly what: string;
  readonly value: (row: Row) => number;
  readonly weight: number;
  /** Mean over true nuclei: how far a value lies on the bad side of it names the reason. */
  readonly typical: number;
  readonly show: (row: Row) => number;
}

/** By how much brighter than usual a nucleus is, at most twice: so much smaller may it be, for its chromatin is condensed. */
const condensation = ({ intensityRatio }: Row): number => Math.min(2, Math.max(1, intensityRatio));

const BIAS = -10.7;
/** Beyond these bounds a feature no longer speaks for an object: sharper than the median is not more of a nucleus. */
const TERMS: readonly Term[] = [
  { what: "area / median", value: (r) => Math.max(0, Math.log(r.areaRatio)), weight: -1.7, typical: 0.1, show: (r) => r.areaRatio },
  { what: "area / median", value: (r) => Math.min(0, Math.log(r.areaRatio * condensation(r))), weight: 1.44, typical: -0.22, show: (r) => r.areaRatio },
  { what: "intensity / median", value: (r) => Math.min(0, Math.log(Math.max(1e-3, r.intensityRatio))), weight: 1.42, typical: -0.12, show: (r) => r.intensityRatio },
  { what: "sharpness / median", value: (r) => Math.min(1, r.sharpnessRatio), weight: 2.77, typical: 0.9, show: (r) => r.sharpnessRatio },
  { what: "solidity", value: (r) => r.solidity, weight: 8.9, typical: 0.953, show: (r) => r.solidity },
  { what: "difference to an ellipse", value: (r) => r.ellipseResidual, weight: -1.1, typical: 0.106, show: (r) => r.ellipseResidual },
  { what: "contrast along the outline", value: (r) => Math.min(0.5, r.edgeContrast), weight: 7.5, typical: 0.494, show: (r) => r.edgeContrast },
  { what: "share of the outline in contact with others", value: (r) => r.contact, weight: -2.5, typical: 0.078, show: (r) => r.contact },
  { what: "dip of the brightness at the contact", value: (r) => Math.min(0.5, r.dip), weight: 1.94, typical: 0.44, show: (r) => r.dip },
  { what: "texture", value: (r) => r.texture, weight: -4.2, typical: 0.116, show: (r) => r.texture },
  { what: "touching the border of the image", value: (r) => r.touchesEdge, weight: 1.67, typical: 0.2, show: (r) => r.touchesEdge },
  { what: "area in px", value: (r) => 1 / Math.sqrt(r.area), weight: -5.8, typical: 0.05, show: (r) => r.area },
];

/**
 * @param all candidates per frame; give all frames of one acquisition together, since what is usual is measured over them
 * @returns per frame, one decision per candidate
 */
export function decide(all: readonly ObjectFeatures[], options: AutoOptions = {}): Decision[][] {
  const typical = typicalOf(all);
  return all.map((objects) => Array.from({ length: objects.count }, (_, i) => decideOne(rowOf(objects, i, typical), typical, options)));
}

function rowOf(o: ObjectFeatures, i: number, typical: Typical): Row {
  return {
    area: o.area[i]!, areaRatio: o.area[i]! / typical.area, intensityRatio: o.intensity[i]! / typical.intensity,
    sharpnessRatio: o.sharpness[i]! / typical.sharpness, solidity: o.solidity[i]!, ellipseResidual: o.ellipseResidual[i]!,
    // Without a pixel outside that is nobody's (an object closed in by others), there is no outline to speak of.
    edgeContrast: Number.isNaN(o.edgeContrast[i]!) ? 0 : o.edgeContrast[i]!, contact: o.contact[i]!, dip: o.dip[i]!, texture: o.texture[i]!,
    touchesEdge: o.touchesEdge[i]!, signalToNoise: o.signalToNoise[i]!,
  };
}

function decideOne(row: Row, typical: Typical, options: AutoOptions): Decision {
  const certainty = certaintyOf(row);
  const impossible = limitBroken(row, typical, options);
  if (impossible !== undefined) return { kept: false, score: Math.min(certainty, 0.5), reason: impossible };
  // Twice the sensitivity takes objects with about a third of the odds.
  const odds = (leastCertainty / (1 - leastCertainty)) / (options.sensitivity ?? 1) ** 1.5;
  const least = odds / (1 + odds);
  if (certainty >= least) return { kept: true, score: certainty, reason: "" };
  return { kept: false, score: certainty, reason: `certainty ${certainty.toFixed(2)} (least ${least.toFixed(2)}), mostly for its ${worstTerm(row)}` };
}

function certaintyOf(row: Row): number {
  const logit = TERMS.reduce((sum, term) => sum + term.weight * term.value(row), BIAS);
  const certainty = 1 / (1 + Math.exp(-logit));
  return Number.isNaN(certainty) ? 0 : certainty;
}

/** The feature that takes most from the certainty, in words and numbers. */
function worstTerm(row: Row): string {
  const loss = (term: Term): number => term.weight * (term.value(row) - term.typical);
  const worst = TERMS.reduce((a, b) => (loss(b) < loss(a) ? b : a));
  const value = worst.show(row);
  return `${worst.what} ${Number.isInteger(value) ? value : value.toFixed(2)}`;
}

function limitBroken(row: Row, typical: Typical, { minArea, maxArea, sensitivity = 1 }: AutoOptions): string | undefined {
  const { area, areaRatio, intensityRatio, signalToNoise } = row;
  if (minArea !== undefined && area < minArea) return `area ${area} px (least ${minArea})`;
  if (maxArea !== undefined && area > maxArea) return `area ${area} px (most ${maxArea})`;
  const text = `area ${area} px is ${areaRatio.toFixed(2)} of the median ${typical.area.toFixed(0)}`;
  // A plate of anaphase has half the light of a nucleus on a fifth of its area.
  const condensed = areaRatio * condensation(row) >= CONDENSED_LIGHT && row.solidity >= CONDENSED_SOLIDITY;
  const smallest = row.touchesEdge === 1 || condensed ? 0.15 : 0.25;
  if (minArea === undefined && !(areaRatio >= smallest)) return `${text} (least ${smallest})`;
  if (maxArea === undefined && !(areaRatio <= 6)) return `${text} (most 6)`;
  const dimmest = 0.2 / sensitivity;
  if (!(intensityRatio >= dimmest)) return `intensity over background is ${intensityRatio.toFixed(2)} of the median (least ${dimmest.toFixed(2)})`;
  const weakest = 6 / sensitivity;
  if (!(signalToNoise >= weakest)) return `intensity is ${signalToNoise.toFixed(1)} times the noise (least ${weakest.toFixed(1)})`;
  return undefined;
}
