import { describe, expect, it } from "vitest";
import { differing } from "../../test/planes.js";
import { annotateAuto, type AutoOptions, decide, defaultAutoOptions } from "../annotate/auto.js";
import { annotatePaper, noiseBackground } from "../annotate/paper.js";
import { measureScale } from "../annotate/measurescale.js";
import { estimateIntensity } from "../annotate/scale.js";
import { proposeFrame } from "../annotate/singleframe.js";
import { type Annotation, featureColumns, type ObjectTable } from "../annotate/types.js";
import type { Image, PixelData, SampleData } from "../core/image.js";
import { random } from "../core/random.js";
import { annotationOverlay } from "../draw/overlay.js";
import { memorySource } from "../io/bytes.js";
import { formatNumber, parseCsv } from "../io/csv.js";
import { decodePng } from "../io/png/png.js";
import { openTiff } from "../io/tiff/open.js";
import { simulatePresets } from "../simulate/scene.js";
import { simulate } from "../simulate/simulate.js";
import {
  type FrameFiles,
  imageTiff,
  labelFrameFiles,
  type LabelFilesRequest,
  objectHeader,
  paperFrameFiles,
  rejectedOf,
} from "./frame.js";

type FrameOutput = Omit<LabelFilesRequest, "image" | "packed" | "objects" | "decisions" | "pixelSize">;

const [height, width] = [200, 231];
const grey = simulate({ ...simulatePresets.mdck, height, width, frames: 1, bits: 16, diameter: 30 }).image(
  0,
).data;
const images: Record<string, Image> = Object.fromEntries(
  (
    [
      ["8 bit", Uint8Array.from(grey, (value) => Math.min(255, Math.max(0, (value - 2000) / 40)))],
      ["16 bit", grey],
      [
        "float with holes",
        Float32Array.from(grey, (value, i) => (i % 997 === 0 || i < 20 * width ? NaN : value / 1000)),
      ],
      ["float without a number", new Float32Array(grey.length).fill(NaN)],
    ] satisfies [string, PixelData][]
  ).map(([name, data]) => [name, { height, width, data, pixelSize: 0.5 }]),
);

const closed = { top: false, bottom: false, left: false, right: false };
const output: FrameOutput = { name: "t000", frame: 3, background: "ignore", overlay: true, seed: 7 };

/** What two workers do of a frame, one after the other. */
function inWorkers(
  image: Image,
  change: Partial<FrameOutput> = {},
  options: AutoOptions = defaultAutoOptions,
): FrameFiles & { readonly proposed: ReturnType<typeof proposeFrame> } {
  const reading = measureScale(image);
  const proposed = proposeFrame({ image, frame: output.frame, reading, options, open: closed });
  const decisions = decide([proposed.objects], options)[0]!;
  return {
    ...labelFrameFiles({
      ...output,
      ...change,
      packed: proposed.packed,
      objects: proposed.objects,
      decisions,
      image,
      pixelSize: image.pixelSize,
    }),
    proposed,
  };
}

const pixels = async (bytes: Uint8Array): Promise<SampleData> =>
  (await (await openTiff(memorySource(bytes), "bytes")).read(0)).data;

describe.each(Object.entries(images))("a frame of an annotation, %s", (kind, image) => {
  const direct = annotateAuto(image, defaultAutoOptions, output.frame);

  it("goes through the workers to what it gives directly", async () => {
    const annotated = inWorkers(image);
    expect(differing((await pixels(annotated.mask)) as Int32Array, direct.labels.data)).toBe(0);
    expect(differing((await pixels(annotated.candidates)) as Int32Array, direct.candidates.data)).toBe(0);
    const { figures } = annotated;
    expect(annotated.image).toBeUndefined();
    expect(figures).toMatchObject({ kept: direct.labels.count, candidates: direct.objects.count });
    expect(figures.settings).toEqual(direct.settings);
    expect(figures.areas).toEqual(direct.objects.area.filter((_, row) => direct.objects.kept[row] === 1));
    if (kind === "float without a number") expect(figures.warnings).toHaveLength(1);
    else {
      expect(direct.labels.count).toBeGreaterThan(5);
      expect(figures.warnings).toEqual(direct.warnings);
    }
    expect(annotated.proposed.light).toEqual(
      estimateIntensity(image) ?? { background: 0, noise: 0, brightness: 0, saturation: 0, warnings: [] },
    );
    const { plane, palette } = decodePng(annotated.overlay!, "overlay");
    const drawn = Uint8Array.from(Array.from(plane.data).flatMap((index) => palette![index]!.slice(0, 3)));
    expect(drawn).toEqual(annotationOverlay(image, direct.labels, { rejected: rejectedOf(direct) }).data);
  });

  it("is packed into far fewer bytes than its pixels", () => {
    expect(inWorkers(image).proposed.packed.length).toBeLessThan((4 * height * width) / 10);
  });

  it("has a row a candidate, with the columns of the header", () => {
    const { header, rows } = parseCsv(
      `${objectHeader.join(",")}\n${new TextDecoder().decode(inWorkers(image, { name: 'odd, "name"' }).rows)}`,
    );
    expect(header).toEqual(objectHeader);
    expect(rows).toHaveLength(direct.objects.count);
    const shown = (table: ObjectTable, row: number): string[] => {
      // Measures are rounded to the seven digits of a float.
      const cell = (column: Float64Array | Int32Array | Uint8Array): string =>
        column instanceof Float64Array ? formatNumber(Math.fround(column[row]!), 7) : String(column[row]);
      return [
        'odd, "name"',
        ...featureColumns.map((key) => cell(table[key])),
        String(table.label[row]),
        String(table.kept[row]),
        cell(table.score),
        table.cause[row]!,
        table.reason[row]!,
      ];
    };
    rows.forEach((row, index) => expect(row).toEqual(shown(direct.objects, index)));
    const named = ["image", "frame", "candidate", "y_px", "x_px", "area_px2", "diameter_px"];
    expect([header.slice(0, named.length), header.slice(-5)]).toEqual([
      named,
      ["label", "kept", "score", "cause", "reason"],
    ]);
  });
});

