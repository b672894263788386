// What each part of the tracker's model is worth: movies linked with one part switched off or changed at a
// time, without repair of masks.
//
//   node bench/ablation.js [--seeds 1..3] [--scenes plain,together] [--parts full,no-area] [--json FILE]
//                          [--truth 01_GT --masks FOLDER]...
//
// Parts are switched off here, by replacing what the model or its prices say; the product has no such options.
// "full" is checked to give the links of linkMovie. Differences are those from "full", by movie, with their
// 95 % t interval over the movies.
import { writeFileSync } from "node:fs";
import { noDrift, shiftFrame, shiftLocally } from "../dist/track/places/drift.js";
import { priors } from "../dist/track/model/fitmodel.js";
import { linkMovie } from "../dist/track/model/linkmovie.js";
import { logAny } from "../dist/stats/logdensity.js";
import { defaultTrackOptions } from "../dist/track/model/settings.js";
import { linkChanged, meanOf, moviesOf, scenesOf, scoresOf, seedsOf } from "./linking.js";

const args = process.argv.slice(2);
const option = (name, fallback) => (args.includes(name) ? args[args.indexOf(name) + 1] : fallback);
const names = ["LNK", "CT", "BC1"];
const nothing = () => 0;
/** A chance at which nothing is ever priced to happen. */
const never = 1e-300;

/** Changes of the frame pairs that have nuclei enough for a drift. */
function driftBy(shift) {
  return (begun, movie) => {
    const drift = noDrift(movie);
    for (let t = 0; t + 1 < movie.frames; t++)
      if (Math.min(movie.points[t].count, movie.points[t + 1].count) >= 6)
        shift(movie, drift, t, begun.scale.spacing);
    return { ...begun, drift };
  };
}

const changed = (prices, changes, division, more = {}) => ({
  ...prices,
  changes: prices.changes.map((one) => ({ ...one, ...changes })),
  division: { ...prices.division, ...division },
  ...more,
});

/** The mother is as any nucleus. */
const anyMother = (prices) =>
  changed(
    prices,
    {},
    {
      motherArea: logAny(prices.model.anyArea),
      motherIntensity: logAny(prices.model.anyIntensity),
    },
  );

const noIntensity = (begun) => ({
  ...begun,
  looks: { ...begun.looks, intensity: begun.looks.intensity.map(() => NaN) },
});

const noArea = (prices) =>
  changed(
    prices,
    { area: nothing, cutArea: nothing },
    { areaSum: nothing, areaRatio: nothing, cutAreaSum: nothing, cutAreaRatio: nothing, motherArea: nothing },
    { logArea: prices.logArea.map(nothing) },
  );

/** Daughters are anywhere within the reach of daughters. */
function noPlaceOfDaughters(prices) {
  const { diameter } = prices.looks;
  const anywhere = -Math.log(Math.PI * (prices.daughterReach / diameter) ** 2);
  return changed(
    prices,
    {},
    { offset: () => anywhere, distance: (x) => Math.log(2 * Math.PI) + 2 * x + anywhere },
  );
}

const fixed = (key, value) => ({ model: (model) => ({ ...model, [key]: value }) });

const parts = {
  full: {},
  "no area": { prices: noArea },
  "no intensity": { begin: noIntensity },
  "mother as any nucleus": { prices: anyMother },
  "daughters' place unpriced": { prices: noPlaceOfDaughters },
  "no persistence": fixed("persistence", 0),
  "no drift": { begin: driftBy(() => {}) },
  "drift of the frame only": { begin: driftBy(shiftFrame) },
  "drift always local": {
    begin: driftBy((movie, drift, t, spacing) => {
      shiftFrame(movie, drift, t, spacing);
      shiftLocally(movie, drift, t, spacing);
    }),
  },
  "border as inside": {
    begin: (begun) => ({ ...begun, looks: { ...begun.looks, border: begun.looks.border.map(nothing) } }),
  },
  "cut outlines as whole ones": {
    begin: (begun) => ({ ...begun, looks: { ...begun.looks, cut: begun.looks.cut.map(nothing) } }),
  },
  "no pieces": fixed("split", never),
  "no meetings": fixed("hide", never),
  "nothing is missed": fixed("miss", never),
  "0 rounds of fitting": { rounds: 0 },
  "1 round": { rounds: 1 },
  "2 rounds": { rounds: 2 },
  "5 rounds": { rounds: 5 },
  "priors weigh 1/4": { weight: 1 / 4 },
  "priors weigh 4": { weight: 4 },
};

const chosen = option("--parts", Object.keys(parts).join(",")).split(",");
const unknown = chosen.find((part) => !(part in parts));
if (unknown !== undefined)
  throw new Error(`--parts: expected ${Object.keys(parts).join(", ")}, received ${unknown}`);
const movies = await moviesOf(args, scenesOf(args), seedsOf(option("--seeds", "1..3")));
const groups = {
  simulated: movies.filter(({ group }) => group !== "sequences"),
  sequences: movies.filter(({ group }) => group === "sequences"),
};
const results = {};
for (const [name, own] of Object.entries(groups)) {
  if (own.length === 0) continue;
  console.log(
    `\n${name}: ${own.length} movies\npart | ${names.join(" | ")} | ${names.map((n) => `${n} - full`).join(" | ")}`,
  );
  const full = own.map((table) => scoresUnder(table, {}));
  own.forEach(checkFull);
  for (const part of chosen) {
    const scores = part === "full" ? full : own.map((table) => scoresUnder(table, parts[part]));
    results[part] = {
      ...results[part],
      [name]: scores.map((score, k) => ({ movie: own[k].name, ...score })),
    };
    const means = names.map((key) => meanOf(scores.map((score) => score[key])).split(" ")[0]);
    const gains = names.map((key) =>
      meanOf(
        scores.map((score, k) =>
          score[key] === null || full[k][key] === null ? null : score[key] - full[k][key],
        ),
      ),
    );
    console.log(`${part} | ${means.join(" | ")} | ${part === "full" ? "- | - | -" : gains.join(" | ")}`);
  }
}
const json = option("--json");
if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, null, 1)}\n`);

function scoresUnder(table, { weight = 1, ...change }) {
  weigh(priors, weight);
  try {
    return scoresOf(table, linkChanged(table, change).forest);
  } finally {
    weigh(priors, 1 / weight);
  }
}

/** Multiplies the weights of all priors. */
function weigh(node, factor) {
  for (const [key, value] of Object.entries(node)) {
    if (typeof value === "object") weigh(value, factor);
    else if (key === "weight" || key === "mother") node[key] *= factor;
  }
}

/** That linking step by step is what `linkMovie` does. */
function checkFull(table) {
  const [one, other] = [linkMovie(table.movie, table.size, defaultTrackOptions), linkChanged(table)];
  if (one.forest.parent.some((parent, child) => parent !== other.forest.parent[child]))
    throw new Error(`${table.name}: expected the links of linkMovie`);
}
