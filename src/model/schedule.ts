/** How the learning rate runs through a training. */
export interface Schedule {
  /**
   * `hold` stays, then falls to zero along a cosine over the last part of the training; `cosine` falls over
   * the whole of it; `plateau` halves whenever the loss has stopped falling; `constant` stays.
   */
  readonly schedule: "hold" | "cosine" | "plateau" | "constant";
  readonly learningRate: number;
  readonly steps: number;
  /** Steps at the start over which the rate rises linearly to its full value. */
  readonly warmup: number;
}

/** Part of the steps after which the rate of `hold` begins to fall. */
const heldShare = 0.6;

/** Step at which the rate of `hold` begins to fall unless it is time earlier. */
export const startOfFall = ({ steps }: Pick<Schedule, "steps">): number => Math.floor(heldShare * steps);

/**
 * The rate of a step, without what a plateau took off it.
 *
 * @param step from 0
 * @param fall step from which the rate of `hold` falls, over as many steps as are planned for that
 */
export function learningRateAt(options: Schedule, step: number, fall = startOfFall(options)): number {
  const { schedule, learningRate, steps, warmup } = options;
  if (step < warmup) return (learningRate * (step + 1)) / warmup;
  const along = (part: number): number => (learningRate * (1 + Math.cos(Math.PI * part))) / 2;
  if (schedule === "cosine") return along((step - warmup) / (steps - warmup));
  return schedule === "hold" && step >= fall
    ? along((step - fall) / (steps - startOfFall(options)))
    : learningRate;
}

/** What `plateau` remembers between epochs. */
export interface PlateauState {
  readonly factor: number;
  readonly lowest: number;
  /** Epochs since the last improvement or halving. */
  readonly waited: number;
}

/** Before the first epoch. */
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
