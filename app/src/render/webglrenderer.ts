/** Draws scenes with WebGL2: one rectangle for each tile that is seen. */
import { extent } from "../../../src/viewer/compositor.js";
import { slopeOf } from "../../../src/viewer/lookuptable.js";
import { outside } from "../../../src/viewer/packedcolour.js";
import type { ImageLayer, LineLayer, Renderer, Scene, Camera } from "../../../src/viewer/scene.js";
import { screenLines } from "../../../src/viewer/screenlines.js";
import { type ScreenPlaces, screenPlaces } from "../../../src/viewer/screenplaces.js";
import { cellsOf } from "../../../src/viewer/visibletiles.js";
import { compileProgram, type Program } from "./glprogram.js";
import { type LabelDrawer, labelDrawer } from "./gllabels.js";
import { imageFragment, lineFragment, lineVertex, rectangleVertex } from "./glshaders.js";
import { plainTexture, type TileTextures, tileTextures } from "./gltextures.js";

/** The WebGL2 back end. */
export interface WebGlRenderer extends Renderer {
  readonly name: "webgl2";
  readonly gl: WebGL2RenderingContext;
  /** Bytes of the tiles on the card. */
  readonly bytes: number;
}

/** How the back end is made. */
export interface WebGlOptions {
  /** Bytes of tiles that are kept on the card. Default 384 MiB. */
  readonly limit?: number | undefined;
}

interface Parts {
  readonly gl: WebGL2RenderingContext;
  readonly tiles: TileTextures;
  readonly integers: Program;
  readonly floats: Program;
  readonly lines: Program;
  readonly labels: LabelDrawer;
  readonly places: WebGLTexture;
  readonly steps: WebGLBuffer;
  readonly colours: WebGLBuffer;
}

const usualLimit = 384 * 2 ** 20;

/** Makes the back end. @returns undefined where the canvas gives no WebGL2 context */
export function webGlRenderer(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  { limit = usualLimit }: WebGlOptions = {},
): WebGlRenderer | undefined {
  const gl = canvas.getContext("webgl2", {
    alpha: false,
    antialias: false,
    depth: false,
    powerPreference: "high-performance",
  });
  if (gl === null) return undefined;
  const parts = partsOf(gl, limit);
  return {
    name: "webgl2",
    gl,
    get bytes() {
      return parts.tiles.bytes;
    },
    draw: (scene, camera) => drawScene(parts, scene, camera, canvas),
    resize({ height, width }) {
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
    },
    changed(plane, level, row, column, part) {
      const tile = plane.get(level, row, column);
      if (tile !== undefined) parts.tiles.update(tile, plane.tile, part);
    },
    dispose() {
      parts.tiles.dispose();
      gl.getExtension("WEBGL_lose_context")?.loseContext();
    },
  };
}

function partsOf(gl: WebGL2RenderingContext, limit: number): Parts {
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  gl.bindVertexArray(gl.createVertexArray());
  const tiles = tileTextures(gl, limit);
  return {
    gl,
    tiles,
    integers: compileProgram(gl, rectangleVertex, imageFragment("uint")),
    floats: compileProgram(gl, rectangleVertex, imageFragment("float")),
    lines: compileProgram(gl, lineVertex, lineFragment),
    labels: labelDrawer(gl, tiles),
    places: plainTexture(gl),
    steps: gl.createBuffer(),
    colours: gl.createBuffer(),
  };
}

function drawScene(
  parts: Parts,
  scene: Scene,
  camera: Camera,
  size: { readonly height: number; readonly width: number },
): void {
  const { gl, tiles } = parts;
  const screen = { height: size.height, width: size.width };
  const places = screenPlaces(scene.size, camera, screen);
  tiles.begin();
  gl.viewport(0, 0, screen.width, screen.height);
  gl.enable(gl.BLEND);
  clear(gl, places);
  bindPlaces(parts, places);
  gl.enable(gl.SCISSOR_TEST);
  for (const layer of scene.images) drawImage(parts, layer, camera.zoom, places);
  for (const layer of scene.labels) parts.labels.draw(layer, camera.zoom, places);
  gl.disable(gl.SCISSOR_TEST);
  for (const layer of scene.lines) drawLines(parts, layer, camera, screen);
}

