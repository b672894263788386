/** Draws labels with WebGL2. */
import { outlineWidths } from "../../../src/viewer/labelrows.js";
import { colourCycle } from "../../../src/viewer/packedcolour.js";
import type { LabelLayer } from "../../../src/viewer/scene.js";
import type { ScreenPlaces } from "../../../src/viewer/screenplaces.js";
import { type Cells, cellsOf } from "../../../src/viewer/visibletiles.js";
import { compileProgram, type Program } from "./glprogram.js";
import { colourColumns, labelFragment, rectangleVertex } from "./glshaders.js";
import { plainTexture, type TileTextures } from "./gltextures.js";

/** Draws label layers. */
export interface LabelDrawer {
  draw(layer: LabelLayer, zoom: number, places: ScreenPlaces): void;
}

/** Texture units: the tables, then the tile and its four neighbours. */
const units = { places: 0, colours: 1, selected: 2, tiles: 3 } as const;

const fourShares = (colour: number): [number, number, number, number] => [
  (colour & 255) / 255,
  ((colour >>> 8) & 255) / 255,
  ((colour >>> 16) & 255) / 255,
  (colour >>> 24) / 255,
];

/** Prepares drawing. The table of places is bound to unit 0 by the caller. */
export function labelDrawer(gl: WebGL2RenderingContext, tiles: TileTextures): LabelDrawer {
  const program = compileProgram(gl, rectangleVertex, labelFragment);
  const tables = labelTables(gl);
  return {
    draw(layer, zoom, places) {
      const cells = cellsOf(layer.plane, zoom, places);
      gl.useProgram(program.program);
      gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ZERO, gl.ONE);
      const { count, marked } = tables.bind(layer);
      setLayer(gl, program, layer, count, marked);
      gl.uniform2i(program.at("uScreen"), places.size.width, places.size.height);
      for (let i = 0; i < cells.sources.length; i++) drawCell(gl, program, tiles, cells, i);
    },
  };
}

function setLayer(
  gl: WebGL2RenderingContext,
  { at }: Program,
  layer: LabelLayer,
  count: number,
  marked: number,
): void {
  const widths = outlineWidths(layer);
  gl.uniform1i(at("uPlaces"), units.places);
  gl.uniform1i(at("uColours"), units.colours);
  gl.uniform1i(at("uSelected"), units.selected);
  for (let k = 0; k < 5; k++) gl.uniform1i(at(`uTile${k}`), units.tiles + k);
  gl.uniform1i(at("uCount"), count);
  gl.uniform1i(at("uMarked"), marked);
  gl.uniform4fv(at("uCycle"), Array.from(colourCycle).flatMap(fourShares));
  gl.uniform4fv(at("uUnknown"), fourShares(layer.unknown));
  gl.uniform1f(at("uFill"), layer.fill);
  gl.uniform1i(at("uWidth"), widths.usual);
  gl.uniform1i(at("uSelectedWidth"), widths.selected);
}

function drawCell(
  gl: WebGL2RenderingContext,
  { at }: Program,
  tiles: TileTextures,
  { plane, tops, lefts, sources }: Cells<Int32Array>,
  cell: number,
): void {
  const across = lefts.length - 1;
  const [row, column] = [Math.floor(cell / across), cell % across];
  if (sources[cell] === undefined) return;
  const beside = (r: number, c: number): number =>
    r < 0 || c < 0 || r >= tops.length - 1 || c >= across ? -1 : r * across + c;
  const which = [
    cell,
    beside(row, column - 1),
    beside(row, column + 1),
    beside(row - 1, column),
    beside(row + 1, column),
  ];
  const [places, limits] = [new Int32Array(20), new Int32Array(10)];
  which.forEach((index, k) => {
    const source = sources[index];
    // A neighbour that is not there still needs a texture that fits.
    gl.activeTexture(gl.TEXTURE0 + units.tiles + k);
    gl.bindTexture(gl.TEXTURE_2D, tiles.of((source ?? sources[cell]!).data, plane.tile));
    if (source === undefined) return;
    const { width, height } = plane.levels[source.level]!;
    places.set([source.level, source.column * plane.tile, source.row * plane.tile, 1], 4 * k);
    limits.set([width - 1, height - 1], 2 * k);
  });
  gl.uniform4iv(at("uSources"), places);
  gl.uniform2iv(at("uLimits"), limits);
  gl.uniform4i(at("uRectangle"), lefts[column]!, tops[row]!, lefts[column + 1]!, tops[row + 1]!);
  gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
}

/** Colours and selection by label as textures, uploaded when they are other ones than before. */
function labelTables(gl: WebGL2RenderingContext): {
  bind(layer: LabelLayer): { readonly count: number; readonly marked: number };
} {
  const textures = { colours: plainTexture(gl), selected: plainTexture(gl) };
  let colours: Uint32Array | undefined;
  let selected: ReadonlySet<number> | undefined;
  let selectedSize = -1;
  let [count, marked] = [0, 0];
  return {
    bind(layer) {
      gl.activeTexture(gl.TEXTURE0 + units.colours);
      gl.bindTexture(gl.TEXTURE_2D, textures.colours);
      if (colours !== layer.colours) {
        colours = layer.colours;
        count = uploadColours(gl, colours);
      }
      gl.activeTexture(gl.TEXTURE0 + units.selected);
      gl.bindTexture(gl.TEXTURE_2D, textures.selected);
      if (selected !== layer.selected || selectedSize !== layer.selected.size) {
        selected = layer.selected;
        selectedSize = selected.size;
        marked = uploadSelection(gl, selected);
      }
      return { count, marked };
    },
  };
}

/** Rows of a table that fit into a texture on any hardware that has WebGL2. */
const mostRows = 2048;

function uploadColours(gl: WebGL2RenderingContext, colours: Uint32Array): number {
  const rows = Math.min(mostRows, Math.max(1, Math.ceil(colours.length / colourColumns)));
  const table = new Uint32Array(rows * colourColumns);
  table.set(colours.subarray(0, table.length));
  const bytes = new Uint8Array(table.buffer);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, colourColumns, rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
  return Math.min(colours.length, table.length);
}

function uploadSelection(gl: WebGL2RenderingContext, selected: ReadonlySet<number>): number {
  let largest = 0;
  for (const label of selected) largest = Math.max(largest, label);
  const rows = Math.min(mostRows, Math.floor(largest / colourColumns) + 1);
  const table = new Uint8Array(rows * colourColumns);
  for (const label of selected) if (label > 0) table[label] = 1;
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8UI, colourColumns, rows, 0, gl.RED_INTEGER, gl.UNSIGNED_BYTE, table);
  return table.length;
}
