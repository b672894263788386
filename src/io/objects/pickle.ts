/**
 * Pickles of plain data: numbers, text, lists, dictionaries and numpy arrays. Nothing of them is executed:
 * whatever else a pickle names is refused.
 *
 * Source: Python, Lib/pickletools.py, protocols 2 to 5.
 */
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import { blockSource, type ByteSource } from "../bytes.js";
import { called, globalOf, stateSet } from "./pickledarrays.js";
import type { Pickled } from "./pickledvalues.js";

/** Text has at most so many bytes: that of an array of protocol 2 is text. */
const longestText = 2 ** 28;

interface Machine {
  readonly where: string;
  readonly bytes: ByteSource;
  at: number;
  readonly stack: Pickled[];
  readonly marks: number[];
  readonly memo: Map<number, Pickled>;
}

/**
 * The value of a pickle.
 *
 * @param at byte at which it begins
 * @param where name of the file, for messages
 * @throws CorruptFile
 * @throws UnsupportedFormat for all but plain data, by name
 */
export async function readPickle(source: ByteSource, at: number, where: string): Promise<Pickled> {
  const bytes = blockSource(source);
  const machine: Machine = { where, bytes, at, stack: [], marks: [], memo: new Map() };
  for (;;) {
    const code = await number(machine, 1);
    if (code === stop) return popped(machine);
    const operation = operations[code];
    if (operation === undefined)
      throw new UnsupportedFormat(
        where,
        `the pickle operation 0x${code.toString(16).padStart(2, "0")}`,
        "save the masks as a label image",
      );
    const wait = operation(machine);
    if (wait !== undefined) await wait;
  }
}

const stop = 0x2e;

const damaged = ({ where, at }: Machine): CorruptFile => new CorruptFile(where, at, "the pickle is damaged");

function popped(machine: Machine): Pickled {
  const { stack, marks } = machine;
  if (stack.length <= (marks.at(-1) ?? 0)) throw damaged(machine);
  return stack.pop()!;
}

function top(machine: Machine): Pickled {
  const value = popped(machine);
  machine.stack.push(value);
  return value;
}

/** What stands on the stack since the last mark. */
function marked(machine: Machine): Pickled[] {
  const mark = machine.marks.pop();
  if (mark === undefined) throw damaged(machine);
  return machine.stack.splice(mark);
}

async function taken(machine: Machine, length: number): Promise<Uint8Array> {
  const { bytes, at } = machine;
  if (!(at + length <= bytes.size)) throw damaged(machine);
  machine.at += length;
  return bytes.read(at, length);
}

/** A little-endian number without a sign. */
async function number(machine: Machine, length: 1 | 2 | 4 | 8): Promise<number> {
  const bytes = await taken(machine, length);
  let value = 0;
  for (let i = length - 1; i >= 0; i--) value = value * 256 + bytes[i]!;
  return value;
}

async function text(machine: Machine, length: number): Promise<string> {
  if (length > longestText) throw new UnsupportedFormat(machine.where, "such a long text", "save it anew");
  return new TextDecoder().decode(await taken(machine, length));
}

/** A line of ASCII, such as the names of a global. */
async function line(machine: Machine): Promise<string> {
  let out = "";
  for (;;) {
    const code = await number(machine, 1);
    if (code === 10) return out;
    if (out.length > 200) throw damaged(machine);
    out += String.fromCharCode(code);
  }
}

type Operation = (machine: Machine) => Promise<void> | void;

const push =
  (value: (machine: Machine) => Pickled | Promise<Pickled>): Operation =>
  async (machine) => {
    machine.stack.push(await value(machine));
  };

