/** Draws the view: when something has changed, and no oftener than the screen does. */
import { effect } from "@preact/signals";
import type { Size } from "../../../src/core/size.js";
import type { Camera, Renderer } from "../../../src/viewer/scene.js";
import { cameraToFit, imagePlace, placeOnScreen } from "../../../src/viewer/screenplaces.js";
import { chooseRenderer } from "../render/chooserenderer.js";
import { channels, playing, showChannel, shownFrame } from "../state/display.js";
import { project } from "../state/openproject.js";
import { camera, frame } from "../state/place.js";
import { pixelsOf, tilesAhead, tilesOfView } from "./frametiles.js";
import { onTileChanged } from "./labelplanes.js";
import { autoContrastOf } from "./visiblehistogram.js";
import { type FrameScene, frameScene, type ShownLabels, watchDisplay } from "./viewscene.js";
import { onTiles, queue } from "./zarrtiles.js";

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

/** A place on the page, CSS px. */
interface PagePoint {
  readonly clientX: number;
  readonly clientY: number;
}

/** The drawing of one view. */
export interface ViewEngine {
  /** CSS px. */
  readonly size: () => Size;
  /** What is on the screen. */
  readonly shown: () => FrameScene | undefined;
  readonly toImage: (place: PagePoint) => ImagePoint;
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
/** All engines, the one that was made last at the end. */
export const engines: ViewEngine[] = [];

/** What the functions of an engine share. */
interface View extends ViewCanvases {
  readonly renderer: Renderer;
  own: readonly ShownLabels[] | undefined;
  paintOver: DrawOverlay | undefined;
  /** CSS px. */
  size: Size;
  shown: FrameScene | undefined;
  /** Number of the request to draw; 0 for none. */
  requested: number;
  timer: number;
  lastDraw: number;
  isComplete: boolean;
  /** Since when the picture of the frame has been on its way. */
  waitingSince: number;
  readonly waiters: Set<() => void>;
}

function invalidate(view: View): void {
  view.isComplete = false;
  if (view.requested === 0) view.requested = requestAnimationFrame(() => drawFrame(view));
}

function drawFrame(view: View): void {
  view.requested = 0;
  const wanted = frame.peek();
  if (project.peek() === undefined || view.size.height < 2) return;
  const next = frameScene(wanted, view.own);
  if (next === undefined) {
    if (view.shown !== undefined) show(view, view.shown);
    return;
  }
  fit(next.scene.size, view.size);
  const looking = camera.peek()!;
  const { missing, isCovered } = tilesOfView(next, looking, view.size);
  const isAllThere = missing.length === 0 && !next.isComing;
  queue.want(view.host, isAllThere ? tilesAhead(wanted, looking, view.size) : missing);
  if (isCovered) setContrast(next);
  const now = performance.now();
  if (view.shown?.frame === wanted) view.waitingSince = now;
  const isReady = isCovered || now - view.waitingSince > patience || view.shown === undefined;
  if (isReady) view.shown = next;
  else if (view.timer === 0) view.timer = window.setTimeout(() => wake(view), patience);
  show(view, view.shown!);
  if (isReady && shownFrame.peek() !== wanted) shownFrame.value = wanted;
  // The contrast that was just set, or a wish that could not be kept, has it drawn again.
  if (!isReady || !isAllThere || view.requested !== 0) return;
  view.isComplete = true;
  for (const resolve of view.waiters) resolve();
  view.waiters.clear();
}

function wake(view: View): void {
  view.timer = 0;
  invalidate(view);
}

function show(view: View, picture: FrameScene): void {
  const looking = camera.peek() ?? cameraToFit(picture.scene.size, view.size);
  const start = performance.now();
  view.renderer.resize(pixelsOf(view.size, devicePixelRatio));
  view.renderer.draw(picture.scene, { ...looking, zoom: looking.zoom * devicePixelRatio });
  view.lastDraw = performance.now() - start;
  drawOverlay(view);
}

function drawOverlay({ overlay, size, paintOver }: View): void {
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

/** Draws again whenever something changes. @returns ends it */
function listenToChanges(view: View): () => void {
  const { host, renderer } = view;
  const observer = new ResizeObserver(() => {
    view.size = { height: host.clientHeight, width: host.clientWidth };
    invalidate(view);
  });
  observer.observe(host);
  const ends = [
    () => observer.disconnect(),
    onTiles(() => invalidate(view)),
    onTileChanged((plane, { level, row, column }, part) => renderer.changed(plane, level, row, column, part)),
    effect(() => {
      void [frame.value, camera.value, project.value, playing.value];
      watchDisplay();
      invalidate(view);
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function toImage({ host, size }: View, { clientX, clientY }: PagePoint): ImagePoint {
  const { top, left } = host.getBoundingClientRect();
  const looking = camera.peek() ?? { y: 0, x: 0, zoom: 1 };
  const [y, x] = imagePlace(looking, size, clientY - top, clientX - left);
  return { y, x };
}

/** Starts drawing. */
export function viewEngine(canvases: ViewCanvases): ViewEngine {
  const view: View = {
    ...canvases,
    renderer: chooseRenderer(canvases.holder),
    own: undefined,
    paintOver: undefined,
    size: { height: 1, width: 1 },
    shown: undefined,
    requested: 0,
    timer: 0,
    lastDraw: 0,
    isComplete: false,
    waitingSince: performance.now(),
    waiters: new Set(),
  };
  const end = listenToChanges(view);
  let endOverlay: () => void = () => undefined;
  const engine: ViewEngine = {
    size: () => view.size,
    shown: () => view.shown,
    toImage: (point) => toImage(view, point),
    setLabels: (labels) => {
      view.own = labels;
      invalidate(view);
    },
    setOverlay: (draws) => {
      endOverlay();
      view.paintOver = draws;
      // Signals that the drawing reads have it drawn again.
      endOverlay = effect(() => drawOverlay(view));
    },
    drawOverlay: () => drawOverlay(view),
    invalidate: () => invalidate(view),
    settled: () =>
      view.isComplete ? Promise.resolve() : new Promise((resolve) => view.waiters.add(resolve)),
    lastDraw: () => view.lastDraw,
    renderer: () => view.renderer.name,
    dispose() {
      end();
      endOverlay();
      cancelAnimationFrame(view.requested);
      clearTimeout(view.timer);
      queue.want(view.host, []);
      view.renderer.dispose();
      engines.splice(engines.indexOf(engine), 1);
    },
  };
  engines.push(engine);
  return engine;
}

/** A little room around the image. */
const withMargin = (fit: Camera): Camera => ({ ...fit, zoom: fit.zoom * 0.97 });

/** The camera that shows the whole image with a little room around it. */
const fittingCamera = (image: Size, screen: Size): Camera => withMargin(cameraToFit(image, screen));

/** The camera that was made to fit last, as long as nobody has moved it. */
let fitted: Camera | undefined;

/** The image as a whole is shown until somebody looks closer, however large the view becomes. */
function fit(image: Size, screen: Size): void {
  const now = camera.peek();
  if (now !== undefined && now !== fitted) return;
  const next = fittingCamera(image, screen);
  if (now?.zoom === next.zoom && now.y === next.y && now.x === next.x) return;
  fitted = next;
  camera.value = next;
}

/** Shows the whole image. */
export function fitCamera(image: Size, screen: Size): void {
  fitted = undefined;
  camera.value = undefined;
  fit(image, screen);
}

/** Channels that have no contrast yet get one from the first picture. */
function setContrast({ channels: drawn }: FrameScene): void {
  for (const { index, plane } of drawn) {
    if (Number.isNaN(channels.peek()[index]!.low)) showChannel(index, autoContrastOf(plane));
  }
}
