// Time and peak memory of linking a movie of 51 frames with 60,000 nuclei in each (3 million detections), of
// half and of a quarter of it, each in a process of its own; and, beside it in the same run, the
// frame-to-frame assignment alone, exact in both, of Karyon's TrackMate preset and of scipy where Python has
// it.
//
//   node bench/track.js                    all three sizes
//   node bench/track.js --only 0.25        one
//   node bench/track.js --python PATH      the Python of the peer (default python3)
//
// The movie is put together from copies of one simulated movie of about 2,500 nuclei side by side, some
// turned over, so that every true link is known.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { emptyNuclei } from "../dist/core/nuclei.js";
import { track } from "../dist/track/track.js";
import { simulatePopulation } from "../dist/simulate/model.js";
import { simulatePresets } from "../dist/simulate/scene.js";
import { trackLap } from "../dist/track/trackmate.js";

const args = process.argv.slice(2);
const option = (name, fallback) => (args.includes(name) ? args[args.indexOf(name) + 1] : fallback);
const side = 3000;
const frames = 51;
/** px; of the assignment alone. */
const radius = 20;

/** Detections as rows of (frame, cell, y, x, area, intensity). */
const columns = 6;
const read = (path) => {
  const bytes = readFileSync(path);
  return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
};

if (args[0] === "--link") link(args[1], args[2]);
else bench();

/** In a process of its own: links what is in a file, and prints what it took. */
function link(path, what) {
  const rows = read(path);
  const nuclei = emptyNuclei(rows.length / columns);
  for (let i = 0; i < nuclei.count; i++) {
    [nuclei.frame[i], nuclei.label[i], nuclei.y[i], nuclei.x[i], nuclei.area[i], nuclei.meanIntensity[i]] =
      rows.subarray(columns * i, columns * (i + 1));
  }
  const started = performance.now();
  const { edges } =
    what === "auto"
      ? track(nuclei, frames).graph
      : trackLap(nuclei, frames, {
          linkingDistance: radius,
          gapDistance: radius,
          gapFrames: 0,
          splittingDistance: undefined,
        });
  const seconds = (performance.now() - started) / 1000;
  let [right, cost] = [0, 0];
  for (let e = 0; e < edges.length; e += 2) {
    const [a, b] = [edges[e], edges[e + 1]];
    if (nuclei.label[a] === nuclei.label[b] && nuclei.frame[b] === nuclei.frame[a] + 1) right++;
    cost += (nuclei.y[a] - nuclei.y[b]) ** 2 + (nuclei.x[a] - nuclei.x[b]) ** 2;
  }
  console.log(
    JSON.stringify({
      seconds,
      peakMiB: process.resourceUsage().maxRSS / 1024,
      links: edges.length / 2,
      right,
      cost,
    }),
  );
}

function bench() {
  const folder = mkdtempSync(join(tmpdir(), "karyon-track-"));
  try {
    console.log(`Node ${process.version}, ${cpus()[0].model.trim()}, ${cpus().length} cores`);
    const tile = simulatePopulation({
      ...simulatePresets.mdck,
      height: side,
      width: side,
      frames,
      seed: 1,
    }).frames;
    const inside = tile.map((states) =>
      states.filter(({ y, x }) => y >= 0 && y < side && x >= 0 && x < side),
    );
    const perFrame = inside.reduce((sum, states) => sum + states.length, 0) / frames;
    console.log(
      "detections  a frame        s  us each  peak MiB  true links found | assignment alone, s   " +
        "scipy, s  ratio  links and cost",
    );
    for (const part of args.includes("--only") ? [Number(option("--only"))] : [0.25, 0.5, 1]) {
      const path = join(folder, `${part}.bin`);
      const trueLinks = write(path, inside, Math.ceil((part * 60000) / perFrame));
      const run = (what) =>
        JSON.parse(
          ran(process.execPath, [
            "--max-old-space-size=4000",
            fileURLToPath(import.meta.url),
            "--link",
            path,
            what,
          ]),
        );
      const auto = run("auto");
      const ours = run("lap");
      const scipy = JSON.parse(
        ran(option("--python", "python3"), [
          fileURLToPath(new URL("peers/track.py", import.meta.url)),
          path,
          String(columns),
          String(radius),
        ]) ?? "null",
      );
      const count = read(path).length / columns;
      const beside =
        scipy === null
          ? "(no scipy)"
          : `${scipy.seconds.toFixed(1).padStart(10)} ` +
            `${(ours.seconds / scipy.seconds).toFixed(3).padStart(6)}  ` +
            `${ours.links === scipy.links && Math.abs(ours.cost - scipy.cost) < 1e-9 * scipy.cost ? "equal" : `differ: ${ours.links} / ${scipy.links}, ${ours.cost} / ${scipy.cost}`}`;
      console.log(
        `${String(count).padStart(10)} ${(count / frames).toFixed(0).padStart(8)} ` +
          `${auto.seconds.toFixed(1).padStart(8)} ` +
          `${((auto.seconds / count) * 1e6).toFixed(1).padStart(8)} ` +
          `${auto.peakMiB.toFixed(0).padStart(9)} ` +
          `${`${((100 * auto.right) / trueLinks).toFixed(3)} %`.padStart(17)} | ` +
          `${ours.seconds.toFixed(1).padStart(19)} ${beside}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Copies of the tile in rows of six, every second one turned over. @returns the true links */
function write(path, inside, copies) {
  const perCopy = inside.reduce((sum, states) => sum + states.length, 0);
  const rows = new Float64Array(perCopy * copies * columns);
  let at = 0;
  let links = 0;
  inside.forEach((states, t) => {
    const before = new Set(t > 0 ? inside[t - 1].map(({ cell }) => cell) : []);
    for (let copy = 0; copy < copies; copy++) {
      for (const { cell, y, x, brightness } of states) {
        const turned = copy % 2 === 1;
        rows.set(
          [
            t,
            cell + 1e6 * copy,
            (turned ? side - y : y) + side * Math.floor(copy / 6),
            x + side * (copy % 6),
            1300 * (0.5 + (cell % 97) / 97),
            100 * brightness,
          ],
          at,
        );
        at += columns;
        if (before.has(cell)) links++;
      }
    }
  });
  writeFileSync(path, new Uint8Array(rows.buffer));
  return links;
}

/** Standard output of a process; undefined where it cannot be run. */
function ran(command, parameters) {
  const { status, stdout } = spawnSync(command, parameters, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return status === 0 ? stdout : undefined;
}
