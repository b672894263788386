// Our trackers and those of others on the same masks, scored against a truth of the Cell Tracking Challenge by
// our scorer and, for a cross-check, by py-ctcmetrics.
//
//   node bench/tracking.js --truth XX/01_GT --masks NAME=FOLDER [--masks ...] --python PATH [--python ...]
//     [--out FOLDER] [--trackers auto,laptrack,...] [--btrack-config FILE] [--json FILE] [--no-check]
//
// The truth holds TRA and, where there are outlines, SEG. A peer is asked in the first Python that has it, so
// that peers that need other versions of the same package can live apart. A peer that nobody has, or that
// fails, is named. btrack fetches its configuration for cells, unless a file is given.
//
// The scorers are known to differ in TF, and in BIO with it: after a computed track that covers a whole true one,
// py-ctcmetrics does not count what else that track covers, in the order of labels. Its source says that this is
// kept for the sake of older results. The cross-check takes most of the time; --no-check leaves it out.
//
// With --out the results stay; those of peers are then used again, ours are made anew. Delete the folder after
// masks have changed.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { evaluateTracks } from "../dist/pipeline/evaluate/evaluation.js";
import { openPython } from "./peers/openpython.js";

const ours = {
  auto: ["--tracker", "auto"],
  "auto-no-repair": ["--tracker", "auto", "--no-repair"],
  trackmate: ["--tracker", "trackmate"],
  "trackmate-tuned": ["--tracker", "trackmate-tuned"],
  "trackmate-overlap": ["--tracker", "trackmate-overlap"],
};
const peers = ["laptrack", "laptrack-15", "laptrack-overlap", "btrack", "btrack-area", "ultrack"];
/** Where our default shall be the first. */
const aims = ["LNK", "CT", "BC(1)"];
const printed = ["DET", "SEG", "TRA", "LNK", "CT", "TF", "BC(0)", "BC(1)", "BC(2)", "CHOTA"];
const tolerance = 1e-6;

const { values } = parseArgs({
  options: {
    truth: { type: "string" },
    masks: { type: "string", multiple: true, default: [] },
    python: { type: "string", multiple: true, default: [] },
    out: { type: "string" },
    trackers: { type: "string", default: [...Object.keys(ours), ...peers].join(",") },
    "btrack-config": { type: "string" },
    json: { type: "string" },
    "no-check": { type: "boolean", default: false },
  },
});
const trackers = values.trackers.split(",");
const unknown = trackers.find((name) => !(name in ours) && !peers.includes(name));
if (values.truth === undefined || values.masks.length === 0 || unknown !== undefined) {
  console.error(
    unknown === undefined
      ? "give --truth XX/01_GT and --masks NAME=FOLDER"
      : `${unknown} is no tracker; there are ${[...Object.keys(ours), ...peers].join(", ")}`,
  );
  process.exit(1);
}

const cli = fileURLToPath(new URL("../bin/karyon.js", import.meta.url));
const work = values.out ?? mkdtempSync(join(tmpdir(), "karyon-tracking-"));
mkdirSync(work, { recursive: true });
const pythons = [];
/** Results of ours in this run, by folder. */
const made = new Map();

