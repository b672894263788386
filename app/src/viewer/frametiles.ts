/** Which tiles a view needs: those that are visible, and those that will be looked at next. */
import type { Size } from "../../../src/core/size.js";
import type { Camera } from "../../../src/viewer/scene.js";
import { type ScreenPlaces, screenPlaces } from "../../../src/viewer/screenplaces.js";
import { cellsOf, missingTiles, type TilePlace } from "../../../src/viewer/visibletiles.js";
import { frameCount, playing } from "../state/display.js";
import { project } from "../state/openproject.js";
import type { TileJob } from "./tilequeue.js";
import { type FrameScene, frameScene } from "./viewscene.js";
import { type LoadedPlane, tileLimit } from "./zarrtiles.js";

/** Frames that are fetched in advance: while the movie runs, and while nothing happens. */
const ahead = { playing: 8, idle: 2 };

/** Size in px of the device. */
export const pixelsOf = ({ height, width }: Size, ratio: number): Size => ({
  height: Math.max(1, Math.round(height * ratio)),
  width: Math.max(1, Math.round(width * ratio)),
});

/** How much of a frame is in memory. */
export interface TileState {
  readonly missing: readonly TileJob[];
  /** Whether there is something to draw everywhere, if only from coarser tiles. */
  readonly isCovered: boolean;
}

/** What of the visible part of a frame is in memory, and what is not. */
export function tilesOfView({ scene, planes, isComing }: FrameScene, looking: Camera, size: Size): TileState {
  const zoom = looking.zoom * devicePixelRatio;
  const places = screenPlaces(scene.size, { ...looking, zoom }, pixelsOf(size, devicePixelRatio));
  return {
    missing: planes.flatMap((plane) => jobsOf(plane, zoom, places, true)),
    isCovered:
      !isComing &&
      planes.every((plane) => cellsOf(plane, zoom, places).sources.every((source) => source !== undefined)),
  };
}

const jobsOf = (
  plane: LoadedPlane<ArrayBufferView>,
  zoom: number,
  places: ScreenPlaces,
  isVisible: boolean,
): TileJob[] =>
  [...missingTiles(plane, zoom, places), ...staleTiles(plane, zoom, places)].map((place) =>
    plane.job(place, isVisible),
  );

/** Tiles that are drawn until newer ones have come. */
function staleTiles(plane: LoadedPlane<ArrayBufferView>, zoom: number, places: ScreenPlaces): TilePlace[] {
  const { level, sources } = cellsOf(plane, zoom, places);
  return sources.flatMap((source) =>
    source?.level === level && plane.isStale(source)
      ? [{ level, row: source.row, column: source.column }]
      : [],
  );
}

/** Tiles of the frames that will be looked at next, as long as they leave room for what is looked at now. */
export function tilesAhead(now: number, looking: Camera, size: Size): TileJob[] {
  if (project.peek()?.kind !== "movie") return [];
  const steps = playing.peek()
    ? Array.from({ length: ahead.playing }, (_, i) => i + 1)
    : Array.from({ length: ahead.idle }, (_, i) => [i + 1, -i - 1]).flat();
  const count = frameCount.peek();
  const jobs: TileJob[] = [];
  let room = tileLimit / 3;
  for (const step of steps) {
    const at = playing.peek() ? (now + step) % count : now + step;
    const next = at >= 0 && at < count && at !== now ? frameScene(at) : undefined;
    if (next === undefined) continue;
    const zoom = looking.zoom * devicePixelRatio;
    const screen = pixelsOf(size, devicePixelRatio);
    const places = screenPlaces(next.scene.size, { ...looking, zoom }, screen);
    for (const plane of next.planes) {
      for (const job of jobsOf(plane, zoom, places, false)) {
        room -= plane.tile ** 2 * 4;
        if (room < 0) return jobs;
        jobs.push(job);
      }
    }
  }
  return jobs;
}
