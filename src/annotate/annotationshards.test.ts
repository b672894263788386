import { describe, expect, it } from "vitest";
import type { Image, ImageSource, Window } from "../core/image.js";
import { packValue, unpackValue } from "../core/packing.js";
import { memorySpill } from "../core/spill.js";
import { type AnnotationJob, stepsFor } from "./annotationjob.js";
import { annotateViews } from "./annotatemovie.js";
import {
  mergeShards,
  planOfShards,
  type ProposalShard,
  proposeShard,
  type ScaleShard,
  scaleShard,
} from "./annotationshards.js";
import { type AnnotateOptions, defaultAnnotateOptions } from "./movieoptions.js";
import type { ScaleEstimate } from "./scale.js";
import type { FrameWork, LabelledFrame } from "./singleframe.js";
import { emptyFeatures, type ObjectFeatures } from "./types.js";

const small = { height: 40, width: 50 };
const large = { height: 4200, width: 4300 };

/** A source whose pixels say which frame and place they are from; its large frames are never held. */
function source(sizes: readonly { height: number; width: number }[], kind: ImageSource["kind"]): ImageSource {
  const image = (frame: number, { y, x }: { y: number; x: number }): Image => ({
    height: 1,
    width: 3,
    data: Float32Array.of(frame, y, x),
  });
  return {
    name: "s",
    kind,
    frames: sizes.length,
    channels: 1,
    slices: 1,
    frameNames: sizes.map((_, frame) => `f${frame}`),
    notices: [],
    read: async (frame) => image(frame, { y: 0, x: 0 }),
    readWindow: async (frame, window: Window) => image(frame, window),
    size: async (frame) => sizes[frame]!,
  };
}

/** Objects with features that differ from image to image, so that what is usual depends on all of them. */
function objectsOf(image: Image, frame: number): ObjectFeatures {
  const [t, y, x] = image.data as Float32Array;
  const count = 6;
  const column = (base: number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => base * (1 + 0.02 * t! + 1e-5 * (y! + 2 * x!) + 0.03 * i));
  return {
    ...emptyFeatures(count, frame),
    y: column(10),
    x: column(20),
    area: column(400),
    diameter: column(22),
    solidity: column(0.9),
    eccentricity: column(0.4),
    ellipseResidual: column(0.05),
    intensity: column(100),
    edgeContrast: column(0.5),
    contact: column(0.01),
    dip: column(0.9),
    texture: column(0.1),
    sharpness: column(1),
    signalToNoise: column(30),
  };
}

/** The decisions of a frame, as its result. */
interface Judged extends LabelledFrame {
  readonly text: string;
}

/** Work without images: sizes and features come from where an image is, labels are the decisions as text. */
const fakeWork: FrameWork<Judged> = {
  atOnce: 2,
  estimate: async ({ image, diameter }) => {
    const [t, y, x] = image.data as Float32Array;
    const found = diameter ?? 20 + 12 * (t! % 2) + 1e-4 * y!;
    return {
      spotted: t! % 3 === 1,
      diameter: found,
      seen: found,
      background: 5 + t!,
      noise: 1,
      brightness: 50,
      saturation: 0,
      signal: x! > 3000 ? 0.1 : 10,
      warnings: [],
    } satisfies ScaleEstimate;
  },
  propose: async ({ image, frame, reading }) => ({
    objects: objectsOf(image, frame),
    light: { background: 5 + frame, noise: 1, brightness: 50, saturation: 0, warnings: [] },
    cut: new Uint8Array(6),
    packed: packValue({ frame, reading }),
  }),
  label: async ({ packed, decisions, objects, name }) => ({
    text: JSON.stringify([name, unpackValue(packed), decisions]),
    figures: { kept: 6, candidates: 6, areas: objects.area, settings: {}, warnings: [] },
  }),
  paper: async ({ name, image }) => ({
    text: name,
    figures: { kept: 1, candidates: 1, areas: Float64Array.of(image.data[0]!), settings: {}, warnings: [] },
  }),
};

const jobOf = (images: ImageSource, options: Partial<AnnotateOptions> = {}): AnnotationJob<Judged> => ({
  source: images,
  options: { ...defaultAnnotateOptions, windows: 3, ...options },
  work: fakeWork,
  spill: memorySpill(),
  signal: undefined,
  steps: stepsFor({}),
});

