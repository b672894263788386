/** Planes of the project's frames, in tiles that come over HTTP and stay in memory as long as there is room. */
import { effect } from "@preact/signals";
import type { Size } from "../../../src/core/size.js";
import type { GreyTile, TiledPlane } from "../../../src/viewer/scene.js";
import { apiUrl } from "../api/address.js";
import { tellError } from "../state/notices.js";
import { project, projectPath } from "../state/openproject.js";
import { type TileCache, tileCache } from "../../../src/viewer/tilecache.js";
import type { TilePlace } from "../../../src/viewer/visibletiles.js";
import { type TileJob, tileQueue } from "./tilequeue.js";
import { chunkValues, readChunk, readZarrLevels, type ZarrLevels } from "./zarrlevels.js";

/** A plane whose tiles can be fetched. */
export interface LoadedPlane<T extends ArrayBufferView> extends TiledPlane<T> {
  /** Of its tiles in the store. */
  readonly name: string;
  readonly size: Size;
  /** Whether a tile in memory is drawn only until a newer one has come. */
  readonly isStale: (place: TilePlace) => boolean;
  /** What fetches a tile. */
  readonly job: (place: TilePlace, isVisible: boolean) => TileJob;
}

/** A plane of grey values. */
export type ImagePlane = LoadedPlane<GreyTile>;

const mebibyte = 2 ** 20;
/** Of tiles, bytes: an eighth of the memory of the machine, as far as the browser tells it (GiB). */
const memory = (navigator as { deviceMemory?: number }).deviceMemory ?? 4;

/** Most bytes of tiles in memory. */
export const tileLimit = Math.max(256, Math.min(1024, memory * 128)) * mebibyte;

/** All tiles in memory. */
export let tiles: TileCache = tileCache(tileLimit);

type Listener = () => void;
const listeners = new Set<Listener>();

/** Calls a function when tiles have come. @returns ends it */
export function onTiles(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
/** Says that there is something new to draw. */
export const tellTiles = (): void => {
  for (const listener of listeners) listener();
};

/** Tiles on their way. */
export const queue = tileQueue({ most: 6, mostIdle: 3, pause: 3000, failed: tellError, arrived: tellTiles });

/** Folder of a frame in the hierarchy, and its index in time there. */
export const placeOfFrame = (frame: number): { readonly folder: string; readonly time: number } =>
  project.peek()?.kind === "movie" ? { folder: "0", time: frame } : { folder: String(frame), time: 0 };

/** Address of a folder of the hierarchy. */
export const zarrUrl = (folder: string): string => apiUrl(`${projectPath.peek()}/zarr/${folder}`);

/** Levels of an image; "asked" while they are on their way, "none" where there is no such image. */
type KnownLevels = ZarrLevels | "asked" | "none";
const known = new Map<string, KnownLevels>();

/** What is known of an image; asks for it where nothing is, and tells when it has come. */
export function levelsOf(url: string, query = ""): KnownLevels {
  const key = url + query;
  const found = known.get(key);
  if (found !== undefined) return found;
  known.set(key, "asked");
  const take = (levels: KnownLevels): void => {
    if (known.get(key) !== "asked") return;
    known.set(key, levels);
    tellTiles();
  };
  readZarrLevels(url, query).then(
    (levels) => take(levels ?? "none"),
    (error: unknown) => {
      take("none");
      tellError(error);
      // Asked again, but not at once.
      setTimeout(() => {
        known.delete(key);
        tellTiles();
      }, 5000);
    },
  );
  return "asked";
}

const planes = new Map<string, ImagePlane>();

/** The channel of a frame; undefined until the server has told its levels. */
export function imagePlane(frame: number, channel: number): ImagePlane | undefined {
  const { folder, time } = placeOfFrame(frame);
  const name = `image ${frame} ${channel}`;
  const made = planes.get(name);
  if (made !== undefined) return made;
  const url = zarrUrl(folder);
  const levels = levelsOf(url);
  if (typeof levels === "string") return undefined;
  const plane = planeOf<GreyTile>(name, levels, {
    url: ({ level, row, column }) => `${url}/${levels.paths[level]}/${time}/${channel}/${row}/${column}`,
  });
  planes.set(name, plane);
  return plane;
}

/** How the tiles of a plane are read. */
interface TileReading<T extends ArrayBufferView> {
  readonly url: (place: TilePlace) => string;
  /**
   * Called when a fetch begins. What it returns is called with the values that have come; it may change them, and
   * tells whether they are still what the server has.
   */
  readonly begin?: (place: TilePlace) => (values: T) => boolean;
  /** Default: never. */
  readonly isStale?: (place: TilePlace) => boolean;
}

/** Makes a plane. @param name not that of another plane */
export function planeOf<T extends ArrayBufferView>(
  name: string,
  { levels, tile, type, isDeflated }: ZarrLevels,
  { url, begin, isStale = () => false }: TileReading<T>,
): LoadedPlane<T> {
  const isThere = (place: TilePlace): boolean => tiles.has(name, place) && !isStale(place);
  const load = async (place: TilePlace, signal: AbortSignal): Promise<void> => {
    const finish = begin?.(place);
    const bytes = await readChunk(url(place), isDeflated, signal);
    const values = chunkValues(bytes, type, tile) as unknown as T;
    signal.throwIfAborted();
    // What was changed here meanwhile is newer.
    if (!isThere(place) && (finish?.(values) ?? true)) tiles.set(name, place, values);
  };
  return {
    name,
    size: levels[0]!,
    tile,
    levels,
    get: (level, row, column) => tiles.get(name, { level, row, column }) as T | undefined,
    isStale: (place) => tiles.has(name, place) && isStale(place),
    job: (place, isVisible) => ({
      key: `${name}/${place.level}/${place.row}/${place.column}`,
      isVisible,
      isThere: () => isThere(place),
      load: (signal) => load(place, signal),
    }),
  };
}

/** Another project, other tiles. The images of one may change, too: with the slice that is shown. */
let shownProject = "";
effect(() => {
  const open = project.value;
  const name =
    open === undefined ? "" : [open.id, open.sizes.length, open.channels, String(sliceOf(open))].join(" ");
  if (name === shownProject) return;
  shownProject = name;
  known.clear();
  planes.clear();
  tiles = tileCache(tileLimit);
  for (const forget of forgetters) forget();
  tellTiles();
});

function sliceOf({
  settings,
}: {
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}): unknown {
  return settings["input"]?.["z"];
}

const forgetters = new Set<Listener>();

/** Calls a function when the project has changed and all that was known of its images is void. */
export const onOtherProject = (forget: Listener): void => void forgetters.add(forget);
