// Errors are told apart by their kind; each message says what was expected, what came, and what to do.
import { annotate, isKaryonError, openSource } from "karyon/node";

const attempts = {
  "a file that is not there": () => openSource(["nowhere.tif"]),
  "an option out of range": () =>
    annotate({ inputs: ["movie"], out: "dataset", config: { annotate: { diameter: -1 } } }),
  "work that was stopped": () => openAndStop(),
};

for (const [what, attempt] of Object.entries(attempts)) {
  try {
    await attempt();
  } catch (error) {
    // Anything else is a fault of the program, and is not to be swallowed.
    if (!isKaryonError(error)) throw error;
    console.log(`${what}: ${error.kind}\n  ${error.message}`);
  }
}

async function openAndStop() {
  const { simulate } = await import("karyon");
  await simulate({ frames: 5, height: 128, width: 128, signal: AbortSignal.abort() });
}
