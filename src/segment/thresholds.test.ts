import { describe, expect, it } from "vitest";
import { bestIous, convexShapes, idealPrediction } from "../../test/fakes.js";
import { labelImage, type LabelImage } from "../core/labels.js";
import { random } from "../core/random.js";
import { takePolygons } from "../starconvex/geometry.js";
import { paintPolygons } from "../starconvex/raster.js";
import { suppress } from "../starconvex/suppress.js";
import { candidatesOf } from "./candidates.js";
import type { Prediction } from "./predict.js";
import { tuneThresholds } from "./thresholds.js";

/** TP / (TP + FP + FN) at IoU 0.5. */
const precision = (truth: LabelImage, predicted: LabelImage): number => {
  const found = bestIous(truth, predicted).filter((iou) => iou >= 0.5).length;
  const present = new Set(predicted.data.filter((label) => label > 0)).size;
  return found / (truth.count + present - found);
};

/** Thirty objects of the truth and six that are not, each with its own highest probability. */
function confused(peak = (label: number): number => (label <= 30 ? 0.8 : 0.55)): {
  prediction: Prediction;
  truth: LabelImage;
} {
  const all = convexShapes(20, 36, false, random(5));
  const prediction = idealPrediction(all, 16, 2);
  const under = (c: number): number =>
    all.data[Math.floor(c / prediction.width) * 2 * all.width + (c % prediction.width) * 2]!;
  const highest = new Float64Array(37);
  prediction.probability.forEach((p, c) => (highest[under(c)] = Math.max(highest[under(c)]!, p)));
  const probability = prediction.probability.map((p, c) =>
    p > 0 ? (peak(under(c)) * p) / highest[under(c)]! : 0,
  );
  const truth = labelImage(
    all.height,
    all.width,
    all.data.map((label) => (label > 30 ? 0 : label)),
  );
  return { prediction: { ...prediction, probability }, truth };
}

describe("tuneThresholds", () => {
  it("finds the threshold that separates true from false objects", () => {
    const tuned = tuneThresholds([confused()], precision);
    expect(tuned.score).toBe(1);
    expect(tuned.probability).toBeGreaterThanOrEqual(0.55);
    expect(tuned.probability).toBeLessThan(0.8);
    expect(tuned.overlap).toBe(0.3);
  });

  it("scores what segmenting with these thresholds gives", () => {
    const image = confused();
    const seen = new Map<number, Int32Array>();
    tuneThresholds([image], (truth, predicted) => {
      seen.set(predicted.count, predicted.data.slice());
      return precision(truth, predicted);
    });
    // The shortcut (paint once, drop the last labels) against doing it anew.
    for (const threshold of [0.1, 0.3, 0.5, 0.7]) {
      const candidates = candidatesOf(image.prediction, threshold);
      const polygons = takePolygons(candidates, suppress(candidates, 0.5));
      const labels = paintPolygons(polygons, [...polygons.scores.keys()], image.truth);
      expect(seen.get(labels.count)).toEqual(labels.data);
    }
  });

  it("takes the middle of a plateau and the lowest overlap", () => {
    const { probability, overlap } = tuneThresholds([confused()], () => 0.5);
    expect([probability, overlap]).toEqual([0.5, 0.3]);
  });

  it("takes of nearly equal ones the nearest to StarDist's default, and still tells the highest score", () => {
    // Of probability .8 and .55: nothing is lost at .5, a little is gained above .55.
    const tuned = tuneThresholds([confused()], (_, predicted) => (predicted.count === 30 ? 0.709 : 0.7));
    expect(tuned).toMatchObject({ probability: 0.5, score: 0.7, highest: 0.709 });
    const worse = tuneThresholds([confused()], (_, predicted) => (predicted.count === 30 ? 0.72 : 0.7));
    expect(worse.probability).toBeGreaterThanOrEqual(0.55);
    expect(worse).toMatchObject({ score: 0.72, highest: 0.72 });
  });

  it("finds a peak between the steps of its scan", () => {
    // False objects of probability 0.425, 0.44, ... 0.5; the best number of objects is 33, from 0.455 to
    // 0.47.
    const image = confused((label) => (label <= 30 ? 0.8 : 0.425 + 0.015 * (label - 31)));
    const tuned = tuneThresholds([image], (_, predicted) => -Math.abs(predicted.count - 33));
    expect(tuned.score).toBe(0);
    expect(tuned.probability).toBeGreaterThanOrEqual(0.45);
    expect(tuned.probability).toBeLessThan(0.47);
  });

  it("weighs images by their objects", () => {
    const image = confused();
    const one = {
      prediction: image.prediction,
      truth: labelImage(
        image.truth.height,
        image.truth.width,
        image.truth.data.map((v) => (v === 7 ? 1 : 0)),
      ),
    };
    const { score } = tuneThresholds([image, one], (truth) => (truth.count === 1 ? 31 : 0));
    expect(score).toBeCloseTo(1, 12);
  });

  it("gives StarDist's defaults when there is nothing to tune on", () => {
    expect(tuneThresholds([], precision)).toEqual({
      probability: 0.5,
      overlap: 0.4,
      score: NaN,
      highest: NaN,
    });
  });

  it("refuses labels of another size", () => {
    const { prediction } = confused();
    expect(() =>
      tuneThresholds([{ prediction, truth: labelImage(4, 4, new Int32Array(16)) }], precision),
    ).toThrow(/labels for/);
  });
});
