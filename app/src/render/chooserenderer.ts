/** Chooses how the page draws: WebGL2 where hardware does it, else the CPU. */
import type { Size } from "../../../src/core/size.js";
import { cpuRenderer } from "../../../src/viewer/compositor.js";
import type { Camera, Renderer, Scene } from "../../../src/viewer/scene.js";
import { webGlRenderer } from "./webglrenderer.js";

/** Names of graphics drivers that are programs on the CPU, slower than the CPU back end. */
const software = /SwiftShader|llvmpipe|softpipe|WARP|Basic Render|Software/i;

/** Whether a context is drawn by hardware, as far as it says. */
export function isHardware(gl: WebGL2RenderingContext): boolean {
  const names = gl.getExtension("WEBGL_debug_renderer_info");
  const name: unknown = gl.getParameter(names === null ? gl.RENDERER : names.UNMASKED_RENDERER_WEBGL);
  return typeof name === "string" && !software.test(name);
}

/** A hardware that needs longer for a frame than this is none, ms. */
const slowestFrame = 60;

/** Frames that are timed. The first also compiles shaders and uploads tiles, so that the quickest counts. */
const timedFrames = 3;

/** A renderer that is on the page. */
export interface PageRenderer extends Renderer {
  /** The canvas that is drawn on now; another one after a change of the back end. */
  readonly canvas: HTMLCanvasElement;
}

/** What is preferred. */
export interface ChoiceOptions {
  /** "cpu" never tries WebGL2. Default: what is quicker. */
  readonly prefer?: "cpu" | "auto" | undefined;
}

/**
 * Puts a canvas into an element and draws on it. A WebGL2 context that is software, slow in its first frames or
 * lost later is replaced by the CPU back end without a word: the picture is the same.
 */
export function chooseRenderer(holder: HTMLElement, { prefer = "auto" }: ChoiceOptions = {}): PageRenderer {
  let size: Size = { height: 1, width: 1 };
  let last: { scene: Scene; camera: Camera } | undefined;
  const toCpu = (): void => {
    if (current.renderer.name === "cpu") return;
    const old = current;
    current = onCpu(holder);
    old.renderer.dispose();
    old.canvas.remove();
    current.renderer.resize(size);
    if (last !== undefined) current.renderer.draw(last.scene, last.camera);
  };
  let current = (prefer === "auto" ? onHardware(holder, toCpu) : undefined) ?? onCpu(holder);
  return {
    get name() {
      return current.renderer.name;
    },
    get canvas() {
      return current.canvas;
    },
    draw(scene, camera) {
      last = { scene, camera };
      current.renderer.draw(scene, camera);
    },
    resize(next) {
      size = next;
      current.renderer.resize(next);
    },
    changed: (plane, level, row, column, part) => current.renderer.changed(plane, level, row, column, part),
    dispose() {
      current.renderer.dispose();
      current.canvas.remove();
    },
  };
}

interface Placed {
  readonly renderer: Renderer;
  readonly canvas: HTMLCanvasElement;
}

function newCanvas(holder: HTMLElement): HTMLCanvasElement {
  const canvas = holder.ownerDocument.createElement("canvas");
  canvas.className = "screen";
  return canvas;
}

/** @param fail is called when the context is lost or slow */
function onHardware(holder: HTMLElement, fail: () => void): Placed | undefined {
  const canvas = newCanvas(holder);
  const renderer = quietly(() => webGlRenderer(canvas));
  if (renderer === undefined) return undefined;
  const { gl } = renderer;
  if (!isHardware(gl)) {
    renderer.dispose();
    return undefined;
  }
  let isOver = false;
  const leave = (): void => {
    if (!isOver) fail();
    isOver = true;
  };
  canvas.addEventListener("webglcontextlost", leave);
  holder.append(canvas);
  const times: number[] = [];
  let started = 0;
  const draw = (scene: Scene, camera: Camera): void => {
    const start = performance.now();
    renderer.draw(scene, camera);
    if (started++ >= timedFrames) return;
    whenDrawn(gl, () => {
      times.push(performance.now() - start);
      if (times.length === timedFrames && Math.min(...times) > slowestFrame) leave();
    });
  };
  const dispose = (): void => {
    isOver = true;
    renderer.dispose();
  };
  return { renderer: { ...renderer, draw, dispose }, canvas };
}