/** Whole numbers of any length; those that are not exact are of no use here. */
const long = (lengthBytes: 1 | 4): Operation =>
  push(async (machine) => {
    const length = await number(machine, lengthBytes);
    if (length > 1024) throw damaged(machine);
    const bytes = await taken(machine, length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = value * 256n + BigInt(bytes[i]!);
    return Number(BigInt.asIntN(8 * length, value));
  });

const texts = (lengthBytes: 1 | 4 | 8): Operation =>
  push(async (machine) => text(machine, await number(machine, lengthBytes)));

/** Bytes stay in the file. */
const bytesOf = (lengthBytes: 1 | 4 | 8): Operation =>
  push(async (machine) => {
    const length = await number(machine, lengthBytes);
    const { bytes, at } = machine;
    if (!(at + length <= bytes.size)) throw damaged(machine);
    machine.at += length;
    return { kind: "bytes", bytes, at, length };
  });

const tuple = (length: 0 | 1 | 2 | 3): Operation =>
  push((machine) => {
    const items = Array.from({ length }, () => popped(machine));
    return items.reverse();
  });

function appended(machine: Machine, items: readonly Pickled[]): void {
  const list = top(machine);
  if (!Array.isArray(list)) throw damaged(machine);
  for (const item of items) list.push(item);
}

function entered(machine: Machine, items: readonly Pickled[]): void {
  const map = top(machine);
  if (!(map instanceof Map) || items.length % 2 !== 0) throw damaged(machine);
  for (let i = 0; i < items.length; i += 2) map.set(items[i]!, items[i + 1]!);
}

const remember = async (machine: Machine, key: number | Promise<number>): Promise<void> => {
  machine.memo.set(await key, top(machine));
};

const recalled = (lengthBytes: 1 | 4): Operation =>
  push(async (machine) => {
    const value = machine.memo.get(await number(machine, lengthBytes));
    if (value === undefined) throw damaged(machine);
    return value;
  });

/** All that a pickle may do, by its byte. */
const operations: Readonly<Record<number, Operation>> = {
  0x80: async (machine) => {
    const protocol = await number(machine, 1);
    if (protocol > 5)
      throw new UnsupportedFormat(machine.where, `pickle protocol ${protocol}`, "save it anew");
  },
  0x95: async (machine) => void (await taken(machine, 8)),
  0x28: ({ marks, stack }) => void marks.push(stack.length),
  0x30: (machine) => void popped(machine),
  0x31: (machine) => void marked(machine),
  0x4e: push(() => null),
  0x88: push(() => true),
  0x89: push(() => false),
  0x4a: push(async (machine) => (await number(machine, 4)) | 0),
  0x4b: push((machine) => number(machine, 1)),
  0x4d: push((machine) => number(machine, 2)),
  0x8a: long(1),
  0x8b: long(4),
  0x47: push(async (machine) => {
    const bytes = await taken(machine, 8);
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0);
  }),
  0x58: texts(4),
  0x8c: texts(1),
  0x8d: texts(8),
  0x42: bytesOf(4),
  0x43: bytesOf(1),
  0x8e: bytesOf(8),
  0x96: bytesOf(8),
  0x5d: push(() => []),
  0x29: tuple(0),
  0x85: tuple(1),
  0x86: tuple(2),
  0x87: tuple(3),
  0x74: push(marked),
  0x7d: push(() => new Map()),
  0x61: (machine) => {
    const item = popped(machine);
    appended(machine, [item]);
  },
  0x65: (machine) => appended(machine, marked(machine)),
  0x73: (machine) => {
    const value = popped(machine);
    const key = popped(machine);
    entered(machine, [key, value]);
  },
  0x75: (machine) => entered(machine, marked(machine)),
  0x71: (machine) => remember(machine, number(machine, 1)),
  0x72: (machine) => remember(machine, number(machine, 4)),
  0x94: (machine) => remember(machine, machine.memo.size),
  0x68: recalled(1),
  0x6a: recalled(4),
  0x63: push(async (machine) => globalOf(await line(machine), await line(machine), machine.where)),
  0x93: push((machine) => {
    const [name, module] = [popped(machine), popped(machine)];
    if (typeof name !== "string" || typeof module !== "string") throw damaged(machine);
    return globalOf(module, name, machine.where);
  }),
  0x52: (machine) => {
    const [values, what] = [popped(machine), popped(machine)];
    const value = Array.isArray(values) ? called(what, values) : undefined;
    if (value === undefined) throw damaged(machine);
    machine.stack.push(value);
  },
  0x62: (machine) => {
    const state = popped(machine);
    if (!stateSet(top(machine), state)) throw damaged(machine);
  },
};
