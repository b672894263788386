// Frame by frame with a second pass, as Karyon links, beside the exact optimum over the whole movie under the
// same gains: an integer programme, solved by HiGHS through scipy (bench/peers/optimum.py).
//
//   node bench/optimum.js [--seeds 1..3] [--scenes plain,together] [--python PATH] [--json FILE]
//                         [--truth 01_GT --masks FOLDER]...
//
// Events: a link, a division, a link over one missing frame, a division after one missing frame, each where
// its gain is above 0 under the prices of the last round. What a nucleus is expected to move depends on the
// links that were made; both sides are priced by what our last round expected.
//
// Sides: "ours" is linkMovie. "same events" is ours without meetings and pieces, which the programme does not
// know; the gap is between it and "optimum". "both" is the optimum followed by our second pass, with meetings
// and pieces. "pairs" is the gap of the frame pairs by themselves, before what spans frames. Seconds are of
// the processor; those of the optimum leave out the listing of the events. Each score is the mean over the
// movies; differences have the 95 % t interval over the movies.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Forest } from "../dist/track/places/forest.js";
import { linkMovie, linkOnce } from "../dist/track/model/linkmovie.js";
import { divisionGain, linkGain, stayGain } from "../dist/track/model/prices.js";
import { bridgeSpans } from "../dist/track/model/spans.js";
import { defaultTrackOptions } from "../dist/track/model/settings.js";
import { linkChanged, meanOf, moviesOf, scenesOf, scoresOf, seedsOf } from "./linking.js";

const args = process.argv.slice(2);
const option = (name, fallback) => (args.includes(name) ? args[args.indexOf(name) + 1] : fallback);
const names = ["LNK", "CT", "BC1"];
const sides = ["ours", "same events", "optimum", "both"];

const keyOf = ({ parent, a, b }) => `${parent} ${a} ${b}`;

const rows = [];
console.log(
  `${"movie".padEnd(20)}${"nuclei".padStart(7)}${"events".padStart(8)}${"largest".padStart(8)}${"ours".padStart(11)}` +
    `${"optimum".padStart(11)}${"pairs".padStart(8)}${"gap".padStart(8)}${"share".padStart(10)}` +
    `${"differ".padStart(7)}${"nodes".padStart(6)}${"s ours".padStart(8)}${"s opt.".padStart(8)}  ` +
    sides.map((side) => `${side}: ${names.join(" ")}`.padEnd(27)).join(""),
);
for (const movie of await moviesOf(args, scenesOf(args), seedsOf(option("--seeds", "1..3")))) {
  const row = compare(movie);
  rows.push(row);
  console.log(lineOf(row));
}
summarise();
const json = option("--json");
if (json !== undefined) writeFileSync(json, `${JSON.stringify(rows, null, 1)}\n`);

/** One movie. */
function compare(table) {
  const { movie, size } = table;
  const before = process.cpuUsage();
  const ours = linkMovie(movie, size, defaultTrackOptions);
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  const { prices } = ours;
  // The same model, in whose last round nothing is a meeting or a piece.
  const same = linkChanged(table, {
    model: (model, round) => (round < 3 ? model : { ...model, hide: 1e-300, split: 1e-300 }),
  });
  const events = eventsOf(prices);
  const solved = solve(movie.count, events);
  const pairs = pairsAlone(same.prices, events);
  const chosen = solved.chosen.map((k) => events[k]);
  const optimum = forestOf(movie, chosen);
  const own = ownEvents(prices, same.forest);
  const gain = own.reduce((sum, event) => sum + event.gain, 0);
  const known = new Set(own.map(keyOf));
  const shared = chosen.filter((event) => known.has(keyOf(event))).length;
  return {
    group: table.group,
    movie: table.name,
    nuclei: movie.count,
    events: events.length,
    components: solved.components,
    largest: solved.largest,
    ours: gain,
    optimum: solved.gain,
    gap: solved.gain - gain,
    pairs,
    optimal: solved.optimal,
    nodes: solved.nodes,
    differ: own.length + chosen.length - 2 * shared,
    seconds: { ours: seconds, optimum: solved.seconds },
    scores: {
      ours: scoresOf(table, ours.forest),
      "same events": scoresOf(table, same.forest),
      optimum: scoresOf(table, optimum),
      both: scoresOf(table, secondPass(prices, optimum, chosen)),
    },
  };
}

