/** A small movie and a model trained on it in seconds, for tests of what is done with a model. */
import { simulate } from "../src/api/simulatemovie.js";
import { type LabelledImage, train, type TrainedModel } from "../src/api/trainsamples.js";

/** 29 nuclei of 20 px. The training scales them to 24 px: the model knows another size than the images'. */
const scene = {
  scene: "easy",
  height: 160,
  width: 160,
  frames: 2,
  diameter: 20,
  coverage: 0.3,
  seed: 3,
} as const;

/** Options of the training. */
export const quickOptions = {
  steps: 150,
  batch: 4,
  patch: 48,
  filters: 8,
  depth: 2,
  nucleusSize: 24,
  learningRate: 3e-3,
  threads: 2,
  seed: 5,
  validation: 0.2,
} as const;

/** Two frames with their true labels. */
export async function quickSamples(): Promise<[LabelledImage, LabelledImage]> {
  const movie = await simulate(scene);
  const sample = (t: number): LabelledImage => ({
    image: movie.image(t),
    labels: movie.labels(t),
    name: `frame${t}`,
  });
  return [sample(0), sample(1)];
}

/** A model that finds 28 of the 29 nuclei of the first one. */
export const quickModel = async (): Promise<TrainedModel> => train(await quickSamples(), quickOptions);
