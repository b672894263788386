// Train on a folder of images: simulate some, annotate them, train, and score the network on its own images.
import { annotate, evaluate, segment, simulate, train } from "karyon/node";

/** @type {import("karyon/node").PartialConfig} */
const small = { simulate: { scene: "easy", size: 256, frames: 2, diameter: 20 } };
await simulate({ out: "movie", config: small });

const inputs = ["movie/01"];
const { images } = await annotate({ inputs, out: "dataset" });
for (const { name, kept, candidates } of images)
  console.log(`${name}: ${kept} of ${candidates} objects are sure`);

// A short training of a small network, in seconds; leave `config` out for real images.
const config = {
  train: { steps: 250, patch: 48, filters: 8, depth: 2, nucleusSize: 24, learningRate: 3e-3 },
};
const { description, warnings } = await train({ dataset: "dataset", out: "model", config });
console.log("thresholds", description.thresholds);
for (const warning of warnings) console.log(warning);

await segment({ model: "model", inputs, out: "labels" });
const { scores } = await evaluate({ labels: "labels", truth: "movie/01_GT/SEG" });
console.log(`F1 at IoU 0.5: ${scores.pooled.thresholds[0].f1.toFixed(2)}`);
