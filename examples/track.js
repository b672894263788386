// Track labels through time and measure: speed, divisions, tables.
import { analyse, simulate, statisticsTables, track } from "karyon";

const movie = await simulate({ height: 256, width: 256, frames: 8, cycle: 40 });
const { height, width, pixelSize, frameInterval } = movie;
const frames = Array.from({ length: movie.frames }, (_, t) => ({ labels: movie.labels(t) }));

const { graph, divisions, gapsClosed } = await track(frames);
console.log(`${graph.nuclei.count} nuclei, ${divisions.length} divisions, ${gapsClosed} gaps closed`);

const statistics = await analyse(graph, { height, width, pixelSize, frameInterval, resamples: 50 });
const { summary, units } = statistics;
console.log(`mean speed ${summary.meanSpeed.toFixed(3)} ${units.length}/${units.time}`);
for (const { name } of statisticsTables(statistics)) console.log(`table ${name}`);