/** All events of a gain above 0; a division that gains no more than a link to one daughter cannot be in an optimum. */
function eventsOf(prices) {
  const { movie, expected, drift, reach, daughterReach } = prices;
  const events = [];
  const near = (frame, y, x, distance) =>
    movie.points[frame].within(y, x, distance).map((j) => movie.start[frame] + j);
  const addFrom = (parent, children, daughters, frames) => {
    const single = new Map();
    for (const a of children) {
      const gain = singleGain(prices, parent, a);
      if (gain <= 0) continue;
      single.set(a, gain);
      events.push({ parent, a, b: -1, gain });
    }
    daughters.forEach((one, k) => {
      for (const other of daughters.slice(k + 1)) {
        const gain = pairGain(prices, parent, one, other, frames);
        if (gain > Math.max(0, single.get(one) ?? 0, single.get(other) ?? 0))
          events.push({ parent, a: Math.min(one, other), b: Math.max(one, other), gain });
      }
    });
  };
  for (let i = 0; i < movie.count; i++) {
    const next = movie.frame[i] + 1;
    if (next >= movie.frames) continue;
    const [y, x] = [movie.y[i] + expected.dy[i], movie.x[i] + expected.dx[i]];
    addFrom(i, near(next, y, x, reach), near(next, y, x, daughterReach), 1);
    if (next + 1 >= movie.frames) continue;
    const [ly, lx] = placeAfterGap(prices, i);
    const [dy, dx] = [movie.y[i] + 2 * drift.dy[i], movie.x[i] + 2 * drift.dx[i]];
    addFrom(i, near(next + 1, ly, lx, reach * Math.SQRT2), near(next + 1, dy, dx, daughterReach), 2);
  }
  return events;
}

/** Where a nucleus is expected after a missing frame, as in spans.ts. */
function placeAfterGap({ movie, expected, drift, reach }, i) {
  const [y, x] = [movie.y[i] + expected.dy[i], movie.x[i] + expected.dx[i]];
  const next = movie.frame[i] + 1;
  const guide = movie.points[next].nearest(y, x, 2 * reach);
  if (guide < 0) return [y, x];
  return [y + drift.dy[movie.start[next] + guide], x + drift.dx[movie.start[next] + guide]];
}

/** Gain of a link, to the next frame or over a missing one. */
function singleGain(prices, parent, child) {
  const { movie, model } = prices;
  if (movie.frame[child] === movie.frame[parent] + 1) return linkGain(prices, parent, child);
  const [y, x] = placeAfterGap(prices, parent);
  const squared = (movie.y[child] - y) ** 2 + (movie.x[child] - x) ** 2;
  return stayGain(prices, parent, child, squared, 2) + Math.log(model.miss);
}

/** Gain of a division, from one frame to the next or over a missing one. */
function pairGain(prices, parent, a, b, frames) {
  return divisionGain(prices, parent, a, b) + (frames - 1) * Math.log(prices.model.miss);
}

/** The events of a forest, at the same prices. */
function ownEvents(prices, forest) {
  const { movie } = prices;
  const events = [];
  for (let i = 0; i < movie.count; i++) {
    const [first, second] = [forest.first[i], forest.second[i]];
    if (first < 0) continue;
    const [a, b] = second < 0 ? [first, -1] : [Math.min(first, second), Math.max(first, second)];
    const frames = movie.frame[a] - movie.frame[i];
    events.push({
      parent: i,
      a,
      b,
      gain: b < 0 ? singleGain(prices, i, a) : pairGain(prices, i, a, b, frames),
    });
  }
  return events;
}

/** The same for the frame pairs by themselves: gap and events of the optimum that ours has not. */
function pairsAlone(prices, events) {
  const { movie } = prices;
  const all = Array.from({ length: movie.frames - 1 }, (_, t) => t);
  const { forest } = linkOnce(prices, { ...defaultTrackOptions, gap: 0 }, all, {});
  const own = ownEvents(prices, forest);
  const known = new Set(own.map(keyOf));
  const here = events.filter(({ parent, a }) => movie.frame[a] === movie.frame[parent] + 1);
  const { chosen, gain } = solve(movie.count, here);
  return {
    gap: gain - own.reduce((sum, event) => sum + event.gain, 0),
    differ: chosen.filter((k) => !known.has(keyOf(here[k]))).length,
  };
}

function forestOf(movie, events) {
  const forest = new Forest(movie.count);
  for (const { parent, a, b } of events) for (const child of b < 0 ? [a] : [a, b]) forest.link(parent, child);
  return forest;
}

