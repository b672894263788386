/**
 * Makes small ND2 files, from the published structure of the format: chunks, metadata in the compact notation
 * or in XML, frames by loops. Sources as in `src/io/nd2/`.
 */
import { concatBytes } from "../src/io/bytes.js";
import { deflate } from "../src/platform/platform-node.js";

/** Metadata: a list is an array. */
export type Tree =
  number | boolean | string | Uint8Array | readonly Tree[] | { readonly [name: string]: Tree };

/** A loop, as the file has it. */
export interface MadeLoop {
  readonly eType: number;
  readonly uLoopPars: Tree;
  readonly pItemValid?: Tree;
}

/** What a file holds; most has a default. */
export interface MadeNd2 {
  readonly height?: number;
  readonly width?: number;
  /** Channels: a name, and components of a pixel, 1 by default. */
  readonly channels?: readonly { readonly name: string; readonly components?: number }[];
  readonly type?: "uint8" | "uint16" | "float32";
  readonly notation?: "compact" | "packed" | "xml";
  readonly compressed?: boolean;
  /** Bytes behind each row. */
  readonly padding?: number;
  /** The outermost first. */
  readonly loops?: readonly MadeLoop[];
  /** Frames that are stored. */
  readonly frames: number;
  /** Numbers of frames that are not. */
  readonly without?: readonly number[];
  /** Frames by the file's own account. Default: those that are stored. */
  readonly counted?: number;
  /** ms of each frame, in its head, and in a list if `listed`. */
  readonly times?: readonly number[];
  readonly listed?: boolean;
  /** Values of pixels. Default: `madeValue`. */
  readonly value?: (frame: number, component: number, y: number, x: number) => number;
  /** More attributes, or others. */
  readonly attributes?: Readonly<Record<string, Tree>>;
  /** More of the picture, or other. */
  readonly picture?: Readonly<Record<string, Tree>>;
  /** Without the map of chunks: an acquisition that was broken off. */
  readonly withoutMap?: boolean;
  /** Chunks begin at multiples of so many bytes. Default 64; NIS-Elements takes 4096. */
  readonly block?: number;
}

/** A value that differs from pixel to pixel, component to component and frame to frame. */
export const madeValue = (frame: number, component: number, y: number, x: number): number =>
  (frame * 37 + component * 11 + y * 5 + x) % 251;

/** Loops of the usual kinds. */
export const madeLoops = {
  time: (count: number, period = 1000): MadeLoop => ({
    eType: 1,
    uLoopPars: { uiCount: count, dPeriod: period, dStart: 0, dDuration: 0 },
  }),
  phases: (
    phases: readonly { readonly count: number; readonly period: number }[],
    valid?: Tree,
  ): MadeLoop => ({
    eType: 8,
    uLoopPars: {
      uiPeriodCount: phases.length,
      pPeriod: phases.map(({ count, period }) => ({
        uiCount: count,
        dPeriod: period,
        dStart: 0,
        dDuration: 0,
      })),
      ...(valid === undefined ? {} : { pPeriodValid: valid }),
    },
  }),
  slices: (count: number, step = 0.5): MadeLoop => ({
    eType: 4,
    uLoopPars: { uiCount: count, dZStep: step, dZLow: -1, dZHigh: 1 },
  }),
  positions: (
    points: readonly { readonly name: string; readonly x: number; readonly y: number }[],
  ): MadeLoop => ({
    eType: 2,
    uLoopPars: {
      uiCount: points.length,
      bUseZ: true,
      bRelativeXY: false,
      Points: points.map(({ name, x, y }, i) => ({ dPosX: x, dPosY: y, dPosZ: 10 + i, dPosName: name })),
    },
  }),
  spectral: (count: number): MadeLoop => ({ eType: 6, uLoopPars: { uiCount: count } }),
};