/** Grey outside the image and black inside, which stays the part that is drawn on. */
function clear(gl: WebGL2RenderingContext, { size, rows, columns }: ScreenPlaces): void {
  gl.disable(gl.SCISSOR_TEST);
  gl.clearColor((outside & 255) / 255, ((outside >>> 8) & 255) / 255, ((outside >>> 16) & 255) / 255, 1);
  gl.clear(gl.COLOR_BUFFER_BIT);
  const [top, bottom] = extent(rows);
  const [left, right] = extent(columns);
  gl.enable(gl.SCISSOR_TEST);
  gl.scissor(left, size.height - bottom, Math.max(0, right - left), Math.max(0, bottom - top));
  gl.clearColor(0, 0, 0, 1);
  gl.clear(gl.COLOR_BUFFER_BIT);
}

function bindPlaces({ gl, places: texture }: Parts, { rows, columns }: ScreenPlaces): void {
  const width = Math.max(rows.length, columns.length);
  const table = new Int32Array(2 * width);
  table.set(columns);
  table.set(rows, width);
  gl.activeTexture(gl.TEXTURE0);
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32I, width, 2, 0, gl.RED_INTEGER, gl.INT, table);
}

function drawImage(
  { gl, tiles, integers, floats }: Parts,
  layer: ImageLayer,
  zoom: number,
  places: ScreenPlaces,
): void {
  const { plane } = layer;
  const { tops, lefts, sources } = cellsOf(plane, zoom, places);
  const across = lefts.length - 1;
  const isFloat = sources.some((source) => source?.data instanceof Float32Array);
  const { program, at } = isFloat ? floats : integers;
  gl.useProgram(program);
  gl.blendFunc(gl.ONE, gl.ONE);
  gl.uniform1i(at("uPlaces"), 0);
  gl.uniform1i(at("uTile"), 1);
  gl.uniform2i(at("uScreen"), places.size.width, places.size.height);
  gl.uniform3f(at("uShown"), layer.low, slopeOf(layer), layer.gamma);
  gl.uniform3fv(at("uColour"), layer.colour);
  gl.activeTexture(gl.TEXTURE1);
  sources.forEach((source, i) => {
    if (source === undefined) return;
    const [row, column] = [Math.floor(i / across), i % across];
    const { width, height } = plane.levels[source.level]!;
    gl.bindTexture(gl.TEXTURE_2D, tiles.of(source.data, plane.tile));
    gl.uniform4i(at("uSource"), source.level, source.column * plane.tile, source.row * plane.tile, 1);
    gl.uniform2i(at("uLimit"), width - 1, height - 1);
    gl.uniform4i(at("uRectangle"), lefts[column]!, tops[row]!, lefts[column + 1]!, tops[row + 1]!);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  });
}

/** Bytes of the four whole numbers of a segment. */
const stepBytes = 16;

function drawLines(
  { gl, lines, steps, colours }: Parts,
  layer: LineLayer,
  camera: Camera,
  screen: { readonly height: number; readonly width: number },
): void {
  const placed = screenLines(layer, camera, screen);
  if (placed.count === 0) return;
  const used = Uint32Array.from({ length: placed.count }, (_, i) => layer.colours[placed.source[i]!]!);
  gl.useProgram(lines.program);
  gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ZERO, gl.ONE);
  gl.uniform2i(lines.at("uScreen"), screen.width, screen.height);
  gl.uniform1i(lines.at("uWidth"), placed.width);
  gl.bindBuffer(gl.ARRAY_BUFFER, steps);
  gl.bufferData(gl.ARRAY_BUFFER, placed.steps.subarray(0, 4 * placed.count), gl.STREAM_DRAW);
  gl.enableVertexAttribArray(0);
  gl.vertexAttribIPointer(0, 4, gl.INT, stepBytes, 0);
  gl.vertexAttribDivisor(0, 1);
  gl.bindBuffer(gl.ARRAY_BUFFER, colours);
  gl.bufferData(gl.ARRAY_BUFFER, used, gl.STREAM_DRAW);
  gl.enableVertexAttribArray(1);
  gl.vertexAttribPointer(1, 4, gl.UNSIGNED_BYTE, true, 4, 0);
  gl.vertexAttribDivisor(1, 1);
  gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, placed.count);
  gl.disableVertexAttribArray(0);
  gl.disableVertexAttribArray(1);
}
