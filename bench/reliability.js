// How far a division's margin tells that it is one: the probability of divisions (src/track/model/certainty.ts)
// is fitted on hostile movies, and its reliability is measured on others.
//
//   node bench/reliability.js [--fit 1..10] [--test 101..110] [--tracks SAVED] [--json FILE] [--plot FILE.svg]
//
// Scenes are taken by turns: of src/simulate/hostile, the first, third, ... are fitted, the second, fourth, ...
// are for reporting only, as are seeds from 101 on. Each movie is tracked by default options, from its masks and
// mean intensities. With SAVED, divisions are kept in this file and read from it where it exists.
//
// A division is a true one if the mother and both daughters are, by matchFrame, nuclei of the truth that have
// that mother, and the daughters are in the frame in which they are born. A mask over two nuclei is none of them.
// Late ones, whose "mother" is a mask over both daughters, are counted as wrong, and how many they are is told.
//
// p = 1 / (1 + exp(-(a + b margin))) is fitted by maximum likelihood; each scene has the same weight, whatever
// the number of its divisions. Intervals are percentiles of 1000 resamples of the movies of each scene. The
// expected calibration error is the mean of |observed - predicted| over ten bins of equal count. Intervals of bins
// are Wilson's.
//
// --json FILE puts rows, notes and the commit into a file of bench/results, which keeps all else that it holds.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { random } from "../dist/core/random.js";
import { matchFrame } from "../dist/evaluate/sequence.js";
import { labelSourceOf } from "../dist/core/labels.js";
import { lineChart } from "../dist/plot/chart.js";
import { withTypeface } from "../dist/plot/typeface.js";
import { hostileMovie } from "../dist/simulate/hostile/hostile.js";
import { hostileScenes } from "../dist/simulate/hostile/hostileoptions.js";
import * as certainty from "../dist/track/model/certainty.js";
import { trackMovie } from "../dist/track/movie/trackmovie.js";
import { measuredNuclei } from "./hostilenuclei.js";

const args = process.argv.slice(2);
const option = (name, fallback) => (args.includes(name) ? args[args.indexOf(name) + 1] : fallback);
const seedsOf = (name, fallback) => {
  const [first, last = first] = option(name, fallback).split("..").map(Number);
  if (!(Number.isInteger(first) && Number.isInteger(last) && first <= last))
    throw new Error(`${name}: expected a number or FIRST..LAST`);
  return Array.from({ length: last - first + 1 }, (_, k) => first + k);
};
const [bins, resamples] = [10, 1000];
const sum = (values) => values.reduce((total, value) => total + value, 0);
const mean = (values) => sum(values) / values.length;
const logistic = (value) => 1 / (1 + Math.exp(-value));

const names = Object.keys(hostileScenes);
const parts = {
  fit: { scenes: names.filter((_, k) => k % 2 === 0), seeds: seedsOf("--fit", "1..10") },
  test: { scenes: names.filter((_, k) => k % 2 === 1), seeds: seedsOf("--test", "101..110") },
};
const saved = option("--tracks");
const movies =
  saved !== undefined && existsSync(saved) ? JSON.parse(readFileSync(saved, "utf8")) : await track();
if (saved !== undefined) writeFileSync(saved, JSON.stringify(movies));
const of = (part) => movies.filter((movie) => movie.part === part);

const fitted = fit(weighted(of("fit")));
const spread = resampled(of("fit"), (some) => fit(weighted(some)), 200);
const rangeOf = (key) =>
  interval(
    spread.map((one) => one[key]),
    3,
  ).join(" to ");
