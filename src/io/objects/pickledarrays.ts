/** What a pickle of plain data may name, and what becomes of it: numpy's arrays, types and numbers. */
import { UnsupportedFormat } from "../../core/errors.js";
import { memorySource } from "../bytes.js";
import {
  isKind,
  type Pickled,
  type PickledArray,
  type PickledBytes,
  type PickledGlobal,
  type PickledType,
} from "./pickledvalues.js";

/** The names that are known, under those of numpy 1 and 2. */
const names: Readonly<Record<string, PickledGlobal["name"]>> = {
  "numpy.core.multiarray._reconstruct": "reconstruct",
  "numpy._core.multiarray._reconstruct": "reconstruct",
  "numpy.core.multiarray.scalar": "scalar",
  "numpy._core.multiarray.scalar": "scalar",
  "numpy.core.numeric._frombuffer": "frombuffer",
  "numpy._core.numeric._frombuffer": "frombuffer",
  "numpy.ndarray": "ndarray",
  "numpy.dtype": "dtype",
  "_codecs.encode": "encode",
};

/** @throws UnsupportedFormat for a name that is none of plain data */
export function globalOf(module: string, name: string, where: string): PickledGlobal {
  const known = Object.hasOwn(names, `${module}.${name}`) ? names[`${module}.${name}`] : undefined;
  if (known !== undefined) return { kind: "global", name: known };
  const shown = `${module}.${name}`.replace(/[^\w.]/g, "?").slice(0, 100);
  throw new UnsupportedFormat(where, `a pickle that names ${shown}`, "save the masks as a label image");
}

/** The value that a maker gives for its arguments; undefined where these are not its own. */
export const called = (what: Pickled, values: readonly Pickled[]): Pickled | undefined =>
  isKind(what, "global") ? makers[what.name](values) : undefined;

const makers = {
  /** An array whose state follows. */
  reconstruct: (): Pickled => emptyArray(),
  /** Only ever an argument. */
  ndarray: (): undefined => undefined,
  /** A type by its code, such as "u2". */
  dtype: ([code]: readonly Pickled[]): PickledType | undefined =>
    typeof code === "string" ? { kind: "type", code, isBigEndian: false } : undefined,
  /** A single number, of which nothing is needed here. */
  scalar: ([type]: readonly Pickled[]): Pickled | undefined => (isKind(type, "type") ? null : undefined),
  /** An array of protocol 5. */
  frombuffer: ([data, type, shape, order]: readonly Pickled[]): Pickled | undefined => {
    const sides = shapeOf(shape);
    if (!isKind(data, "bytes") || !isKind(type, "type") || sides === undefined) return undefined;
    return { kind: "array", shape: sides, type, isFortran: order === "F", data };
  },
  /** Bytes as protocol 2 has them: text of the characters 0 to 255. */
  encode: ([text]: readonly Pickled[]): PickledBytes | undefined => {
    if (typeof text !== "string") return undefined;
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) {
      if (text.charCodeAt(i) > 255) return undefined;
      bytes[i] = text.charCodeAt(i);
    }
    return { kind: "bytes", bytes: memorySource(bytes), at: 0, length: bytes.length };
  },
} as const;

const emptyArray = (): PickledArray => ({
  kind: "array",
  shape: [],
  type: undefined,
  isFortran: false,
  data: undefined,
});

/** Sets the state of an array or a type; false where it is none. */
export function stateSet(value: Pickled, state: Pickled): boolean {
  if (!Array.isArray(state)) return false;
  if (isKind(value, "type")) {
    value.isBigEndian = state[1] === ">";
    return true;
  }
  if (!isKind(value, "array")) return false;
  const [, shape, type, isFortran, data] = state;
  const sides = shapeOf(shape);
  const isData = isKind(data, "bytes") || Array.isArray(data);
  if (sides === undefined || !isKind(type, "type") || !isData) return false;
  Object.assign(value, { shape: sides, type, isFortran: isFortran === true, data });
  return true;
}

function shapeOf(value: Pickled | undefined): readonly number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const isShape = value.every((side) => typeof side === "number" && Number.isSafeInteger(side) && side >= 0);
  return isShape ? (value as readonly number[]) : undefined;
}
