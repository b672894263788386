import type { Graph, Value } from "./graph.js";
import type { Layout } from "./layout.js";
import { add } from "./primitives.js";

/** Emits the gradients of an operation's inputs, in their order, from the gradient of its output. */
export type GradientRule = (gradient: Value) => readonly (Value | undefined)[];

/**
 * Records differentiable operations while the forward graph is built, then emits their gradients in reverse:
 * reverse-mode differentiation at the level of the graph. What does not depend on a parameter gets no
 * gradient.
 */
export class Tape {
  readonly graph: Graph;
  readonly layout: Layout;
  readonly #needed = new Set<string>();
  readonly #records: {
    readonly inputs: readonly Value[];
    readonly output: Value;
    readonly rule: GradientRule;
  }[] = [];
  readonly #gradients = new Map<string, Value>();

  constructor(graph: Graph, layout: Layout) {
    this.graph = graph;
    this.layout = layout;
  }

  /** Declares a value whose gradient is wanted. */
  track(value: Value): Value {
    this.#needed.add(value.name);
    return value;
  }

  /** Whether the value depends on a tracked one. */
  needs(value: Value): boolean {
    return this.#needed.has(value.name);
  }

  record(inputs: readonly Value[], output: Value, rule: GradientRule): Value {
    if (inputs.some((input) => this.needs(input))) {
      this.#needed.add(output.name);
      this.#records.push({ inputs, output, rule });
    }
    return output;
  }

  /** Emits the gradients of everything that is needed, given those of some outputs. To be called once. */
  backward(outputs: readonly (readonly [value: Value, gradient: Value])[]): void {
    for (const [value, gradient] of outputs) this.#accumulate(value, gradient);
    for (const { inputs, output, rule } of [...this.#records].reverse()) {
      const gradient = this.#gradients.get(output.name);
      if (gradient === undefined) continue;
      rule(gradient).forEach((part, i) => {
        if (part !== undefined && this.needs(inputs[i]!)) this.#accumulate(inputs[i]!, part);
      });
    }
  }

  /** The gradient of a tracked value, once `backward` has run. */
  gradient(value: Value): Value {
    const gradient = this.#gradients.get(value.name);
    if (gradient === undefined) throw new Error(`${value.name} has no gradient: no output depends on it`);
    return gradient;
  }

  #accumulate(value: Value, part: Value): void {
    if (part.shape.join() !== value.shape.join())
      throw new Error(
        `${value.name} is [${value.shape.join(", ")}], its gradient [${part.shape.join(", ")}]`,
      );
    const known = this.#gradients.get(value.name);
    this.#gradients.set(value.name, known === undefined ? part : add(this.graph, known, part));
  }
}