/** Collects what is labelled, by number. */
function collector(): {
  texts: string[];
  use: (frame: Judged, view: unknown, index: number) => Promise<void>;
} {
  const texts: string[] = [];
  return {
    texts,
    use: async ({ text }, _, index) => {
      texts[index] = text;
    },
  };
}

const sent = <T>(value: T): T => unpackValue(packValue(value)) as T;

describe.each([
  ["a movie", source([small, small, small, small, small, small, small], "movie"), {}],
  ["a movie of a given size", source([small, small, small], "movie"), { diameter: 30 }],
  ["images of two acquisitions", source([small, small, small, small, small], "images"), {}],
  ["images, one in windows", source([small, large, small, small], "images"), {}],
  ["a movie in windows", source([large, large, large], "movie"), {}],
  ["images by the paper's method", source([small, large, small], "images"), { preset: "paper" }],
] as const)("parts of %s", (_, images, options) => {
  it.each([1, 2, 3, 4])("give what the whole gives: %i", async (count) => {
    const whole = collector();
    const expected = await annotateViews(jobOf(images, options), whole.use);
    expect(whole.texts.length).toBeGreaterThanOrEqual(images.frames);

    // Each part is another machine; only plain data and the spill pass between them.
    const { spill } = jobOf(images, options);
    const job = (): AnnotationJob<Judged> => ({ ...jobOf(images, options), spill });
    const shards = Array.from({ length: count }, (_, index) => ({ index, count }));
    const scales: ScaleShard[] = [];
    for (const shard of shards.toReversed()) scales.push(sent(await scaleShard(job(), shard)));
    const proposals: ProposalShard[] = [];
    for (const shard of shards.toReversed()) proposals.push(sent(await proposeShard(job(), shard, scales)));
    const merged = collector();
    const summary = await mergeShards(job(), scales, proposals, merged.use);
    expect(summary).toEqual(expected);
    expect(merged.texts).toEqual(whole.texts);
  });
});

describe("parts that do not fit together", () => {
  const images = source([small, small, small, small], "images");
  const job = jobOf(images);
  const shards = [
    { index: 0, count: 2 },
    { index: 1, count: 2 },
  ];
  const scalesOf = (from: AnnotationJob<Judged>): Promise<ScaleShard[]> =>
    Promise.all(shards.map((shard) => scaleShard(from, shard)));

  it("are refused when one is missing or comes twice", async () => {
    const [first, second] = (await scalesOf(job)) as [ScaleShard, ScaleShard];
    expect(() => planOfShards(job, [first])).toThrow(
      /^The parts of the annotation: expected each of 0 to 1 once, received 0\.$/,
    );
    expect(() => planOfShards(job, [first, first])).toThrow(/received 0, 0\.$/);
    expect(() => planOfShards(job, [])).toThrow(/expected at least one, received none/);
    expect(planOfShards(job, [second, first]).views).toHaveLength(4);
  });

  it("are refused when they were made with other options, of other frames, or in another number", async () => {
    const scales = await scalesOf(job);
    const wrong =
      /^Part \d of the annotation: expected one of 2 parts of these \d frames, with the same options/;
    expect(() => planOfShards(jobOf(images, { sensitivity: 2 }), scales)).toThrow(wrong);
    expect(() => planOfShards(jobOf({ ...images, frameNames: ["a", "b", "c", "d"] }), scales)).toThrow(wrong);
    expect(() => planOfShards(jobOf(source([small, small, small], "images")), scales)).toThrow(wrong);
    const third = await scaleShard(job, { index: 1, count: 3 });
    expect(() => planOfShards(job, [scales[0]!, third])).toThrow(wrong);
  });

  it("are refused when candidates were found at other scales", async () => {
    const scales = await scalesOf(job);
    const proposals = await Promise.all(shards.map((shard) => proposeShard(job, shard, scales)));
    const stale = { ...proposals[1]!, readings: [1, 2].map((diameter) => ({ diameter, spotted: false })) };
    await expect(mergeShards(job, scales, [proposals[0]!, stale], collector().use)).rejects.toThrow(
      /^Part 1 of the annotation: expected candidates found at the scales of these parts/,
    );
  });
});
