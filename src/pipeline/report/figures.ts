/** `figures/`: what the report shows, each as a file of its own, SVG for a paper and PNG for slides. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import { counted } from "../../core/wording.js";
import { layoutLineages, lineagePlot, lineagesLeftOut } from "../../plot/lineage.js";
import type { Markup } from "../../plot/markup.js";
import { plotsOf } from "../../plot/plotlist.js";
import { lossPlot } from "../../plot/plots.js";
import { openRasteriser, type Rasteriser } from "../../plot/rasterise.js";
import { trackFigure } from "../../plot/trackfigure.js";
import { withTypeface } from "../../plot/typeface.js";
import { trackScatter } from "../../report/trackplots.js";
import type { Stage, StageResult } from "../stage/stage.js";
import { writeFileAtomic } from "../store/files.js";
import { middleFrame, type RunResults, shownPart, within } from "./results.js";
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

/** Plots, lineages, and the tracks as a still and a movie. */
export const figuresStage = (results: RunResults): Stage<string, "figures"> => ({
  name: "figures",
  text: "plots, lineages, and the tracks as a still and a movie",
  from: [
    results.statistics,
    results.model,
    ...(results.tracks ? [results.tracks] : []),
    ...(results.annotation ? [results.annotation] : []),
  ],
  options: {},
  make: (folder, work) => figuresInto(folder, results, work),
  open: (folder) => Promise.resolve(folder),
});

/** Writes the figures of a run into `folder`, which must exist. */
async function figuresInto(
  folder: string,
  results: RunResults,
  context: StageContext,
): Promise<StageResult<undefined>> {
  const statistics = await results.statistics.value();
  const rasterise = await rasteriser();
  let figures = 0;
  const write = async (name: string, svg: Markup, scale?: number): Promise<void> => {
    throwIfCancelled(context, "The drawing of the figures");
    await writeFigure(folder, name, svg, rasterise, scale);
    figures++;
  };
  const { curve } = await results.model.value();
  if (curve.length > 0) await write("training", lossPlot(curve));
  for (const { name, draw } of plotsOf(statistics)) await write(name, draw(statistics));
  if (results.tracks === undefined) return figuresText(figures);

  await write("speed_and_straightness", trackScatter(statistics));
  const pages = layoutLineages(statistics);
  for (const [index, page] of pages.slice(0, maxPages).entries())
    await write(`lineages_${index + 1}`, lineagePlot(page, statistics, index + 1, pages.length));
  const { image, window } = await shownPart(results, middleFrame(results));
  const nuclei = within((await results.tracks.value()).graph.nuclei, window);
  await write("tracks_still", trackFigure(image, nuclei, statistics), 1);
  const { config, inputs } = results;
  const shown = { source: inputs.source, config, window, nuclei, statistics };
  const movie = await writeMovie(folder, shown, context);
  const leftOut = lineagesLeftOut(pages, statistics, maxPages);
  return figuresText(figures, { movie, leftOut });
}

/** What came out, in words. */
function figuresText(
  figures: number,
  tracked?: { readonly movie: Awaited<ReturnType<typeof writeMovie>>; readonly leftOut: string },
): StageResult<undefined> {
  const data = { figures };
  if (tracked === undefined) return { value: undefined, text: counted(figures, "figure"), data };
  const { movie, leftOut } = tracked;
  const rest = leftOut === "" ? "" : `; ${leftOut.replace(/\.$/, "")}`;
  return {
    value: undefined,
    text: `${counted(figures, "figure")}, and the tracks as a movie (${movie.name})${rest}`,
    data,
    notices: movie.notices,
  };
}
