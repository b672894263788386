// Trackers on hostile movies, in which their assumptions fail one by one and together (src/simulate/hostile,
// docs/simulation.md). Movies are made, tracked and scored in memory.
//
//   node bench/hostile.js [--seeds 1..5] [--scenes plain,discs] [--trackers auto,auto-no-repair] [--json FILE]
//
// Seeds 1 to 99 are for development. Seeds from 101 on are for reporting only: nothing may be chosen by them.
//
// Trackers: auto, auto-no-repair, trackmate, trackmate-tuned. TrackMate's default distance is 15 µm; a nucleus
// is taken to be 13.5 µm across, as in the movie of MDCK cells. Each score is the mean over the movies with the
// 95 % interval of that mean by Student's t, movies being the units. BC(1) is left out for a movie that has
// no division and in which none is found. "changed" counts masks that repair has changed, made or removed; on
// true masks, which all scenes but bad-masks, network-like, together and mother-vanishes have, each is wrong.
import { writeFileSync } from "node:fs";
import { labelImage, labelSourceOf } from "../dist/core/labels.js";
import { scoreTracks } from "../dist/evaluate/trackscores.js";
import { countOverlaps } from "../dist/imgproc/overlaps.js";
import { hostileMovie } from "../dist/simulate/hostile/hostile.js";
import { hostileScenes } from "../dist/simulate/hostile/hostileoptions.js";
import { meanInterval } from "../dist/stats/twosamples.js";
import { toCtc } from "../dist/track/ctcgraph.js";
import { trackMovie } from "../dist/track/movie/trackmovie.js";
import { measuredNuclei } from "./hostilenuclei.js";

const trackers = {
  auto: { tracker: "auto" },
  "auto-no-repair": { tracker: "auto", repair: false },
  trackmate: { tracker: "trackmate" },
  "trackmate-tuned": { tracker: "trackmate-tuned" },
};
/** Diameter of a nucleus, µm. */
const nucleus = 13.5;
const scores = ["LNK", "CT", "BC1", "TRA"];

const args = process.argv.slice(2);
const option = (name, fallback) => (args.includes(name) ? args[args.indexOf(name) + 1] : fallback);
const chosen = (name, known) => {
  const names = option(name, Object.keys(known).join(",")).split(",");
  const unknown = names.find((one) => !(one in known));
  if (unknown !== undefined)
    throw new Error(`${name}: expected ${Object.keys(known).join(", ")}, received ${unknown}`);
  return names;
};
const [first, last = first] = option("--seeds", "1..5").split("..").map(Number);
if (!(Number.isInteger(first) && Number.isInteger(last) && first <= last))
  throw new Error("--seeds: expected a number or FIRST..LAST");
const seeds = Array.from({ length: last - first + 1 }, (_, k) => first + k);
const names = chosen("--trackers", trackers);

const rows = [];
console.log(
  `seeds ${first}..${last} (${last <= 99 ? "development" : first > 100 ? "reporting" : "both kinds: do not report"}); ` +
    "mean [95 % t interval over the movies]",
);
console.log(
  `${"scene".padEnd(20)}${"tracker".padEnd(17)}${scores.map((name) => name.padEnd(22)).join("")}` +
    `${"divisions true, found, wrong".padEnd(28)}${"changed".padStart(8)}${"s".padStart(7)}`,
);
for (const scene of chosen("--scenes", hostileScenes)) {
  const started = rows.length;
  for (const seed of seeds) rows.push(...(await rowsOf(scene, seed)));
  for (const tracker of names)
    console.log(lineOf(rows.slice(started).filter((row) => row.tracker === tracker)));
}
const json = option("--json");
if (json !== undefined) writeFileSync(json, `${JSON.stringify(rows, null, 1)}\n`);

/** One movie with all trackers. */
async function rowsOf(scene, seed) {
  const movie = hostileMovie(hostileScenes[scene], seed);
  const nuclei = measuredNuclei(movie);
  const truth = {
    frames: movie.labels.length,
    labels: (t) => movie.truth.labels[t],
    tracks: movie.truth.tracks,
  };
  const out = [];
  for (const tracker of names) {
    const before = performance.now();
    const result = await trackMovie(
      labelSourceOf(movie.labels),
      { nuclei },
      { ...trackers[tracker], pixelSize: nucleus / hostileScenes[scene].diameter },
    );
    const seconds = (performance.now() - before) / 1000;
    const s = await scoreTracks(truth, sequenceOf(result));
    const { tp, fp, fn } = s.divisions[1];
    out.push({
      scene,
      seed,
      tracker,
      LNK: s.LNK,
      CT: s.CT,
      BC1: tp + fp + fn === 0 ? null : s.BC[1],
      TRA: s.TRA,
      divisions: tp + fn,
      found: tp,
      wrong: fp,
      nuclei: nuclei.count,
      changed: await changedMasks(movie.labels, result.labels),
      seconds,
    });
  }
  return out;
}

/** A result by the rules of the challenge: masks whose labels are those of the tracks. */
function sequenceOf({ graph, branches, labels }) {
  const { tracks, labelOfRow } = toCtc(graph, branches);
  const trackOf = Array.from({ length: graph.frames }, () => new Map());
  for (let row = 0; row < graph.nuclei.count; row++)
    trackOf[graph.nuclei.frame[row]].set(graph.nuclei.label[row], labelOfRow[row]);
  return {
    frames: graph.frames,
    tracks,
    labels: async (t) => {
      const { height, width, data } = await labels.read(t);
      return labelImage(
        height,
        width,
        data.map((label) => (label > 0 ? (trackOf[t].get(label) ?? 0) : 0)),
      );
    },
  };
}

/** Masks that have no equal on the other side; of both sides, the larger number. */
async function changedMasks(before, after) {
  let changed = 0;
  for (const [t, image] of before.entries()) {
    const { a, b, shared, areaA, areaB } = countOverlaps(image, await after.read(t));
    let equal = 0;
    shared.forEach((area, k) => {
      if (area === areaA[a[k]] && area === areaB[b[k]]) equal++;
    });
    const count = (areas) => areas.filter((area, label) => label > 0 && area > 0).length;
    changed += Math.max(count(areaA), count(areaB)) - equal;
  }
  return changed;
}

function lineOf(movies) {
  const sum = (key) => movies.reduce((total, row) => total + row[key], 0);
  const cells = scores.map((name) => {
    const values = movies.map((row) => row[name]).filter((value) => value !== null);
    if (values.length === 0) return "-".padEnd(22);
    const mean = values.reduce((total, value) => total + value, 0) / values.length;
    const { low, high } = meanInterval(values);
    const interval = values.length < 2 ? "" : ` [${low.toFixed(3)}, ${high.toFixed(3)}]`;
    return `${mean.toFixed(3)}${interval}`.padEnd(22);
  });
  const { scene, tracker } = movies[0];
  return (
    `${scene.padEnd(20)}${tracker.padEnd(17)}${cells.join("")}` +
    `${`${sum("divisions")}, ${sum("found")}, ${sum("wrong")}`.padEnd(28)}` +
    `${String(sum("changed")).padStart(8)}${sum("seconds").toFixed(1).padStart(7)}`
  );
}
