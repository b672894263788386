/** Unpacked tiles that one window leaves for the next. */
export interface TileCache {
  /** A tile by the table of its file and its row there; undefined when it is not kept. */
  readonly find: (table: object, row: number) => Uint8Array | undefined;
  readonly keep: (table: object, row: number, bytes: Uint8Array) => void;
}

/** Keeps the tiles used last. @param capacity bytes, kept to but for one tile that is larger */
export function tileCache(capacity = 2 ** 26): TileCache {
  const numbers = new WeakMap<object, number>();
  const kept = new Map<string, Uint8Array>();
  let [files, held] = [0, 0];
  const keyOf = (table: object, row: number): string => {
    const number = numbers.get(table) ?? files++;
    numbers.set(table, number);
    return `${number} ${row}`;
  };
  return {
    find(table, row) {
      const key = keyOf(table, row);
      const bytes = kept.get(key);
      if (bytes === undefined) return undefined;
      // The last in the map is the last used.
      kept.delete(key);
      kept.set(key, bytes);
      return bytes;
    },
    keep(table, row, bytes) {
      const key = keyOf(table, row);
      held += bytes.length - (kept.get(key)?.length ?? 0);
      kept.delete(key);
      kept.set(key, bytes);
      for (const [oldest, old] of kept) {
        if (held <= capacity || oldest === key) break;
        kept.delete(oldest);
        held -= old.length;
      }
    },
  };
}
