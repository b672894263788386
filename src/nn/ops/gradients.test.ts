/**
 * Gradients of every differentiable operation, in every layout that this machine has, against finite
 * differences.
 *
 * All of them are linear or piecewise linear in each single number, so that a central difference is exact up
 * to rounding for any step that stays on one piece. Where the two one-sided differences disagree a kink lies
 * between, and the number is passed over; most must remain.
 */
import { describe, expect, it } from "vitest";
import { ort } from "#runtime";
import { random } from "../../core/random.js";
import { sizeOf } from "../../core/tensor.js";
import { Graph, type Value } from "../graph.js";
import { nchwLayout, probeBlock, type Layout } from "../layout.js";
import { multiply } from "../primitives.js";
import { Tape } from "../tape.js";
import { concatChannels, plainChannels } from "./channels.js";
import { convolution } from "./convolution.js";
import { maxPool, upsample } from "./pooling.js";

type Operation = (tape: Tape, inputs: readonly Value[]) => Value;
interface Case {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly operation: Operation;
  /** Least part of the numbers that no kink spoils. */
  readonly kept?: number;
  /** The input that has no gradient. */
  readonly fixed?: number;
}

const block = await probeBlock();
const layouts: Layout[] = [nchwLayout, ...(block === undefined ? [] : [{ kind: "blocked", block } as const])];
const C = block ?? 8;
const STEP = 2 ** -6;
/** Of the largest gradient. Measured: 1.6e-5, from single precision and sums of up to 1000 products. */
const TOLERANCE = 5e-5;

const conv =
  (relu: boolean): Operation =>
  (tape, [x, w, b]) =>
    convolution(tape, x!, w!, b!, relu);
const cases: Case[] = [
  { name: "convolution", shapes: [[2, C, 4, 6], [2 * C, C, 3, 3], [2 * C]], operation: conv(false) },
  {
    name: "convolution of one pixel",
    shapes: [[2, 2 * C, 1, 1], [C, 2 * C, 3, 3], [C]],
    operation: conv(false),
  },
  {
    name: "convolution of an image",
    shapes: [[3, 1, 6, 4], [C, 1, 3, 3], [C]],
    operation: conv(false),
    fixed: 0,
  },
  {
    name: "convolution of a batch larger than a block",
    shapes: [[C + 3, C, 2, 2], [C, C, 3, 3], [C]],
    operation: conv(false),
  },
  { name: "convolution 1 x 1", shapes: [[2, 2 * C, 4, 4], [C, 2 * C, 1, 1], [C]], operation: conv(false) },
  {
    name: "rectified convolution",
    shapes: [[2, C, 4, 4], [C, C, 3, 3], [C]],
    operation: conv(true),
    kept: 0.8,
  },
  { name: "maximum", shapes: [[2, C, 4, 6]], operation: (tape, [x]) => maxPool(tape, x!), kept: 0.9 },
  { name: "enlargement", shapes: [[2, C, 2, 3]], operation: (tape, [x]) => upsample(tape, x!) },
  {
    name: "joined channels",
    shapes: [
      [2, C, 2, 3],
      [2, 2 * C, 2, 3],
    ],
    operation: (tape, inputs) => concatChannels(tape, inputs),
  },
  {
    name: "a value used twice",
    shapes: [[2, C, 4, 4]],
    operation: (tape, [x]) => concatChannels(tape, [upsample(tape, maxPool(tape, x!)), x!]),
    kept: 0.9,
  },
];

interface Compiled {
  readonly session: ort.InferenceSession;
  readonly shapes: readonly (readonly number[])[];
  readonly outputShape: readonly number[];
}

