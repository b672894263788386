/**
 * ONNX files: writing a whole model, and reading back the tensors stored in one. Field numbers and enums are
 * those of onnx.proto3 (IR version 8). Raw data is little-endian, as is every platform this runs on.
 */
import { CorruptFile, UnsupportedFormat } from "../core/errors.js";
import { sizeOf, type Tensor } from "../core/tensor.js";
import { fieldsOf, MessageWriter } from "./protobuf.js";

/** A fixed length, or the name of one that is known only when the model runs. */
export type Dimension = number | string;

/** Plain numbers are integers; a float says so. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

export interface OnnxNode {
  readonly type: string;
  /** "" for the standard operators. */
  readonly domain: string;
  /** "" for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** A float32 input or output. */
export interface OnnxPort {
  readonly name: string;
  readonly shape: readonly Dimension[];
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly initialisers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  /** Version of the standard operators. */
  readonly opset: number;
  readonly metadata: Readonly<Record<string, string>>;
}

const irVersion = 8;
const floatType = 1;
const int64 = 7;

export function encodeModel(model: OnnxModel): Uint8Array {
  const graph = new MessageWriter();
  model.nodes.forEach((node, index) => graph.message(1, encodeNode(node, `${node.type}_${index}`)));
  graph.string(2, "karyon");
  for (const tensor of model.initialisers) graph.message(5, encodeTensor(tensor));
  for (const port of model.inputs) graph.message(11, encodePort(port));
  for (const port of model.outputs) graph.message(12, encodePort(port));
  const out = new MessageWriter();
  out.integer(1, irVersion);
  out.string(2, "karyon");
  out.message(7, graph);
  out.message(8, encodeOpset("", model.opset));
  const domains = new Set(model.nodes.map((node) => node.domain).filter((domain) => domain !== ""));
  for (const domain of domains) out.message(8, encodeOpset(domain, 1));
  for (const [key, value] of Object.entries(model.metadata)) out.message(14, encodeEntry(key, value));
  return out.finish();
}

function encodeNode(node: OnnxNode, name: string): MessageWriter {
  const out = new MessageWriter();
  for (const input of node.inputs) out.string(1, input);
  for (const output of node.outputs) out.string(2, output);
  out.string(3, name);
  out.string(4, node.type);
  for (const [key, value] of Object.entries(node.attributes)) out.message(5, encodeAttribute(key, value));
  if (node.domain !== "") out.string(7, node.domain);
  return out;
}

function encodeAttribute(name: string, value: Attribute): MessageWriter {
  const TYPE = 20;
  const out = new MessageWriter();
  out.string(1, name);
  if (typeof value === "string") {
    out.string(4, value);
    out.integer(TYPE, 3);
  } else if (typeof value === "number") {
    out.integer(3, value);
    out.integer(TYPE, 2);
  } else if ("float" in value) {
    out.float(2, value.float);
    out.integer(TYPE, 1);
  } else {
    for (const item of value) out.integer(8, item);
    out.integer(TYPE, 7);
  }
  return out;
}

