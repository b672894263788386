/** Compares the back ends of the studio in a page, and times them. Bundled by `studiorender.browser.test.ts`. */
import { chooseRenderer, isHardware } from "../../app/src/render/chooserenderer.js";
import { webGlRenderer, type WebGlRenderer } from "../../app/src/render/webglrenderer.js";
import { cpuRenderer } from "../../src/viewer/compositor.js";
import type { Camera, Renderer, Scene } from "../../src/viewer/scene.js";
import { channel, discLabel, labelled, pixels, planeOf, scenes } from "./renderscene.js";

/** What differs between two pictures. */
export interface Difference {
  /** Largest, 0..255, and how many bytes differ at all. */
  readonly largest: number;
  readonly bytes: number;
  /** Colours of the picture, to know that there is one. */
  readonly colours: number;
  /** Of the context, 0 for none. */
  readonly error: number;
}

const screen = { height: 240, width: 333 };

function newGl(): WebGlRenderer {
  const renderer = webGlRenderer(document.createElement("canvas"));
  if (renderer === undefined) throw new Error("no WebGL2");
  renderer.resize(screen);
  return renderer;
}

/** The picture, first row above. */
function readPicture({ gl }: WebGlRenderer): Uint8Array {
  const { height, width } = screen;
  const bytes = new Uint8Array(4 * height * width);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
  const out = new Uint8Array(bytes.length);
  for (let y = 0; y < height; y++)
    out.set(bytes.subarray(4 * y * width, 4 * (y + 1) * width), 4 * (height - 1 - y) * width);
  return out;
}

function differenceOf(gl: WebGlRenderer, scene: Scene, camera: Camera): Difference {
  const cpu = cpuRenderer();
  cpu.resize(screen);
  cpu.draw(scene, camera);
  gl.draw(scene, camera);
  const [a, b] = [cpu.picture.data, readPicture(gl)];
  let [largest, bytes] = [0, 0];
  a.forEach((value, i) => {
    const difference = Math.abs(value - b[i]!);
    if (difference > 0) bytes++;
    largest = Math.max(largest, difference);
  });
  const colours = new Set(new Uint32Array(a.buffer)).size;
  return { largest, bytes, colours, error: gl.gl.getError() };
}

const all = scenes();
let shared: WebGlRenderer | undefined;

/** Draws a scene with both. */
function compare(name: string, camera: Camera): Difference {
  shared ??= newGl();
  return differenceOf(shared, all[name]!, camera);
}

/** Both after a stroke into one tile, which was on the card before. */
function compareEdited(): {
  readonly before: Difference;
  readonly after: Difference;
  readonly stale: Difference;
} {
  const size = { height: 200, width: 200 };
  const plane = planeOf(size, pixels(Int32Array, size, discLabel), { levels: 1 });
  const scene = { size, images: [], labels: [labelled(plane)], lines: [] };
  const camera = { y: 90, x: 90, zoom: 1.5 };
  const gl = newGl();
  const before = differenceOf(gl, scene, camera);
  const tile = plane.get(0, 1, 1)!;
  for (let y = 10; y < 30; y++) tile.fill(3, y * 64 + 20, y * 64 + 50);
  const stale = differenceOf(gl, scene, camera);
  gl.changed(plane, 0, 1, 1, { y: 10, x: 20, height: 20, width: 30 });
  const after = differenceOf(gl, scene, camera);
  return { before, after, stale };
}

/** Bytes on the card when many planes are drawn one after another. */
function boundedBytes(): { readonly bytes: number; readonly last: Difference } {
  const renderer = webGlRenderer(document.createElement("canvas"), { limit: 200_000 })!;
  renderer.resize(screen);
  const size = { height: 128, width: 128 };
  let last: Difference | undefined;
  for (let k = 0; k < 20; k++) {
    const plane = planeOf(
      size,
      pixels(Uint16Array, size, (y, x) => y * 20 + x + k),
      { levels: 1 },
    );
    last = differenceOf(
      renderer,
      { size, images: [channel(plane)], labels: [], lines: [] },
      { y: 60, x: 60, zoom: 2 },
    );
  }
  return { bytes: renderer.bytes, last: last! };
}

/** Best and median time of a picture of 1,600 x 1,000 px, ms, by name and back end. */
function times(): Record<string, readonly [best: number, median: number]> {
  const size = { height: 2048, width: 2048 };
  const cut = { tile: 512, levels: 3 };
  const image = channel(
    planeOf(
      size,
      pixels(Uint16Array, size, (y, x) => (x * 37 + y * 91) % 5000),
      cut,
    ),
  );
  const labels = labelled(planeOf(size, pixels(Int32Array, size, discLabel), cut), {
    colours: new Uint32Array(8000).fill(0xff20c0f0),
  });
  const segments = 98_000;
  const ends = new Float32Array(4 * segments);
  for (let i = 0; i < segments; i++) {
    const [y, x] = [(i * 61.7) % 2048, (i * 113.3) % 2048];
    ends.set([y, x, y + (i % 9) - 4, x + (i % 7) - 3], 4 * i);
  }
  const lines = { ends, colours: new Uint32Array(segments).fill(0xff00ff00), width: 1 };
  const scene = { size, images: [image], labels: [], lines: [] };
  const many: Record<string, Scene> = {
    image: scene,
    labels: { ...scene, labels: [labels] },
    lines: { ...scene, lines: [lines] },
  };
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { alpha: false })!;
  const onCanvas = cpuRenderer(({ data, width, height }) =>
    context.putImageData(new ImageData(data, width, height), 0, 0),
  );
  const gl = newGl();
  const waiting: Renderer = {
    ...gl,
    draw(what, camera) {
      gl.draw(what, camera);
      gl.gl.readPixels(0, 0, 1, 1, gl.gl.RGBA, gl.gl.UNSIGNED_BYTE, new Uint8Array(4));
    },
  };
  const out: Record<string, readonly [number, number]> = {};
  for (const [name, renderer, rounds] of [
    ["cpu", onCanvas, 30],
    ["gl", waiting, 5],
  ] as const) {
    [canvas.width, canvas.height] = [1600, 1000];
    renderer.resize({ height: 1000, width: 1600 });
    for (const [what, each] of Object.entries(many)) {
      if (name === "gl" && what === "lines") continue;
      for (const zoom of [1, 8, 0.45]) {
        const taken = Array.from({ length: rounds }, (_, i) => {
          const start = performance.now();
          renderer.draw(each, { y: 1000 + 3 * i, x: 1000 + 5 * i, zoom });
          return performance.now() - start;
        }).sort((a, b) => a - b);
        out[`${name} ${what} ${zoom}`] = [taken[0]!, taken[rounds >> 1]!];
      }
    }
  }
  return out;
}

/** What the page would choose here, and what it shows of a scene. */
function choice(): { readonly name: string; readonly hardware: boolean; readonly colours: number } {
  const renderer = chooseRenderer(document.body);
  renderer.resize(screen);
  renderer.draw(all["everything"]!, { y: 150, x: 200, zoom: 1 });
  const { canvas } = renderer;
  const data = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data;
  const colours = data === undefined ? 0 : new Set(new Uint32Array(data.buffer)).size;
  const hardware = isHardware((shared ??= newGl()).gl);
  const { name } = renderer;
  renderer.dispose();
  return { name, hardware, colours };
}

Object.assign(globalThis, { rendering: { compare, compareEdited, boundedBytes, times, choice } });
