import type { Graph, Value } from "../nn/graph.js";
import {
  absolute,
  add,
  concat,
  divide,
  mean,
  multiply,
  scale,
  sigmoid,
  sign,
  softplus,
  subtract,
} from "../nn/primitives.js";
import type { Outputs } from "./unet.js";

/** What the network is to predict; shapes and meaning as in `Batch`. */
export interface Targets {
  readonly probability: Value;
  readonly mask: Value;
  readonly distances: Value;
}

/** Scalars. */
export interface LossValues {
  /** probability + 0.2 distance. */
  readonly loss: Value;
  readonly probabilityLoss: Value;
  readonly distanceLoss: Value;
}

/** What the loss adds to a graph. */
export interface LossGraph extends LossValues {
  /** With respect to `Outputs.joined`. */
  readonly gradient: Value;
}

/** Weight of the distance loss beside that of the probability: StarDist's. */
const distanceWeight = 0.2;
/** Weight of distances on the background: StarDist's. */
const backgroundWeight = 1e-4;
/** Keeps a mean over nothing finite. */
const tiny = 1e-7;

/**
 * StarDist's loss and its gradient with respect to the joined outputs. With object probability p, mask m (0:
 * the annotation does not know), distances d and predictions q, e, all means over every grid point of the
 * batch (and ray):
 *
 *   probability = mean(m * cross entropy(q, p))
 *   distance    = mean(m p |e - d|) / (mean(m p) + 1e-7) + 1e-4 mean(m (1 - p) |e|)
 *
 * Source: Schmidt et al. 2018 and stardist/models/base.py (masked_loss). Deviation: there, unknown points
 * still count as background in the last term; here they count nowhere.
 */
export function emitLoss(graph: Graph, outputs: Outputs, targets: Targets): LossGraph {
  const { probability, mask } = targets;
  const points = probability.shape.reduce((product, n) => product * n, 1);
  const values = points * targets.distances.shape[1]!;

  const entropy = subtract(
    graph,
    softplus(graph, outputs.logits),
    multiply(graph, outputs.logits, probability),
  );
  const probabilityLoss = mean(graph, multiply(graph, mask, entropy));

  const weight = multiply(graph, mask, probability);
  const background = subtract(graph, mask, weight);
  const norm = add(graph, mean(graph, weight), graph.scalar(tiny));
  const difference = subtract(graph, outputs.distances, targets.distances);
  const deviation = divide(graph, mean(graph, multiply(graph, weight, absolute(graph, difference))), norm);
  const excess = mean(graph, multiply(graph, background, absolute(graph, outputs.distances)));
  const distanceLoss = add(graph, deviation, scale(graph, excess, backgroundWeight));
  const loss = add(graph, probabilityLoss, scale(graph, distanceLoss, distanceWeight));

  const wrong = subtract(graph, sigmoid(graph, outputs.logits), probability);
  const ofLogits = multiply(graph, scale(graph, mask, 1 / points), wrong);
  const perDeviation = multiply(graph, weight, divide(graph, graph.scalar(distanceWeight / values), norm));
  const perExcess = scale(graph, background, (distanceWeight * backgroundWeight) / values);
  const ofDistances = add(
    graph,
    multiply(graph, sign(graph, difference), perDeviation),
    multiply(graph, sign(graph, outputs.distances), perExcess),
  );
  return { loss, probabilityLoss, distanceLoss, gradient: concat(graph, [ofDistances, ofLogits], 1) };
}