/** The bytes of a file. */
export function nd2Bytes(made: MadeNd2): Uint8Array {
  const { frames, times, loops = [], block = 64 } = made;
  const xml = made.notation === "xml";
  const chunks = new Map<string, Uint8Array>();
  const add = (name: string, wrapper: string, tree: Tree): void => {
    const bytes = xml ? xmlTree(tree) : liteTree({ [wrapper]: tree });
    const parts = name.split("|");
    const full = xml ? `${name}!` : `${[`${parts[0]!}LV`, ...parts.slice(1)].join("|")}!`;
    chunks.set(full, made.notation === "packed" ? packed(bytes) : bytes);
  };
  if (loops.length > 0) add("ImageMetadata", "SLxExperiment", experimentOf(loops, xml));
  add("ImageMetadataSeq|0", "SLxPictureMetadata", pictureOf(made));
  for (let frame = 0; frame < frames; frame++)
    if (made.without?.includes(frame) !== true) chunks.set(`ImageDataSeq|${frame}!`, frameOf(made, frame));
  if (times !== undefined && made.listed === true)
    chunks.set("CustomData|AcqTimesCache!", new Uint8Array(Float64Array.from(times).buffer));
  add("ImageAttributes", "SLxImageAttributes", attributesOf(made));
  return fileOf(chunks, xml ? "Ver2.1" : "Ver3.0", block, made.withoutMap !== true);
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const fileName = "ND2 FILE SIGNATURE CHUNK NAME01!";
const mapName = "ND2 FILEMAP SIGNATURE NAME 0001!";
const endName = "ND2 CHUNK MAP SIGNATURE 0000001!";

function fileOf(
  chunks: ReadonlyMap<string, Uint8Array>,
  version: string,
  block: number,
  withMap: boolean,
): Uint8Array {
  const first = new Uint8Array(64);
  first.set(bytesOf(version));
  const parts = [chunkOf(fileName, first, 1), new Uint8Array((block - (112 % block)) % block)];
  const entries: Uint8Array[] = [];
  let at = parts.reduce((sum, part) => sum + part.length, 0);
  for (const [name, data] of chunks) {
    const chunk = chunkOf(name, data, block);
    entries.push(bytesOf(name), uint64s(at, data.length));
    parts.push(chunk);
    at += chunk.length;
  }
  const tail = concatBytes([bytesOf(endName), uint64s(at)]);
  if (withMap) parts.push(chunkOf(mapName, concatBytes([...entries, tail, tail]), 1));
  return concatBytes(parts);
}

/**
 * A chunk whose name is padded, so that its data, of a frame its pixels, end or begin with a block. What
 * is left of the last block belongs to no chunk.
 */
function chunkOf(name: string, data: Uint8Array, block: number): Uint8Array {
  const inFirst = name.startsWith("ImageDataSeq|") ? 8 : data.length;
  const least = 16 + name.length + (block > 1 ? 20 : 0) + inFirst;
  const first = Math.ceil(least / block) * block;
  const out = new Uint8Array(Math.ceil((first + data.length - inFirst) / block) * block);
  const view = new DataView(out.buffer);
  view.setUint32(0, 0x0abeceda, true);
  view.setUint32(4, first - inFirst - 16, true);
  view.setBigUint64(8, BigInt(data.length), true);
  out.set(bytesOf(name), 16);
  out.set(data, first - inFirst);
  return out;
}

function uint64s(...values: readonly number[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(values, BigInt).buffer);
}

const componentsOf = ({ channels = [{ name: "" }] }: MadeNd2): number =>
  channels.reduce((sum, { components = 1 }) => sum + components, 0);

const bytesPer = { uint8: 1, uint16: 2, float32: 4 } as const;

function attributesOf(made: MadeNd2): Tree {
  const { height = 4, width = 5, type = "uint16", padding = 0 } = made;
  const stored = made.frames - (made.without?.length ?? 0);
  return {
    uiWidth: width,
    uiWidthBytes: width * componentsOf(made) * bytesPer[type] + padding,
    uiHeight: height,
    uiComp: componentsOf(made),
    uiBpcInMemory: 8 * bytesPer[type],
    uiBpcSignificant: type === "uint16" ? 12 : 8 * bytesPer[type],
    uiSequenceCount: made.counted ?? stored,
    eCompression: made.compressed === true ? 0 : 2,
    ePixelType: type === "float32" ? 2 : 1,
    ...made.attributes,
  };
}

function pictureOf({ channels = [{ name: "" }], picture }: MadeNd2): Tree {
  const planes = channels.map(({ name, components = 1 }, i) => [
    `a${i}`,
    { uiCompCount: components, sDescription: name, pFluorescentProbe: { m_sName: name } },
  ]);
  return {
    dXPos: 100.5,
    dYPos: -20.25,
    dZPos: 3,
    bCalibrated: true,
    dCalibration: 0.325,
    sPicturePlanes: { uiCount: channels.length, sPlaneNew: Object.fromEntries(planes) as Tree },
    ...picture,
  };
}

function experimentOf([loop, ...rest]: readonly MadeLoop[], xml: boolean): Tree {
  const { eType, uLoopPars, pItemValid } = loop!;
  return {
    eType,
    uLoopPars: xml ? [uLoopPars] : uLoopPars,
    ...(pItemValid === undefined ? {} : { pItemValid }),
    uiNextLevelCount: rest.length > 0 ? 1 : 0,
    ppNextLevelEx: rest.length > 0 ? [experimentOf(rest, xml)] : [],
  };
}

function frameOf(made: MadeNd2, frame: number): Uint8Array {
  const { height = 4, width = 5, type = "uint16", padding = 0, value = madeValue, times } = made;
  const components = componentsOf(made);
  const rowBytes = width * components * bytesPer[type] + padding;
  const pixels = new Uint8Array(rowBytes * height).fill(0xee);
  const view = new DataView(pixels.buffer);
  const set = {
    uint8: (at: number, v: number) => view.setUint8(at, v),
    uint16: (at: number, v: number) => view.setUint16(at, v, true),
    float32: (at: number, v: number) => view.setFloat32(at, v, true),
  }[type];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let component = 0; component < components; component++)
        set(y * rowBytes + (x * components + component) * bytesPer[type], value(frame, component, y, x));
  const head = new Uint8Array(Float64Array.of(times?.[frame] ?? frame * 1000).buffer);
  return concatBytes([head, made.compressed === true ? deflate(pixels) : pixels]);
}

