/** Every plot of statistics, once: the report shows them in this order, and each is a file of `figures/`. */
import type { Statistics } from "../analyse/analyse.js";
import type { Markup } from "./markup.js";
import * as plots from "./plots.js";
import * as more from "./statisticsplots.js";

/** A plot that can be made of the statistics of a movie or of a set of images. */
export interface StatisticsPlot {
  /** Of the file, without extension. */
  readonly name: string;
  /** Where it stands in the report. */
  readonly section: "movement" | "population";
  /** Whether there are data for it. */
  readonly has: (statistics: Statistics) => boolean;
  readonly draw: (statistics: Statistics) => Markup;
}

const always = (): boolean => true;
const tracked = ({ summary }: Statistics): boolean => summary.tracked;
const movement = (name: string, draw: StatisticsPlot["draw"]): StatisticsPlot => ({
  name,
  section: "movement",
  has: tracked,
  draw,
});
const population = (
  name: string,
  has: StatisticsPlot["has"],
  draw: StatisticsPlot["draw"],
): StatisticsPlot => ({ name, section: "population", has, draw });

/** All of them, in the order of the report. */
export const statisticsPlots: readonly StatisticsPlot[] = [
  movement("speed_over_time", plots.speedPlot),
  movement("speed_of_tracks", plots.speedHistogram),
  movement("direction_of_tracks", plots.trackRose),
  movement("direction_of_steps", plots.stepRose),
  movement("duration_of_tracks", plots.durationHistogram),
  movement("mean_squared_displacement", more.displacementPlot),
  movement("velocity_autocorrelation", more.autocorrelationPlot),
  movement("velocity_correlation", more.spatialCorrelationPlot),
  movement("velocity_field", more.velocityFieldPlot),
  population("nuclei_over_time", always, plots.countPlot),
  population("density_over_time", always, plots.densityPlot),
  population("area_of_nuclei", always, plots.areaHistogram),
  population("area_over_time", always, more.areaPlot),
  population("shape_over_time", always, more.shapePlot),
  population("brightness_over_time", ({ intensities }) => intensities !== undefined, more.intensityPlot),
  population("divisions_over_time", tracked, plots.divisionPlot),
  population(
    "cell_cycles",
    (statistics) => tracked(statistics) && statistics.cycles.count > 0,
    more.survivalPlot,
  ),
];

/** The plots that there are data for. */
export const plotsOf = (statistics: Statistics): StatisticsPlot[] =>
  statisticsPlots.filter(({ has }) => has(statistics));
