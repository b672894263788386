// The training step and the way of one frame from file to labels, beside PyTorch (bench/peers/train.py) in
// one run, alternating, each in a process of its own that stays; the patches are there beforehand on both
// sides.
//
//   npm run build && node bench/train.js [IMAGE] [--rounds 9] [--steps 10] [--threads 2] [--only step|frame]
// [--model FOLDER] [--python python3]
//
// A round is --steps steps of each in turn, the order reversed in every other; what one leaves spinning has
// stopped when the next begins. A ratio is that of the medians of one round, given as its median over the
// rounds, with the range; cpu is of all threads, those included that wait in a loop: compare it with
// --threads 1. IMAGE: one frame, simulated with 2048 x 2048 px unless given; FOLDER: a model for it, trained
// for 300 steps on its own annotation unless given. Aims: a step at most 0.95 of PyTorch's; a frame from file
// to labels in at most 4 s.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "./serve.js";

const args = process.argv.slice(2);
const option = (name, fallback) =>
  args.includes(`--${name}`) ? args[args.indexOf(`--${name}`) + 1] : fallback;
const given = args.find((arg, index) => !arg.startsWith("--") && !args[index - 1]?.startsWith("--"));
const rounds = Math.max(3, Number(option("rounds", 9)));
const steps = Number(option("steps", 10));
const threads = Number(option("threads", Math.min(2, cpus().length)));
const only = option("only");
const python = option("python", "python3");
const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const work = mkdtempSync(join(tmpdir(), "karyon-bench-"));

/** Batch and edge of a patch; the first is the paper's, the second our default. */
const sizes = [
  [4, 64],
  [4, 96],
  [8, 96],
];
const frameEdge = 2048;
/** Long enough for the threads of a runtime to stop waiting for work. */
const pause = 300;

const quantile = (values, part) =>
  [...values].sort((a, b) => a - b)[Math.floor(part * (values.length - 1) + 0.5)];
const median = (values) => quantile(values, 0.5);
const load = () =>
  `load ${loadavg()
    .map((value) => value.toFixed(2))
    .join(" ")}`;

/** Answers of all in `rounds` rounds after one to warm up; `ask` by name. */
async function alternate(asked) {
  const answers = Object.fromEntries(Object.keys(asked).map((name) => [name, []]));
  const first = {};
  for (const [name, ask] of Object.entries(asked)) first[name] = await ask();
  for (let round = 0; round < rounds; round++) {
    const order = Object.entries(asked);
    for (const [name, ask] of round % 2 === 0 ? order : order.reverse()) answers[name].push(await ask());
  }
  return { first, answers };
}

const ratioText = (ours, theirs, aim) => {
  const ratios = ours.map((seconds, i) => seconds / theirs[i]);
  return (
    `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ` +
    `${Math.max(...ratios).toFixed(2)})${aim === undefined ? "" : `, aim ${aim}: ${median(ratios) <= aim ? "met" : "missed"}`}`
  );
};

async function step(ours, torch) {
  console.log(`\nms a training step, ${threads} threads, ${rounds} rounds of ${steps} steps, ${load()}`);
  console.log(
    "batch patch   engine      median   20th percentile   least      cpu   of PyTorch's (median of rounds, range)",
  );
  for (const [batch, patch] of sizes) {
    const size = { batch, patch, steps };
    const asked = {
      blocked: () => ours.ask({ layout: "auto", ...size }),
      nchw: () => ours.ask({ layout: "nchw", ...size }),
    };
    const { first, answers } = await alternate(
      torch === undefined ? asked : { ...asked, PyTorch: () => torch.ask(size) },
    );
    for (const [name, { losses }] of Object.entries(first)) {
      const off = Math.abs(losses[0] / first.blocked.losses[0] - 1);
      if (!(off < 1e-4))
        throw new Error(`${name} has another loss than ours: ${losses[0]}, not ${first.blocked.losses[0]}`);
    }
    const perRound = (name) => answers[name].map(({ seconds }) => median(seconds));
    for (const name of Object.keys(answers)) {
      const all = answers[name].flatMap(({ seconds }) => seconds);
      const ms = (value) => (1000 * value).toFixed(1).padStart(8);
      const ratio =
        torch === undefined || name === "PyTorch"
          ? ""
          : `   ${ratioText(perRound(name), perRound("PyTorch"), name === "blocked" ? 0.95 : undefined)}`;
      console.log(
        `${String(batch).padStart(5)} ${String(patch).padStart(5)}   ${name.padEnd(9)} ` +
          `${ms(median(all))} ${ms(quantile(all, 0.2)).padStart(17)} ${ms(Math.min(...all))} ` +
          `${ms(median(answers[name].map(({ cpu }) => cpu)))}${ratio}`,
      );
    }
  }
}