/** Numbers are doubles, unsigned or signed by the first letters of their names. */
const kindOf = (name: string): "double" | "unsigned" | "signed" =>
  name.startsWith("d") ? "double" : name.startsWith("ui") ? "unsigned" : "signed";

const isList = (tree: Tree): tree is readonly Tree[] => Array.isArray(tree);

const entriesOf = (tree: readonly Tree[] | { readonly [name: string]: Tree }): [string, Tree][] =>
  isList(tree) ? tree.map((item) => ["", item]) : Object.entries(tree);

/** Metadata in the compact notation. */
export function liteTree(tree: { readonly [name: string]: Tree }): Uint8Array {
  return concatBytes(entriesOf(tree).map(([name, value]) => liteItem(name, value)));
}

/** A compressed whole. */
export const packed = (bytes: Uint8Array): Uint8Array => {
  const head = new Uint8Array(12);
  head[0] = 76;
  return concatBytes([head, deflate(bytes)]);
};

function utf16(text: string): Uint8Array {
  return new Uint8Array(Uint16Array.from(`${text}\0`, (letter) => letter.charCodeAt(0)).buffer);
}

function liteItem(name: string, value: Tree): Uint8Array {
  const named = utf16(name);
  const item = (type: number, ...data: Uint8Array[]): Uint8Array =>
    concatBytes([Uint8Array.of(type, named.length / 2), named, ...data]);
  if (typeof value === "boolean") return item(1, Uint8Array.of(Number(value)));
  if (typeof value === "string") return item(8, utf16(value));
  if (value instanceof Uint8Array) return item(9, uint64s(value.length), value);
  if (typeof value === "number") {
    const kind = kindOf(name);
    if (kind === "double" || (name === "" && !Number.isInteger(value)))
      return item(6, new Uint8Array(Float64Array.of(value).buffer));
    return kind === "unsigned"
      ? item(3, new Uint8Array(Uint32Array.of(value).buffer))
      : item(2, new Uint8Array(Int32Array.of(value).buffer));
  }
  const items = entriesOf(value).map(([each, inner]) => liteItem(each, inner));
  const body = concatBytes(items);
  const length = 2 + named.length + 12 + body.length;
  const count = new Uint8Array(Uint32Array.of(items.length).buffer);
  return item(11, count, uint64s(length), body, new Uint8Array(8 * items.length));
}

/** Metadata in XML. */
export const xmlTree = (tree: Tree): Uint8Array =>
  new TextEncoder().encode(
    `<?xml version="1.0" encoding="UTF-8"?><variant version="1.0">${xmlItem("", tree)}</variant>`,
  );

function xmlItem(name: string, value: Tree): string {
  const tag = name === "" ? "no_name" : name;
  const scalar = (type: string, text: string): string =>
    `<${tag} runtype="${type}" value="${escaped(text)}"/>`;
  if (typeof value === "boolean") return scalar("bool", String(value));
  if (typeof value === "string") return scalar("CLxStringW", value);
  if (value instanceof Uint8Array) return scalar("CLxByteArray", Buffer.from(value).toString("base64"));
  if (typeof value === "number") {
    const double = kindOf(name) === "double" || !Number.isInteger(value);
    return scalar(double ? "double" : "lx_uint32", String(value));
  }
  const items = entriesOf(value).map(([each, inner]) => xmlItem(each, inner));
  const type = isList(value) ? "CLxListVariant" : "RLxExperiment";
  return `<${tag} runtype="${type}">${items.join("")}</${tag}>`;
}

const escaped = (text: string): string =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
