/** Nuclei-like labels, and predictors that say what a perfect or a very simple network would. */
import { labelImage, type LabelImage } from "../src/core/labels.js";
import type { Random } from "../src/core/random.js";
import { edtProbability } from "../src/dataset/targets.js";
import { mirroredBorder, receptiveMargin, sizeMultiple, type ModelConfig } from "../src/model/modelconfig.js";
import type { Predictor } from "../src/model/predictor.js";
import type { Prediction } from "../src/segment/predict.js";
import { starDistances } from "../src/starconvex/distances.js";

/**
 * Convex objects on a jittered lattice, apart from each other: ellipses, or ellipses with three sides cut off
 * straight.
 *
 * @param diameter px, of a circle of about their area before anything is cut off
 * @param count a square number
 */
export function convexShapes(diameter: number, count: number, cut: boolean, rng: Random): LabelImage {
  const cell = Math.ceil(diameter * 1.8);
  const perSide = Math.round(Math.sqrt(count));
  const side = perSide * cell;
  const data = new Int32Array(side * side);
  for (let i = 0; i < count; i++) {
    const top = Math.floor(i / perSide) * cell;
    const left = (i % perSide) * cell;
    const [cy, cx] = [top + cell / 2 + rng.uniform(-1, 1), left + cell / 2 + rng.uniform(-1, 1)];
    const [radius, stretch, angle] = [
      (diameter / 2) * rng.uniform(0.9, 1.1),
      rng.uniform(1, 1.3),
      rng.uniform(0, Math.PI),
    ];
    const cuts = Array.from(
      { length: cut ? 3 : 0 },
      () => [rng.uniform(0, 2 * Math.PI), rng.uniform(0.75, 1) * radius] as const,
    );
    for (let y = top; y < top + cell; y++) {
      for (let x = left; x < left + cell; x++) {
        const [dy, dx] = [y - cy, x - cx];
        const along = (dx * Math.cos(angle) + dy * Math.sin(angle)) / (radius * Math.sqrt(stretch));
        const across = (dy * Math.cos(angle) - dx * Math.sin(angle)) / (radius / Math.sqrt(stretch));
        const inside =
          along ** 2 + across ** 2 <= 1 && cuts.every(([a, d]) => dx * Math.cos(a) + dy * Math.sin(a) <= d);
        if (inside) data[y * side + x] = i + 1;
      }
    }
  }
  return labelImage(side, side, data);
}

/** What a perfect network would predict. */
export function idealPrediction(labels: LabelImage, rays: number, grid: number): Prediction {
  const [height, width] = [Math.ceil(labels.height / grid), Math.ceil(labels.width / grid)];
  const full = edtProbability(labels);
  const probability = Float32Array.from(
    { length: height * width },
    (_, c) => full[Math.floor(c / width) * grid * labels.width + (c % width) * grid]!,
  );
  return { height, width, grid, rays, probability, distances: starDistances(labels, rays, grid) };
}

/**
 * A perfect network that knows one image by heart: it must be given the whole of it at once, and counts how
 * often it was.
 */
export function idealPredictor(labels: LabelImage, config: ModelConfig): Predictor & { calls: number } {
  return {
    config,
    calls: 0,
    predict(_data, height, width) {
      this.calls++;
      const padded = new Int32Array(height * width);
      const border = mirroredBorder(config);
      for (let y = 0; y < labels.height; y++)
        padded.set(
          labels.data.subarray(y * labels.width, (y + 1) * labels.width),
          (y + border) * width + border,
        );
      const { probability, distances } = idealPrediction(
        labelImage(height, width, padded),
        config.rays,
        config.grid,
      );
      return Promise.resolve({ probability, distances });
    },
    release: () => Promise.resolve(),
  };
}

/**
 * A network in miniature that sees exactly as far as the configuration says, zeros beyond its input, and
 * whose answer depends on where in the coarsest cell it is asked, as a U-Net's does. Its answers are exact,
 * so that they must be equal whatever the tiles.
 */
export function filterPredictor(config: ModelConfig): Predictor {
  const margin = receptiveMargin(config);
  const multiple = sizeMultiple(config);
  const { grid, rays } = config;
  return {
    config,
    predict(data, height, width) {
      const [h, w] = [height / grid, width / grid];
      const probability = new Float32Array(h * w);
      const distances = new Float32Array(rays * h * w);
      const at = (y: number, x: number): number =>
        y >= 0 && y < height && x >= 0 && x < width ? data[y * width + x]! : 0;
      for (let i = 0; i < h; i++) {
        for (let j = 0; j < w; j++) {
          const [y, x] = [i * grid, j * grid];
          const [far, last] = [margin, margin + grid - 1];
          const corners =
            at(y - far, x - far) + at(y - far, x + last) + at(y + last, x - far) + at(y + last, x + last);
          const phase = (y % multiple) * multiple + (x % multiple);
          probability[i * w + j] = (at(y, x) + corners / 4 + phase / multiple ** 2) / 3;
          for (let k = 0; k < rays; k++) distances[(k * h + i) * w + j] = 2 + at(y, x + k) + corners;
        }
      }
      return Promise.resolve({ probability, distances });
    },
    release: () => Promise.resolve(),
  };
}

/**
 * A network in miniature that finds bright objects: the probability is the grey value, and each distance the
 * way until it falls below a half, at most as far as the configuration lets it see. It computes nothing that
 * could be rounded, so that its answers must be equal whatever the tiles.
 */
export function marchingPredictor(config: ModelConfig): Predictor {
  const maximum = receptiveMargin(config);
  const { grid, rays } = config;
  return {
    config,
    predict(data, height, width) {
      const [h, w] = [height / grid, width / grid];
      const probability = new Float32Array(h * w);
      const distances = new Float32Array(rays * h * w);
      const bright = (y: number, x: number): boolean =>
        y >= 0 && y < height && x >= 0 && x < width && data[y * width + x]! > 0.5;
      for (let i = 0; i < h; i++) {
        for (let j = 0; j < w; j++) {
          const [y, x] = [i * grid, j * grid];
          probability[i * w + j] = Math.min(1, Math.max(0, data[y * width + x]!));
          if (!bright(y, x)) continue;
          for (let k = 0; k < rays; k++) {
            const [dy, dx] = [Math.sin((2 * Math.PI * k) / rays), Math.cos((2 * Math.PI * k) / rays)];
            let d = 1;
            while (d < maximum && bright(Math.round(y + d * dy), Math.round(x + d * dx))) d++;
            distances[(k * h + i) * w + j] = d;
          }
        }
      }
      return Promise.resolve({ probability, distances });
    },
    release: () => Promise.resolve(),
  };
}

/** Per true object the largest IoU with a predicted one. */
export function bestIous(truth: LabelImage, predicted: LabelImage): Float64Array {
  const [areas, others, shared] = [
    new Map<number, number>(),
    new Map<number, number>(),
    new Map<number, number>(),
  ];
  const add = (map: Map<number, number>, key: number): void => void map.set(key, (map.get(key) ?? 0) + 1);
  const columns = predicted.count + 1;
  for (let i = 0; i < truth.data.length; i++) {
    const [t, p] = [truth.data[i]!, predicted.data[i]!];
    add(areas, t);
    add(others, p);
    if (t > 0 && p > 0) add(shared, t * columns + p);
  }
  const best = new Float64Array(truth.count);
  for (const [key, n] of shared) {
    const [t, p] = [Math.floor(key / columns), key % columns];
    best[t - 1] = Math.max(best[t - 1]!, n / (areas.get(t)! + others.get(p)! - n));
  }
  return best;
}

export const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((a, b) => a + b, 0) / values.length;
