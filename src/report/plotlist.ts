/** Every plot of statistics, once: the report shows them in this order, and each is a file of `figures/`. */
import type { Statistics } from "../analyse/analyse.js";
import * as plots from "./plots.js";

export interface StatisticsPlot {
  /** Of the file, without extension. */
  readonly name: string;
  /** Where it stands in the report. */
  readonly section: "movement" | "population";
  /** True where it needs tracks. */
  readonly tracked: boolean;
  readonly draw: (statistics: Statistics) => string;
}

const movement = (name: string, draw: StatisticsPlot["draw"]): StatisticsPlot => ({ name, section: "movement", tracked: true, draw });
const population = (name: string, tracked: boolean, draw: StatisticsPlot["draw"]): StatisticsPlot => ({ name, section: "population", tracked, draw });

export const statisticsPlots: readonly StatisticsPlot[] = [
  movement("speed_over_time", plots.speedPlot),
  movement("speed_of_tracks", plots.speedHistogram),
  movement("direction_of_tracks", plots.trackRose),
  movement("direction_of_steps", plots.stepRose),
  movement("duration_of_tracks", plots.durationHistogram),
  movement("mean_squared_displacement", plots.displacementPlot),
  population("nuclei_over_time", false, plots.countPlot),
  population("density_over_time", false, plots.densityPlot),
  population("area_of_nuclei", false, plots.areaHistogram),
  population("divisions_over_time", true, plots.divisionPlot),
];

/** The plots that there are data for. */
export const plotsOf = ({ summary }: Statistics): StatisticsPlot[] => statisticsPlots.filter(({ tracked }) => !tracked || summary.tracked);
