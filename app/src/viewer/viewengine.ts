/** Draws the view: when something has changed, and no oftener than the screen does. */
import { effect } from "@preact/signals";
import type { Size } from "../../../src/core/size.js";
import type { Camera, Renderer } from "../../../src/viewer/scene.js";
import { cameraToFit, imagePlace, placeOnScreen, type ScreenPlaces, screenPlaces } from "../../../src/viewer/screenplaces.js";
import { cellsOf, missingTiles, type TilePlace } from "../../../src/viewer/visibletiles.js";
import { channels, frameCount, playing, showChannel, shownFrame } from "../state/display.js";
import { project } from "../state/openproject.js";
import { camera, frame } from "../state/place.js";
import { chooseRenderer } from "../render/chooserenderer.js";
import { onTileChanged } from "./labelplanes.js";
import type { TileJob } from "./tilequeue.js";
import { type FrameScene, frameScene, type ShownLabels, watchDisplay } from "./viewscene.js";
import { autoContrastOf } from "./visiblehistogram.js";
import { type LoadedPlane, onTiles, queue, tileLimit } from "./zarrtiles.js";

/** A place in the image, px; the centre of the top left pixel is (0, 0). */
export interface ImagePoint {
  readonly y: number;
  readonly x: number;
}

/** Draws over the image. @param toScreen image px to CSS px of the view, y before x */
export type DrawOverlay = (
  context: CanvasRenderingContext2D,
  toScreen: (point: ImagePoint) => readonly [y: number, x: number],
) => void;

/** The drawing of one view. */
export interface ViewEngine {
  /** CSS px. */
  readonly size: () => Size;
  /** What is on the screen. */
  readonly shown: () => FrameScene | undefined;
  readonly toImage: (place: { readonly clientX: number; readonly clientY: number }) => ImagePoint;
  readonly setLabels: (labels: readonly ShownLabels[] | undefined) => void;
  readonly setOverlay: (overlay: DrawOverlay | undefined) => void;
  readonly drawOverlay: () => void;
  /** Something has changed. */
  readonly invalidate: () => void;
  /** Resolves when all that is visible is drawn as it is. */
  readonly settled: () => Promise<void>;
  /** Of the last picture, ms. */
  readonly lastDraw: () => number;
  readonly renderer: () => Renderer["name"];
  readonly dispose: () => void;
}

/** What an engine draws into. */
export interface ViewCanvases {
  readonly host: HTMLElement;
  /** Gets the canvas of the renderer. */
  readonly holder: HTMLElement;
  readonly overlay: HTMLCanvasElement;
}

/** The picture of the frame before stays for so long while the next one is on its way, ms. */
const patience = 2500;
/** Frames that are fetched in advance: while the movie runs, and while nothing happens. */
const ahead = { playing: 8, idle: 2 };

/** All engines, the one that was made last at the end. */
export const engines: ViewEngine[] = [];

