/**
 * A simulated movie on disk in the layout of the Cell Tracking Challenge: `01/t000.tif`, `01_GT/TRA`,
 * `01_GT/SEG`.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import { counted } from "../../core/wording.js";
import { formatTracks, frameNumber, manSegName, manTrackName } from "../../io/ctc.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import { tiledTiffWriter } from "../../io/tiff/tiled.js";
import { simulateMosaic } from "../../simulate/mosaic.js";
import { largestFrame, type SimulateOptions, simulatePresets } from "../../simulate/scene.js";
import { simulate } from "../../simulate/simulate.js";
import type { Config } from "../config/options.js";
import type { PipelineContext } from "../stage/events.js";
import type { Stage, StageResult } from "../stage/stage.js";
import { performStage } from "../stage/perform.js";
import { openAtomic, writeFileAtomic } from "../store/files.js";
import type { OutputOptions } from "../store/folders.js";
import { openLabelWriter, writeLabels16 } from "../store/labelfiles.js";

/** What the configuration asks to be simulated. */
export function simulateOptionsOf({
  general,
  simulate: { scene, frames, size, bits, diameter },
}: Config): SimulateOptions {
  const [height, width] =
    typeof size === "number" ? [size, size] : (size.split("x").map(Number) as [number, number]);
  const preset = simulatePresets[scene];
  return {
    ...preset,
    height,
    width,
    bits,
    frames,
    seed: general.seed,
    diameter: diameter ?? preset.diameter,
  };
}

/** A frame too large to be drawn as a whole. */
const isMosaic = ({ height, width }: SimulateOptions): boolean => Math.max(height, width) > largestFrame;

/**
 * Simulates into the folder `out`. The frames carry pixel size and frame interval as ImageJ reads them.
 *
 * @throws InvalidInput for a movie of frames above 8192 px
 */
export async function simulateTo(
  out: string,
  settings: SimulateOptions,
  { overwrite }: OutputOptions,
  context: PipelineContext = {},
): Promise<void> {
  if (isMosaic(settings) && settings.frames > 1) {
    throw new InvalidInput(
      "simulate.frames",
      `1 for frames above ${largestFrame} px`,
      String(settings.frames),
      "lower simulate.size, or set simulate.frames 1",
    );
  }
  const stage: Stage<void, "simulate", void> = {
    name: "simulate",
    text: `${counted(settings.frames, "frame")} of ${settings.height} x ${settings.width} px`,
    from: [],
    options: settings,
    make: (folder, work) => (isMosaic(settings) ? writeMosaic : writeMovie)(folder, settings, work),
    open: () => Promise.resolve(),
  };
  const task = { out, configuration: { simulate: settings }, files: () => [], overwrite };
  return performStage(stage, task, context);
}

/** One frame in bands, as tiled TIFF; its labels have 32 bits. */
async function writeMosaic(
  folder: string,
  settings: SimulateOptions,
  stage: StageContext,
): Promise<StageResult<void>> {
  const { height, width, pixelSize, nuclei, bands } = simulateMosaic(settings, { signal: stage.signal });
  const [images, tracking, outlines] = [
    join(folder, "01"),
    join(folder, "01_GT", "TRA"),
    join(folder, "01_GT", "SEG"),
  ];
  const file = await openAtomic(join(images, `t${frameNumber(0, 1)}.tif`));
  const image = tiledTiffWriter(file, {
    height,
    width,
    type: settings.bits === 8 ? "uint8" : "uint16",
    pixelSize,
  });
  const truths = [
    await openLabelWriter(join(tracking, manTrackName(0, 1)), { height, width }),
    await openLabelWriter(join(outlines, manSegName(0, 1)), { height, width }),
  ];
  try {
    for (const band of bands()) {
      await image.rows(band.data, band.height);
      for (const truth of truths) await truth.rows(band.labels, band.height);
      stage.onProgress?.({ done: band.y + band.height, total: height });
    }
    await image.finish();
    await file.close();
    for (const truth of truths) await truth.close();
  } finally {
    await file.abort();
    for (const truth of truths) await truth.abort();
  }
  await writeFileAtomic(
    join(tracking, "man_track.txt"),
    formatTracks(Array.from({ length: nuclei }, (_, i) => ({ label: i + 1, begin: 0, end: 0, parent: 0 }))),
  );
  return { value: undefined, text: `${nuclei} nuclei` };
}

async function writeMovie(
  folder: string,
  settings: SimulateOptions,
  stage: StageContext,
): Promise<StageResult<void>> {
  const movie = simulate(settings);
  const [images, tracking, outlines] = [
    join(folder, "01"),
    join(folder, "01_GT", "TRA"),
    join(folder, "01_GT", "SEG"),
  ];
  for (const path of [images, tracking, outlines]) await mkdir(path, { recursive: true });
  for (let t = 0; t < movie.frames; t++) {
    throwIfCancelled(stage, "Simulation");
    const { height, width, data } = movie.image(t);
    const bytes = encodeTiff([{ height, width, samples: 1, data }], {
      compression: "deflate",
      imagej: { frames: 1 },
      pixelSize: movie.pixelSize,
      frameInterval: movie.frameInterval,
    });
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
