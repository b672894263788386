/** Zip archives that are written file by file, so that they need not fit into memory. */
import { deflateSync } from "fflate";
import { crc32 } from "#platform";
import { concatBytes } from "./bytes.js";

/** A file for an archive. */
export interface ZipFile {
  /** With "/" between folders. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The largest numbers of the first version of the format. */
const [most16, most32] = [0xffff, 0xffffffff] as const;
/** 1 January 1980, the first date that the format can hold. */
const firstDate = 0x21;
/** Fewer bytes are not packed. */
const worthPacking = 64;
/** Names are UTF-8. */
const flags = 0x800;

/**
 * An archive in pieces, file after file; the directory comes last, with 64-bit numbers where it needs them.
 * The bytes depend on names and contents alone, in Node and in browsers.
 *
 * Source: PKWARE, .ZIP File Format Specification (APPNOTE) 6.3.10.
 */
export async function* zipPieces(
  files: AsyncIterable<ZipFile> | Iterable<ZipFile>,
): AsyncGenerator<Uint8Array> {
  const directory: Uint8Array[] = [];
  let at = 0;
  for await (const { name, bytes } of files) {
    const packed = bytes.length < worthPacking ? bytes : deflateSync(bytes, { level: 6 });
    const isPacked = packed.length < bytes.length;
    const data = isPacked ? packed : bytes;
    const nameBytes = new TextEncoder().encode(name);
    const facts = fields(
      [2, flags],
      [2, isPacked ? 8 : 0],
      [2, 0],
      [2, firstDate],
      [4, crc32(bytes)],
      [4, data.length],
      [4, bytes.length],
      [2, nameBytes.length],
    );
    const head = concatBytes([fields([4, 0x04034b50], [2, 20]), facts, fields([2, 0]), nameBytes]);
    const place = at > most32 ? fields([2, 1], [2, 8], [8, at]) : new Uint8Array(0);
    directory.push(
      concatBytes([
        fields([4, 0x02014b50], [2, 45], [2, at > most32 ? 45 : 20]),
        facts,
        fields([2, place.length], [2, 0], [2, 0], [2, 0], [4, 0], [4, Math.min(at, most32)]),
        nameBytes,
        place,
      ]),
    );
    yield head;
    yield data;
    at += head.length + data.length;
  }
  yield* directory;
  yield endOf(
    directory.length,
    directory.reduce((sum, { length }) => sum + length, 0),
    at,
  );
}

/** The records at the end. */
function endOf(count: number, length: number, at: number): Uint8Array {
  const isLarge = count >= most16 || length >= most32 || at >= most32;
  const large = fields(
    [4, 0x06064b50],
    [8, 44],
    [2, 45],
    [2, 45],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, length],
    [8, at],
    [4, 0x07064b50],
    [4, 0],
    [8, at + length],
    [4, 1],
  );
  const end = fields(
    [4, 0x06054b50],
    [4, 0],
    [2, Math.min(count, most16)],
    [2, Math.min(count, most16)],
    [4, Math.min(length, most32)],
    [4, Math.min(at, most32)],
    [2, 0],
  );
  return isLarge ? concatBytes([large, end]) : end;
}

/** Little-endian numbers: pairs of bytes and value. */
function fields(...list: readonly (readonly [bytes: 2 | 4 | 8, value: number])[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(list.reduce((sum, [bytes]) => sum + bytes, 0)));
  let at = 0;
  for (const [bytes, value] of list) {
    if (bytes === 2) view.setUint16(at, value, true);
    else if (bytes === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += bytes;
  }
  return new Uint8Array(view.buffer);
}
