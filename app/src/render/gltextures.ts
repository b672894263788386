/** Textures of tiles and tables, bounded by their bytes. */
import type { Window } from "../../../src/core/image.js";

/** A tile's texture. */
interface Held {
  readonly texture: WebGLTexture;
  readonly bytes: number;
}

/** Textures of tiles, by the array that holds a tile's values. */
export interface TileTextures {
  /** The texture of a tile, made when there is none; it counts as used in this picture. */
  of(tile: ArrayBufferView, edge: number): WebGLTexture;
  /** Uploads again what changed of a tile; nothing where the tile has no texture. */
  update(tile: ArrayBufferView, edge: number, part: Window | undefined): void;
  /** Starts a picture: what was used in earlier ones may be dropped. */
  begin(): void;
  /** Bytes held. */
  readonly bytes: number;
  dispose(): void;
}

/** Internal format, format and type of a texture. */
type Format = readonly [internal: number, format: number, type: number];

const formatOf = (gl: WebGL2RenderingContext, values: ArrayBufferView): Format =>
  values instanceof Uint8Array
    ? [gl.R8UI, gl.RED_INTEGER, gl.UNSIGNED_BYTE]
    : values instanceof Uint16Array
      ? [gl.R16UI, gl.RED_INTEGER, gl.UNSIGNED_SHORT]
      : values instanceof Int32Array
        ? [gl.R32I, gl.RED_INTEGER, gl.INT]
        : [gl.R32F, gl.RED, gl.FLOAT];

/** A texture that is read pixel by pixel. */
export function plainTexture(gl: WebGL2RenderingContext): WebGLTexture {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  for (const axis of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T])
    gl.texParameteri(gl.TEXTURE_2D, axis, gl.CLAMP_TO_EDGE);
  for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
    gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
  return texture;
}

/**
 * Makes the store.
 *
 * @param limit bytes; what one picture needs is held even when it has more
 */
export function tileTextures(gl: WebGL2RenderingContext, limit: number): TileTextures {
  // The tiles themselves are not held: when a cache drops one, its texture is the next to go unused.
  let byTile = new WeakMap<ArrayBufferView, Held>();
  // In the order of their last use.
  const all = new Set<Held>();
  let used = new Set<Held>();
  let bytes = 0;
  const shrink = (): void => {
    for (const held of all) {
      if (bytes <= limit) return;
      if (used.has(held)) continue;
      gl.deleteTexture(held.texture);
      gone.add(held);
      all.delete(held);
      bytes -= held.bytes;
    }
  };
  const gone = new WeakSet<Held>();
  const heldOf = (tile: ArrayBufferView): Held | undefined => {
    const held = byTile.get(tile);
    return held === undefined || gone.has(held) ? undefined : held;
  };
  const make = (tile: ArrayBufferView, edge: number): Held => {
    const texture = plainTexture(gl);
    const [internal, format, type] = formatOf(gl, tile);
    gl.texImage2D(gl.TEXTURE_2D, 0, internal, edge, edge, 0, format, type, tile);
    const held = { texture, bytes: tile.byteLength };
    byTile.set(tile, held);
    bytes += held.bytes;
    return held;
  };
  return {
    get bytes() {
      return bytes;
    },
    of(tile, edge) {
      const held = heldOf(tile) ?? make(tile, edge);
      all.delete(held);
      all.add(held);
      used.add(held);
      if (bytes > limit) shrink();
      return held.texture;
    },
    update(tile, edge, part = { y: 0, x: 0, height: edge, width: edge }) {
      const held = heldOf(tile);
      if (held !== undefined) upload(gl, held.texture, tile, edge, part);
    },
    begin() {
      used = new Set();
    },
    dispose() {
      for (const { texture } of all) gl.deleteTexture(texture);
      all.clear();
      used = new Set();
      byTile = new WeakMap();
      bytes = 0;
    },
  };
}

/** Uploads a rectangle straight from the array of its tile. */
function upload(
  gl: WebGL2RenderingContext,
  texture: WebGLTexture,
  tile: ArrayBufferView,
  edge: number,
  { y, x, height, width }: Window,
): void {
  const [, format, type] = formatOf(gl, tile);
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.pixelStorei(gl.UNPACK_ROW_LENGTH, edge);
  gl.pixelStorei(gl.UNPACK_SKIP_ROWS, y);
  gl.pixelStorei(gl.UNPACK_SKIP_PIXELS, x);
  gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, width, height, format, type, tile);
  gl.pixelStorei(gl.UNPACK_ROW_LENGTH, 0);
  gl.pixelStorei(gl.UNPACK_SKIP_ROWS, 0);
  gl.pixelStorei(gl.UNPACK_SKIP_PIXELS, 0);
}
