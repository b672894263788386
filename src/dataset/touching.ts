/**
 * Touching nuclei with exact labels, composed from single ones of the same image. An annotation that keeps
 * what it is sure of keeps few that touch, and a network that never saw two together does not learn to part
 * them.
 */
import { InvalidInput } from "../core/errors.js";
import type { Image, PixelData } from "../core/image.js";
import { relabelSequential, type LabelImage } from "../core/labels.js";
import { shuffle, type Random } from "../core/random.js";
import { areas } from "../imgproc/components.js";
import { gaussian } from "../imgproc/gaussian.js";
import { boundingBoxes, equivalentDiameter, measure } from "../imgproc/regions.js";
import { median } from "../stats/percentile.js";
import { type Cutout, cutOut, turned } from "./cutout.js";
import { paste, type Scene } from "./paste.js";
import {
  type Cluster,
  fits,
  type Footprint,
  footprintOf,
  placeBeside,
  turnedFootprint,
} from "./placement.js";

/** How touching nuclei are composed. */
export interface ComposeOptions {
  /** Images to make. */
  readonly images: number;
  /** How far two outlines go into each other, in diameters; drawn uniformly. */
  readonly overlap: readonly [low: number, high: number];
  /**
   * Width of the blurred edge of a nucleus, in diameters, but at least 3 px. Only nuclei that are alone
   * within it are cut out.
   */
  readonly margin: number;
  /** Width of the glow around a nucleus that is pasted with it where nothing else is in it, in diameters. */
  readonly glow: number;
  /** Nuclei in a cluster at most; half of the clusters are pairs, a quarter are threes, and so on. */
  readonly largestCluster: number;
  /** Share of the clusters that start on empty background rather than at a nucleus of the image. */
  readonly apart: number;
  /** Pasted nuclei per annotated one, at most. */
  readonly density: number;
}

/**
 * Two circles of diameter d that overlap by d / 10 have a chord of 0.44 d in common; where more overlaps, one
 * nucleus lies above the other, and where the boundary runs is anybody's guess.
 */
export const defaultComposeOptions: Omit<ComposeOptions, "images"> = {
  overlap: [0, 0.1],
  margin: 0.12,
  glow: 0.4,
  largestCluster: 6,
  apart: 0.25,
  density: 0.5,
};

/** An image to compose from. */
export interface ComposeSource {
  readonly name: string;
  readonly image: Image;
  /** Of the image's size: 1..n nuclei, 0 sure background, -1 unknown. */
  readonly labels: LabelImage;
}

/** An image with composed nuclei. */
export interface ComposedImage {
  /** Index of the source. */
  readonly source: number;
  /** The source's image with the pasted nuclei; every other pixel as it was. */
  readonly image: Image;
  /** The source's labels with those of the pasted nuclei, renumbered from 1. */
  readonly labels: LabelImage;
  readonly pasted: number;
  /** Pairs of nuclei that touch along an edge of their pixels, at least one of them pasted. */
  readonly pairs: number;
  /** Labels in these pairs, ascending. */
  readonly touching: readonly number[];
}

/** What composing gave. */
export interface Composition {
  readonly images: readonly ComposedImage[];
  /** Why a source gave nothing, one sentence each. */
  readonly notices: readonly string[];
}

/**
 * Composes images by pasting nuclei that are alone beside others of the same image, so that size, brightness,
 * blur and noise are those of the image. Sources take turns; one with fewer than two nuclei that are alone,
 * or without room, is left out with a notice.
 *
 * Pasted nuclei lie on sure background (0) off the image's border, touch no other nuclei than those of their
 * cluster, and are turned and mirrored without interpolation.
 *
 * @throws InvalidInput when image and labels differ in size
 */
export function composeTouching(
  sources: readonly ComposeSource[],
  options: ComposeOptions,
  rng: Random,
): Composition {
  const notices: string[] = [];
  return { images: [...composedImages(sources, options, rng, notices)], notices };
}

/**
 * The same, one image after the other, for who need not hold them all.
 *
 * @param notices takes why a source gave nothing
 */
export function* composedImages(
  sources: readonly ComposeSource[],
  options: ComposeOptions,
  rng: Random,
  notices: string[],
): Generator<ComposedImage> {
  const used = new Set<number>();
  const queue = sources.map((_, source) => source);
  for (let attempt = 0, made = 0; made < options.images && queue.length > 0; attempt++) {
    const source = queue.shift()!;
    const composed = composeOne(sources[source]!, options, rng.fork(attempt));
    if (typeof composed !== "string") {
      yield { source, ...composed };
      made++;
      used.add(source);
      queue.push(source);
    } else if (!used.has(source)) notices.push(composed);
  }
}

