// Both annotation presets on one frame of 2048 x 2048 px, decoding included, beside Python doing the same
// steps (bench/peers/annotate.py: numpy, scipy and scikit-image alone, and the best mix with OpenCV), in one
// run, alternating, each in a process of its own that stays; and a movie of 91 frames from files to labels
// and objects.csv, with its peak memory for 23, 46 and 91 frames.
//
//   npm run build && node bench/annotate.js [IMAGE] [--rounds 7] [--movie FOLDER] [--frames 23,46,91] [--only
// frame|movie] [--preset auto|paper] [--pin] [--overlays] [--before FOLDER] [--python PATH] [--record]
//
// IMAGE: an 8-bit grey TIFF or PNG; a simulated frame unless given. FOLDER: the frames that the movie
// repeats; simulated unless given. With --pin all of the first part runs on one core (Linux), V8's helper
// threads included; with --overlays the movie is drawn too; with --before, another
// checkout, built, is asked beside (the first part); --python names a Python with the libraries; --record
// writes the rows of the first part into bench/results/annotation-speed.json (bench/movies.js has those of
// whole movies). Aims: ours / scipy + scikit-image at most 0.7, ours / best mix at most 1.2; 91 frames in
// 60 s on two cores, better 30 s, in less than 1 GB whatever the number of frames.
import { spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { steps } from "./annotationsteps.js";
import { serve } from "./serve.js";

const args = process.argv.slice(2);
const option = (name, fallback) =>
  args.includes(`--${name}`) ? args[args.indexOf(`--${name}`) + 1] : fallback;
const withValue = ["--rounds", "--movie", "--only", "--preset", "--frames", "--before", "--python"];
const given = args.find((arg, index) => !arg.startsWith("--") && !withValue.includes(args[index - 1]));
const rounds = Math.max(5, Number(option("rounds", 7)));
const only = option("only");
const presets = option("preset") === undefined ? ["paper", "auto"] : [option("preset")];
const pinned = args.includes("--pin") && spawnSync("taskset", ["-c", "0", "true"]).status === 0;
const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const cli = file("../bin/karyon.js");
const work = mkdtempSync(join(tmpdir(), "karyon-bench-"));

/** A peer, on one processor if asked for. */
const peer = (command, parameters) =>
  pinned ? serve("taskset", ["-c", "0", command, ...parameters]) : serve(command, parameters);

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};
const load = () =>
  `load ${loadavg()
    .map((value) => value.toFixed(2))
    .join(" ")}`;
const ms = (seconds) => (1000 * seconds).toFixed(0).padStart(7);
const names = { scipy: "scipy + scikit-image", mix: "best mix with OpenCV" };
const aims = { scipy: 0.7, mix: 1.2 };

