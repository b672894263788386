/** How the learning rate runs through a training. */
export interface Schedule {
  /** `cosine` falls to zero over the whole training; `plateau` halves whenever the loss has stopped falling; `constant` stays. */
  readonly schedule: "cosine" | "plateau" | "constant";
  readonly learningRate: number;
  readonly steps: number;
  /** Steps at the start over which the rate rises linearly to its full value. */
  readonly warmup: number;
}

/**
 * The rate of a step, without what a plateau took off it.
 *
 * @param step from 0
 */
export function learningRateAt({ schedule, learningRate, steps, warmup }: Schedule, step: number): number {
  if (step < warmup) return (learningRate * (step + 1)) / warmup;
  if (schedule !== "cosine") return learningRate;
  return (learningRate * (1 + Math.cos((Math.PI * (step - warmup)) / (steps - warmup)))) / 2;
}

/** What `plateau` remembers between epochs. */
export interface PlateauState {
  readonly factor: number;
  readonly lowest: number;
  /** Epochs since the last improvement or halving. */
  readonly waited: number;
}

export const startOfPlateau: PlateauState = { factor: 1, lowest: Infinity, waited: 0 };

/**
 * Takes in an epoch's loss: after `patience` epochs without a new lowest one the factor is halved.
 *
 * Source: Keras, ReduceLROnPlateau(factor=0.5, min_delta=0), which StarDist trains with.
 */
export function afterEpoch(state: PlateauState, loss: number, patience: number): PlateauState {
  if (loss < state.lowest) return { ...state, lowest: loss, waited: 0 };
  const waited = state.waited + 1;
  return waited >= patience ? { ...state, factor: state.factor / 2, waited: 0 } : { ...state, waited };
}
