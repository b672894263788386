/** Tiles in memory, bounded by their bytes. */
import type { Size } from "../core/size.js";
import type { TiledPlane } from "./scene.js";
import type { TilePlace } from "./visibletiles.js";

/** Keeps the tiles that were used last. */
export interface TileCache<T extends ArrayBufferView = ArrayBufferView> {
  /** Bytes that unpinned and pinned tiles have together. */
  readonly bytes: number;
  /** Of these, bytes of pinned tiles. */
  readonly pinnedBytes: number;
  /** Tiles held. */
  readonly count: number;
  /** A tile, which counts as used. */
  get(plane: string, place: TilePlace): T | undefined;
  /** Whether a tile is there; this is no use of it. */
  has(plane: string, place: TilePlace): boolean;
  /** Keeps a tile, in place of what was there; a pinned one stays pinned. Drops others where there are too many. */
  set(plane: string, place: TilePlace, tile: T): void;
  /** From now on a tile that is there is never dropped: it was edited. */
  pin(plane: string, place: TilePlace): void;
  /** Its edits are saved: it may be dropped again. */
  unpin(plane: string, place: TilePlace): void;
  /** Drops all tiles of a plane, pinned ones too: it is another one now. */
  forget(plane: string): void;
  /** The tiles of one plane, as scenes take them. */
  plane<P extends T>(plane: string, tile: number, levels: readonly Size[]): TiledPlane<P>;
}

interface Entry<T> {
  tile: T;
  readonly plane: string;
  isPinned: boolean;
}

/** Entries in the order of their last use, and their bytes. */
interface Store<T> {
  readonly entries: Map<string, Entry<T>>;
  bytes: number;
  pinnedBytes: number;
}

const keyOf = (plane: string, { level, row, column }: TilePlace): string =>
  `${level}/${row}/${column}/${plane}`;

function drop<T extends ArrayBufferView>(store: Store<T>, key: string): boolean {
  const entry = store.entries.get(key);
  if (entry === undefined) return false;
  store.entries.delete(key);
  store.bytes -= entry.tile.byteLength;
  if (entry.isPinned) store.pinnedBytes -= entry.tile.byteLength;
  return entry.isPinned;
}

function setPinned<T extends ArrayBufferView>(store: Store<T>, key: string, isPinned: boolean): void {
  const entry = store.entries.get(key);
  if (entry === undefined || entry.isPinned === isPinned) return;
  entry.isPinned = isPinned;
  store.pinnedBytes += isPinned ? entry.tile.byteLength : -entry.tile.byteLength;
}

function use<T>({ entries }: Store<T>, key: string): T | undefined {
  const entry = entries.get(key);
  if (entry === undefined) return undefined;
  entries.delete(key);
  entries.set(key, entry);
  return entry.tile;
}

function shrink<T extends ArrayBufferView>(store: Store<T>, limit: number, newest: string): void {
  for (const [key, { isPinned }] of store.entries) {
    if (store.bytes <= limit) return;
    if (!isPinned && key !== newest) drop(store, key);
  }
}

/**
 * Makes a cache.
 *
 * @param limit bytes. Pinned tiles count and stay whatever they have; the tile that came last stays, too
 */
export function tileCache<T extends ArrayBufferView = ArrayBufferView>(limit: number): TileCache<T> {
  const store: Store<T> = { entries: new Map(), bytes: 0, pinnedBytes: 0 };
  const { entries } = store;
  return {
    get bytes() {
      return store.bytes;
    },
    get pinnedBytes() {
      return store.pinnedBytes;
    },
    get count() {
      return entries.size;
    },
    get: (plane, place) => use(store, keyOf(plane, place)),
    has: (plane, place) => entries.has(keyOf(plane, place)),
    set(plane, place, tile) {
      const key = keyOf(plane, place);
      const isPinned = drop(store, key);
      entries.set(key, { tile, plane, isPinned });
      store.bytes += tile.byteLength;
      if (isPinned) store.pinnedBytes += tile.byteLength;
      shrink(store, limit, key);
    },
    pin: (plane, place) => setPinned(store, keyOf(plane, place), true),
    unpin(plane, place) {
      setPinned(store, keyOf(plane, place), false);
      shrink(store, limit, keyOf(plane, place));
    },
    forget(plane) {
      for (const [key, entry] of entries) if (entry.plane === plane) drop(store, key);
    },
    plane: <P extends T>(plane: string, tile: number, levels: readonly Size[]): TiledPlane<P> => ({
      tile,
      levels,
      get: (level, row, column) => use(store, keyOf(plane, { level, row, column })) as P | undefined,
    }),
  };
}
