/** Bytes that are read where they are needed, such as a file: a movie need not fit into memory. */
export interface ByteSource {
  /** Number of bytes. */
  readonly size: number;
  /**
   * Exactly `length` bytes from `offset`; the caller keeps to 0 <= offset, offset + length <= size. The
   * result may not be written to.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  /**
   * Fills `target` with the bytes from `offset`, without memory of its own; the caller keeps to the size. A
   * source without it is read and copied: see `readInto`.
   */
  readInto?(offset: number, target: Uint8Array): Promise<void>;
}

/** Fills `target` with the bytes of a source from `offset`; the caller keeps to its size. */
export async function readInto(source: ByteSource, offset: number, target: Uint8Array): Promise<void> {
  if (source.readInto !== undefined) return source.readInto(offset, target);
  target.set(await source.read(offset, target.length));
}

/** A source over bytes in memory; reads are views, not copies. */
export const memorySource = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
});

/**
 * Keeps the block last read, for the many small reads of a file's directory. Reads of a block or more pass
 * through.
 */
export function blockSource(source: ByteSource, blockSize = 16384): ByteSource {
  let start = 0;
  let block = new Uint8Array(0);
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    if (length >= blockSize) return source.read(offset, length);
    if (offset < start || offset + length > start + block.length) {
      block = new Uint8Array(await source.read(offset, Math.min(blockSize, source.size - offset)));
      start = offset;
    }
    return block.subarray(offset - start, offset - start + length);
  };
  return {
    size: source.size,
    read,
    readInto: async (offset, target) => {
      if (target.length >= blockSize) await readInto(source, offset, target);
      else target.set(await read(offset, target.length));
    },
  };
}

/**
 * Where bytes can be written at any place, such as a file. A writer gives each place once, but for the head
 * of the file, which comes last.
 */
export interface ByteSink {
  write(position: number, bytes: Uint8Array): Promise<void>;
}

/** Joins pieces into one array. */
export function concatBytes(pieces: Iterable<Uint8Array>): Uint8Array {
  const list = [...pieces];
  const out = new Uint8Array(list.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of list) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/** How a request may be stopped. */
export interface Stoppable {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Values by key: a hierarchy such as Zarr in a folder, in an archive or behind a server. Keys are parts
 * joined by "/", without one at their ends.
 */
export interface Store {
  /** The whole value of a key; undefined when there is none. */
  get(key: string, options?: Stoppable): Promise<Uint8Array | undefined>;
  /**
   * Bytes of a value, `length` from `offset`, or as many as there are; undefined when there is no such key.
   * A store without it is asked for the whole value.
   */
  getRange?(
    key: string,
    range: { readonly offset: number; readonly length: number },
    options?: Stoppable,
  ): Promise<Uint8Array | undefined>;
  /** Number of bytes of a value; undefined when there is no such key. A store without it reads the value. */
  size?(key: string, options?: Stoppable): Promise<number | undefined>;
  /** All keys that begin with a text, in any order. A store without it cannot be listed. */
  list?(prefix: string, options?: Stoppable): Promise<readonly string[]>;
}