console.log(
  `\nfitted: p = 1 / (1 + exp(-(a + b margin))), a = ${fitted.a.toFixed(3)} (${rangeOf("a")}), ` +
    `b = ${fitted.b.toFixed(3)} (${rangeOf("b")})`,
);
const rules = {
  "plain sigmoid": logistic,
  fitted: (margin) => logistic(fitted.a + fitted.b * margin),
  "in the program": certainty.divisionProbability,
};
const report = Object.fromEntries(
  Object.entries(rules).map(([name, rule]) => [name, measured(of("test"), rule)]),
);
for (const part of ["fit", "test"]) printScenes(part);
for (const [name, result] of Object.entries(report)) print(name, result);
const json = option("--json");
if (json !== undefined) writeFileSync(json, `${JSON.stringify(resultFile(json), null, 2)}\n`);
const plot = option("--plot");
if (plot !== undefined) writeFileSync(plot, withTypeface(chart()));

/** All divisions that are found, by movie: margins, and 1 true, 0 wrong, -1 late. */
async function track() {
  const found = [];
  for (const [part, { scenes, seeds }] of Object.entries(parts)) {
    for (const scene of scenes) {
      const before = performance.now();
      for (const seed of seeds) found.push({ part, scene, seed, ...(await divisionsOf(scene, seed)) });
      console.error(`${part} ${scene} ${((performance.now() - before) / 1000).toFixed(1)} s`);
    }
  }
  return found;
}

async function divisionsOf(scene, seed) {
  const movie = hostileMovie(hostileScenes[scene], seed);
  const result = await trackMovie(labelSourceOf(movie.labels), { nuclei: measuredNuclei(movie) });
  const { nuclei } = result.graph;
  const trackOf = new Map(movie.truth.tracks.map((one) => [one.label, one]));
  const matches = new Map();
  /** The true tracks under the mask of a row. */
  const trueTracks = async (row) => {
    const t = nuclei.frame[row];
    if (!matches.has(t)) {
      const { partner } = matchFrame(movie.truth.labels[t], await result.labels.read(t));
      const under = new Map();
      for (const [label, own] of partner) under.set(own, [...(under.get(own) ?? []), trackOf.get(label)]);
      matches.set(t, under);
    }
    return matches.get(t).get(nuclei.label[row]) ?? [];
  };
  const [margins, kinds] = [[], []];
  for (const { motherRow, daughters } of result.divisions) {
    const mothers = await trueTracks(motherRow);
    const [[a, ...noneBesideA], [b, ...noneBesideB]] = [
      await trueTracks(daughters[0]),
      await trueTracks(daughters[1]),
    ];
    const born = nuclei.frame[daughters[0]];
    const areTwo =
      a !== undefined && b !== undefined && a !== b && noneBesideA.length + noneBesideB.length === 0;
    const isTrue =
      areTwo &&
      mothers.length === 1 &&
      [a, b].every(({ parent, begin }) => parent === mothers[0].label && begin === born);
    const isLate =
      areTwo && a.parent > 0 && a.parent === b.parent && mothers.includes(a) && mothers.includes(b);
    margins.push(result.margins[daughters[0]]);
    kinds.push(isTrue ? 1 : isLate ? -1 : 0);
  }
  return { margins, kinds };
}

/** Divisions with weights so that all scenes weigh the same, and the mean weight is 1. */
function weighted(some) {
  const perScene = new Map();
  for (const { scene, margins } of some) perScene.set(scene, (perScene.get(scene) ?? 0) + margins.length);
  const scenes = [...perScene.values()].filter((count) => count > 0);
  const share = sum(scenes) / scenes.length;
  return some.flatMap(({ scene, margins, kinds }) =>
    margins.map((margin, k) => ({
      margin,
      truth: kinds[k] === 1 ? 1 : 0,
      weight: share / perScene.get(scene),
    })),
  );
}

