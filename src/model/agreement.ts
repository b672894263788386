/** Whether a training computes the same elsewhere as in the standard layout on the processor. */
import { isKaryonError } from "../core/errors.js";
import { random } from "../core/random.js";
import type { Device } from "../nn/devices.js";
import { nchwLayout, type Layout } from "../nn/layout.js";
import type { ModelConfig } from "./modelconfig.js";
import { initialWeights } from "./parameters.js";
import { Trainer } from "./trainer.js";

/**
 * One step of a tiny network, in a layout on a device and in the standard layout on the processor.
 *
 * @param filters of the network: a multiple of the layout's block
 * @returns the largest difference of the two gradients, as a part of the largest gradient; NaN where the
 *   runtime refuses the step
 * @throws InvalidInput where the device is missing
 */
export async function gradientDifference(layout: Layout, device: Device, filters: number): Promise<number> {
  const config: ModelConfig = {
    rays: 4,
    grid: 2,
    depth: 1,
    filters,
    convolutionsPerLevel: 1,
    features: filters,
  };
  const size = { batch: 2, patch: 8 };
  const rng = random(1);
  const draw = (length: number): Float32Array => Float32Array.from({ length }, () => rng.next());
  const batch = { image: draw(128), probability: draw(32), mask: draw(32), distances: draw(128) };
  const weights = initialWeights(config, rng);
  const gradientOn = async (there: Layout, by: Device): Promise<Float32Array> => {
    const zeros = new Float32Array(weights.length);
    const trainer = await Trainer.create({
      config,
      layout: there,
      size,
      threads: 1,
      device: by,
      state: { step: 0, weights, first: zeros, second: zeros },
    });
    try {
      await trainer.step(batch, 0);
      // The first moment is not normalised: after one step it is the gradient.
      return trainer.state().first;
    } finally {
      await trainer.release();
    }
  };
  // A runtime may also refuse what it cannot do. First, since a device is mostly missing.
  const other = await gradientOn(layout, device).catch((error: unknown) => {
    if (isKaryonError(error)) throw error;
    return undefined;
  });
  if (other === undefined) return NaN;
  const plain = await gradientOn(nchwLayout, "cpu");
  let [largest, difference] = [0, 0];
  for (let i = 0; i < plain.length; i++) {
    largest = Math.max(largest, Math.abs(plain[i]!));
    difference = Math.max(difference, Math.abs(plain[i]! - other[i]!));
  }
  return difference / largest;
}