/** The gradients of sum(weighting * output), and the output. The input `fixed` has none: an image. */
async function compile(
  layout: Layout,
  shapes: readonly (readonly number[])[],
  operation: Operation,
  fixed = -1,
): Promise<Compiled> {
  const graph = new Graph();
  const tape = new Tape(graph, layout);
  const inputs = shapes.map((shape, i) => graph.input(`input${i}`, shape));
  inputs.forEach((input, i) => i !== fixed && tape.track(input));
  const y = operation(tape, inputs);
  const weighting = graph.input("weighting", y.shape);
  tape.backward([[y, weighting]]);
  // Multiplied by one, since an output can be named only once and a gradient may be shared.
  inputs.forEach(
    (input, i) =>
      i !== fixed &&
      graph.output(
        `gradient${i}`,
        multiply(graph, tape.gradient(input), graph.constant([1], Float32Array.of(1))),
      ),
  );
  graph.output("output", multiply(graph, y, graph.constant([1], Float32Array.of(1))));
  const session = await ort.InferenceSession.create(graph.encode(), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  return { session, shapes, outputShape: y.shape };
}

async function run(
  { session, shapes, outputShape }: Compiled,
  inputs: readonly Float32Array[],
  weighting: Float32Array,
  only?: string[],
): Promise<Record<string, Float32Array>> {
  const feeds = Object.fromEntries(
    inputs.map((data, i) => [`input${i}`, new ort.Tensor("float32", data, shapes[i])]),
  );
  const results = await session.run(
    { ...feeds, weighting: new ort.Tensor("float32", weighting, outputShape) },
    only ?? session.outputNames,
  );
  const data: Record<string, Float32Array> = {};
  for (const [name, result] of Object.entries(results)) data[name] = result.data as Float32Array;
  return data;
}

const numbers = (seed: number, shape: readonly number[]): Float32Array => {
  const rng = random(seed);
  return Float32Array.from({ length: sizeOf(shape) }, () => rng.normal());
};

for (const layout of layouts) {
  describe(`gradients, ${layout.kind}`, () => {
    it.each(cases)("$name", async ({ shapes, operation, kept = 1, fixed }) => {
      const compiled = await compile(layout, shapes, operation, fixed);
      const inputs = shapes.map((shape, i) => numbers(i + 1, shape));
      const weighting = numbers(99, compiled.outputShape);
      const objective = async (): Promise<number> => {
        const { output } = await run(compiled, inputs, weighting, ["output"]);
        return output!.reduce((sum, value, i) => sum + value * weighting[i]!, 0);
      };
      const analytic = await run(compiled, inputs, weighting);
      const middle = await objective();
      let [seen, passedOver] = [0, 0];
      for (const [i, input] of inputs.entries()) {
        if (i === fixed) continue;
        const gradient = analytic[`gradient${i}`]!;
        const largest = gradient.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
        expect(largest).toBeGreaterThan(0.1);
        // Up to 80 numbers, spread over the whole by a stride that shares no factor with the lengths of the
        // axes.
        const stride = Math.max(1, Math.floor(input.length / 80) | 1);
        for (let k = 0; k < input.length; k += stride) {
          const value = input[k]!;
          input[k] = value + STEP;
          const [above, up] = [await objective(), input[k]! - value];
          input[k] = value - STEP;
          const [below, down] = [await objective(), value - input[k]!];
          input[k] = value;
          seen++;
          const [right, left] = [(above - middle) / up, (middle - below) / down];
          if (kept < 1 && Math.abs(right - left) > TOLERANCE * largest) passedOver++;
          else
            expect(Math.abs((above - below) / (up + down) - gradient[k]!)).toBeLessThan(TOLERANCE * largest);
        }
      }
      expect(passedOver).toBeLessThanOrEqual((1 - kept) * seen);
      await compiled.session.release();
    });

    it("shares the gradient among equal maxima, so that a flat region does not multiply it", async () => {
      const compiled = await compile(layout, [[1, C, 4, 4]], (tape, [x]) => maxPool(tape, x!));
      const { gradient0 } = await run(
        compiled,
        [new Float32Array(C * 16).fill(3)],
        new Float32Array(C * 4).fill(1),
      );
      expect(gradient0).toEqual(new Float32Array(C * 16).fill(0.25));
      await compiled.session.release();
    });

    it(
      "passes the gradient of plain channels back in the layout's order, and none to what fills " +
        "the block",
      async () => {
        const wanted = C - 3;
        const channels = layout.kind === "blocked" ? C : wanted;
        const operation: Operation = (tape, [x, w, b]) =>
          plainChannels(tape, convolution(tape, x!, w!, b!, false), wanted);
        const compiled = await compile(
          layout,
          [[1, channels, 2, 2], [channels, channels, 1, 1], [channels]],
          operation,
        );
        const weighting = Float32Array.from({ length: wanted * 4 }, (_, i) => i + 1);
        const { gradient2 } = await run(
          compiled,
          compiled.shapes.map((shape, i) => numbers(i, shape)),
          weighting,
        );
        // The bias of a channel gets the sum over its four pixels.
        const expected = Array.from({ length: channels }, (_, c) => (c < wanted ? 16 * c + 10 : 0));
        expect([...gradient2!]).toEqual(expected);
        await compiled.session.release();
      },
    );
  });
}

describe("layouts", () => {
  it("has the blocked layout to test", (context) => {
    if (block === undefined) context.skip("this processor has no blocked operators");
    expect(layouts.length).toBe(2);
  });
});
