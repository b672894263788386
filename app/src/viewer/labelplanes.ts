/**
 * Label images of the project in tiles. What was changed here is seen at once, and stays until the server has it.
 */
import { effect } from "@preact/signals";
import type { Window } from "../../../src/core/image.js";
import type { LabelPatch } from "../../../src/correct/edits.js";
import type { LabelLayerName } from "../../../src/server/messages.js";
import { pageName } from "../api/address.js";
import { onStudioEvent, project } from "../state/openproject.js";
import type { TilePlace } from "../../../src/viewer/visibletiles.js";
import { type LabelValues, readFromTile, tilesOfWindow, writeIntoTile } from "./labelpatching.js";
import {
  levelsOf,
  type LoadedPlane,
  onOtherProject,
  placeOfFrame,
  planeOf,
  queue,
  tellTiles,
  tiles,
  zarrUrl,
} from "./zarrtiles.js";
import type { ZarrLevels } from "./zarrlevels.js";

/** Labels of a frame. */
export interface LabelPlane extends LoadedPlane<Int32Array> {
  readonly layer: LabelLayerName;
  readonly frame: number;
  /** Fetches the labels of a rectangle (level 0). @throws Error when the server does not give them */
  readonly load: (window: Window) => Promise<void>;
  /** height x width labels. @throws Error where a part has not been loaded */
  readonly read: (window: Window) => Int32Array;
  /** Writes a patch into the tiles in memory, of all levels, and has them drawn. */
  readonly write: (patch: LabelPatch, which: "before" | "after") => void;
  /** What is in memory of these rectangles is fetched again when it is drawn; none: all. */
  readonly forget: (windows: readonly Window[]) => void;
  /** Largest label of the frame. */
  readonly countLabels: () => Promise<number>;
}

/** Told of tiles whose values have changed in place. */
type ChangeListener = (plane: LabelPlane, place: TilePlace, part: Window) => void;
const changeListeners = new Set<ChangeListener>();

/** Calls a function when values of a tile have changed. @returns ends it */
export function onTileChanged(listener: ChangeListener): () => void {
  changeListeners.add(listener);
  return () => changeListeners.delete(listener);
}

/** What the server may not have yet: the writes since all was saved the last time, in their order. */
interface Unsaved {
  /** Fetches that began before a list was replaced still look at the old one. */
  patches: LabelValues[];
  /** Tiles that were written, by level, row and column. */
  readonly pinned: Map<string, TilePlace>;
  /** Tiles in memory that are no longer what the server has. */
  readonly stale: Set<string>;
}

const planes = new Map<string, { readonly plane: LabelPlane; readonly unsaved: Unsaved }>();
/** Part of the addresses: copies that the browser has of older labels are passed by. */
const versions = new Map<LabelLayerName, number>();
let forgotten = 0;

/** The labels of a frame; undefined until the server has told their levels, or where there is no such layer. */
export function findLabelPlane(layer: LabelLayerName, frame: number): LabelPlane | undefined {
  const made = planes.get(`${layer} ${frame}`);
  if (made !== undefined) return made.plane;
  if (project.peek()?.labelLayers[layer] === undefined) return undefined;
  const levels = levelsOf(`${zarrUrl(placeOfFrame(frame).folder)}/labels/${layer}`, queryOf(layer));
  return typeof levels === "string" ? undefined : addPlane(layer, frame, levels);
}

function addPlane(layer: LabelLayerName, frame: number, levels: ZarrLevels): LabelPlane {
  const unsaved: Unsaved = { patches: [], pinned: new Map(), stale: new Set() };
  const plane = makePlane(layer, frame, levels, unsaved);
  planes.set(`${layer} ${frame}`, { plane, unsaved });
  return plane;
}

/** Whether the labels of a frame are on their way: there is such a layer, but its levels are not known yet. */
export function isLabelPlaneComing(layer: LabelLayerName, frame: number): boolean {
  if (planes.has(`${layer} ${frame}`) || project.peek()?.labelLayers[layer] === undefined) return false;
  return levelsOf(`${zarrUrl(placeOfFrame(frame).folder)}/labels/${layer}`, queryOf(layer)) === "asked";
}

