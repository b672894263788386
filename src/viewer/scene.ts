/**
 * What is seen of a frame: layers of pixels and of labels in tiles, lines of tracks, and the camera that looks at
 * them. Both back ends draw it alike.
 */
import type { Window } from "../core/image.js";
import type { Size } from "../core/size.js";

/** Where the view looks. */
export interface Camera {
  /** Image px (level 0, centre of the top left pixel at (0, 0)) at the centre of the screen. */
  readonly y: number;
  readonly x: number;
  /** Screen px per image px, above 0. */
  readonly zoom: number;
}

/** Grey values that a tile may hold. */
export type GreyTile = Uint8Array | Uint16Array | Float32Array;

/**
 * A plane in tiles of equal size, in levels of halved size. Tiles at the right and lower border are padded to
 * `tile` x `tile`.
 */
export interface TiledPlane<T extends ArrayBufferView> {
  /** Of a tile, px. */
  readonly tile: number;
  /** Finest first; level k has 1 px for 2^k px. */
  readonly levels: readonly Size[];
  /** A tile that is in memory, row-major; undefined where it is not (yet). */
  get(level: number, row: number, column: number): T | undefined;
}

/** One channel. */
export interface ImageLayer {
  readonly plane: TiledPlane<GreyTile>;
  /** Grey values shown black and at full colour. */
  readonly low: number;
  readonly high: number;
  /** Exponent of the brightness, above 0; 1 is linear. */
  readonly gamma: number;
  /** At full brightness, 0..255. White for one channel alone; several are added. */
  readonly colour: readonly [red: number, green: number, blue: number];
}

/** Labels, drawn as outlines inside the objects and as fills. */
export interface LabelLayer {
  readonly plane: TiledPlane<Int32Array>;
  /**
   * Colour of each label as stored in a canvas (bytes red, green, blue, alpha; little-endian number). Entry 0 is
   * not used; alpha scales the opacity of outline and fill, and 0 hides an object, selected or not. A label beyond
   * the end has the colour of `label % 6` of `outlineColours`. Colours that change come in a new array: what was
   * kept of an array is not looked at again.
   */
  readonly colours: Uint32Array;
  /** Width of the outlines, whole screen px, 0 (none) to 4; the same at every zoom. */
  readonly outline: number;
  /** Opacity of the fills, 0..1. */
  readonly fill: number;
  /** Colour of pixels of label -1 (unknown), as in `colours`; alpha is its opacity. */
  readonly unknown: number;
  /** Labels that are drawn with a thick white outline. A new set when it changes. */
  readonly selected: ReadonlySet<number>;
}

/** Lines of tracks that are drawn in this frame. */
export interface LineLayer {
  /** Ends of each segment, image px: y0, x0, y1, x1. */
  readonly ends: Float32Array;
  /** Colour of each segment, as in `LabelLayer.colours`. */
  readonly colours: Uint32Array;
  /** Screen px, 1 to 3. */
  readonly width: number;
}

/** All that is drawn, from below to above. */
export interface Scene {
  readonly size: Size;
  readonly images: readonly ImageLayer[];
  readonly labels: readonly LabelLayer[];
  readonly lines: readonly LineLayer[];
}

/** Draws scenes. Two of them agree within 2 of 255 in each channel of each pixel. */
export interface Renderer {
  readonly name: "cpu" | "webgl2";
  /** Draws into its target, whose size it has taken from `resize`. */
  draw(scene: Scene, camera: Camera): void;
  /** Sets the size of the target, screen px (device px, not CSS px). */
  resize(size: Size): void;
  /**
   * Says that values of a tile have changed, as after a stroke: what was kept of it is no longer valid.
   *
   * @param plane that the tile belongs to
   * @param part the rectangle that changed, px of the tile; without it all of the tile
   */
  changed(
    plane: TiledPlane<ArrayBufferView>,
    level: number,
    row: number,
    column: number,
    part?: Window,
  ): void;
  dispose(): void;
}