async function frame(ours, torch) {
  const karyon = (...parameters) => {
    const { status, stderr } = spawnSync(process.execPath, [file("../bin/karyon.js"), ...parameters], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`karyon ${parameters[0]}: ${stderr}`);
  };
  let image = given;
  if (image === undefined) {
    karyon("simulate", "-o", join(work, "movie"), "--size", String(frameEdge), "--frames", "1");
    image = join(work, "movie", "01", "t000.tif");
  }
  let model = option("model");
  if (model === undefined) {
    model = join(work, "model");
    karyon("annotate", image, "-o", join(work, "dataset"), "--no-overlays");
    karyon("train", join(work, "dataset"), "-o", model, "--steps", "300", "--patch", "64");
  }
  const request = { image, model, out: join(work, "labels.tif") };
  const asked = {
    ours: () => ours.ask(request),
    ...(torch === undefined ? {} : { "PyTorch, forward alone": () => torch.ask({ frame: frameEdge }) }),
  };
  const { first, answers } = await alternate(asked);
  console.log(
    `\nseconds for one frame, ${threads} threads, ${rounds} rounds, ${load()}; ours: ` +
      `${first.ours.nuclei} nuclei, file to labels, overlay and opening of the model apart`,
  );
  const seconds = (name) => answers[name].map((answer) => answer.seconds);
  for (const name of Object.keys(answers)) {
    const all = seconds(name);
    const aim = name === "ours" ? `   aim 4: ${median(all) <= 4 ? "met" : "missed"}` : "";
    console.log(
      `${name.padEnd(24)} median ${median(all).toFixed(2)}, 20th percentile ` +
        `${quantile(all, 0.2).toFixed(2)}, least ${Math.min(...all).toFixed(2)}, cpu ` +
        `${median(answers[name].map(({ cpu }) => cpu)).toFixed(2)}${aim}`,
    );
  }
  if (torch !== undefined)
    console.log(
      `ours of PyTorch's forward pass: ${ratioText(seconds("ours"), seconds("PyTorch, forward alone"))}`,
    );
  const parts = Object.keys(first.ours.parts).map(
    (part) => `${part} ${median(answers.ours.map((answer) => answer.parts[part])).toFixed(2)}`,
  );
  console.log(`of ours (the network is a part of segment): ${parts.join(", ")}`);
}

try {
  const ours = await serve(process.execPath, [file("./peers/train.js"), String(threads)], pause);
  const torch = await serve(python, [file("./peers/train.py"), String(threads)], pause);
  const usable = torch?.hello.missing === undefined ? torch : undefined;
  console.log(`Node ${process.version}, ${cpus()[0].model.trim()}, ${cpus().length} cores, ${load()}`);
  if (usable === undefined)
    console.log(
      torch === undefined
        ? `${python} is not there: ours alone.`
        : `${python} has no ${torch.hello.missing}: ours alone.`,
    );
  else
    console.log(
      Object.entries(usable.hello.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    );
  if (only !== "frame") await step(ours, usable);
  if (only !== "step") await frame(ours, usable);
  ours.close();
  torch?.close();
} finally {
  rmSync(work, { recursive: true, force: true });
}
