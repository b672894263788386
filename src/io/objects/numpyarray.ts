/** Arrays of numpy as planes of labels: of a `.npy` file, or of a pickle. */
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import type { SampleData, StoredPlane } from "../../core/image.js";
import type { ByteSource } from "../bytes.js";

/** An array in a file. */
export interface NumpyArray {
  /** Kind and bytes of a value, such as "u2". */
  readonly type: string;
  readonly isBigEndian: boolean;
  /** The first index changes fastest. */
  readonly isFortran: boolean;
  readonly shape: readonly number[];
  /** Where its values are: bytes, and the byte of them at which it begins. */
  readonly bytes: ByteSource;
  readonly at: number;
}

/** An array as a stack of planes. */
export interface NumpyPlanes {
  readonly planes: number;
  readonly height: number;
  readonly width: number;
  /** One plane; of an array in C order nothing else is read. */
  readonly read: (plane: number) => Promise<StoredPlane>;
}

type Reader = (view: DataView, at: number, little: boolean) => number;
interface ValueType {
  readonly bytes: number;
  readonly get: Reader;
  readonly make: (length: number) => SampleData;
}
const float64 = (length: number): SampleData => new Float64Array(length);

/** Values that labels may have; 64 bits as floats, for which labels are looked at. */
const valueTypes: Readonly<Record<string, ValueType>> = {
  b1: { bytes: 1, get: (view, at) => view.getUint8(at), make: (n) => new Uint8Array(n) },
  u1: { bytes: 1, get: (view, at) => view.getUint8(at), make: (n) => new Uint8Array(n) },
  i1: { bytes: 1, get: (view, at) => view.getInt8(at), make: (n) => new Int8Array(n) },
  u2: { bytes: 2, get: (view, at, little) => view.getUint16(at, little), make: (n) => new Uint16Array(n) },
  i2: { bytes: 2, get: (view, at, little) => view.getInt16(at, little), make: (n) => new Int16Array(n) },
  u4: { bytes: 4, get: (view, at, little) => view.getUint32(at, little), make: (n) => new Uint32Array(n) },
  i4: { bytes: 4, get: (view, at, little) => view.getInt32(at, little), make: (n) => new Int32Array(n) },
  u8: { bytes: 8, get: (view, at, little) => Number(view.getBigUint64(at, little)), make: float64 },
  i8: { bytes: 8, get: (view, at, little) => Number(view.getBigInt64(at, little)), make: float64 },
  f4: { bytes: 4, get: (view, at, little) => view.getFloat32(at, little), make: (n) => new Float32Array(n) },
  f8: { bytes: 8, get: (view, at, little) => view.getFloat64(at, little), make: float64 },
};

/** A plane has at most so many values; so has an array whose planes lie across each other. */
const mostValues = 2 ** 28;

/**
 * An array of two dimensions as one plane, of three as a stack.
 *
 * @param where name of the file, for messages
 * @throws CorruptFile for an array that is longer than its bytes
 * @throws UnsupportedFormat for other numbers of dimensions and types
 */
export function planesOfArray(array: NumpyArray, where: string): NumpyPlanes {
  const { shape, isFortran } = array;
  const type = valueTypes[array.type];
  if (type === undefined)
    throw new UnsupportedFormat(
      where,
      `a numpy array of type "${array.type}"`,
      "save the labels as integers",
    );
  if (shape.length !== 2 && shape.length !== 3)
    throw new UnsupportedFormat(
      where,
      `a numpy array of ${shape.length} dimensions`,
      "save one image, or a stack",
    );
  const [planes, height, width] = (shape.length === 2 ? [1, ...shape] : shape) as [number, number, number];
  const values = height * width;
  if (!(planes * values > 0))
    throw new UnsupportedFormat(where, "an empty numpy array", "save one with labels");
  if (!(array.at + planes * values * type.bytes <= array.bytes.size))
    throw new CorruptFile(
      where,
      array.at,
      `the array of ${shape.join(" x ")} values does not fit into the file`,
    );
  if ((isFortran ? planes * values : values) > mostValues)
    throw new UnsupportedFormat(where, `a plane of ${height} x ${width} values`, "save it as a TIFF");
  const read = async (plane: number): Promise<StoredPlane> => {
    const [from, length] = isFortran ? [0, planes * values] : [plane * values, values];
    const bytes = await array.bytes.read(array.at + from * type.bytes, length * type.bytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const data = type.make(values);
    for (let i = 0; i < values; i++) {
      const place = isFortran ? plane + planes * (Math.floor(i / width) + height * (i % width)) : i;
      data[i] = type.get(view, place * type.bytes, !array.isBigEndian);
    }
    return { height, width, samples: 1, data };
  };
  return { planes, height, width, read };
}