/**
 * The labels of any frame of a project that is shown.
 *
 * @throws Error where there is no such layer, or before anything of the frame's image is known
 */
export function labelPlane(layer: LabelLayerName, frame: number): LabelPlane {
  const plane = findLabelPlane(layer, frame);
  if (plane !== undefined) return plane;
  const image = levelsOf(zarrUrl(placeOfFrame(frame).folder));
  if (typeof image === "string" || project.peek()?.labelLayers[layer] === undefined)
    throw new Error(`The labels of frame ${frame + 1} are not loaded yet; try again in a moment.`);
  // Labels lie in the same tiles as their image.
  return addPlane(layer, frame, { ...image, type: "<i4", isDeflated: true });
}

const keyOf = ({ level, row, column }: TilePlace): string => `${level}/${row}/${column}`;
const queryOf = (layer: LabelLayerName): string => `?v=${versions.get(layer) ?? 0}`;

function makePlane(layer: LabelLayerName, frame: number, levels: ZarrLevels, unsaved: Unsaved): LabelPlane {
  const { folder, time } = placeOfFrame(frame);
  const url = `${zarrUrl(folder)}/labels/${layer}`;
  const name = `${layer} ${frame}`;
  let changes = 0;
  const base = planeOf<Int32Array>(name, levels, {
    url: ({ level, row, column }) =>
      `${url}/${levels.paths[level]}/${time}/${row}/${column}?v=${versions.get(layer) ?? 0}.${forgotten}`,
    begin: (place) => {
      const { patches } = unsaved;
      const begun = forgotten;
      return (values) => {
        const all = patches === unsaved.patches ? patches : [...patches, ...unsaved.patches];
        for (const patch of all) writeIntoTile(values, levels, place, patch);
        if (begun === forgotten) unsaved.stale.delete(keyOf(place));
        return begun === forgotten;
      };
    },
    isStale: (place) => unsaved.stale.has(keyOf(place)),
  });
  const within = (window: Window): TilePlace[] => tilesOfWindow(levels, 0, window);
  const load = async (window: Window): Promise<void> => {
    for (let attempts = 0; attempts < 4; attempts++) {
      const missing = within(window).filter((place) => !tiles.has(name, place) || base.isStale(place));
      if (missing.length === 0) return;
      await Promise.all(missing.map((place) => queue.need(base.job(place, true))));
    }
  };
  let counted: { readonly changes: number; readonly most: Promise<number> } | undefined;
  const plane: LabelPlane = {
    ...base,
    layer,
    frame,
    load,
    read: (window) => readWindow(plane, within(window), window),
    write: (patch, which) => {
      changes++;
      const { y, x, height, width } = patch;
      writePatch(plane, unsaved, { y, x, height, width, values: patch[which] });
    },
    forget: (windows) => {
      changes++;
      forgotten++;
      forgetTiles(plane, unsaved, windows);
    },
    countLabels: () => {
      if (counted?.changes !== changes) counted = { changes, most: largestLabel(plane) };
      return counted.most;
    },
  };
  return plane;
}

function readWindow(plane: LabelPlane, places: readonly TilePlace[], window: Window): Int32Array {
  const part: LabelValues = { ...window, values: new Int32Array(window.height * window.width) };
  for (const place of places) {
    const data = plane.get(0, place.row, place.column);
    if (data === undefined || plane.isStale(place))
      throw new Error("Labels of this part are not loaded yet; try again in a moment.");
    readFromTile(data, plane.tile, place, part);
  }
  return part.values;
}

function writePatch(plane: LabelPlane, unsaved: Unsaved, patch: LabelValues): void {
  unsaved.patches.push(patch);
  plane.levels.forEach((_, level) => {
    for (const place of tilesOfWindow(plane, level, patch)) {
      const data = plane.get(level, place.row, place.column);
      const part = data && writeIntoTile(data, plane, place, patch);
      if (part === undefined) continue;
      tiles.pin(plane.name, place);
      unsaved.pinned.set(keyOf(place), place);
      for (const listener of changeListeners) listener(plane, place, part);
    }
  });
  tellTiles();
}

