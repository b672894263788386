// Movies with truth for the benches that look into the linking, held as tables: nuclei, and what each mask has
// to do with the truth. Masks are never changed, so that linking a movie again and scoring it reads no image.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { labelSourceOf } from "../dist/core/labels.js";
import { concatNuclei } from "../dist/core/nuclei.js";
import { countOperations, technicalScores } from "../dist/evaluate/aogm.js";
import { completeTracks, divisionScore } from "../dist/evaluate/biological.js";
import { matchFrame } from "../dist/evaluate/sequence.js";
import { measure } from "../dist/imgproc/regions.js";
import { parseTracks } from "../dist/io/ctc.js";
import { readLabels } from "../dist/pipeline/store/labelfiles.js";
import { hostileMovie } from "../dist/simulate/hostile/hostile.js";
import { hostileScenes } from "../dist/simulate/hostile/hostileoptions.js";
import { meanInterval } from "../dist/stats/twosamples.js";
import { toCtc } from "../dist/track/ctcgraph.js";
import { movieOf } from "../dist/track/places/detections.js";
import { edgesOf } from "../dist/track/places/forest.js";
import { fitModel } from "../dist/track/model/fitmodel.js";
import { beginLinking, linkOnce } from "../dist/track/model/linkmovie.js";
import { pricesOf } from "../dist/track/model/prices.js";
import { measureLabels } from "../dist/track/movie/measurelabels.js";
import { defaultTrackOptions } from "../dist/track/model/settings.js";

/** Values of an option that may be given more than once. */
export const allOf = (args, name) => args.flatMap((arg, k) => (arg === name ? [args[k + 1]] : []));

/** Scenes whose assumptions differ most, from easy to all at once. */
const usualScenes =
  "plain,independent,full-grown,interval-long,shared-flow,mother-vanishes,bad-masks,network-like,together";

/** The scenes of --scenes; none where it is empty. */
export const scenesOf = (args) => (allOf(args, "--scenes")[0] ?? usualScenes).split(",").filter(Boolean);

/** FIRST..LAST as a list. */
export function seedsOf(text) {
  const [first, last = first] = text.split("..").map(Number);
  if (!(Number.isInteger(first) && Number.isInteger(last) && first <= last))
    throw new Error("--seeds: expected a number or FIRST..LAST");
  return Array.from({ length: last - first + 1 }, (_, k) => first + k);
}

/** The scenes of src/simulate/hostile that the options name, and the sequences of --truth and --masks. */
export async function moviesOf(args, scenes, seeds) {
  const unknown = scenes.find((scene) => !(scene in hostileScenes));
  if (unknown !== undefined)
    throw new Error(`--scenes: expected ${Object.keys(hostileScenes).join(", ")}, received ${unknown}`);
  const movies = scenes.flatMap((scene) => seeds.map((seed) => hostileTable(scene, seed)));
  const [truths, masks] = [allOf(args, "--truth"), allOf(args, "--masks")];
  if (truths.length !== masks.length)
    throw new Error("--truth and --masks: expected as many of one as of the other");
  for (const [k, truth] of truths.entries()) movies.push(await folderTable(truth, masks[k]));
  return movies;
}

function hostileTable(scene, seed) {
  const { labels, intensity, truth } = hostileMovie(hostileScenes[scene], seed);
  const tables = labels.map((image, frame) => {
    const table = measure(image, { frame });
    return { ...table, meanIntensity: Float64Array.from(table.label, (label) => intensity[frame][label]) };
  });
  const { height, width } = labels[0];
  return {
    group: scene,
    name: `${scene} ${seed}`,
    nuclei: concatNuclei(tables),
    movie: movieOf(concatNuclei(tables), labels.length),
    size: { height, width },
    truth: truth.tracks,
    matches: labels.map((image, t) => matchFrame(truth.labels[t], image)),
  };
}

