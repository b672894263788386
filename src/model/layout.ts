import { InvalidInput } from "../core/errors.js";
import { random } from "../core/random.js";
import { NCHW, probeBlock, type Layout } from "../nn/layout.js";
import type { ModelConfig } from "./config.js";
import { fitsBlocks, initialWeights } from "./parameters.js";
import { Trainer } from "./trainer.js";

/** A layout, or `auto`: blocked where the processor and the configuration allow, else nchw. */
export type LayoutChoice = "auto" | "nchw" | "blocked";

/** @throws InvalidInput when `blocked` is asked for and cannot be had */
export async function chooseLayout(config: ModelConfig, wanted: LayoutChoice): Promise<Layout> {
  if (wanted === "nchw") return NCHW;
  const block = await probeBlock();
  if (block === undefined || !(await agreesWithNchw(block))) {
    if (wanted === "auto") return NCHW;
    throw new InvalidInput("train.layout", "nchw on this processor, which has no blocked operators", wanted, "use the layout auto");
  }
  if (fitsBlocks(config, block)) return { kind: "blocked", block };
  if (wanted === "auto") return NCHW;
  const received = `${config.filters} filters and ${config.features} features`;
  throw new InvalidInput("train.layout", `${wanted} only for filters and features in multiples of ${block}`, received, "use the layout auto");
}

/**
 * One step of a tiny network in both layouts. The blocked operators are internal to the runtime and differ with the processor, and a
 * wrong gradient would not be noticed in training; this takes some tens of milliseconds.
 */
export async function agreesWithNchw(block: number): Promise<boolean> {
  const config: ModelConfig = { rays: 4, grid: 2, depth: 1, filters: block, convolutionsPerLevel: 1, features: block };
  const size = { batch: 2, patch: 8 };
  const rng = random(1);
  const draw = (length: number): Float32Array => Float32Array.from({ length }, () => rng.next());
  const batch = { image: draw(128), probability: draw(32), mask: draw(32), distances: draw(128) };
  const weights = initialWeights(config, rng);
  const gradientIn = async (layout: Layout): Promise<Float32Array> => {
    const zeros = new Float32Array(weights.length);
    const trainer = await Trainer.create(config, layout, size, 1, { step: 0, weights, first: zeros, second: zeros });
    await trainer.step(batch, 0);
    // The first moment is not normalised: after one step it is the gradient.
    const { first } = trainer.state();
    await trainer.release();
    return first;
  };
  const plain = await gradientIn(NCHW);
  // A runtime may also refuse what it cannot do.
  const blocked = await gradientIn({ kind: "blocked", block }).catch(() => undefined);
  if (blocked === undefined) return false;
  let [largest, difference] = [0, 0];
  for (let i = 0; i < plain.length; i++) {
    largest = Math.max(largest, Math.abs(plain[i]!));
    difference = Math.max(difference, Math.abs(plain[i]! - blocked[i]!));
  }
  return difference < 1e-4 * largest;
}
