import { throwIfCancelled, type StageContext } from "../core/progress.js";
import { type Random, random } from "../core/random.js";
import { photograph } from "./camera.js";
import { addDebris, nuclearLight } from "./light.js";
import { type Population, simulatePopulation } from "./model.js";
import { bodiesOf, meetsImage, occupy, type Body, type Occupancy } from "./occupancy.js";
import { checkSimulateOptions, streams, type SimulateOptions } from "./scene.js";
import { type TextureAtlas, textureAtlas } from "./texture.js";
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

/** Whole rows of the image. */
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
  const { height, width, pixelSize } = options;
  const scene = sceneOf(options, context, rows);
  const { labelOf, nuclei } = labelsOf(scene, context);
  const atlas = textureAtlas(scene.root.fork(streams.texture));
  return {
    height,
    width,
    pixelSize,
    nuclei,
    bands: function* () {
      for (const part of partsOf(scene, context)) yield drawn(part, scene, atlas, labelOf);
    },
  };
}

/** All that the bands are drawn from. */
interface Scene {
  readonly options: SimulateOptions;
  readonly population: Population;
  readonly root: Random;
  /** Those that meet the image. */
  readonly bodies: readonly Body[];
  /** Rows drawn above and below a band. */
  readonly margin: number;
  /** Rows of a band. */
  readonly step: number;
}

function sceneOf(options: SimulateOptions, context: StageContext, rows: number): Scene {
  const { height, width, diameter, blur } = options;
  const population = simulatePopulation({ ...options, frames: 1 }, context);
  const bodies = bodiesOf(population.frames[0]!).filter((body) => meetsImage(body, height, width));
  const reach = bodies.reduce((maximum, body) => Math.max(maximum, body.reach), 0);
  // The wide blurs are computed on blocks of rows, so bands begin where a block does.
  const block = Math.max(1, Math.floor(diameter / 6));
  const blocks = (length: number): number => Math.max(1, Math.ceil(length / block)) * block;
  return {
    options,
    population,
    root: random(options.seed),
    bodies,
    // Two nuclei deep, or the Gaussians (cut off at four deviations) and the blocks they are read from.
    margin: blocks(Math.max(2 * reach + 2, 4 * (0.5 * diameter + blur) + 3 * block)),
    step: blocks(rows),
  };
}

/** A band with its margins, as an image of its own. */
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

function* partsOf(scene: Scene, context: StageContext): Generator<Part> {
  for (let y = 0; y < scene.options.height; y += scene.step) {
    throwIfCancelled(context, "The simulation");
    yield partAt(y, scene);
  }
}

function partAt(y: number, { options: { height, width }, bodies, margin, step }: Scene): Part {
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
}

/** Label of each body, 0 where too little of it is seen, and how many there are. */
function labelsOf(
  scene: Scene,
  context: StageContext,
): { readonly labelOf: Int32Array; readonly nuclei: number } {
  const { width } = scene.options;
  const pixels = new Int32Array(scene.bodies.length);
  for (const { y, top, rows, index, occupancy } of partsOf(scene, context)) {
    const { owner } = occupancy;
    for (let i = (y - top) * width; i < (y - top + rows) * width; i++)
      if (owner[i]! >= 0) pixels[index[owner[i]!]!]!++;
  }
  let nuclei = 0;
  const labelOf = pixels.map((count) => (count >= fewestPixels ? ++nuclei : 0));
  return { labelOf, nuclei };
}

function drawn(part: Part, scene: Scene, atlas: TextureAtlas, labelOf: Int32Array): MosaicBand {
  const { y, top, rows, bodies, index, occupancy } = part;
  const { options, population, root, step } = scene;
  const local = { ...options, height: part.height };
  const light = nuclearLight(bodies, occupancy, atlas, local);
  const litter = { t: 0, bodies, remains: population.remains, top };
  addDebris(light, litter, root.fork(streams.debris), options);
  const noise = root
    .fork(streams.noise)
    .fork(0)
    .fork(y / step);
  const data = photograph(light.data, population.illumination, noise, local, top);
  const [from, to] = [(y - top) * options.width, (y - top + rows) * options.width];
  const labels = occupancy.owner.slice(from, to);
  for (let i = 0; i < labels.length; i++) labels[i] = labels[i]! < 0 ? 0 : labelOf[index[labels[i]!]!]!;
  return { y, height: rows, data: data.slice(from, to), labels };
}
