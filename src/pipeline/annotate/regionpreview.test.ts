import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { annotateAuto, decide, labelCandidates, proposeObjects } from "../../annotate/auto.js";
import { measureScale } from "../../annotate/measurescale.js";
import { simulate } from "../../api/simulatemovie.js";
import type { Image, ImageSource } from "../../core/image.js";
import { sourceOfImages } from "../../core/imagesource.js";
import type { LabelImage } from "../../core/labels.js";
import {
  type RegionOptions,
  type RegionPreview,
  regionPreviewer,
  type RegionPreviewer,
} from "./regionpreview.js";

const movie = await simulate({
  scene: "crowded",
  height: 224,
  width: 256,
  frames: 1,
  diameter: 22,
  seed: 3,
});
const image = movie.image(0);
const auto = { preset: "auto" } as const;
const whole = { y: 0, x: 0, height: 224, width: 256 };

/** A source that counts what is read of it. */
function counted(of: Image): { source: ImageSource; reads: () => [frames: number, windows: number] } {
  const inner = sourceOfImages([of]);
  const reads: [number, number] = [0, 0];
  const source: ImageSource = {
    ...inner,
    read: (...given) => (reads[0]++, inner.read(...given)),
    readWindow: (...given) => (reads[1]++, inner.readWindow(...given)),
  };
  return { source, reads: () => [...reads] };
}

const open: RegionPreviewer[] = [];
afterEach(async () => {
  for (const previewer of open.splice(0)) await previewer.close();
});
function previewer(): RegionPreviewer {
  const made = regionPreviewer();
  open.push(made);
  return made;
}
/** Short text for many pixels: what differs is told at once. */
const digest = ({ data, height, width, count }: LabelImage): string =>
  `${height} x ${width}, ${count}, ${createHash("sha256").update(data).digest("hex")}`;
const seen = ({
  labels,
  candidates,
  objects,
}: Pick<RegionPreview, "labels" | "candidates" | "objects">): unknown => ({
  labels: digest(labels),
  candidates: digest(candidates),
  objects,
});