/** Newton's method on the log likelihood, which is concave; steps are halved where they lose. */
function fit(divisions) {
  const loss = (a, b) =>
    sum(
      divisions.map(({ margin, truth, weight }) => {
        const x = (truth === 1 ? 1 : -1) * (a + b * margin);
        return weight * (x > 0 ? Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)) - x);
      }),
    );
  let [a, b] = [0, 1];
  for (let round = 0; round < 100; round++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-9, 0, 1e-9];
    for (const { margin, truth, weight } of divisions) {
      const p = logistic(a + b * margin);
      const [g, h] = [weight * (truth - p), weight * p * (1 - p)];
      [ga, gb] = [ga + g, gb + g * margin];
      [haa, hab, hbb] = [haa + h, hab + h * margin, hbb + h * margin * margin];
    }
    const determinant = haa * hbb - hab * hab;
    let [da, db] = [(hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant];
    const before = loss(a, b);
    while (loss(a + da, b + db) > before && Math.hypot(da, db) > 1e-9) [da, db] = [da / 2, db / 2];
    [a, b] = [a + da, b + db];
    if (Math.hypot(da, db) < 1e-8) break;
  }
  return { a, b };
}

/** Values of resamples of the movies, scene by scene. */
function resampled(some, valueOf, count) {
  const draw = random(1);
  const byScene = [...new Set(some.map(({ scene }) => scene))].map((scene) =>
    some.filter((movie) => movie.scene === scene),
  );
  return Array.from({ length: count }, () =>
    valueOf(byScene.flatMap((all) => all.map(() => all[draw.integer(all.length)]))),
  );
}

function interval(values, digits) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  return [0.025, 0.975].map((at) => sorted[Math.round(at * (sorted.length - 1))].toFixed(digits));
}

/** Wilson's 95 % interval of a share. */
function wilson(share, count) {
  const z = 1.96;
  const middle = share + (z * z) / (2 * count);
  const half = z * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  return [middle - half, middle + half].map((value) => Number((value / (1 + (z * z) / count)).toFixed(3)));
}

/** Reliability curve, calibration error and Brier score, with the intervals of resampled movies. */
function measured(some, rule) {
  const flat = (list) =>
    list.flatMap(({ margins, kinds }) => margins.map((margin, k) => [rule(margin), kinds[k] === 1 ? 1 : 0]));
  const all = flat(some).sort((p, q) => p[0] - q[0]);
  // Bins are those of all movies, for all resamples.
  const edges = Array.from({ length: bins - 1 }, (_, k) => all[Math.floor(((k + 1) * all.length) / bins)][0]);
  const binOf = (p) => edges.filter((edge) => p >= edge).length;
  const curve = (list) => {
    const groups = Array.from({ length: bins }, () => []);
    for (const one of list) groups[binOf(one[0])].push(one);
    return groups.map((group) => ({
      count: group.length,
      predicted: mean(group.map(([p]) => p)),
      observed: mean(group.map(([, truth]) => truth)),
    }));
  };
  const scores = (list) => ({
    ece:
      sum(
        curve(list)
          .filter(({ count }) => count > 0)
          .map(({ count, predicted, observed }) => count * Math.abs(predicted - observed)),
      ) / list.length,
    brier: mean(list.map(([p, truth]) => (p - truth) ** 2)),
  });
  const tries = resampled(
    some,
    (movies) => {
      const list = flat(movies);
      return { curve: curve(list), ...scores(list) };
    },
    resamples,
  );
  const scored = scores(all);
  return {
    curve: curve(all).map((bin) => ({ ...bin, interval: wilson(bin.observed, bin.count) })),
    ece: scored.ece,
    eceInterval: interval(
      tries.map(({ ece }) => ece),
      4,
    ).map(Number),
    brier: scored.brier,
    brierInterval: interval(
      tries.map(({ brier }) => brier),
      4,
    ).map(Number),
    share: mean(all.map(([, truth]) => truth)),
    count: all.length,
    movies: some.length,
  };
}

function printScenes(part) {
  console.log(
    `\n${part === "fit" ? "fitted" : "not fitted"}: seeds ${parts[part].seeds[0]}..${parts[part].seeds.at(-1)}`,
  );
  console.log(
    `${"scene".padEnd(20)}${["found", "true", "late", "plain", "fitted"].map((word) => word.padStart(8)).join("")}`,
  );
  for (const scene of parts[part].scenes) {
    const some = of(part).filter((movie) => movie.scene === scene);
    const [margins, kinds] = [some.flatMap((one) => one.margins), some.flatMap((one) => one.kinds)];
    const count = (kind) => kinds.filter((one) => one === kind).length;
    const expected = (rule) => mean(margins.map(rule)).toFixed(3);
    console.log(
      scene.padEnd(20) +
        [
          margins.length,
          (count(1) / kinds.length).toFixed(3),
          count(-1),
          expected(rules["plain sigmoid"]),
          expected(rules.fitted),
        ]
          .map((cell) => String(cell).padStart(8))
          .join(""),
    );
  }
}