/** Starts drawing. */
export function viewEngine({ host, holder, overlay }: ViewCanvases): ViewEngine {
  const renderer = chooseRenderer(holder);
  let own: readonly ShownLabels[] | undefined;
  let paintOver: DrawOverlay | undefined;
  let size: Size = { height: 1, width: 1 };
  let shown: FrameScene | undefined;
  let requested = 0;
  let restTimer = 0;
  let lastDraw = 0;
  let isComplete = false;
  let waitingSince = performance.now();
  const waiters = new Set<() => void>();

  const invalidate = (): void => {
    isComplete = false;
    if (requested === 0) requested = requestAnimationFrame(draw);
  };

  function draw(): void {
    requested = 0;
    const open = project.peek();
    if (open === undefined || size.height < 2) return;
    const wanted = frame.peek();
    const next = frameScene(wanted, own);
    const now = performance.now();
    if (next === undefined) {
      if (shown !== undefined) show(shown);
      return;
    }
    if (camera.peek() === undefined) camera.value = withMargin(cameraToFit(next.scene.size, size));
    const state = stateOf(next, camera.peek()!, size);
    queue.want(host, [...state.missing, ...(state.missing.length === 0 ? aheadOf(wanted, size) : [])]);
    if (state.isCovered) setContrast(next);
    const isNew = shown?.frame !== wanted;
    if (!isNew) waitingSince = now;
    const isReady = state.isCovered || now - waitingSince > patience || shown === undefined;
    if (isReady) shown = next;
    else if (restTimer === 0) restTimer = window.setTimeout(atRest, patience);
    if (shown !== undefined) show(shown);
    if (isReady && shownFrame.peek() !== wanted) shownFrame.value = wanted;
    if (!isReady || state.missing.length > 0 || requested !== 0) return;
    isComplete = true;
    for (const resolve of waiters) resolve();
    waiters.clear();
  }

  const atRest = (): void => {
    restTimer = 0;
    invalidate();
  };

  function show(picture: FrameScene): void {
    const looking = camera.peek() ?? cameraToFit(picture.scene.size, size);
    const start = performance.now();
    renderer.resize(pixelsOf(size, devicePixelRatio));
    renderer.draw(picture.scene, { ...looking, zoom: looking.zoom * devicePixelRatio });
    lastDraw = performance.now() - start;
    drawOverlay();
  }

  function drawOverlay(): void {
    const pixels = pixelsOf(size, devicePixelRatio);
    if (overlay.width !== pixels.width) overlay.width = pixels.width;
    if (overlay.height !== pixels.height) overlay.height = pixels.height;
    const context = overlay.getContext("2d")!;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, overlay.width, overlay.height);
    const looking = camera.peek();
    if (paintOver === undefined || looking === undefined) return;
    context.scale(devicePixelRatio, devicePixelRatio);
    context.save();
    paintOver(context, ({ y, x }) => placeOnScreen(looking, size, y, x));
    context.restore();
  }

  const observer = new ResizeObserver(() => {
    size = { height: host.clientHeight, width: host.clientWidth };
    invalidate();
  });
  observer.observe(host);
  const ends = [
    () => observer.disconnect(),
    onTiles(invalidate),
    onTileChanged((plane, { level, row, column }, part) => renderer.changed(plane, level, row, column, part)),
    effect(() => {
      void [camera.value, project.value, playing.value];
      void frame.value;
      watchDisplay();
      invalidate();
    }),
  ];

  const engine: ViewEngine = {
    size: () => size,
    shown: () => shown,
    toImage: ({ clientX, clientY }) => {
      const { top, left } = host.getBoundingClientRect();
      const [y, x] = imagePlace(camera.peek() ?? { y: 0, x: 0, zoom: 1 }, size, clientY - top, clientX - left);
      return { y, x };
    },
    setLabels: (labels) => {
      own = labels;
      invalidate();
    },
    setOverlay: (draws) => {
      paintOver = draws;
      drawOverlay();
    },
    drawOverlay,
    invalidate,
    settled: () => (isComplete ? Promise.resolve() : new Promise((resolve) => waiters.add(resolve))),
    lastDraw: () => lastDraw,
    renderer: () => renderer.name,
    dispose() {
      for (const end of ends) end();
      cancelAnimationFrame(requested);
      clearTimeout(restTimer);
      queue.want(host, []);
      renderer.dispose();
      engines.splice(engines.indexOf(engine), 1);
    },
  };
  engines.push(engine);
  return engine;
}

const pixelsOf = ({ height, width }: Size, ratio: number): Size => ({
  height: Math.max(1, Math.round(height * ratio)),
  width: Math.max(1, Math.round(width * ratio)),
});

/** A little room around the image. */
const withMargin = (fit: Camera): Camera => ({ ...fit, zoom: fit.zoom * 0.97 });

/** The camera that shows the whole image with a little room around it. */
export const fittingCamera = (image: Size, screen: Size): Camera => withMargin(cameraToFit(image, screen));

interface TileState {
  readonly missing: readonly TileJob[];
  /** Whether there is something to draw everywhere, if only from coarser tiles. */
  readonly isCovered: boolean;
}

function stateOf({ scene, planes }: FrameScene, looking: Camera, size: Size): TileState {
  const zoom = looking.zoom * devicePixelRatio;
  const places = screenPlaces(scene.size, { ...looking, zoom }, pixelsOf(size, devicePixelRatio));
  return {
    missing: planes.flatMap((plane) => jobsOf(plane, zoom, places, true)),
    isCovered: planes.every((plane) => cellsOf(plane, zoom, places).sources.every((source) => source !== undefined)),
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
    source?.level === level && plane.isStale(source) ? [{ level, row: source.row, column: source.column }] : [],
  );
}

/** Tiles of the frames that will be looked at next, as long as they leave room for what is looked at now. */
function aheadOf(now: number, size: Size): TileJob[] {
  const looking = camera.peek();
  if (looking === undefined || project.peek()?.kind !== "movie") return [];
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

/** Channels that have no contrast yet get one from the first picture. */
function setContrast({ channels: drawn }: FrameScene): void {
  for (const { index, plane } of drawn) {
    if (Number.isNaN(channels.peek()[index]!.low))
      showChannel(index, autoContrastOf(plane));
  }
}
