import { ort } from "#runtime";
import type { Device } from "../nn/devices.js";
import { Graph } from "../nn/graph.js";
import { openSession } from "../nn/session.js";

/** Channels of the convolutions that are timed: those of the default network. */
const channels = 32;
/** Edge of the image that they run on, px. */
const edge = 256;

/**
 * Seconds that a device takes for two convolutions like those that a network spends its time in, results
 * brought back included: the shortest of three times, after one in which it may compile.
 *
 * @throws InvalidInput where the device is missing
 */
export async function convolutionSeconds(device: Device, threads: number): Promise<number> {
  const graph = new Graph();
  const shape = [1, channels, edge, edge];
  const weights = graph.initialiser(
    "weights",
    [channels, channels, 3, 3],
    new Float32Array(channels * channels * 9).fill(0.01),
  );
  const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  graph.output(
    "y",
    graph.node(
      "Conv",
      [graph.node("Conv", [graph.input("x", shape), weights], shape, attributes), weights],
      shape,
      attributes,
    ),
  );
  const session = await openSession(graph.encode(), device, threads);
  const x = new ort.Tensor("float32", new Float32Array(channels * edge * edge).fill(1), shape);
  let shortest = Infinity;
  for (let i = 0; i < 4; i++) {
    const start = performance.now();
    await session.run({ x });
    if (i > 0) shortest = Math.min(shortest, performance.now() - start);
  }
  await session.release();
  return shortest / 1000;
}
