/** The values of pickles of plain data. */
import type { ByteSource } from "../bytes.js";

/** A name of Python that stands for a maker of `pickledarrays`. */
export interface PickledGlobal {
  readonly kind: "global";
  readonly name: "reconstruct" | "scalar" | "frombuffer" | "ndarray" | "dtype" | "encode";
}

/** Bytes of a pickle, left where they are. */
export interface PickledBytes {
  readonly kind: "bytes";
  readonly bytes: ByteSource;
  readonly at: number;
  readonly length: number;
}

/** A numpy type. */
export interface PickledType {
  readonly kind: "type";
  /** Kind and bytes, such as "u2". */
  code: string;
  isBigEndian: boolean;
}

/** A numpy array; without a type until its state is set. */
export interface PickledArray {
  readonly kind: "array";
  shape: readonly number[];
  type: PickledType | undefined;
  isFortran: boolean;
  /** Values, or a list of objects. */
  data: PickledBytes | readonly Pickled[] | undefined;
}

/** A value of a pickle. */
export type Pickled =
  | null
  | boolean
  | number
  | string
  | Pickled[]
  | Map<Pickled, Pickled>
  | PickledBytes
  | PickledType
  | PickledArray
  | PickledGlobal;

/** Whether a value is of a kind of its own. */
export function isKind<K extends "bytes" | "type" | "array" | "global">(
  value: Pickled | undefined,
  kind: K,
): value is Extract<Pickled, { readonly kind: K }> {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === kind;
}
