// Train and use a model in memory, without a file. In a browser this is the same.
import { evaluate, openModel, simulate, train } from "karyon";

const movie = await simulate({
  scene: "easy",
  height: 160,
  width: 160,
  frames: 3,
  diameter: 20,
  coverage: 0.3,
});
const samples = [0, 1].map((t) => ({ image: movie.image(t), labels: movie.labels(t) }));

// A short training of a small network, in seconds; leave these options out for real images.
const trained = await train(samples, {
  steps: 150,
  patch: 48,
  filters: 8,
  depth: 2,
  nucleusSize: 24,
  learningRate: 3e-3,
});

// `openModel(FOLDER)` of karyon/node opens a model that the command line has trained.
await withModel(await openModel(trained));

async function withModel(model) {
  const { labels, nuclei } = await model.segment(movie.image(2));
  console.log(`${nuclei.count} nuclei, mean area ${mean(nuclei.area).toFixed(0)} px`);
  const { scores } = await evaluate([labels], { truth: [movie.labels(2)] });
  console.log(`F1 at IoU 0.5: ${scores.pooled.thresholds[0].f1.toFixed(2)}`);
  // With TypeScript, or Node 24, `await using model = ...` does this.
  await model.release();
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
