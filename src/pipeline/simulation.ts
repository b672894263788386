/** A simulated movie on disk in the layout of the Cell Tracking Challenge: `01/t000.tif`, `01_GT/TRA`, `01_GT/SEG`. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { throwIfCancelled } from "../core/progress.js";
import { formatTracks } from "../io/ctc.js";
import { encodeTiff } from "../io/tiff/encode.js";
import { type SimulateOptions } from "../simulate/options.js";
import { simulate } from "../simulate/simulate.js";
import { writeResult } from "./commands.js";
import type { PipelineContext } from "./events.js";
import { writeFileAtomic } from "./files.js";
import { writeLabels16 } from "./labelfiles.js";
import type { Config } from "./options.js";

/** Simulates into the folder `out`. The frames carry pixel size and frame interval as ImageJ reads them. */
export const simulateTo = (out: string, settings: SimulateOptions, config: Config, overwrite: boolean, context: PipelineContext = {}): Promise<void> =>
  writeResult({
    command: "simulate", out, config: { ...config, simulate: settings } as Config, inputs: [], overwrite,
    text: `${settings.frames} frames of ${settings.height} x ${settings.width} px`,
    fill: async (folder, stage) => {
      const movie = simulate(settings);
      const [images, truth] = [join(folder, "01"), join(folder, "01_GT")];
      for (const path of [images, join(truth, "TRA"), join(truth, "SEG")]) await mkdir(path, { recursive: true });
      const digits = movie.frames > 1000 ? 4 : 3;
      for (let t = 0; t < movie.frames; t++) {
        throwIfCancelled(stage, "Simulation");
        const number = String(t).padStart(digits, "0");
        const image = movie.image(t);
        const plane = { height: image.height, width: image.width, samples: 1, data: image.data };
        const bytes = encodeTiff([plane], { compression: "deflate", imagej: { frames: 1 }, pixelSize: movie.pixelSize, frameInterval: movie.frameInterval });
        await writeFileAtomic(join(images, `t${number}.tif`), bytes);
        const labels = movie.labels(t);
        await writeLabels16(join(truth, "TRA", `man_track${number}.tif`), labels);
        await writeLabels16(join(truth, "SEG", `man_seg${number}.tif`), labels);
        stage.onProgress?.({ done: t + 1, total: movie.frames });
      }
      await writeFileAtomic(join(truth, "TRA", "man_track.txt"), formatTracks(movie.tracks));
      return { value: undefined, text: `${movie.tracks.length} tracks, ${new Set(movie.tracks.map(({ parent }) => parent).filter((parent) => parent > 0)).size} divisions` };
    },
  }, context);