async function frame(image) {
  const ours = await peer(process.execPath, [file("./peers/annotate.js")]);
  const before =
    option("before") &&
    (await peer(process.execPath, [resolve(option("before"), "bench/peers/annotate.js")]));
  const python =
    (await peer(option("python", "python3"), [file("./peers/annotate.py")])) ??
    (await peer("python", [file("./peers/annotate.py")]));
  if (python === undefined) console.log("Python is not there: ours alone.");
  else if (python.hello.missing !== undefined)
    console.log(`Python has no ${python.hello.missing}: ours alone.`);
  const peers = python?.hello.peers ?? [];
  if (python?.hello.peers !== undefined) {
    console.log(
      Object.entries(python.hello.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    );
    if (python.hello.versions.OpenCV === undefined) console.log("Python has no cv2: without the mix.");
  }
  for (const preset of presets) {
    const others = ["scipy", "mix"].filter((way) => peers.includes(`${preset}-${way}`));
    const asked = [
      { key: "ours", ask: () => ours.ask({ peer: preset, image }) },
      ...(before ? [{ key: "before", ask: () => before.ask({ peer: preset, image }) }] : []),
      ...others.map((way) => ({ key: way, ask: () => python.ask({ peer: `${preset}-${way}`, image }) })),
    ];
    const answers = Object.fromEntries(asked.map(({ key }) => [key, []]));
    for (let warm = 0; warm < 3; warm++) for (const { ask } of asked) await ask();
    for (let round = 0; round < rounds; round++) {
      for (const { key, ask } of round % 2 === 0 ? asked : [...asked].reverse())
        answers[key].push(await ask());
    }
    const profiles = [];
    for (let i = 0; i < 5; i++) profiles.push(await ours.ask({ peer: preset, image, profile: true }));
    report(preset, answers, others, profiles);
  }
  ours.close();
  before?.close();
  python?.close();
}

function report(preset, answers, others, profiles) {
  console.log(`\n${preset}, ${rounds} rounds, ${pinned ? "one core" : "one thread"}, ${load()}`);
  console.log("                          median ms   min ms   cpu ms   ours / it (median of pairs, range)");
  const ratios = {};
  for (const [key, list] of Object.entries(answers)) {
    const pairs = list.map(({ seconds }, i) => answers.ours[i].seconds / seconds);
    ratios[key] = median(pairs);
    const cpu =
      Math.min(...answers.ours.map((answer) => answer.cpu)) / Math.min(...list.map((answer) => answer.cpu));
    const ratio =
      key === "ours"
        ? ""
        : key === "before"
          ? `   ${ratios[key].toFixed(2)}, least cpu ${cpu.toFixed(2)}`
          : `   least cpu ${cpu.toFixed(2)}, ${ratios[key].toFixed(2)} (${Math.min(...pairs).toFixed(2)} to ` +
            `${Math.max(...pairs).toFixed(2)}), aim ${aims[key]}: ` +
            `${ratios[key] <= aims[key] ? "met" : "missed"}`;
    const seconds = list.map((answer) => answer.seconds);
    console.log(
      `${(names[key] ?? key).padEnd(26)} ${ms(median(seconds))}  ${ms(Math.min(...seconds))}  ` +
        `${ms(median(list.map(({ cpu }) => cpu)))}${ratio}`,
    );
  }
  if (args.includes("--record")) record(preset, answers, others, ratios);
  for (const way of others) compare(preset, answers.ours[0].found, answers[way][0].found, names[way]);
  table(preset, answers, others, profiles);
}

/** Writes the row of a preset, with its ratios of processor time, into the results. */
function record(preset, answers, others, ratios) {
  const path = file("./results/annotation-speed.json");
  const result = JSON.parse(readFileSync(path, "utf8"));
  const least = (key) => Math.min(...answers[key].map(({ cpu }) => cpu));
  const time = (way) =>
    others.includes(way) ? ms(median(answers[way].map(({ seconds }) => seconds))).trim() : "-";
  const ratio = (way) =>
    others.includes(way)
      ? `${ratios[way].toFixed(2)} (processor time ${(least("ours") / least(way)).toFixed(2)}), ` +
        (ratios[way] <= aims[way] ? "met" : "missed")
      : "-";
  const row = [preset, "", time("scipy"), time("mix"), ratio("scipy"), ratio("mix")];
  row[1] = ms(median(answers.ours.map(({ seconds }) => seconds))).trim();
  result.rows = result.rows.map((old) => (old[0] === preset ? row : old));
  const { stdout } = spawnSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" });
  result.commit = stdout.trim();
  result.rules = `medians of ${rounds} alternating rounds, one thread; the peers do the same steps`;
  result.machine = `${cpus().length} cores, Node ${process.versions.node}, no GPU`;
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
}

/** `paper` has to give the same; `auto` the same within a few per cent. */
function compare(preset, ours, theirs, name) {
  if (preset === "paper") {
    for (const key of Object.keys(ours))
      if (ours[key] !== theirs[key]) throw new Error(`${name}: ${key} is ${theirs[key]}, ours ${ours[key]}`);
    console.log(
      `same result as ${name}: threshold ${ours.threshold}, ${ours.objects} objects, ${ours.kept} ` +
        `kept, median area ${ours.medianArea}`,
    );
    return;
  }
  const off = (key) =>
    `${key} ${ours[key]} and ${theirs[key]} (${(100 * (theirs[key] / ours[key] - 1)).toFixed(2)} %)`;
  console.log(
    `ours and ${name}: ${["candidates", "kept", "keptArea"].map(off).join(", ")}, diameter ` +
      `${ours.diameter.toFixed(2)} and ${theirs.diameter.toFixed(2)} px`,
  );
}

/**
 * Where the time goes: of ours by a sampling profile scaled to the median, of theirs by their clocks; what
 * lies between two steps is in none.
 */
function table(preset, answers, others, profiles) {
  const middle = median(answers.ours.map(({ seconds }) => seconds));
  const inProfile = (name) => median(profiles.map(({ within }) => within[name] ?? 0));
  const rows = steps[preset].map(({ what, ours, less = [], theirs, own = false }) => {
    const raw =
      what === "decode"
        ? 0
        : ours.reduce((sum, name) => sum + inProfile(name), 0) -
          less.reduce((sum, name) => sum + inProfile(name), 0);
    const of = (way) =>
      median(
        answers[way].map(({ steps: all }) =>
          Object.entries(all).reduce(
            (sum, [name, seconds]) => sum + (theirs.some((start) => name.startsWith(start)) ? seconds : 0),
            0,
          ),
        ),
      );
    return { what, own, ours: raw, ...Object.fromEntries(others.map((way) => [way, of(way)])) };
  });
  // Decoding waits for files, which a profile of the processor does not tell apart from rest.
  const decoding = median(answers.ours.map(({ steps: all }) => all.decode));
  const scale = (middle - decoding) / rows.reduce((sum, row) => sum + row.ours, 0);
  for (const row of rows) row.ours = row.what === "decode" ? decoding : row.ours * scale;
  console.log(`ms by step                     ours${others.map((way) => names[way].padStart(23)).join("")}`);
  for (const row of rows)
    console.log(
      `${(row.what + (row.own ? " *" : "")).padEnd(28)}${ms(row.ours)}${others.map((way) => ms(row[way]).padStart(23)).join("")}`,
    );
  const own = rows.filter((row) => row.own);
  const without = (left) =>
    others
      .map((way) => {
        const rest = (key) =>
          median(answers[key].map(({ seconds }) => seconds)) - left.reduce((sum, row) => sum + row[key], 0);
        return `${(rest("ours") / rest(way)).toFixed(2)} of ${names[way]}`;
      })
      .join(", ");
  if (others.length === 0) return;
  if (own.length > 0)
    console.log(
      "* nothing in the libraries: numpy level by level, and a loop over pairs; without them on " +
        "both sides (ratios of medians):",
    );
  for (const left of own.length > 1 ? [...own.map((row) => [row]), own] : own.map((row) => [row]))
    console.log(`  without ${left.map(({ what }) => what).join(" and ")}: ${without(left)}`);
  if (preset === "paper")
    console.log(
      "  without features on both sides (the author has none; ratio of medians): " +
        `${without(rows.filter(({ what }) => what.startsWith("features")))}`,
    );
  const functions = Object.entries(profiles[0].own)
    .map(([name]) => [name, median(profiles.map(({ own: all }) => all[name] ?? 0))])
    .sort((a, b) => b[1] - a[1]);
  console.log(
    `our functions, ms without what they call: ${functions
      .filter(([, value]) => value >= 4)
      .slice(0, 16)
      .map(([name, value]) => `${name} ${value.toFixed(0)}`)
      .join(", ")}`,
  );
}

/** Seconds and MiB of one `karyon annotate`; the peak is that of the process, all its threads together. */
function annotateFolder(folder, out) {
  const tell =
    `data:text/javascript,import{writeSync}from"node:fs";process.on("exit",()=>{try{const ` +
    `u=process.resourceUsage();writeSync(3,u.maxRSS+" ` +
    `"+(u.userCPUTime+u.systemCPUTime)+"\\n")}catch{}})`;
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(
      process.execPath,
      [
        "--import",
        tell,
        cli,
        "annotate",
        folder,
        "-o",
        out,
        ...(args.includes("--overlays") ? [] : ["--no-overlays"]),
        ...(option("preset") === undefined ? [] : ["--preset", option("preset")]),
      ],
      { stdio: ["ignore", "ignore", "pipe", "pipe"] },
    );
    let [errors, told] = ["", ""];
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    child.stdio[3].on("data", (chunk) => {
      told += chunk;
    });
    child.on("close", (code) => {
      if (code !== 0) return reject(new Error(`karyon annotate: ${errors.slice(-2000)}`));
      // Threads that end tell it too, earlier.
      const lines = told
        .trim()
        .split("\n")
        .map((line) => line.split(" ").map(Number));
      resolve({
        seconds: (performance.now() - start) / 1000,
        peak: Math.max(...lines.map(([peak]) => peak)) / 1024,
        cpu: Math.max(...lines.map(([, cpu]) => cpu)) / 1e6,
      });
    });
  });
}

