/** A movie of four frames with a run folder whose network found next to nothing: what is in it is drawn by hand. */
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LabelEdit, LabelPatch } from "../src/correct/edits.js";
import { encodeTiff } from "../src/io/tiff/encode.js";
import { resolveConfig } from "../src/pipeline/config/config.js";
import { run } from "../src/pipeline/run/run.js";

/** Of a frame, px. */
export const frameSize = 96;
/** Of the movie. */
export const frameCount = 4;

const centres = [
  [24, 24],
  [24, 70],
  [70, 24],
  [70, 70],
] as const;

/** Discs that move to the right by a pixel a frame. */
function frameBytes(t: number): Uint8Array {
  const data = Uint8Array.from({ length: frameSize * frameSize }, (_, i) => {
    const [y, x] = [Math.floor(i / frameSize), (i % frameSize) - t];
    const inside = centres.some(([cy, cx]) => (y - cy) ** 2 + (x - cx) ** 2 < 13 ** 2);
    return (inside ? 150 : 20) + ((i * 7919 + t * 31) % 13);
  });
  return encodeTiff([{ height: frameSize, width: frameSize, samples: 1, data }]);
}

/** How the run was made. */
export const runSettings = {
  train: { steps: 3, patch: 32, filters: 4, batch: 1 },
  general: { threads: 1 },
} as const;

/** Where it lies. */
export interface PreparedRun {
  readonly root: string;
  readonly movie: string;
  readonly out: string;
}

/** Makes the movie and the run. */
export async function preparedRun(): Promise<PreparedRun> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "karyon-corrections-")));
  const [movie, out] = [join(root, "movie"), join(root, "run")];
  mkdirSync(movie);
  for (let t = 0; t < frameCount; t++) writeFileSync(join(movie, `t${t}.tif`), frameBytes(t));
  const config = resolveConfig(runSettings, "the test");
  await run({ inputs: [movie], out, config, overwrite: false, retrain: false }, {});
  return { root, movie, out };
}

/** A square of one label, 6 px wide, on labels that are `before` there. */
export function squareEdit(
  { layer = "labels", frame, y, x }: { layer?: LabelEdit["layer"]; frame: number; y: number; x: number },
  before: number,
  after: number,
): LabelEdit {
  const filled = (label: number): Int32Array => new Int32Array(36).fill(label);
  const patch: LabelPatch = { y, x, height: 6, width: 6, before: filled(before), after: filled(after) };
  return { layer, gesture: "paint", frame, patches: [patch] };
}