try {
  for (const path of values.python) pythons.push(await openPython(path, "tracking.py"));
  const versions = Object.assign({}, ...pythons.map(({ versions }) => versions).reverse());
  for (const name of trackers)
    if (!(name in ours) && !(name in versions)) console.log(`${name}: in no Python that was given`);
  if (!("scores" in versions)) console.log("py-ctcmetrics: in no Python that was given, no cross-check");
  const rows = [];
  for (const masks of values.masks) {
    const at = masks.indexOf("=");
    rows.push(...(await compare(masks.slice(0, at), masks.slice(at + 1), versions)));
  }
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ node: process.version, versions, rows }, null, 2)}\n`);
} finally {
  for (const { close } of pythons) close();
  if (values.out === undefined) rmSync(work, { recursive: true, force: true });
}

/** All trackers on one folder of masks, printed as they come. @returns the rows of the table */
async function compare(name, masks, versions) {
  const radius = radiusOf(name, masks);
  console.log(`\n${name}: ${masks}, radius from the data ${radius.toFixed(1)} px`);
  console.log(`${"tracker".padEnd(18)}${printed.map((key) => key.padStart(7)).join("")}       s`);
  const rows = [];
  for (const tracker of trackers) {
    if (!(tracker in ours) && !(tracker in versions)) continue;
    const row = await scored(name, tracker, masks, radius);
    rows.push(row);
    console.log(
      row.error === undefined
        ? `${tracker.padEnd(18)}${printed.map((key) => shown(row.scores[key]).padStart(7)).join("")}` +
            `${row.seconds.toFixed(1).padStart(8)}`
        : `${tracker.padEnd(18)} ${row.error}`,
    );
  }
  for (const aim of aims) console.log(standing(aim, rows));
  for (const { tracker, differences = [] } of rows)
    if (differences.length > 0)
      console.log(`scorers differ, ${tracker}, ours and py-ctcmetrics: ${differences.map(told).join("; ")}`);
  return rows;
}

/**
 * One row: what a tracker scored, or why it has no scores.
 *
 * @returns {Promise<Record<string, any>>}
 */
async function scored(name, tracker, masks, radius) {
  const out = join(work, name, tracker);
  const { seconds, error } =
    tracker in ours ? trackOwn(out, tracker, masks) : await trackPeer(out, tracker, masks, radius);
  if (error !== undefined) return { masks: name, tracker, error };
  const scores = flat(await evaluateTracks(join(values.truth, "TRA"), out));
  const scorer = values["no-check"] ? undefined : pythons.find(({ versions }) => "scores" in versions);
  const reference = await scorer?.ask({ truth: resolve(values.truth), result: resolve(out) });
  if (reference?.error !== undefined) console.log(`py-ctcmetrics: ${reference.error}`);
  return {
    masks: name,
    tracker,
    radius,
    seconds,
    scores,
    ...(reference === undefined || reference.error !== undefined
      ? {}
      : { reference, differences: differencesOf(scores, reference) }),
  };
}

/** Tracks with our command line, once. */
function trackOwn(out, tracker, masks) {
  if (!made.has(out)) made.set(out, trackAnew(out, tracker, masks));
  return made.get(out);
}

function trackAnew(out, tracker, masks) {
  const started = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    [cli, "track", masks, "-o", out, "--overwrite", ...ours[tracker]],
    { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"] },
  );
  return status === 0 ? { seconds: (performance.now() - started) / 1000 } : { error: stderr.trim() };
}

/** Tracks with a peer, unless its result is there already. */
async function trackPeer(out, peer, masks, radius) {
  const record = join(out, "peer.json");
  if (existsSync(record)) return JSON.parse(readFileSync(record, "utf8"));
  const answer = await pythons
    .find(({ versions }) => peer in versions)
    .ask({
      peer,
      masks: resolve(masks),
      out: resolve(out),
      radius,
      config: values["btrack-config"] === undefined ? null : resolve(values["btrack-config"]),
    });
  if (answer.error === undefined) writeFileSync(record, JSON.stringify(answer));
  return answer;
}

/** The radius of `trackmate-tuned`, px: peers get the same. */
function radiusOf(name, masks) {
  const out = join(work, name, "trackmate-tuned");
  const { error } = trackOwn(out, "trackmate-tuned", masks);
  if (error !== undefined) throw new Error(error);
  return JSON.parse(readFileSync(join(out, "tracking.json"), "utf8")).settings.radius;
}

/** Our scores by the names of py-ctcmetrics. */
function flat({ DET, SEG, TRA, LNK, CT, TF, CCA, CHOTA, BC, BIO }) {
  const indexed = (key, list) => Object.fromEntries(list.map((value, i) => [`${key}(${i})`, value]));
  return { DET, SEG, TRA, LNK, CT, TF, CCA, CHOTA, ...indexed("BC", BC), ...indexed("BIO", BIO) };
}

/** Measures that both scorers have, and that differ. */
function differencesOf(scores, reference) {
  const isMeasure = (key) => key in scores && (key !== "SEG" || existsSync(join(values.truth, "SEG")));
  return [...new Set([...Object.keys(reference), "CCA"])]
    .filter(isMeasure)
    .map((measure) => ({ measure, ours: scores[measure], reference: reference[measure] ?? null }))
    .filter(({ ours: own, reference: other }) =>
      own === null || other === null ? own !== other : Math.abs(own - other) > tolerance,
    );
}

function told({ measure, ours: own, reference }) {
  return `${measure} ${precise(own)} ${precise(reference)}`;
}

function precise(value) {
  return value === null ? "none" : value.toFixed(6);
}

/** Whether our default is the first, or who is. */
function standing(aim, rows) {
  const value = ({ scores }) => scores?.[aim] ?? -1;
  const own = rows.find(({ tracker }) => tracker === "auto");
  if (own === undefined) return `${aim}: auto was not asked`;
  const others = rows.filter(({ tracker }) => !tracker.startsWith("auto"));
  const best = Math.max(...others.map(value));
  const names = others.filter((row) => value(row) === best).map(({ tracker }) => tracker);
  if (value(own) > best) return `${aim}: ours is first, ${shown(value(own))}; next ${shown(best)} (${names})`;
  return value(own) === best
    ? `${aim}: ours is first with ${names}, ${shown(best)}`
    : `${aim}: ours ${shown(value(own))} is behind ${names}, ${shown(best)}`;
}

function shown(value) {
  return value === null || value === undefined ? "-" : value.toFixed(4);
}
