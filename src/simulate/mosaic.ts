import { throwIfCancelled, type StageContext } from "../core/progress.js";
import { random } from "../core/random.js";
import { photograph } from "./camera.js";
import { addDebris, nuclearLight } from "./light.js";
import { simulatePopulation } from "./model.js";
import { bodiesOf, meetsImage, occupy, type Body, type Occupancy } from "./occupancy.js";
import { checkSimulateOptions, streams, type SimulateOptions } from "./scene.js";
import { textureAtlas } from "./texture.js";
import { fewestPixels } from "./truth.js";

/** One large image with its truth, drawn from the top in bands of rows: it need not fit into memory. */
export interface SimulatedMosaic {
  readonly height: number;
  readonly width: number;
  /** µm per px. */
  readonly pixelSize: number;
  /** Number of labels; as many as there are nuclei. */
  readonly nuclei: number;
  /** All rows, once, in order. */
  readonly bands: () => Generator<MosaicBand>;
}

export interface MosaicBand {
  /** First row in the image. */
  readonly y: number;
  readonly height: number;
  /** height x width. */
  readonly data: Uint8Array | Uint16Array;
  /** height x width: 0 background, 1..nuclei. */
  readonly labels: Int32Array;
}

/** Largest edge, px. */
const largestMosaic = 65_535;
/** Rows of a band, about. */
const usualRows = 256;

/**
 * Simulates one frame of any size. The scene is that of `simulate`, drawn in bands with so much above and
 * below them that no pixel depends on where one ends, but for its noise, which is drawn band by band: the
 * same options give the same bytes.
 *
 * @param rows of a band, about; the noise changes with it
 * @throws InvalidInput when an option is out of range, Cancelled when the context says so
 */
export function simulateMosaic(
  options: SimulateOptions,
  context: StageContext = {},
  rows = usualRows,
): SimulatedMosaic {
  checkSimulateOptions(options, largestMosaic);
  const { height, width, pixelSize, diameter, blur } = options;
  const population = simulatePopulation({ ...options, frames: 1 }, context);
  const root = random(options.seed);
  const bodies = bodiesOf(population.frames[0]!).filter((body) => meetsImage(body, height, width));
  const reach = bodies.reduce((maximum, body) => Math.max(maximum, body.reach), 0);
  // The wide blurs are computed on blocks of rows, so bands begin where a block does.
  const block = Math.max(1, Math.floor(diameter / 6));
  const blocks = (length: number): number => Math.max(1, Math.ceil(length / block)) * block;
  // Two nuclei deep, or the Gaussians (cut off at four deviations) and the blocks they are read from.
  const margin = blocks(Math.max(2 * reach + 2, 4 * (0.5 * diameter + blur) + 3 * block));
  const step = blocks(rows);

  /** Rows from `top`, as an image of their own. */
  const part = (y: number): Part => {
    const [top, bottom] = [Math.max(0, y - margin), Math.min(height, y + step + margin)];
    const index: number[] = [];
    const moved: Body[] = [];
    for (const [i, body] of bodies.entries()) {
      const shifted = { ...body, state: { ...body.state, y: body.state.y - top } };
      if (!meetsImage(shifted, bottom - top, width)) continue;
      index.push(i);
      moved.push(shifted);
    }
    return {
      y,
      rows: Math.min(step, height - y),
      top,
      height: bottom - top,
      bodies: moved,
      index,
      occupancy: occupy(moved, bottom - top, width),
    };
  };
  const parts = function* (): Generator<Part> {
    for (let y = 0; y < height; y += step) {
      throwIfCancelled(context, "The simulation");
      yield part(y);
    }
  };

  const pixels = new Int32Array(bodies.length);
  for (const {
    y,
    top,
    rows: count,
    index,
    occupancy: { owner },
  } of parts()) {
    for (let i = (y - top) * width; i < (y - top + count) * width; i++)
      if (owner[i]! >= 0) pixels[index[owner[i]!]!]!++;
  }
  let nuclei = 0;
  const labelOf = pixels.map((count) => (count >= fewestPixels ? ++nuclei : 0));
  const atlas = textureAtlas(root.fork(streams.texture));

  return {
    height,
    width,
    pixelSize,
    nuclei,
    bands: function* () {
      for (const { y, top, rows: count, height: drawn, bodies: moved, index, occupancy } of parts()) {
        const local = { ...options, height: drawn };
        const light = nuclearLight(moved, occupancy, atlas, local);
        addDebris(light, drawn, width, 0, moved, population.remains, root.fork(streams.debris), options, top);
        const data = photograph(
          light,
          population.illumination,
          root
            .fork(streams.noise)
            .fork(0)
            .fork(y / step),
          local,
          top,
        );
        const [from, to] = [(y - top) * width, (y - top + count) * width];
        const labels = occupancy.owner.slice(from, to);
        for (let i = 0; i < labels.length; i++) labels[i] = labels[i]! < 0 ? 0 : labelOf[index[labels[i]!]!]!;
        yield { y, height: count, data: data.slice(from, to), labels };
      }
    },
  };
}

interface Part {
  readonly y: number;
  readonly rows: number;
  readonly top: number;
  readonly height: number;
  readonly bodies: readonly Body[];
  /** Of each body among all. */
  readonly index: readonly number[];
  readonly occupancy: Occupancy;
}