async function movie(source) {
  const frames = readdirSync(source)
    .filter((name) => /\.(tiff?|png)$/i.test(name))
    .sort();
  if (frames.length === 0) throw new Error(`${source} holds no TIFF or PNG.`);
  console.log(
    `\nfiles to labels and objects.csv, ${args.includes("--overlays") ? "with" : "no"} overlays, ${cpus().length} cores, frames repeated ` +
      `from ${frames.length}, ${load()}`,
  );
  console.log("frames   seconds   s a frame   cpu s a frame   peak MiB");
  for (const count of option("frames", "23,46,91").split(",").map(Number)) {
    const folder = join(work, `movie${count}`);
    mkdirSync(folder);
    for (let i = 0; i < count; i++) {
      // There and back again, so that neighbours in time are alike.
      const period = Math.max(1, 2 * frames.length - 2);
      const from = resolve(source, frames[Math.min(i % period, period - (i % period))] ?? frames[0]);
      const to = join(folder, `frame${String(i + 1).padStart(3, "0")}${extname(from)}`);
      try {
        linkSync(from, to);
      } catch {
        copyFileSync(from, to);
      }
    }
    const out = join(work, `out${count}`);
    const { seconds, peak, cpu } = await annotateFolder(folder, out);
    console.log(
      `${String(count).padStart(6)} ${seconds.toFixed(1).padStart(9)} ` +
        `${(seconds / count).toFixed(2).padStart(11)} ${(cpu / count).toFixed(2).padStart(15)} ` +
        `${peak.toFixed(0).padStart(10)}`,
    );
    rmSync(out, { recursive: true });
  }
}

try {
  console.log(`Node ${process.version}, ${cpus()[0].model.trim()}, ${cpus().length} cores, ${load()}`);
  let made = option("movie");
  if (given === undefined && made === undefined) {
    const { status, stderr } = spawnSync(
      process.execPath,
      [cli, "simulate", "-o", join(work, "simulated"), "--size", "2048", "--frames", "4"],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(`karyon simulate: ${stderr}`);
    made = join(work, "simulated", "01");
  }
  if (only !== "movie")
    await frame(
      resolve(
        given ??
          join(
            made,
            readdirSync(made)
              .filter((name) => /\.(tiff?|png)$/i.test(name))
              .sort()[0],
          ),
      ),
    );
  if (only !== "frame" && made !== undefined) await movie(made);
} finally {
  rmSync(work, { recursive: true, force: true });
}