function print(name, { curve, ece, eceInterval, brier, brierInterval, count, movies: many, share }) {
  console.log(
    `\n${name}: ${count} divisions of ${many} movies, ${(100 * share).toFixed(1)} % true; ` +
      `ECE ${ece.toFixed(4)} [${eceInterval.join(", ")}], Brier ${brier.toFixed(4)} [${brierInterval.join(", ")}]`,
  );
  for (const { count: n, predicted, observed, interval: range } of curve)
    console.log(
      `  ${predicted.toFixed(4)} predicted  ${observed.toFixed(4)} observed [${range.join(", ")}]  n ${n}`,
    );
}

function chart() {
  const series = Object.entries(report)
    .slice(0, 2)
    .map(([name, { curve }]) => ({
      name,
      x: curve.map(({ predicted }) => predicted),
      y: curve.map(({ observed }) => observed),
      draw: /** @type {"both"} */ ("both"),
    }));
  const all = { name: "exact", x: [0, 1], y: [0, 1], dashed: true };
  return lineChart([...series, all], {
    title: "Reliability of the probability of divisions",
    note: `${report.fitted.count} divisions of ${report.fitted.movies} movies of scenes that were not fitted`,
    x: { label: "probability that is stated", range: [0, 1] },
    y: { label: "share of true divisions", range: [0, 1] },
  });
}

/** What a file of bench/results holds, with the figures of now. */
function resultFile(path) {
  const known = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  const [before, after] = [report["plain sigmoid"], report.fitted];
  const text = (one, key) =>
    `${one[key].toFixed(4)} (${one[`${key}Interval`].map((end) => end.toFixed(4)).join(" to ")})`;
  const both = (key) => `${text(after, key)}; of the plain sigmoid ${text(before, key)}`;
  const late = sum(of("test").flatMap(({ kinds }) => kinds.map((kind) => (kind === -1 ? 1 : 0))));
  const shares = parts.test.scenes.map((scene) => {
    const some = of("test").filter((movie) => movie.scene === scene);
    const { share, stated } = shareOf(some);
    return `${scene} ${stated.toFixed(3)} / ${share.toFixed(3)}`;
  });
  return {
    ...known,
    commit: spawnSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).stdout.trim(),
    columns: [
      "divisions",
      "probability stated (mean)",
      "share true",
      "95 % interval",
      "stated by the plain sigmoid",
    ],
    rows: after.curve.map(({ count, predicted, observed, interval: range }, k) => [
      String(count),
      predicted.toFixed(3),
      observed.toFixed(3),
      range.map((end) => end.toFixed(3)).join(" to "),
      before.curve[k].predicted.toFixed(4),
    ]),
    notes: [
      `Expected calibration error ${both("ece")}. Brier score ${both("brier")}.`,
      `Fitted: a = ${fitted.a.toFixed(3)} (${rangeOf("a")}), b = ${fitted.b.toFixed(3)} (${rangeOf("b")}) ` +
        "by resampled movies. The plain sigmoid is a = 0, b = 1.",
      `Stated / true by scene: ${shares.join(", ")}.`,
      `Late, and counted as wrong, are ${late}: the mask of the mother covers both daughters already.`,
    ],
  };
}

/** Share of the divisions of some movies that are true, and what the fitted curve states on average. */
function shareOf(some) {
  const kinds = some.flatMap((movie) => movie.kinds);
  return {
    share: kinds.filter((kind) => kind === 1).length / kinds.length,
    stated: mean(some.flatMap((movie) => movie.margins).map(rules.fitted)),
  };
}
