/**
 * ONNX files: writing a whole model, and reading back the tensors stored in one. Field numbers and enums are
 * those of onnx.proto3 (IR version 8). Raw data is little-endian, as is every platform this runs on.
 */
import { CorruptFile, UnsupportedFormat } from "../core/errors.js";
import { sizeOf, type Tensor } from "../core/tensor.js";
import { type Field, fieldsOf, MessageWriter } from "./protobuf.js";

/** A fixed length, or the name of one that is known only when the model runs. */
export type Dimension = number | string;

/** Plain numbers are integers; a float says so. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

/** One operation of a graph. */
export interface OnnxNode {
  /** Name of the operator, such as "Conv". */
  readonly type: string;
  /** "" for the standard operators. */
  readonly domain: string;
  /** "" for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A tensor stored in the model; its data row-major. */
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

/** What is written of a model. */
export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly initialisers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  /** Version of the standard operators. */
  readonly opset: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Version of the format itself. */
const irVersion = 8;

/** Field numbers of the messages of onnx.proto3 that are read or written here, by the names there. */
const fields = {
  model: { irVersion: 1, producerName: 2, graph: 7, opsetImport: 8, metadataProps: 14 },
  opset: { domain: 1, version: 2 },
  entry: { key: 1, value: 2 },
  graph: { node: 1, name: 2, initializer: 5, input: 11, output: 12 },
  node: { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 },
  attribute: { name: 1, f: 2, i: 3, s: 4, ints: 8, type: 20 },
  tensor: { dims: 1, dataType: 2, floatData: 4, name: 8, rawData: 9, externalData: 13 },
  valueInfo: { name: 1, type: 2 },
  type: { tensorType: 1 },
  tensorType: { elemType: 1, shape: 2 },
  shape: { dim: 1 },
  dimension: { dimValue: 1, dimParam: 2 },
} as const;

/** onnx.proto3's `TensorProto.DataType`. */
const dataTypes = { float: 1, int64: 7 } as const;

/** onnx.proto3's `AttributeProto.AttributeType`. */
const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** Written as the producer and as the name of the graph. */
const producer = "karyon";

/** The bytes of an ONNX file. Domains besides the standard one are imported in version 1. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const graph = new MessageWriter();
  model.nodes.forEach((node, index) =>
    graph.message(fields.graph.node, encodeNode(node, `${node.type}_${index}`)),
  );
  graph.string(fields.graph.name, producer);
  for (const tensor of model.initialisers) graph.message(fields.graph.initializer, encodeTensor(tensor));
  for (const port of model.inputs) graph.message(fields.graph.input, encodePort(port));
  for (const port of model.outputs) graph.message(fields.graph.output, encodePort(port));
  const out = new MessageWriter();
  out.integer(fields.model.irVersion, irVersion);
  out.string(fields.model.producerName, producer);
  out.message(fields.model.graph, graph);
  out.message(fields.model.opsetImport, encodeOpset("", model.opset));
  const domains = new Set(model.nodes.map((node) => node.domain).filter((domain) => domain !== ""));
  for (const domain of domains) out.message(fields.model.opsetImport, encodeOpset(domain, 1));
  for (const [key, value] of Object.entries(model.metadata))
    out.message(fields.model.metadataProps, encodeEntry(key, value));
  return out.finish();
}

function encodeNode(node: OnnxNode, name: string): MessageWriter {
  const out = new MessageWriter();
  for (const input of node.inputs) out.string(fields.node.input, input);
  for (const output of node.outputs) out.string(fields.node.output, output);
  out.string(fields.node.name, name);
  out.string(fields.node.opType, node.type);
  for (const [key, value] of Object.entries(node.attributes))
    out.message(fields.node.attribute, encodeAttribute(key, value));
  if (node.domain !== "") out.string(fields.node.domain, node.domain);
  return out;
}

function encodeAttribute(name: string, value: Attribute): MessageWriter {
  const { attribute } = fields;
  const out = new MessageWriter();
  out.string(attribute.name, name);
  if (typeof value === "string") {
    out.string(attribute.s, value);
    out.integer(attribute.type, attributeTypes.string);
  } else if (typeof value === "number") {
    out.integer(attribute.i, value);
    out.integer(attribute.type, attributeTypes.int);
  } else if ("float" in value) {
    out.float(attribute.f, value.float);
    out.integer(attribute.type, attributeTypes.float);
  } else {
    for (const item of value) out.integer(attribute.ints, item);
    out.integer(attribute.type, attributeTypes.ints);
  }
  return out;
}

function encodeTensor(tensor: OnnxTensor): MessageWriter {
  const out = new MessageWriter();
  for (const length of tensor.shape) out.integer(fields.tensor.dims, length);
  const isFloat = tensor.data instanceof Float32Array;
  out.integer(fields.tensor.dataType, isFloat ? dataTypes.float : dataTypes.int64);
  out.string(fields.tensor.name, tensor.name);
  const { buffer, byteOffset, byteLength } = tensor.data;
  out.bytes(fields.tensor.rawData, new Uint8Array(buffer, byteOffset, byteLength));
  return out;
}

function encodePort(port: OnnxPort): MessageWriter {
  const shape = new MessageWriter();
  for (const length of port.shape) {
    const dimension = new MessageWriter();
    if (typeof length === "number") dimension.integer(fields.dimension.dimValue, length);
    else dimension.string(fields.dimension.dimParam, length);
    shape.message(fields.shape.dim, dimension);
  }
  const tensorType = new MessageWriter();
  tensorType.integer(fields.tensorType.elemType, dataTypes.float);
  tensorType.message(fields.tensorType.shape, shape);
  const type = new MessageWriter();
  type.message(fields.type.tensorType, tensorType);
  const out = new MessageWriter();
  out.string(fields.valueInfo.name, port.name);
  out.message(fields.valueInfo.type, type);
  return out;
}

function encodeOpset(domain: string, version: number): MessageWriter {
  const out = new MessageWriter();
  out.string(fields.opset.domain, domain);
  out.integer(fields.opset.version, version);
  return out;
}

function encodeEntry(key: string, value: string): MessageWriter {
  const out = new MessageWriter();
  out.string(fields.entry.key, key);
  out.string(fields.entry.value, value);
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
    if (graph.field !== fields.model.graph) continue;
    graphs++;
    for (const part of fieldsOf(graph.bytes, where, graph.offset)) {
      if (part.field !== fields.graph.initializer) continue;
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
  const { tensor } = fields;
  const shape: number[] = [];
  let name = "";
  let type = 0;
  let data: Uint8Array | undefined;
  for (const part of fieldsOf(bytes, where, base)) {
    switch (part.field) {
      case tensor.dims:
        shape.push(...dimensionsIn(part, where));
        break;
      case tensor.dataType:
        type = part.integer;
        break;
      case tensor.name:
        name = new TextDecoder().decode(part.bytes);
        break;
      case tensor.floatData:
      case tensor.rawData:
        data = part.bytes;
        break;
      case tensor.externalData:
        throw new UnsupportedFormat(where, "a tensor in a separate file", "save the model as one file");
    }
  }
  if (type !== dataTypes.float) return undefined;
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

/** Dimensions of a tensor: one a field, or, as other writers do, packed into one field. */
const dimensionsIn = ({ bytes, integer, offset }: Field, where: string): number[] =>
  bytes.length > 0 ? packedIntegers(bytes, where, offset) : [integer];

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
    if (field !== fields.model.opsetImport) continue;
    const values = [...fieldsOf(part, where, offset)];
    const domain = new TextDecoder().decode(
      values.find((value) => value.field === fields.opset.domain)?.bytes,
    );
    const version = values.find((value) => value.field === fields.opset.version)?.integer;
    // Both names stand for the standard operators.
    if ((domain === "" || domain === "ai.onnx") && version !== undefined) return version;
  }
  throw new CorruptFile(where, 0, "this is not an ONNX model: it names no version of the standard operators");
}