/** The optimum with meetings found and pieces taken back, as our second pass does. */
function secondPass(prices, optimum, chosen) {
  const { movie } = prices;
  const forest = new Forest(movie.count);
  for (const key of ["parent", "first", "second"]) forest[key].set(optimum[key]);
  const linked = new Uint8Array(movie.frames).fill(1, 0, movie.frames - 1);
  const divisions = chosen
    .filter(({ b }) => b >= 0)
    .map(({ parent, a, b, gain }) => ({
      mother: parent,
      daughters: [a, b],
      margin: gain - Math.max(0, singleGain(prices, parent, a), singleGain(prices, parent, b)),
    }));
  bridgeSpans({ prices, linked, forest }, divisions, 1, true);
  return forest;
}

function solve(nuclei, events) {
  const column = (key) => events.map((event) => event[key]);
  const { status, stdout } = spawnSync(
    option("--python", "python3"),
    [fileURLToPath(new URL("peers/optimum.py", import.meta.url))],
    {
      encoding: "utf8",
      input: JSON.stringify({
        nuclei,
        parent: column("parent"),
        a: column("a"),
        b: column("b"),
        gain: column("gain"),
      }),
      stdio: ["pipe", "pipe", "inherit"],
      maxBuffer: 2 ** 30,
    },
  );
  if (status !== 0) throw new Error("optimum.py failed; --python: expected a Python with scipy");
  return JSON.parse(stdout);
}

function lineOf(row) {
  const score = (value) => (value === null ? "  -  " : value.toFixed(4));
  const share = `${((100 * row.gap) / row.optimum).toFixed(4)} %`;
  const gains = [row.ours.toFixed(1).padStart(11), row.optimum.toFixed(1).padStart(11)];
  return (
    `${row.movie.padEnd(20)}${String(row.nuclei).padStart(7)}${String(row.events).padStart(8)}` +
    `${String(row.largest).padStart(8)}${gains.join("")}${row.pairs.gap.toFixed(2).padStart(8)}` +
    `${row.gap.toFixed(2).padStart(8)}${share.padStart(10)}${String(row.differ).padStart(7)}` +
    `${String(row.nodes).padStart(6)}${row.seconds.ours.toFixed(2).padStart(8)}` +
    `${row.seconds.optimum.toFixed(2).padStart(8)}${row.optimal ? "  " : " !"}` +
    sides
      .map((side) =>
        names
          .map((name) => score(row.scores[side][name]))
          .join(" ")
          .padEnd(27),
      )
      .join("")
  );
}

/** Means by scene and of all, and what the optimum gains over ours. */
function summarise() {
  const total = (list, get) => list.reduce((sum, row) => sum + get(row), 0);
  const groups = [...new Set(rows.map(({ group }) => group))];
  console.log(
    "\nscene | movies | gap of pairs | gap, nats (share) | events that differ | s ours, optimum | scores, " +
      sides.join(" / "),
  );
  for (const group of [...groups, "all"]) {
    const own = rows.filter((row) => group === "all" || row.group === group);
    const gap = total(own, (row) => row.gap);
    const share = ((100 * gap) / total(own, (row) => row.optimum)).toFixed(4);
    const means = names.map(
      (name) =>
        `${name} ${sides.map((side) => meanOf(own.map((row) => row.scores[side][name])).split(" ")[0]).join(" / ")}`,
    );
    console.log(
      `${group} | ${own.length} | ${total(own, (row) => row.pairs.gap).toFixed(1)} | ` +
        `${gap.toFixed(1)} (${share} %) | ${total(own, (row) => row.differ)} of ${total(own, (row) => row.events)} | ` +
        `${total(own, (row) => row.seconds.ours).toFixed(1)}, ` +
        `${total(own, (row) => row.seconds.optimum).toFixed(1)} | ${means.join(", ")}`,
    );
  }
  for (const [one, other] of [
    ["optimum", "same events"],
    ["both", "ours"],
  ]) {
    const differences = (name) =>
      rows.map(({ scores }) =>
        scores[one][name] === null || scores[other][name] === null
          ? null
          : scores[one][name] - scores[other][name],
      );
    console.log(
      `${one} - ${other}: ${names.map((name) => `${name} ${meanOf(differences(name), 4)}`).join(", ")}`,
    );
  }
  const proven = rows.every(({ optimal }) => optimal);
  const largest = Math.max(...rows.map((row) => row.largest));
  console.log(`${proven ? "every" : "NOT every"} optimum is proven; largest component: ${largest} events`);
}
