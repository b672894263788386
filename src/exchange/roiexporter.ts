import type { StageContext } from "../core/progress.js";
import { smoothOutlinesOf } from "../imgproc/smoothoutlines.js";
import { encodeRoi } from "../io/objects/roiencode.js";
import { type ZipFile, zipPieces } from "../io/zipwrite.js";
import { type Exporter, type ExportInput, fileInPieces, neededPart } from "./exporter.js";
import { objectFrames, tracksOf } from "./frameobjects.js";

const title = "ImageJ RoiSet";

/**
 * All objects as selections of ImageJ in one archive, `NAME_RoiSet.zip`: smooth outlines, which fill to the very
 * pixels, each named after its frame and label, as `0001-0007`. In a movie each is in its frame; its group is its
 * track, where the numbers of all tracks fit.
 */
export const roiExporter: Exporter = {
  name: "roi",
  title,
  needs: ["labels"],
  extension: "zip",
  async *files(input, options = {}) {
    neededPart(input, "labels", title);
    yield fileInPieces(`${input.name}_RoiSet.zip`, () => zipPieces(selections(input, options)));
  },
};

/** Numbers of groups that ImageJ has. */
const mostGroups = 0xffff;

async function* selections(input: ExportInput, options: StageContext): AsyncGenerator<ZipFile> {
  const tracks = tracksOf(input);
  const hasGroups = tracks !== undefined && tracks.every((track) => track <= mostGroups);
  const isMovie = input.labels!.frames > 1;
  for await (const { frame, objects } of objectFrames(input, title, options, smoothOutlinesOf)) {
    for (const { label, drawn, track } of objects) {
      const name = [frame + 1, label].map((number) => String(number).padStart(4, "0")).join("-");
      const bytes = encodeRoi({
        pieces: drawn.pieces,
        name,
        frame: isMovie ? frame + 1 : 0,
        group: hasGroups ? track : 0,
      });
      yield { name: `${name}.roi`, bytes };
    }
  }
}