function encodeTensor(tensor: OnnxTensor): MessageWriter {
  const out = new MessageWriter();
  for (const length of tensor.shape) out.integer(1, length);
  out.integer(2, tensor.data instanceof Float32Array ? floatType : int64);
  out.string(8, tensor.name);
  out.bytes(9, new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
  return out;
}

function encodePort(port: OnnxPort): MessageWriter {
  const shape = new MessageWriter();
  for (const length of port.shape) {
    const dimension = new MessageWriter();
    if (typeof length === "number") dimension.integer(1, length);
    else dimension.string(2, length);
    shape.message(1, dimension);
  }
  const tensorType = new MessageWriter();
  tensorType.integer(1, floatType);
  tensorType.message(2, shape);
  const type = new MessageWriter();
  type.message(1, tensorType);
  const out = new MessageWriter();
  out.string(1, port.name);
  out.message(2, type);
  return out;
}

function encodeOpset(domain: string, version: number): MessageWriter {
  const out = new MessageWriter();
  out.string(1, domain);
  out.integer(2, version);
  return out;
}

function encodeEntry(key: string, value: string): MessageWriter {
  const out = new MessageWriter();
  out.string(1, key);
  out.string(2, value);
  return out;
}

/**
 * The float32 tensors stored in an ONNX file, by name. Tensors of other types (shapes, indices) are passed
 * over.
 *
 * @param where name of the file, for messages
 * @throws CorruptFile when the bytes are no ONNX model or a tensor's data does not fit its shape
 * @throws UnsupportedFormat when a tensor lies in a second file
 */
export function readInitialisers(bytes: Uint8Array, where: string): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  let graphs = 0;
  for (const graph of fieldsOf(bytes, where)) {
    if (graph.field !== 7) continue;
    graphs++;
    for (const part of fieldsOf(graph.bytes, where, graph.offset)) {
      if (part.field !== 5) continue;
      const tensor = readTensor(part.bytes, where, part.offset);
      if (tensor) tensors.set(tensor.name, { shape: tensor.shape, data: tensor.data });
    }
  }
  if (graphs === 0) throw new CorruptFile(where, 0, "this is not an ONNX model: it holds no graph");
  return tensors;
}

function readTensor(
  bytes: Uint8Array,
  where: string,
  base: number,
): { name: string; shape: number[]; data: Float32Array } | undefined {
  const shape: number[] = [];
  let [name, type] = ["", 0];
  let data: Uint8Array | undefined;
  for (const part of fieldsOf(bytes, where, base)) {
    if (part.field === 1)
      shape.push(
        ...(part.bytes.length > 0 ? packedIntegers(part.bytes, where, part.offset) : [part.integer]),
      );
    else if (part.field === 2) type = part.integer;
    else if (part.field === 8) name = new TextDecoder().decode(part.bytes);
    else if (part.field === 4 || part.field === 9) data = part.bytes;
    else if (part.field === 13)
      throw new UnsupportedFormat(where, "a tensor in a separate file", "save the model as one file");
  }
  if (type !== floatType) return undefined;
  if (data === undefined || data.length !== 4 * sizeOf(shape))
    throw new CorruptFile(
      where,
      base,
      `tensor "${name}" has ${data?.length ?? 0} bytes of data for shape [${shape.join(", ")}]`,
    );
  // A copy, since the bytes of a field need not be aligned to four; not by slice, which gives a view where
  // the bytes are Node's Buffer.
  return { name, shape, data: new Float32Array(new Uint8Array(data).buffer) };
}

/** Other writers pack the dimensions of a tensor into one field. */
function packedIntegers(bytes: Uint8Array, where: string, base: number): number[] {
  const out: number[] = [];
  let [value, scale] = [0, 1];
  for (const byte of bytes) {
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte < 128) {
      out.push(value);
      [value, scale] = [0, 1];
    }
  }
  if (scale !== 1) throw new CorruptFile(where, base, "a list of integers ends within one");
  return out;
}

/**
 * Version of the standard operators that an ONNX file asks for.
 *
 * @param where name of the file, for messages
 * @throws CorruptFile when the bytes are no ONNX model
 */
export function readOpset(bytes: Uint8Array, where: string): number {
  for (const { field, bytes: part, offset } of fieldsOf(bytes, where)) {
    if (field !== 8) continue;
    const values = [...fieldsOf(part, where, offset)];
    const domain = new TextDecoder().decode(values.find((value) => value.field === 1)?.bytes);
    const version = values.find((value) => value.field === 2)?.integer;
    // Both names stand for the standard operators.
    if ((domain === "" || domain === "ai.onnx") && version !== undefined) return version;
  }
  throw new CorruptFile(where, 0, "this is not an ONNX model: it names no version of the standard operators");
}