describe("labelFrameFiles", () => {
  const image = images["16 bit"]!;
  const direct = annotateAuto(image, defaultAutoOptions, output.frame);

  it("writes unknown pixels as background unless they are to be ignored", async () => {
    expect(direct.labels.data.includes(-1)).toBe(true);
    for (const background of ["keep", "noise"] as const) {
      expect(
        differing(
          (await pixels(inWorkers(image, { background }).mask)) as Int32Array,
          direct.labels.data.map((label) => Math.max(0, label)),
        ),
      ).toBe(0);
    }
  });

  it("replaces the background by noise of the frame's own seed where asked to", async () => {
    const noisy = inWorkers(image, { background: "noise" }).image!;
    expect(await pixels(noisy)).toEqual(
      noiseBackground(image, direct.labels, random(output.seed).fork(output.frame)).data,
    );
    expect(await pixels(inWorkers(image, { background: "noise", frame: 4 }).image!)).not.toEqual(
      await pixels(noisy),
    );
    expect(await pixels(imageTiff(image))).toEqual(image.data);
  });

  it("draws no overlay where there is none to be, or no image to draw on", () => {
    expect(inWorkers(image, { overlay: false }).overlay).toBeUndefined();
    const { packed, objects } = proposeFrame({
      image,
      frame: 0,
      reading: { diameter: 30, spotted: false },
      options: {},
      open: closed,
    });
    const annotated = labelFrameFiles({
      ...output,
      background: "noise",
      packed,
      objects,
      decisions: decide([objects])[0]!,
      image: undefined,
      pixelSize: undefined,
    });
    expect([annotated.overlay, annotated.image]).toEqual([undefined, undefined]);
  });

  it("keeps the size of a pixel in the files", async () => {
    const { mask, candidates } = inWorkers(image);
    for (const bytes of [mask, candidates, imageTiff(image)]) {
      const { description, xResolution } = (await openTiff(memorySource(bytes), "bytes")).metadata;
      expect(1 / xResolution!).toBe(0.5);
      expect(description).toMatch(/^unit=micron$/m);
    }
  });
});

describe("paperFrameFiles", () => {
  it("writes what the paper's method gives", async () => {
    const image = images["8 bit"]!;
    const direct = annotatePaper(image, output.frame);
    const annotated = paperFrameFiles({ image, ...output, background: "noise" });
    expect(differing((await pixels(annotated.mask)) as Int32Array, direct.labels.data)).toBe(0);
    expect(differing((await pixels(annotated.candidates)) as Int32Array, direct.candidates.data)).toBe(0);
    expect(annotated.figures).toMatchObject({
      kept: direct.labels.count,
      candidates: direct.objects.count,
      settings: direct.settings,
    });
    expect(await pixels(annotated.image!)).toEqual(
      noiseBackground(image, direct.labels, random(output.seed).fork(output.frame)).data,
    );
  });
});

describe("rejectedOf", () => {
  it("is what of the candidates is no nucleus", () => {
    const annotation: Annotation = annotateAuto(images["16 bit"]!);
    const rejected = rejectedOf(annotation);
    expect(
      differing(
        rejected.data,
        annotation.candidates.data.map((candidate, p) => (annotation.labels.data[p]! > 0 ? 0 : candidate)),
      ),
    ).toBe(0);
    expect(rejected.data.some((candidate) => candidate > 0)).toBe(true);
  });
});
