// Trackers on simulated movies of three difficulties (density, speed, division rate), on the true masks and
// on those of a network that was trained on the movie itself with nobody annotating anything: Karyon's own,
// TrackMate's LAP with its defaults (15 µm, no splitting) and with splitting and the radius from the data.
//
//   node bench/tracks.js [--seed 6101] [--frames 30] [--size 768] [--scenes easy,mdck,crowded] [--keep
// FOLDER] [-- FLAGS of karyon run]
//
// Also prints the scores of the outlines. With --keep what was made is used again.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { evaluateLabels, evaluateTracks } from "../dist/pipeline/evaluate/evaluation.js";

const rest = process.argv.slice(2);
const [args, flags] = rest.includes("--")
  ? [rest.slice(0, rest.indexOf("--")), rest.slice(rest.indexOf("--") + 1)]
  : [rest, []];
const option = (name, fallback) =>
  args.includes(`--${name}`) ? args[args.indexOf(`--${name}`) + 1] : fallback;
const keep = option("keep");
const work = keep ?? mkdtempSync(join(tmpdir(), "karyon-tracks-"));
mkdirSync(work, { recursive: true });
const cli = fileURLToPath(new URL("../bin/karyon.js", import.meta.url));
const karyon = (...parameters) => {
  const { status, stderr } = spawnSync(process.execPath, [cli, ...parameters], {
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (status !== 0) throw new Error(stderr);
};
const number = (value) => (value === null ? "  -  " : value.toFixed(3));
const trackers = [["trackmate"], ["trackmate-tuned"], ["auto", "--no-repair"], ["auto"]];

try {
  for (const scene of option("scenes", "easy,mdck,crowded").split(",")) {
    const [movie, results] = [join(work, scene), join(work, `${scene}-results`)];
    if (!existsSync(movie))
      karyon(
        "simulate",
        "-o",
        movie,
        "--scene",
        scene,
        "--frames",
        option("frames", "30"),
        "--size",
        option("size", "768"),
        "--seed",
        option("seed", "6101"),
      );
    karyon("run", join(movie, "01"), "-o", results, ...flags);
    const { scores } = await evaluateLabels(join(movie, "01_GT", "SEG"), join(results, "labels"));
    const at = (threshold) =>
      scores.pooled.thresholds.find((one) => one.threshold === threshold).f1.toFixed(3);
    console.log(
      `\n${scene}, seed ${option("seed", "6101")}: outlines F1 ` +
        `${[0.5, 0.7, 0.8, 0.9].map((t) => `${at(t)} at ${t}`).join(", ")}, mean IoU ` +
        `${scores.pooled.thresholds[0].meanMatchedIou.toFixed(3)}`,
    );
    console.log(
      "masks    tracker               DET    SEG    TRA    LNK     CT     TF  BC(1)  CHOTA   " +
        "divisions found, missed, wrong   tracks true, found",
    );
    for (const [masks, labels] of [
      ["true", join(movie, "01_GT", "TRA")],
      ["network", join(results, "labels")],
    ]) {
      for (const [tracker, ...more] of trackers) {
        const out = join(work, `${scene}-${masks}-${tracker}${more.join("")}`);
        karyon(
          "track",
          labels,
          "-o",
          out,
          "--overwrite",
          "--tracker",
          tracker,
          ...more,
          ...(masks === "true" ? ["--pixel-size", "0.325"] : []),
        );
        const s = await evaluateTracks(join(movie, "01_GT", "TRA"), out);
        const { tp, fn, fp } = s.divisions[1];
        console.log(
          `${masks.padEnd(8)} ${[tracker, ...more].join(" ").padEnd(17)} ` +
            `${[s.DET, s.SEG, s.TRA, s.LNK, s.CT, s.TF, s.BC[1], s.CHOTA].map((v) => number(v).padStart(6)).join(" ")}   ` +
            `${`${tp}, ${fn}, ${fp}`.padEnd(31)}  ${s.trueTracks}, ${s.resultTracks}`,
        );
      }
    }
  }
} finally {
  if (keep === undefined) rmSync(work, { recursive: true, force: true });
}
