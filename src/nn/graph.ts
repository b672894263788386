import { sizeOf } from "../core/tensor.js";
import {
  encodeModel,
  type Attribute,
  type Dimension,
  type OnnxNode,
  type OnnxPort,
  type OnnxTensor,
} from "./onnx.js";

/** A tensor inside a graph. Its shape is known while the graph is built. */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
}

type Attributes = Readonly<Record<string, Attribute>>;

/** Version of the standard operators that all graphs here are written in. */
const onnxOpset = 17;

/**
 * Builds an ONNX graph node by node. Shapes are static and carried along, so that a mistake shows where it
 * was made and not when a runtime refuses the model. A shape that does not fit is a bug of the caller: a
 * plain Error.
 */
export class Graph {
  readonly #nodes: OnnxNode[] = [];
  readonly #initialisers: OnnxTensor[] = [];
  readonly #inputs: OnnxPort[] = [];
  readonly #outputs: OnnxPort[] = [];
  readonly #constants = new Map<string, Value>();
  readonly #names = new Map<string, string>();
  #count = 0;

  /** @param declared the shape as the file states it, where lengths are to stay open; by default `shape` */
  input(name: string, shape: readonly number[], declared: readonly Dimension[] = shape): Value {
    this.#inputs.push({ name, shape: declared });
    return { name, shape };
  }

  /** A named tensor stored in the model, such as a weight. */
  initialiser(name: string, shape: readonly number[], data: Float32Array | BigInt64Array): Value {
    if (data.length !== sizeOf(shape))
      throw new Error(`${name}: ${data.length} values for shape [${shape.join(", ")}]`);
    this.#initialisers.push({ name, shape, data });
    return { name, shape };
  }

  /** An unnamed constant. Equal ones are stored once. */
  constant(shape: readonly number[], data: Float32Array | BigInt64Array): Value {
    const key = `${data instanceof Float32Array ? "f" : "i"}[${shape.join()}]${data.join()}`;
    const known = this.#constants.get(key);
    if (known) return known;
    const made = this.initialiser(`constant_${this.#constants.size}`, shape, data);
    this.#constants.set(key, made);
    return made;
  }

  scalar(value: number): Value {
    return this.constant([], Float32Array.of(value));
  }

  integers(values: readonly number[]): Value {
    return this.constant([values.length], BigInt64Array.from(values, BigInt));
  }

  /** Adds a node with one output of the given shape. An input of `undefined` is an optional one left out. */
  node(
    type: string,
    inputs: readonly (Value | undefined)[],
    shape: readonly number[],
    attributes: Attributes = {},
    domain = "",
  ): Value {
    return this.nodeOf(type, inputs, [shape], attributes, domain)[0]!;
  }

  /** Adds a node with several outputs. */
  nodeOf(
    type: string,
    inputs: readonly (Value | undefined)[],
    shapes: readonly (readonly number[])[],
    attributes: Attributes = {},
    domain = "",
  ): Value[] {
    for (const shape of shapes)
      if (shape.some((length) => !Number.isInteger(length) || length < 1))
        throw new Error(`${type}: no shape: [${shape.join(", ")}]`);
    const outputs = shapes.map((shape) => ({ name: `value_${this.#count++}`, shape }));
    this.#nodes.push({
      type,
      domain,
      attributes,
      inputs: inputs.map((input) => input?.name ?? ""),
      outputs: outputs.map((output) => output.name),
    });
    return outputs;
  }

  /**
   * Names a computed value as an output of the model. The value itself is renamed: an Identity node would
   * copy it in every run.
   */
  output(name: string, value: Value, declared: readonly Dimension[] = value.shape): void {
    if (this.#names.has(value.name) || !this.#nodes.some((node) => node.outputs.includes(value.name)))
      throw new Error(
        `${value.name} cannot be the output "${name}": it is an input, a constant or an output already`,
      );
    this.#names.set(value.name, name);
    this.#outputs.push({ name, shape: declared });
  }

  /** The ONNX file. */
  encode(metadata: Readonly<Record<string, string>> = {}): Uint8Array {
    const rename = (name: string): string => this.#names.get(name) ?? name;
    const nodes = this.#nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
    }));
    return encodeModel({
      nodes,
      initialisers: this.#initialisers,
      inputs: this.#inputs,
      outputs: this.#outputs,
      opset: onnxOpset,
      metadata,
    });
  }
}
