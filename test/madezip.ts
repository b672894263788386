/** Zip archives with what programs do not write: large records, names that leave their folder, wrong headers. */
import { crc32 } from "node:zlib";
import { concatBytes } from "../src/io/bytes.js";

/** A file of an archive, stored as it is. */
export interface MadeEntry {
  readonly name: string;
  readonly data?: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  /** The name before the data. Default: `name` */
  readonly localName?: string;
  /** Bytes by which the directory misses the entry. Default 0 */
  readonly at?: number;
}

/** What an archive has besides its files. */
export interface MadeZipOptions {
  /** Writes all lengths and places with 64 bits. */
  readonly large?: boolean;
  readonly comment?: string;
  /** The number of the file of several. */
  readonly disk?: number;
}

const text = new TextEncoder();
/** Fields in the order of bytes of zip: pairs of length and value. */
function fields(...list: readonly (readonly [bytes: 2 | 4 | 8, value: number])[]): Uint8Array {
  return concatBytes(
    list.map(([bytes, value]) => {
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, BigInt(value), true);
      return new Uint8Array(view.buffer, 0, bytes);
    }),
  );
}

/** Source: PKWARE, .ZIP File Format Specification (APPNOTE), 4.3. */
export function madeZip(
  entries: readonly MadeEntry[],
  { large = false, comment = "", disk = 0 }: MadeZipOptions = {},
): Uint8Array {
  const most = 0xffffffff;
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const entry of entries) {
    const data = entry.data ?? new Uint8Array(0);
    const [name, localName] = [text.encode(entry.name), text.encode(entry.localName ?? entry.name)];
    const [flags, method, crc] = [entry.flags ?? 0x800, entry.method ?? 0, entry.crc ?? crc32(data)];
    const place = at + (entry.at ?? 0);
    const sizes = fields([4, crc], [4, data.length], [4, data.length]);
    const local = concatBytes([
      fields([4, 0x04034b50], [2, 20], [2, flags], [2, method], [4, 0]),
      sizes,
      fields([2, localName.length], [2, 0]),
      localName,
      data,
    ]);
    const extra = large
      ? fields([2, 1], [2, 24], [8, data.length], [8, data.length], [8, place])
      : new Uint8Array(0);
    directory.push(
      fields([4, 0x02014b50], [2, 45], [2, 45], [2, flags], [2, method], [4, 0]),
      large ? fields([4, crc], [4, most], [4, most]) : sizes,
      fields([2, name.length], [2, extra.length], [2, 0], [2, 0], [2, 0], [4, 0], [4, large ? most : place]),
      name,
      extra,
    );
    parts.push(local);
    at += local.length;
  }
  const listed = concatBytes(directory);
  const end = at + listed.length;
  const count = entries.length;
  const largeEnd = large
    ? [
        fields([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, disk], [4, disk], [8, count], [8, count]),
        fields([8, listed.length], [8, at], [4, 0x07064b50], [4, 0], [8, end], [4, 1]),
      ]
    : [];
  const [shortCount, length, start] = large ? [0xffff, most, most] : [count, listed.length, at];
  return concatBytes([
    ...parts,
    listed,
    ...largeEnd,
    fields([4, 0x06054b50], [2, disk], [2, disk], [2, shortCount], [2, shortCount], [4, length], [4, start]),
    fields([2, comment.length]),
    text.encode(comment),
  ]);
}
