import type { Image } from "../core/image.js";
import { labelImage, type LabelImage } from "../core/labels.js";
import type { StageContext } from "../core/progress.js";
import { random } from "../core/random.js";
import type { CtcTrack } from "../io/ctc.js";
import { photograph } from "./camera.js";
import { addDebris, nuclearLight } from "./light.js";
import { simulatePopulation } from "./model.js";
import { bodiesOf, meetsImage, occupy, type Body, type Occupancy } from "./occupancy.js";
import { checkSimulateOptions, streams, type SimulateOptions } from "./scene.js";
import { textureAtlas, type TextureAtlas } from "./texture.js";
import { truthOf } from "./truth.js";

/**
 * A movie with full truth. Frames are drawn when asked for; asking again, or in another order, gives the same
 * bytes.
 */
export interface SimulatedMovie {
  readonly height: number;
  readonly width: number;
  readonly frames: number;
  /** µm per px. */
  readonly pixelSize: number;
  /** Seconds. */
  readonly frameInterval: number;
  /** Frame t, from 0. */
  image(t: number): Image;
  /**
   * Labels of frame t: the label of a nucleus is that of its track, unique in the movie, so they are not
   * consecutive in a frame.
   */
  labels(t: number): LabelImage;
  /**
   * By label, 1..n. A track's nucleus is labelled in every frame from `begin` to `end`; a parent ends one
   * frame before its children begin.
   */
  readonly tracks: readonly CtcTrack[];
}

/**
 * Simulates fluorescent nuclei of a moving, dividing cell layer.
 *
 * @throws InvalidInput when an option is out of range, Cancelled when the context says so
 */
export function simulate(options: SimulateOptions, context: StageContext = {}): SimulatedMovie {
  checkSimulateOptions(options);
  const { height, width, frames, pixelSize, frameInterval } = options;
  const population = simulatePopulation(options, context);
  const truth = truthOf(population, height, width);
  const root = random(options.seed);
  let atlas: TextureAtlas | undefined;
  const drawing = (t: number): { bodies: Body[]; occupancy: Occupancy } => {
    if (!(Number.isInteger(t) && t >= 0 && t < frames))
      throw new RangeError(`frame ${t} of a movie of ${frames}`);
    const bodies = bodiesOf(population.frames[t]!).filter((body) => meetsImage(body, height, width));
    return { bodies, occupancy: occupy(bodies, height, width) };
  };
  return {
    height,
    width,
    frames,
    pixelSize,
    frameInterval,
    tracks: truth.tracks,
    image(t) {
      const { bodies, occupancy } = drawing(t);
      atlas ??= textureAtlas(root.fork(streams.texture));
      const light = nuclearLight(bodies, occupancy, atlas, options);
      if (options.debris > 0 || population.remains.length > 0) {
        addDebris(light, { t, bodies, remains: population.remains }, root.fork(streams.debris), options);
      }
      const data = photograph(light.data, population.illumination, root.fork(streams.noise).fork(t), options);
      return { height, width, data, pixelSize };
    },
    labels(t) {
      const { bodies, occupancy } = drawing(t);
      const labelOfBody = bodies.map(({ state }) => truth.labelOfCell[t]!.get(state.cell) ?? 0);
      return labelImage(
        height,
        width,
        occupancy.owner.map((row) => (row < 0 ? 0 : labelOfBody[row]!)),
      );
    },
  };
}
