// Spoils a folder of true masks with the mistakes of a segmentation, at known rates: 16-bit label TIFFs of the
// same names, and a table of every mistake beside the folder.
//
//   node bench/spoil.js TRUTH_MASK_FOLDER OUT_FOLDER [--seed n] [--rates merge=.01,split=.005,...]
//
// Rates are shares of the nuclei of a frame; those not given are the defaults of src/simulate/spoil.ts. The
// files are taken in natural order as the frames of a movie. OUT_FOLDER.errors.csv has the columns kind,
// frame (from 0), labels (true ones, separated by spaces), y, x (px).
import { mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { readLabels, writeLabels16 } from "../dist/pipeline/store/labelfiles.js";
import { writeFileAtomic } from "../dist/pipeline/store/files.js";
import { naturalOrder } from "../dist/pipeline/store/names.js";
import { spoilMasks, spoilRates } from "../dist/simulate/spoil.js";

const args = process.argv.slice(2);
const option = (name, fallback) => (args.includes(name) ? args[args.indexOf(name) + 1] : fallback);
const [truth, out] = args.filter((arg, i) => !arg.startsWith("--") && !(args[i - 1] ?? "").startsWith("--"));
if (truth === undefined || out === undefined)
  throw new Error("node bench/spoil.js TRUTH_MASK_FOLDER OUT_FOLDER [--seed n] [--rates merge=.01,...]");

const given = option("--rates", "")
  .split(",")
  .filter((part) => part !== "")
  .map((part) => part.split("="));
for (const [kind, rate] of given)
  if (!(kind in spoilRates) || !Number.isFinite(Number(rate ?? NaN)))
    throw new Error(
      `--rates: expected ${Object.keys(spoilRates).join(", ")} with a number each, got ${kind}=${rate}`,
    );
const rates = { ...spoilRates, ...Object.fromEntries(given.map(([kind, rate]) => [kind, Number(rate)])) };

const names = readdirSync(truth)
  .filter((name) => /\.tiff?$/i.test(name))
  .sort(naturalOrder);
if (names.length === 0) throw new Error(`${truth}: no TIFF files`);
const frames = [];
for (const name of names) frames.push(await readLabels(join(truth, name)));
const { frames: spoiled, errors } = spoilMasks(frames, rates, Number(option("--seed", "1")));
mkdirSync(out, { recursive: true });
for (const [k, name] of names.entries()) await writeLabels16(join(out, name), spoiled[k]);
const rows = errors.map(({ kind, frame, labels, y, x }) =>
  [kind, frame, labels.join(" "), y.toFixed(2), x.toFixed(2)].join(","),
);
await writeFileAtomic(`${resolve(out)}.errors.csv`, `${["kind,frame,labels,y,x", ...rows].join("\n")}\n`);

const nuclei = frames.reduce((sum, { data }) => sum + new Set(data.filter((label) => label > 0)).size, 0);
console.log(`${names.length} frames, ${nuclei} nuclei`);
for (const [kind, rate] of Object.entries(rates)) {
  const made = errors.filter((error) => error.kind === kind).length;
  console.log(`${kind.padEnd(7)} rate ${rate}, made ${made} (${(made / nuclei).toFixed(4)} of the nuclei)`);
}
