/** `figures/`: what the report shows, each as a file of its own, SVG for a paper and PNG for slides. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { ImageSource } from "../../core/image.js";
import type { StageContext } from "../../core/progress.js";
import { counted } from "../../core/wording.js";
import { layoutLineages, lineagePlot, lineagesLeftOut } from "../../plot/lineage.js";
import type { Markup } from "../../plot/markup.js";
import { plotsOf } from "../../plot/plotlist.js";
import { lossPlot } from "../../plot/plots.js";
import { openRasteriser, type Rasteriser } from "../../plot/rasterise.js";
import { trackFigure } from "../../plot/trackfigure.js";
import { withTypeface } from "../../plot/typeface.js";
import { trackScatter } from "../../report/trackplots.js";
import type { Config } from "../config/options.js";
import type { StageResult } from "../stage/events.js";
import type { Stage } from "../stage/stage.js";
import type { RunStage } from "../stage/stagenames.js";
import { writeFileAtomic } from "../store/files.js";
import type { RunRecord } from "../store/provenance.js";
import { annotationOf, lossRecords, modelOf, type RunNumbers, shownPart, within } from "./results.js";
import { writeMovie } from "./video.js";

/** px of a slide's PNG for each of an SVG: 1280 px wide. */
const slideScale = 2;

/** Pages of lineages that are drawn, at most. */
const maxPages = 12;

const require = createRequire(import.meta.url);

/** Makes PNG of SVG, with the program that lies in the package. */
export const rasteriser = (): Promise<Rasteriser> =>
  openRasteriser(() => readFileSync(require.resolve("@resvg/resvg-wasm/index_bg.wasm")));

/**
 * Writes a plot twice: NAME.svg, which carries its typeface, for a paper; NAME.png for slides.
 *
 * @param scale px for each of the SVG
 */
export async function writeFigure(
  folder: string,
  name: string,
  svg: Markup,
  rasterise: Rasteriser,
  scale = slideScale,
): Promise<void> {
  await writeFileAtomic(join(folder, `${name}.svg`), withTypeface(svg));
  await writeFileAtomic(join(folder, `${name}.png`), rasterise(svg, scale));
}

/**
 * @param record of the run as it stands when the stage begins
 * @param numbers of the same run (`numbersOnce`)
 */
export const figuresStage = (
  out: string,
  record: () => RunRecord,
  source: ImageSource,
  config: Config,
  numbers: () => RunNumbers,
): Stage<undefined, RunStage> => ({
  name: "figures",
  text: "plots, lineages, and the tracks as a still and a movie",
  fill: (folder, context) => figuresInto(folder, out, record(), source, config, numbers(), context),
});

/**
 * Writes the figures of the run in `out` into `folder`, which must exist.
 *
 * @throws InvalidInput when the stages before are not finished
 */
async function figuresInto(
  folder: string,
  out: string,
  record: RunRecord,
  source: ImageSource,
  config: Config,
  { tracks, statistics }: RunNumbers,
  context: StageContext,
): Promise<StageResult<undefined>> {
  const rasterise = await rasteriser();
  let figures = 0;
  const write = async (name: string, svg: Markup, scale?: number): Promise<void> => {
    context.signal?.throwIfAborted();
    await writeFigure(folder, name, svg, rasterise, scale);
    figures++;
  };
  const records = lossRecords(modelOf(out, record));
  if (records.length > 0) await write("training", lossPlot(records));
  for (const { name, draw } of plotsOf(statistics)) await write(name, draw(statistics));
  if (tracks === undefined) return { value: undefined, text: counted(figures, "figure") };
  await write("speed_and_straightness", trackScatter(statistics));
  const pages = layoutLineages(statistics);
  for (const [index, page] of pages.slice(0, maxPages).entries())
    await write(`lineages_${index + 1}`, lineagePlot(page, statistics, index + 1, pages.length));
  const middle = Math.floor(source.frames / 2);
  const { image, window } = await shownPart(source, middle, annotationOf(out, record), config);
  const nuclei = within(tracks.graph.nuclei, window);
  await write("tracks_still", trackFigure(image, nuclei, statistics), 1);
  const movie = await writeMovie(folder, { source, config, window, nuclei, statistics }, context);
  const leftOut = lineagesLeftOut(pages, statistics, maxPages);
  return {
    value: undefined,
    text:
      `${counted(figures, "figure")}, and the tracks as a movie ` +
      `(${movie.name})${leftOut === "" ? "" : `; ${leftOut.replace(/\.$/, "")}`}`,
    notices: movie.notices,
  };
}