describe("regionPreviewer", () => {
  it("shows of a whole frame what its annotation alone gives", async () => {
    const { source } = counted(image);
    const preview = await previewer().preview({
      source,
      frame: 0,
      window: whole,
      options: auto,
    });
    const alone = annotateAuto(image);
    expect(alone.labels.count).toBeGreaterThan(10);
    expect(seen(preview)).toEqual(seen(alone));
    expect(preview.scale).toEqual(measureScale(image));
    expect(preview.warnings).toEqual(alone.warnings);
  });

  it("gives at each sensitivity and area what is found from the start, reading once", async () => {
    const { source, reads } = counted(image);
    const kept = previewer();
    const counts: number[] = [];
    const all: readonly RegionOptions[] = [
      auto,
      { ...auto, sensitivity: 3 },
      { ...auto, sensitivity: 0.05 },
      { ...auto, minArea: 300 },
      auto,
    ];
    for (const options of all) {
      const preview = await kept.preview({ source, frame: 0, window: whole, options });
      expect(seen(preview)).toEqual(seen(annotateAuto(image, options)));
      counts.push(preview.labels.count);
    }
    expect(new Set(counts).size).toBeGreaterThan(2);
    expect(reads()).toEqual([1, 1]);
    await kept.preview({ source, frame: 0, window: whole, options: { ...auto, diameter: 30 } });
    expect(reads()).toEqual([1, 2]);
  });

  it("shows in a window what is there in the frame, in coordinates of the frame", async () => {
    const { source } = counted(image);
    const window = { y: 50, x: 60, height: 130, width: 150 };
    const { labels, candidates, objects } = await previewer().preview({
      source,
      frame: 0,
      window,
      options: auto,
    });
    expect([labels.height, labels.width, candidates.height]).toEqual([130, 150, 130]);
    expect([objects.count, labels.count]).toEqual([
      candidates.data.reduce((a, b) => Math.max(a, b)),
      labels.data.reduce((a, b) => Math.max(a, b)),
    ]);
    // Every row is seen, with its own number and label.
    objects.candidate.forEach((number, row) => {
      const at = candidates.data.indexOf(number);
      expect(at).toBeGreaterThanOrEqual(0);
      expect(objects.label[row]! > 0).toBe(objects.kept[row] === 1);
      if (objects.kept[row] === 1) expect(labels.data[at]).toBe(objects.label[row]);
      expect(objects.reason[row] === "").toBe(objects.kept[row] === 1);
    });
    // Nearly all that the whole frame's annotation is sure of is sure here, too.
    const alone = annotateAuto(image);
    const inside = Array.from({ length: alone.objects.count }, (_, row) => row).filter(
      (row) =>
        alone.objects.kept[row] === 1 &&
        Math.abs(alone.objects.y[row]! - 115) < 55 &&
        Math.abs(alone.objects.x[row]! - 135) < 65,
    );
    const found = inside.filter((row) =>
      objects.y.some(
        (y, i) =>
          objects.kept[i] === 1 &&
          Math.hypot(y - alone.objects.y[row]!, objects.x[i]! - alone.objects.x[row]!) < 2,
      ),
    );
    expect(inside.length).toBeGreaterThan(4);
    expect(found.length).toBeGreaterThan(0.8 * inside.length);
  });

  it("judges by the acquisition where it is given", async () => {
    const { source } = counted(image);
    const bigger = proposeObjects(image, measureScale(image)).objects;
    const objects = { ...bigger, area: bigger.area.map((area) => 12 * area) };
    const { labels, objects: table } = await previewer().preview({
      source,
      frame: 0,
      window: whole,
      options: auto,
      acquisition: { objects: [objects, objects], diameter: 21 },
    });
    // The size is that of the image, which is one among independent ones.
    const proposal = proposeObjects(image, measureScale(image));
    const expected = labelCandidates(proposal, decide([proposal.objects, objects, objects])[0]!);
    expect(digest(labels)).toBe(digest(expected.labels));
    expect(table.cause).toEqual(expected.objects.cause);
    expect(table.score).not.toEqual(annotateAuto(image).objects.score);
  });

  it("judges a frame of a movie by what is usual of all, at the size of all", async () => {
    const { source } = counted(image);
    const found = proposeObjects(image, measureScale(image)).objects;
    const objects = { ...found, area: found.area.map((area) => 12 * area) };
    const { labels } = await previewer().preview({
      source: { ...source, kind: "movie" },
      frame: 0,
      window: whole,
      options: auto,
      acquisition: { objects: [objects, objects], diameter: 21 },
    });
    const proposal = proposeObjects(image, { ...measureScale(image), diameter: 21 });
    const judged = decide([proposal.objects, objects, objects], {}, "frames")[0]!;
    expect(digest(labels)).toBe(digest(labelCandidates(proposal, judged).labels));
    expect(labels.count).toBeLessThan(annotateAuto(image).labels.count);
  });

  it("takes the paper's method too, and says what is wrong with a request", async () => {
    const { source } = counted(image);
    const made = previewer();
    const paper = await made.preview({ source, frame: 0, window: whole, options: { preset: "paper" } });
    expect(paper.objects.count).toBeGreaterThan(5);
    const attempt = (frame: number, x: number): Promise<unknown> =>
      made.preview({ source, frame, window: { ...whole, x }, options: auto });
    await expect(attempt(1, 0)).rejects.toThrow(/frame: expected a number from 0 to 0/);
    await expect(attempt(0, 1)).rejects.toThrow(/window: expected one within 224 x 256 pixels, received/);
    const blank = { height: 50, width: 50, data: new Uint8Array(2500).fill(3) };
    const window = { y: 5, x: 5, height: 20, width: 20 };
    const empty = await made.preview({ source: sourceOfImages([blank]), frame: 0, window, options: auto });
    expect([empty.labels.count, empty.objects.count, empty.warnings.length]).toEqual([0, 0, 1]);
  });

  it("drops what a newer request of the lane has overtaken, estimates once, and ends", async () => {
    const { source, reads } = counted(image);
    const made = previewer();
    await made.warm(source, 0, {});
    expect(reads()).toEqual([1, 0]);
    const ask = (sensitivity: number, lane?: string): Promise<RegionPreview> =>
      made.preview({ source, frame: 0, window: whole, options: { ...auto, sensitivity }, lane });
    const answers = await Promise.allSettled([ask(1), ask(2), ask(3), ask(1, "other")]);
    expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled", "fulfilled"]);
    expect((answers[0] as PromiseRejectedResult).reason).toMatchObject({ kind: "Cancelled" });
    expect(reads()[0]).toBe(1);
    const waits = expect(ask(5)).rejects.toMatchObject({ kind: "Cancelled" });
    await made.close();
    await waits;
  });
});