/** @returns why not, if so */
function composeOne(
  { name, image, labels }: ComposeSource,
  options: ComposeOptions,
  rng: Random,
): Omit<ComposedImage, "source"> | string {
  if (image.height !== labels.height || image.width !== labels.width) {
    throw new InvalidInput(
      `labels of ${name}`,
      `${image.height} x ${image.width} px as its image`,
      `${labels.height} x ${labels.width}`,
    );
  }
  const stock = stockOf(image, labels, options);
  if (stock.pieces.length < 2)
    return (
      `${name}: fewer than two nuclei are alone on sure background, so no touching nuclei are ` +
      "composed from it."
    );
  const { scene } = stock;
  const first = scene.areas.length;
  addClusters(stock, options, rng);
  // Unknown also where the image has no value, for the time of the work: there the labels stay what they
  // were.
  const data = scene.labels.map((label, i) => (Number.isFinite(image.data[i]!) ? label : labels.data[i]!));
  const result = relabelSequential({
    height: image.height,
    width: image.width,
    data,
    count: scene.areas.length - 1,
  });
  const { pairs, touching } = contactsOf(result, data, first);
  if (pairs === 0)
    return (
      `${name}: there is no room for a second nucleus next to any nucleus, ` +
      "so no touching nuclei are composed from it."
    );
  return {
    image: { ...image, data: rounded(scene.grey, image.data) },
    labels: result,
    pasted: scene.areas.length - first,
    pairs,
    touching,
  };
}

interface Stock {
  readonly scene: Scene;
  /** What can be cut out. */
  readonly pieces: readonly { readonly cutout: Cutout; readonly footprint: Footprint }[];
  /** The image's nuclei: what others may be pasted beside. */
  readonly hosts: Cluster;
}

/** Takes stock of an image: what can be cut out, and what can be pasted beside. */
function stockOf(image: Image, labels: LabelImage, options: ComposeOptions): Stock {
  const { height, width, data } = image;
  const grey = Float32Array.from(data, (value) => (Number.isFinite(value) ? value : NaN));
  const known = labels.data.map((label, i) => (Number.isNaN(grey[i]!) ? -1 : label));
  const masked = { height, width, data: known, count: labels.count };
  const size = Array.from(areas(masked));
  const diameter = equivalentDiameter(median(size.slice(1).filter((area) => area > 0)));
  // Of an image without nuclei there is no diameter.
  const sigma = Math.min(2, Math.max(1, (diameter || 0) / 25));
  let [low, high] = [Infinity, -Infinity];
  for (const value of grey) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const margin = Math.max(3, options.margin * diameter);
  const source = {
    labels: masked,
    data: grey,
    smooth: gaussian(grey, height, width, sigma),
    high,
    margin,
    glow: Math.max(margin, options.glow * diameter),
  };
  const boxes = boundingBoxes(masked);
  const cores = new Array<number>(labels.count + 1).fill(NaN);
  const pieces: Stock["pieces"][number][] = [];
  for (let label = 1; label <= labels.count; label++) {
    const cutout =
      size[label] === 0
        ? undefined
        : cutOut(
            source,
            label,
            boxes.subarray(4 * label - 4, 4 * label) as unknown as [number, number, number, number],
          );
    // Not brighter than what lies around it: nothing to paste.
    if (cutout === undefined || !(cutout.core > 0)) continue;
    cores[label] = cutout.core;
    pieces.push({ cutout, footprint: footprintOf(cutout) });
  }
  const nuclei = measure(masked);
  const hosts = new Map(
    Array.from(nuclei.label, (label, row) => [label, { y: nuclei.y[row]!, x: nuclei.x[row]! }] as const),
  );
  const scene = { height, width, grey, labels: known, areas: size, cores, low, high, sigma };
  return { scene, pieces, hosts };
}

/** Tries for each nucleus of a cluster: most places beside a nucleus are not free. */
const tries = 12;

/** A nucleus may lose this share of its pixels to another: more is no contact, but one above another. */
const largestLoss = 0.1;

/** Shortest contact, in diameters of the smaller nucleus. */
const shortestContact = 0.15;