const meet = (a: Window, b: Window): boolean =>
  a.y < b.y + b.height && b.y < a.y + a.height && a.x < b.x + b.width && b.x < a.x + a.width;

/** What is in memory is drawn until the new values have come: nothing flickers. */
function forgetTiles(plane: LabelPlane, unsaved: Unsaved, windows: readonly Window[]): void {
  const whole: Window = { y: 0, x: 0, ...plane.size };
  for (const window of windows.length === 0 ? [whole] : windows) {
    unsaved.patches = unsaved.patches.filter((patch) => !meet(patch, window));
    plane.levels.forEach((_, level) => {
      for (const place of tilesOfWindow(plane, level, window)) {
        unsaved.pinned.delete(keyOf(place));
        tiles.unpin(plane.name, place);
        if (tiles.has(plane.name, place)) unsaved.stale.add(keyOf(place));
      }
    });
  }
  tellTiles();
}

/** Read tile by tile, so that a mosaic need not fit into memory. */
async function largestLabel(plane: LabelPlane): Promise<number> {
  let most = 0;
  for (const place of tilesOfWindow(plane, 0, { y: 0, x: 0, ...plane.size })) {
    if (!tiles.has(plane.name, place) || plane.isStale(place)) await queue.need(plane.job(place, true));
    for (const label of plane.get(0, place.row, place.column) ?? []) if (label > most) most = label;
  }
  return most;
}

/** To be called when the server has all that was written: what is in memory may go again. */
export function releaseSaved(): void {
  for (const { plane, unsaved } of planes.values()) {
    unsaved.patches = [];
    for (const place of unsaved.pinned.values()) tiles.unpin(plane.name, place);
    unsaved.pinned.clear();
  }
}

/** Forgets all frames of a layer, as after it was made anew. */
export function forgetLayer(layer: LabelLayerName): void {
  for (const { plane } of planes.values()) if (plane.layer === layer) plane.forget([]);
}

/** Layers that show an edit. */
const shownIn: Readonly<Record<"annotation" | "labels" | "tracks", readonly LabelLayerName[]>> = {
  annotation: ["annotation", "candidates"],
  labels: ["labels"],
  tracks: ["tracks"],
};

onStudioEvent((event) => {
  if (event.type !== "edit") return;
  lastEdit = Math.max(lastEdit, event.number);
  for (const layer of shownIn[event.layer]) {
    // What this page has written it has; a candidate that was accepted is in another layer.
    if (event.page === pageName && layer === event.layer && layer !== "tracks") continue;
    if (event.windows.length === 0) forgetLayer(layer);
    else planes.get(`${layer} ${event.frame}`)?.plane.forget(event.windows);
  }
});

/** The stage that makes a layer. */
const stageOf = {
  candidates: "annotate",
  annotation: "annotate",
  labels: "segment",
  tracks: "track",
} as const satisfies Record<LabelLayerName, string>;

/** What was known of the layers when they were looked at last. */
interface Seen {
  readonly version: number;
  readonly finished: string;
  readonly revision: number;
}
const seen = new Map<LabelLayerName, Seen>();
/** Number of the last edit that this page was told of. */
let lastEdit = 0;

effect(() => {
  const open = project.value;
  if (open === undefined) return;
  for (const layer of ["candidates", "annotation", "labels", "tracks"] as const) {
    const version = open.labelLayers[layer];
    if (version === undefined) continue;
    const before = seen.get(layer);
    if (before?.version === version) continue;
    const { revision } = open.corrections;
    const { finished } = open.stages[stageOf[layer]];
    seen.set(layer, { version, finished, revision });
    versions.set(layer, version);
    // Edits are told one by one: what they changed is in memory, or was forgotten already.
    const isEdit = before?.finished === finished && revision > before.revision && revision <= lastEdit;
    if (before !== undefined && !isEdit) forgetLayer(layer);
  }
});

onOtherProject(() => {
  planes.clear();
  versions.clear();
  seen.clear();
  lastEdit = 0;
});
