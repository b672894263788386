/** Candidates tile by tile: all that is needed of the network once it has seen a tile. */
import type { StageContext } from "../core/progress.js";
import type { Rows } from "../imgproc/rescale.js";
import type { Predictor } from "../model/predictor.js";
import type { Unseen } from "../starconvex/suppress.js";
import { type Candidates, candidatesIn } from "./candidates.js";
import { type InputRows, predictTiles } from "./predict.js";

/** The candidates of one tile, px of the network's input. Plain data. */
export interface TileCandidates extends Candidates {
  /** Where those of the tiles to come lie. */
  readonly unseen: Unseen;
}

/**
 * The candidates of an input, tile by tile, row-major.
 *
 * @param options.tile as for `predictTiles`
 * @param options.probabilityThreshold 0..1
 * @param some rows of tiles, numbered from 0; default: all
 * @throws as `predictTiles`
 */
export async function* findCandidates(
  input: InputRows,
  predictor: Predictor,
  options: { readonly tile: number; readonly probabilityThreshold: number },
  context: StageContext = {},
  some?: Rows,
): AsyncGenerator<TileCandidates> {
  const { grid } = predictor.config;
  const [down, across] = [Math.ceil(input.height / grid), Math.ceil(input.width / grid)];
  for await (const part of predictTiles(input, predictor, options.tile, context, some)) {
    const { polygons, cells } = candidatesIn(part, options.probabilityThreshold, across);
    const [bottom, right] = [part.y + part.height, part.x + part.width];
    const px = (cell: number, end: number): number => (cell < end ? cell * grid : Infinity);
    yield {
      polygons,
      cells,
      unseen: { below: px(bottom, down), from: px(part.y, down), right: px(right, across) },
    };
  }
}