/**
 * Pastes clusters at, or apart from, one nucleus after the other, until there are enough. Changes the scene.
 */
function addClusters(stock: Stock, options: ComposeOptions, rng: Random): void {
  const { scene, hosts } = stock;
  const requested = scene.areas.length + Math.max(1, Math.round(options.density * hosts.size));
  for (const host of shuffle([...hosts.keys()], rng)) {
    if (scene.areas.length >= requested) return;
    const cluster = new Map(
      (rng.next() < options.apart ? pasteApart(stock, rng) : undefined) ?? [[host, hosts.get(host)!]],
    );
    let size = 2;
    while (size < options.largestCluster && rng.next() < 0.5) size++;
    for (let attempt = 0; cluster.size < size && attempt < tries * (size - 1); attempt++)
      pasteBeside(stock, cluster, options, rng);
  }
}

const draw = <T>(items: readonly T[], rng: Random): T => items[rng.integer(items.length)]!;

/** A cutout drawn at random, in one of its eight views. */
function drawCutout({ pieces }: Stock, rng: Random): { cutout: Cutout; footprint: Footprint; turn: number } {
  const { cutout, footprint } = draw(pieces, rng);
  const turn = rng.integer(8);
  return { cutout, turn, footprint: turnedFootprint(footprint, turn) };
}

/** Pastes a nucleus on empty background. @returns undefined where no place was found */
function pasteApart(stock: Stock, rng: Random): Cluster | undefined {
  const { scene } = stock;
  const { cutout, footprint, turn } = drawCutout(stock, rng);
  for (let attempt = 0; attempt < tries; attempt++) {
    const place = { top: rng.integer(scene.height), left: rng.integer(scene.width) };
    if (
      !fits(scene, footprint, place, new Map()) ||
      !paste(scene, turned(cutout, turn), place, { largestLoss, contact: 0 })
    )
      continue;
    return new Map([[scene.areas.length - 1, { y: place.top + footprint.y, x: place.left + footprint.x }]]);
  }
  return undefined;
}

/** Pastes a nucleus beside one of the cluster and adds it to that, if it fits. */
function pasteBeside(
  stock: Stock,
  cluster: Map<number, { readonly y: number; readonly x: number }>,
  { overlap }: ComposeOptions,
  rng: Random,
): void {
  const { scene } = stock;
  const neighbour = draw([...cluster.keys()], rng);
  const { cutout, footprint, turn } = drawCutout(stock, rng);
  const smaller = equivalentDiameter(Math.min(cutout.area, scene.areas[neighbour]!));
  const depth = smaller * rng.uniform(overlap[0], overlap[1]);
  const place = placeBeside(scene, footprint, { cluster, neighbour, depth }, rng);
  if (
    place === undefined ||
    !paste(scene, turned(cutout, turn), place, {
      largestLoss,
      contact: Math.max(2, shortestContact * smaller),
    })
  )
    return;
  cluster.set(scene.areas.length - 1, { y: place.top + footprint.y, x: place.left + footprint.x });
}

/**
 * Pairs of labels with a common edge of pixels, one of them pasted.
 *
 * @param numbers the same labels before they were renumbered; pasted ones are `first` and above
 */
function contactsOf(
  { data, width, count }: LabelImage,
  numbers: Int32Array,
  first: number,
): { pairs: number; touching: number[] } {
  const pairs = new Set<number>();
  const touching = new Set<number>();
  const addPair = (i: number, j: number): void => {
    const [a, b] = [data[i]!, data[j]!];
    if (a <= 0 || b <= 0 || a === b || (numbers[i]! < first && numbers[j]! < first)) return;
    pairs.add(Math.min(a, b) * (count + 1) + Math.max(a, b));
    touching.add(a).add(b);
  };
  for (let i = 0; i < data.length; i++) {
    if (data[i]! <= 0) continue;
    if (i % width < width - 1) addPair(i, i + 1);
    if (i + width < data.length) addPair(i, i + width);
  }
  return { pairs: pairs.size, touching: [...touching].sort((a, b) => a - b) };
}

/** Grey values in the type of an image, whose range they do not leave. */
function rounded(grey: Float32Array, like: PixelData): PixelData {
  if (like instanceof Float32Array)
    return like.map((value, i) => (Number.isFinite(value) ? grey[i]! : value));
  return like instanceof Uint8Array ? Uint8Array.from(grey, Math.round) : Uint16Array.from(grey, Math.round);
}