/** @param truth a folder 01_GT of the Cell Tracking Challenge; frames are paired by their order */
async function folderTable(truth, folder) {
  const tracking = existsSync(join(truth, "TRA")) ? join(truth, "TRA") : truth;
  const read = async (from) => {
    const numberOf = (name) => Number(/(\d+)\.tif$/.exec(name)[1]);
    const names = readdirSync(from).filter((name) => name.endsWith(".tif"));
    const images = [];
    for (const name of names.sort((a, b) => numberOf(a) - numberOf(b)))
      images.push(await readLabels(join(from, name)));
    return images;
  };
  const [labels, trueLabels] = [await read(folder), await read(tracking)];
  if (labels.length !== trueLabels.length)
    throw new Error(
      `${folder}: expected ${trueLabels.length} masks as in ${tracking}, received ${labels.length}`,
    );
  const { nuclei, height, width } = await measureLabels(labelSourceOf(labels));
  return {
    group: "sequences",
    name: basename(folder) === "masks" ? basename(join(folder, "..")) : basename(folder),
    nuclei,
    movie: movieOf(nuclei, labels.length),
    size: { height, width },
    truth: parseTracks(readFileSync(join(tracking, "man_track.txt"), "utf8"), "man_track.txt"),
    matches: trueLabels.map((image, t) => matchFrame(image, labels[t])),
  };
}

/**
 * Links a movie step by step as `linkMovie` does, with parts of the model replaced.
 *
 * @param change model: changes a model before it is used; prices: changes the prices; begin: what is known at
 *   first; rounds: of fitting, 3 as in `linkMovie`
 */
export function linkChanged({ movie, size }, change = {}) {
  const {
    model: changeModel = (m) => m,
    prices: changePrices = (p) => p,
    begin = (b) => b,
    rounds = 3,
  } = change;
  const { scale, drift, looks, farthest, ...begun } = begin(
    beginLinking(movie, size, defaultTrackOptions),
    movie,
  );
  const pairs = Array.from({ length: Math.max(0, movie.frames - 1) }, (_, t) => t);
  let model = changeModel(begun.model, 0);
  for (let round = 0; ; round++) {
    const prices = changePrices(pricesOf(movie, looks, model, drift, farthest));
    const found = linkOnce(prices, defaultTrackOptions, pairs, {});
    const divisions = found.spans.divisions.map((division) => ({
      ...division,
      probability: 1 / (1 + Math.exp(-division.margin)),
    }));
    if (round === rounds) return { forest: found.forest, divisions, prices: { ...prices, scale } };
    const { linked, forest, spans } = found;
    model = changeModel(fitModel({ prices, linked, forest, divisions, spans }), round + 1);
  }
}

/** Scores of a forest; BC1 is null where there is no division and none is found. */
export function scoresOf({ nuclei, movie, matches, truth }, forest) {
  const { tracks, labelOfRow } = toCtc({ nuclei, frames: movie.frames, edges: edgesOf(movie, forest) });
  const trackOf = matches.map(() => new Map());
  for (let row = 0; row < nuclei.count; row++)
    trackOf[nuclei.frame[row]].set(nuclei.label[row], labelOfRow[row]);
  const frames = matches.map((match, t) => ({
    truth: match.truth,
    result: match.result.map((label) => trackOf[t].get(label)).sort((a, b) => a - b),
    partner: new Map([...match.partner].map(([a, b]) => [a, trackOf[t].get(b)])),
    taken: new Map([...match.taken].map(([b, count]) => [trackOf[t].get(b), count])),
    iouSum: match.iouSum,
  }));
  const match = { frames, truth, result: tracks };
  const { tp, fp, fn, f1 } = divisionScore(match, 1);
  return {
    LNK: technicalScores(countOperations(match)).LNK,
    CT: completeTracks(match),
    BC1: tp + fp + fn === 0 ? null : f1,
  };
}

/** Mean of what is known, with the 95 % interval of that mean by Student's t where there are two or more. */
export function meanOf(values, digits = 3) {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return "-";
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  if (known.length < 2) return mean.toFixed(digits);
  const { low, high } = meanInterval(known);
  return `${mean.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
}
