import { median } from "../imgproc/percentile.js";
import type { AutoOptions } from "./propose.js";
import type { Decision, ObjectFeatures } from "./types.js";




interface Reference { readonly area: number; readonly intensity: number; readonly sharpness: number; readonly texture: number }

/**
 * Which candidates are certainly nuclei. Each feature gives a score of 1 (typical) to 0 (impossible), 0.5 where it begins to reject; the
 * object's score is the least of them, and that feature is the reason. "Typical" is measured over all frames given: give the frames of one
 * acquisition. A nucleus that is too large for the area rule but round, smooth and sharp is kept: shape outvotes area.
 *
 * @returns per frame, one decision per candidate
 */
export function decide(all: readonly ObjectFeatures[], options: AutoOptions = {}): Decision[][] {
  const reference = referenceOf(all);
  return all.map((objects) => Array.from({ length: objects.count }, (_, i) => decideOne(objects, i, reference, options)));
}

/** Medians over the candidates that look most like nuclei, weighted towards the bright ones: noise and debris are many, but dim or small. */
function referenceOf(all: readonly ObjectFeatures[]): Reference {
  const rows = all.flatMap((objects) => Array.from({ length: objects.count }, (_, i) => ({ objects, i })));
  const brightest = rows.reduce((most, { objects, i }) => Math.max(most, objects.intensity[i]!), 0);
  const good = rows.filter(({ objects, i }) => objects.touchesEdge[i] === 0 && objects.solidity[i]! >= 0.9 && objects.ellipseResidual[i]! <= 0.15 && objects.intensity[i]! > 0.1 * brightest);
  const use = good.length > 0 ? good : rows;
  const of = (key: "area" | "intensity" | "sharpness" | "texture"): number => median(use.map(({ objects, i }) => objects[key][i]!));
  return { area: of("area"), intensity: of("intensity"), sharpness: of("sharpness"), texture: of("texture") };
}

interface Verdict { readonly score: number; readonly reason: string }

function decideOne(o: ObjectFeatures, i: number, reference: Reference, options: AutoOptions): Decision {
  const worst = verdicts(o, i, reference, options).reduce((a, b) => (b.score < a.score ? b : a));
  return { kept: worst.score >= 0.5, score: worst.score, reason: worst.score >= 0.5 ? "" : worst.reason };
}

/** 1 at `good` or better, 0.5 at `limit`, falling on at the same rate to 0. */
const grade = (value: number, good: number, limit: number): number =>
  Number.isNaN(value) ? 0 : Math.max(0, Math.min(1, 0.5 + (0.5 * (value - limit)) / (good - limit)));

const percent = (value: number): string => value.toFixed(2);

function verdicts(o: ObjectFeatures, i: number, reference: Reference, options: AutoOptions): Verdict[] {
  const sensitivity = options.sensitivity ?? 1;
  const least = (value: number, good: number, limit: number, what: string): Verdict =>
    ({ score: grade(value, good, limit), reason: `${what} ${percent(value)} (least ${percent(limit)})` });
  const most = (value: number, good: number, limit: number, what: string): Verdict =>
    ({ score: grade(-value, -good, -limit), reason: `${what} ${percent(value)} (most ${percent(limit)})` });
  return [
    areaVerdict(o, i, reference, options),
    least(o.intensity[i]! / reference.intensity, 0.4 / sensitivity, 0.2 / sensitivity, "intensity over background, as a share of the median,"),
    least(o.signalToNoise[i]!, 12 / sensitivity, 6 / sensitivity, "signal to noise"),
    least(o.solidity[i]!, 0.96, 0.9, "solidity"),
    most(o.ellipseResidual[i]!, 0.06, o.touchesEdge[i] === 1 ? 0.2 : 0.15, "difference to an ellipse"),
    least(o.edgeContrast[i]!, 0.5, 0.3 / sensitivity, "contrast along the outline"),
    least(o.sharpness[i]! / reference.sharpness, 0.8, 0.4 / sensitivity, "sharpness, as a share of the median,"),
  ];
}

function areaVerdict(o: ObjectFeatures, i: number, reference: Reference, { minArea, maxArea }: AutoOptions): Verdict {
  const area = o.area[i]!;
  const text = `area ${area} px`;
  if (minArea !== undefined && area < minArea) return { score: 0, reason: `${text} (least ${minArea}, as asked)` };
  if (maxArea !== undefined && area > maxArea) return { score: 0, reason: `${text} (most ${maxArea}, as asked)` };
  const ratio = area / reference.area;
  const round = o.solidity[i]! >= 0.94 && o.ellipseResidual[i]! <= 0.09;
  // What the border cuts off is missing; and a large nucleus that is round and smooth cannot be two.
  const [low, high] = [o.touchesEdge[i] === 1 ? 0.2 : 0.4, round ? 5 : 2];
  const score = ratio < 1
    ? (minArea !== undefined ? 1 : grade(Math.log(ratio), Math.log(0.7), Math.log(low)))
    : (maxArea !== undefined ? 1 : grade(-Math.log(ratio), -Math.log(1.4), -Math.log(high)));
  return { score, reason: `${text} is ${percent(ratio)} of the median ${reference.area.toFixed(0)} (${ratio < 1 ? `least ${low}` : `most ${high}`})` };
}