/** Calls back when all that was asked of a context is drawn. Nothing waits for it. */
function whenDrawn(gl: WebGL2RenderingContext, done: () => void): void {
  const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  if (fence === null) return;
  gl.flush();
  const look = (): void => {
    if (gl.isContextLost()) return;
    if (gl.getSyncParameter(fence, gl.SYNC_STATUS) !== gl.SIGNALED) setTimeout(look, 2);
    else {
      gl.deleteSync(fence);
      done();
    }
  };
  setTimeout(look, 0);
}

function quietly<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    // A driver that compiles no shader is no hardware to draw with.
    return undefined;
  }
}

/** Frames that take longer are drawn at half resolution while the view moves, ms. */
const slowFrame = 30;

/** The view rests when nothing was drawn for this long, ms. */
const rest = 120;

function onCpu(holder: HTMLElement): Placed {
  const canvas = newCanvas(holder);
  holder.append(canvas);
  return { renderer: movingCpuRenderer(canvas), canvas };
}

/** Draws in full and at half resolution on the same canvas. */
function fullAndHalf(canvas: HTMLCanvasElement): {
  readonly full: Renderer;
  readonly half: Renderer;
  /** What the half picture is put on first. */
  readonly small: HTMLCanvasElement;
  /** Whether all of the last full picture was drawn, and not only what changed. */
  readonly isWhole: () => boolean;
  /** Says that the canvas shows something else than the last full picture. */
  readonly isOther: () => void;
} {
  const context = canvas.getContext("2d", { alpha: false })!;
  const small = canvas.ownerDocument.createElement("canvas");
  const smallContext = small.getContext("2d", { alpha: false })!;
  // Whether the canvas shows the full picture before.
  let isCurrent = false;
  const isOther = (): void => {
    isCurrent = false;
  };
  canvas.addEventListener("contextrestored", isOther);
  let isWhole = true;
  const full = cpuRenderer(({ data, width, height }, part) => {
    isWhole = part.height === height && part.width === width;
    const { y, x, ...size } = !isCurrent ? { y: 0, x: 0, height, width } : part;
    isCurrent = true;
    if (size.height > 0)
      context.putImageData(new ImageData(data, width, height), 0, 0, x, y, size.width, size.height);
  });
  const half = cpuRenderer(({ data, width, height }) => {
    isOther();
    smallContext.putImageData(new ImageData(data, width, height), 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, 2 * width, 2 * height);
  });
  return { full, half, small, isWhole: () => isWhole, isOther };
}

/**
 * The CPU back end on a canvas. Where it is slow it draws a moving view at half resolution, and in full when the
 * view rests.
 */
export function movingCpuRenderer(canvas: HTMLCanvasElement): Renderer {
  const { full, half, small, isWhole, isOther } = fullAndHalf(canvas);
  let duration = 0;
  let drawn = { at: -Infinity, camera: undefined as Camera | undefined };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const drawFull = (scene: Scene, camera: Camera): void => {
    const start = performance.now();
    full.draw(scene, camera);
    if (isWhole()) duration = performance.now() - start;
  };
  return {
    name: "cpu",
    draw(scene, camera) {
      clearTimeout(timer);
      const now = performance.now();
      const isMoving = now - drawn.at < rest && drawn.camera !== undefined && !isSame(drawn.camera, camera);
      if (isMoving && duration > slowFrame) {
        const { height, width } = canvas;
        // An odd edge shows half a pixel more: the middle of the view stays where it is.
        const shift = { y: (height % 2) / 2 / camera.zoom, x: (width % 2) / 2 / camera.zoom };
        half.draw(scene, { y: camera.y + shift.y, x: camera.x + shift.x, zoom: camera.zoom / 2 });
        timer = setTimeout(() => drawFull(scene, camera), rest);
      } else drawFull(scene, camera);
      drawn = { at: performance.now(), camera };
    },
    resize({ height, width }) {
      if (canvas.width !== width || canvas.height !== height) {
        [canvas.width, canvas.height] = [width, height];
        isOther();
      }
      const halved = { height: Math.ceil(height / 2), width: Math.ceil(width / 2) };
      [small.height, small.width] = [halved.height, halved.width];
      full.resize({ height, width });
      half.resize(halved);
    },
    changed(...change) {
      full.changed(...change);
      half.changed(...change);
    },
    dispose() {
      clearTimeout(timer);
      full.dispose();
      half.dispose();
    },
  };
}

const isSame = (a: Camera, b: Camera): boolean => a.y === b.y && a.x === b.x && a.zoom === b.zoom;
