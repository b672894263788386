/** Labels of a part of a frame that were told as a whole, such as a preview, as a plane that can be drawn. */
import type { Window } from "../../../src/core/image.js";
import type { Size } from "../../../src/core/size.js";
import type { TiledPlane } from "../../../src/viewer/scene.js";
import { tilesOfWindow, writeIntoTile } from "./labelpatching.js";

/** Edge of its tiles, px. */
const tile = 512;

/** Makes a plane that is 0 outside the window. @param values height x width labels */
export function windowPlane(size: Size, window: Window, values: Int32Array): TiledPlane<Int32Array> {
  const levels: Size[] = [{ height: size.height, width: size.width }];
  for (let last = levels[0]!; Math.max(last.height, last.width) > 1024;) {
    last = { height: Math.ceil(last.height / 2), width: Math.ceil(last.width / 2) };
    levels.push(last);
  }
  const grid = { tile, levels };
  const empty = new Int32Array(tile * tile);
  const made = new Map<string, Int32Array>();
  return {
    ...grid,
    get(level, row, column) {
      const key = `${level}/${row}/${column}`;
      const known = made.get(key);
      if (known !== undefined) return known;
      const isMet = tilesOfWindow(grid, level, window).some(
        (place) => place.row === row && place.column === column,
      );
      const data = isMet ? new Int32Array(tile * tile) : empty;
      if (isMet) writeIntoTile(data, grid, { level, row, column }, { ...window, values });
      made.set(key, data);
      return data;
    },
  };
}
