/** A small network and batches that it can learn. */
import type { Batch } from "../src/core/batch.js";
import { random } from "../src/core/random.js";
import type { ModelConfig } from "../src/model/modelconfig.js";
import type { TrainOptions } from "../src/model/train.js";

/** Shape of the network. */
export const discConfig: ModelConfig = {
  rays: 8,
  grid: 2,
  depth: 1,
  filters: 16,
  convolutionsPerLevel: 1,
  features: 16,
};
/** A training of three epochs. */
export const discOptions: TrainOptions = {
  steps: 12,
  batch: 2,
  patch: 16,
  learningRate: 3e-3,
  schedule: "cosine",
  warmup: 2,
  stepsPerEpoch: 4,
  seed: 11,
  threads: 1,
  layout: "nchw",
};

/** Discs of a known radius with their true distances: something that can be learned. */
export function discs(
  seed: number,
  { rays, grid }: ModelConfig = discConfig,
  { batch, patch }: Pick<TrainOptions, "batch" | "patch"> = discOptions,
): Batch {
  const rng = random(seed);
  const edge = patch / grid;
  const image = Float32Array.from({ length: batch * patch * patch }, () => rng.normal(0, 0.05));
  const probability = new Float32Array(batch * edge * edge);
  const distances = new Float32Array(batch * rays * edge * edge);
  for (let n = 0; n < batch; n++) {
    const [cy, cx, radius] = [rng.uniform(5, patch - 5), rng.uniform(5, patch - 5), rng.uniform(3, 6)];
    for (let y = 0; y < patch; y++)
      for (let x = 0; x < patch; x++) {
        const [dy, dx] = [y - cy, x - cx];
        const distance = Math.hypot(dy, dx);
        if (distance >= radius) continue;
        image[(n * patch + y) * patch + x]! += 1;
        if (y % grid !== 0 || x % grid !== 0) continue;
        const at = (y / grid) * edge + x / grid;
        probability[n * edge * edge + at] = 1 - distance / radius;
        for (let k = 0; k < rays; k++) {
          const along = dy * Math.sin((2 * Math.PI * k) / rays) + dx * Math.cos((2 * Math.PI * k) / rays);
          distances[(n * rays + k) * edge * edge + at] =
            Math.sqrt(along * along - distance * distance + radius * radius) - along;
        }
      }
  }
  return { image, probability, mask: new Float32Array(probability.length).fill(1), distances };
}
