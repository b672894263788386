import { InvalidInput } from "../core/errors.js";
import type { LabelImage } from "../core/labels.js";
import { throwIfCancelled } from "../core/progress.js";
import { formatTracks, maskName } from "../io/ctc.js";
import { encodeTiff } from "../io/tiff/encode.js";
import { toCtc } from "../track/ctcgraph.js";
import { type Exporter, neededPart, wholeFile } from "./exporter.js";

/**
 * Results as the Cell Tracking Challenge wants them: a mask a frame, `mask000.tif` on, 16 bits, in which each
 * nucleus has the label of its track, and `res_track.txt`. Objects that are not in the graph are left out.
 */
export const ctcExporter: Exporter = {
  name: "ctc",
  title: "Cell Tracking Challenge",
  needs: ["labels", "graph"],
  async *files(input, options = {}) {
    const graph = neededPart(input, "graph", "Cell Tracking Challenge");
    const labels = neededPart(input, "labels", "Cell Tracking Challenge");
    const { nuclei, frames } = graph;
    if (labels.frames !== frames)
      throw new InvalidInput("labels", `one image for each of the ${frames} frames`, String(labels.frames));
    const { tracks, labelOfRow } = toCtc(graph, input.branches);
    const rowsOfFrame: number[][] = Array.from({ length: frames }, () => []);
    for (let row = 0; row < nuclei.count; row++) rowsOfFrame[nuclei.frame[row]!]!.push(row);
    for (const [frame, rows] of rowsOfFrame.entries()) {
      throwIfCancelled(options, "Tracking");
      const image = await labels.read(frame, { signal: options.signal });
      const trackOf = new Uint16Array(image.count + 1);
      for (const row of rows) trackOf[nuclei.label[row]!] = labelOfRow[row]!;
      yield wholeFile(maskName(frame, frames), maskBytes(image, trackOf));
      options.onProgress?.({ done: frame + 1, total: frames, message: "writing tracks" });
    }
    yield wholeFile("res_track.txt", formatTracks(tracks));
  },
};

/** @param trackOf label of the track by label of the image, 0 for none */
function maskBytes({ height, width, data }: LabelImage, trackOf: Uint16Array): Uint8Array {
  const mask = new Uint16Array(data.length);
  for (let i = 0; i < mask.length; i++) if (data[i]! > 0) mask[i] = trackOf[data[i]!]!;
  return encodeTiff([{ height, width, samples: 1, data: mask }]);
}
