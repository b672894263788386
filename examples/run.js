// The whole way from images to a report, with progress, stopped once and gone on with.
import { isKaryonError, run, simulate } from "karyon/node";

await simulate({ out: "movie", config: { simulate: { scene: "easy", size: 256, frames: 2, diameter: 20 } } });

// A short training of a small network, in seconds; leave `config` out for real images.
const job = {
  inputs: ["movie/01"],
  out: "results",
  config: {
    train: { steps: 150, patch: 48, filters: 8, depth: 2, nucleusSize: 24, learningRate: 3e-3 },
    analyse: { resamples: 20 },
  },
};

// Stop as soon as the training begins, as a user would.
const controller = new AbortController();
const stopAtTraining = (event) => {
  if (event.event === "stage" && event.stage === "train") controller.abort();
};
try {
  await run({ ...job, signal: controller.signal, onEvent: stopAtTraining });
} catch (error) {
  if (!isKaryonError(error) || error.kind !== "Cancelled") throw error;
  console.log("stopped:", error.message);
}

// The same call goes on after the last finished stage.
const { report } = await run({
  ...job,
  onEvent: (event) => {
    if (event.event === "stage") console.log(`${event.stage}: ${event.text}`);
    if (event.event === "done") console.log(`${event.stage} took ${event.seconds} s: ${event.text}`);
  },
});
console.log("report:", report);
