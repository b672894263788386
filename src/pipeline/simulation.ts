/** A simulated movie on disk in the layout of the Cell Tracking Challenge: `01/t000.tif`, `01_GT/TRA`, `01_GT/SEG`. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import { formatTracks, frameNumber, manSegName, manTrackName } from "../io/ctc.js";
import { encodeTiff } from "../io/tiff/encode.js";
import { type SimulateOptions, simulatePresets } from "../simulate/options.js";
import { simulate } from "../simulate/simulate.js";
import { performStage } from "./commands.js";
import type { PipelineContext, StageResult } from "./events.js";
import { writeFileAtomic } from "./files.js";
import type { OutputOptions } from "./folders.js";
import { writeLabels16 } from "./labelfiles.js";
import type { Config } from "./options.js";

/** What the configuration asks to be simulated. */
export const simulateOptionsOf = ({ general, simulate: { scene, frames, size, bits } }: Config): SimulateOptions =>
  ({ ...simulatePresets[scene], height: size, width: size, bits, frames, seed: general.seed });

/** Simulates into the folder `out`. The frames carry pixel size and frame interval as ImageJ reads them. */
export const simulateTo = (out: string, settings: SimulateOptions, { overwrite }: OutputOptions, context: PipelineContext = {}): Promise<void> =>
  performStage({
    name: "simulate",
    text: `${settings.frames} frames of ${settings.height} x ${settings.width} px`,
    fill: (folder, stage) => writeMovie(folder, settings, stage),
  }, out, () => [], { simulate: settings }, overwrite, context);

async function writeMovie(folder: string, settings: SimulateOptions, stage: StageContext): Promise<StageResult<void>> {
  const movie = simulate(settings);
  const [images, tracking, outlines] = [join(folder, "01"), join(folder, "01_GT", "TRA"), join(folder, "01_GT", "SEG")];
  for (const path of [images, tracking, outlines]) await mkdir(path, { recursive: true });
  for (let t = 0; t < movie.frames; t++) {
    throwIfCancelled(stage, "Simulation");
    const { height, width, data } = movie.image(t);
    const bytes = encodeTiff([{ height, width, samples: 1, data }], { compression: "deflate", imagej: { frames: 1 }, pixelSize: movie.pixelSize, frameInterval: movie.frameInterval });
    await writeFileAtomic(join(images, `t${frameNumber(t, movie.frames)}.tif`), bytes);
    const labels = movie.labels(t);
    await writeLabels16(join(tracking, manTrackName(t, movie.frames)), labels);
    await writeLabels16(join(outlines, manSegName(t, movie.frames)), labels);
    stage.onProgress?.({ done: t + 1, total: movie.frames });
  }
  await writeFileAtomic(join(tracking, "man_track.txt"), formatTracks(movie.tracks));
  const mothers = new Set(movie.tracks.map(({ parent }) => parent).filter((parent) => parent > 0));
  return { value: undefined, text: `${movie.tracks.length} tracks, ${mothers.size} divisions` };
}
