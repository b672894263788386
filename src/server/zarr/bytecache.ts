/** What was made for one request, kept for the next as long as there is room. */

/** Typed arrays by name, the ones used last. */
export interface ByteCache {
  readonly find: <T extends ArrayBufferView>(key: string) => T | undefined;
  readonly keep: (key: string, value: ArrayBufferView) => void;
  /** Forgets all whose names begin so. */
  readonly forget: (prefix: string) => void;
  /** Bytes that are held. */
  readonly held: () => number;
}

/** @param capacity bytes, never exceeded: what is larger is not kept */
export function byteCache(capacity: number): ByteCache {
  const kept = new Map<string, ArrayBufferView>();
  let held = 0;
  const remove = (key: string): void => {
    held -= kept.get(key)?.byteLength ?? 0;
    kept.delete(key);
  };
  return {
    find: <T extends ArrayBufferView>(key: string) => {
      const value = kept.get(key);
      if (value === undefined) return undefined;
      // The last in the map is the last used.
      kept.delete(key);
      kept.set(key, value);
      return value as T;
    },
    keep: (key, value) => {
      remove(key);
      if (value.byteLength > capacity) return;
      kept.set(key, value);
      held += value.byteLength;
      for (const oldest of kept.keys()) {
        if (held <= capacity) break;
        remove(oldest);
      }
    },
    forget: (prefix) => {
      for (const key of [...kept.keys()]) if (key.startsWith(prefix)) remove(key);
    },
    held: () => held,
  };
}
