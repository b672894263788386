/** Hostile movies: what a tracker is given, and the truth. No camera picture is drawn. */
import { labelImage, type LabelImage, relabelSequential } from "../../core/labels.js";
import { random, type Random } from "../../core/random.js";
import { countOverlaps } from "../../imgproc/overlaps.js";
import { measure } from "../../imgproc/regions.js";
import type { CtcTrack } from "../../io/ctc.js";
import { type SpoiledError, spoilMasks } from "../spoil.js";
import { colonyTruth, type ColonyTruth } from "./colonymasks.js";
import { type Colony, growColony } from "./colonymovie.js";
import { checkHostileOptions, type HostileOptions } from "./hostileoptions.js";

/** A hostile movie. */
export interface HostileMovie {
  /** What the tracker gets: labels 1.. in the order of their first pixel, which tell nothing about tracks. */
  readonly labels: readonly LabelImage[];
  readonly truth: {
    /** Labels are those of the tracks. */
    readonly labels: readonly LabelImage[];
    readonly tracks: readonly CtcTrack[];
  };
  /** By frame, then label of `labels` (entry 0 is NaN); NaN throughout where intensities are not known. */
  readonly intensity: readonly Float64Array[];
  /** Where `labels` are not the true masks; mothers that vanish are of the kind `miss`. */
  readonly errors: readonly SpoiledError[];
}

/** Of the generator of the seed, one a purpose; the colony has the smaller ones. */
const streams = { spoil: 11, debris: 12 } as const;

/** Mean intensity where there is no nucleus, of a typical nucleus. */
const backgroundIntensity = 0.2;

/**
 * Makes a hostile movie. Nothing but the options and the seed decides on it.
 *
 * @throws InvalidInput when an option is out of its range
 */
export function hostileMovie(options: HostileOptions, seed: number): HostileMovie {
  checkHostileOptions(options);
  const colony = growColony(options, seed);
  const truth = colonyTruth(colony);
  const vanished = withoutVanished(colony, truth);
  const root = random(seed);
  const spoiled =
    options.spoil === undefined
      ? { frames: vanished.frames, errors: [] }
      : spoilMasks(vanished.frames, options.spoil, root.fork(streams.spoil).integer(2 ** 31));
  const labels = spoiled.frames.map(relabelSequential);
  return {
    labels,
    truth: { labels: truth.labels, tracks: truth.tracks },
    intensity: labels.map((image, frame) =>
      options.intensity
        ? intensities(image, colony, { truth, frame }, root.fork(streams.debris).fork(frame))
        : new Float64Array(image.count + 1).fill(NaN),
    ),
    errors: [...vanished.errors, ...spoiled.errors].sort((a, b) => a.frame - b.frame),
  };
}

/** The masks without the mothers that vanish. */
function withoutVanished(
  { frames }: Colony,
  truth: ColonyTruth,
): { readonly frames: readonly LabelImage[]; readonly errors: SpoiledError[] } {
  const errors: SpoiledError[] = [];
  const masks = truth.labels.map((image, frame) => {
    const gone = [...truth.viewOfLabel[frame]!]
      .filter(([, view]) => frames[frame]![view]!.vanished)
      .map(([label]) => label);
    if (gone.length === 0) return image;
    const nuclei = measure(image, { frame });
    for (const label of gone) {
      const row = nuclei.label.indexOf(label);
      errors.push({ kind: "miss", frame, labels: [label], y: nuclei.y[row]!, x: nuclei.x[row]! });
    }
    return labelImage(
      image.height,
      image.width,
      image.data.map((label) => (gone.includes(label) ? 0 : label)),
    );
  });
  return { frames: masks, errors };
}

/** Mean intensity by label: of the nuclei within it, by their areas. Debris is dark or bright by chance. */
function intensities(
  labels: LabelImage,
  { frames }: Colony,
  { truth, frame }: { readonly truth: ColonyTruth; readonly frame: number },
  rng: Random,
): Float64Array {
  const overlaps = countOverlaps(truth.labels[frame]!, labels);
  const light = new Float64Array(labels.count + 1);
  const covered = new Float64Array(labels.count + 1);
  overlaps.shared.forEach((shared, k) => {
    const view = frames[frame]![truth.viewOfLabel[frame]!.get(overlaps.a[k]!)!]!;
    light[overlaps.b[k]!]! += shared * view.intensity;
    covered[overlaps.b[k]!]! += shared;
  });
  const out = new Float64Array(labels.count + 1).fill(NaN);
  for (let label = 1; label <= labels.count; label++) {
    const area = overlaps.areaB[label]!;
    const rest = covered[label] === 0 ? rng.uniform(0.4, 2) : backgroundIntensity;
    out[label] = (light[label]! + rest * (area - covered[label]!)) / area;
  }
  return out;
}
