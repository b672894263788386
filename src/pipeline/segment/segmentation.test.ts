import { describe, expect, it } from "vitest";
import { emptyNuclei, type Nuclei } from "../../core/nuclei.js";
import { correctedScale } from "../../segment/modelscale.js";
import { type CountedFrame, frameWarnings } from "./framewarnings.js";
import { scaleWarnings } from "./scalewarnings.js";

const model = { diameter: 40, diameterRange: { low: 35, high: 45 } };
const image = (
  name: string,
  scale: number,
  diameter: number,
): Parameters<typeof scaleWarnings>[0][number] => ({ name, scale, diameter });

describe("correctedScale", () => {
  const found = (count: number, diameter: number): Nuclei => {
    const nuclei = emptyNuclei(count);
    nuclei.area.fill((Math.PI / 4) * diameter ** 2);
    return nuclei;
  };

  it("believes the nuclei found rather than an estimate", () => {
    // Estimated a sixth too small: the nuclei are of a size that the model knows.
    expect(correctedScale(found(50, 42), 1.18, model, 1.1)).toBe(1);
    expect(correctedScale(found(50, 20), 1, model, 1.1)).toBeCloseTo(2, 12);
  });

  it("leaves what makes little difference, and does not believe a few nuclei", () => {
    expect(correctedScale(found(50, 42), 1.18, model, 1.25)).toBe(1.18);
    expect(correctedScale(found(4, 20), 1, model, 1.1)).toBe(1);
  });
});

describe("scaleWarnings", () => {
  it("says nothing of nuclei that the model knows", () => {
    expect(scaleWarnings([image("a", 1, 42), image("b", 1, NaN)], model, false)).toEqual([]);
    expect(scaleWarnings([image("a", 2, 21)], model, true)).toEqual([]);
  });

  it("tells by how much other images were scaled", () => {
    expect(scaleWarnings([image("a", 1, 42), image("b", 2, 20), image("c", 3.1, 13)], model, false)).toEqual([
      "The nuclei in 2 of 3 images (b, ...) have another size than those that the model learned " +
        "(35 to 45 px wide). The images were scaled by 2 to 3.1 for the network (segment.rescale sets the " +
        "factor; 1 leaves them as they are).",
    ]);
    expect(scaleWarnings([image("a", 0.5, 80)], { diameter: 40 }, false)[0]).toMatch(
      /^The nuclei in the images \(a\) have another size than those that the model learned \(40 px wide\)\. The images were scaled by 0.5 for/,
    );
  });

  it("warns of a factor that was set and brings them to no size that it learned", () => {
    expect(scaleWarnings([image("a", 1, 17)], model, true)).toEqual([
      "The network sees the nuclei found in the images (a) 17 px wide, but it learned nuclei of " +
        "35 to 45 px. Outlines and counts suffer; leave out segment.rescale, or train on " +
        "these images.",
    ]);
    // A fifth more or less is within what a network bears.
    expect(scaleWarnings([image("a", 1, 30), image("b", 1, 55)], model, true)).toEqual([]);
    expect(scaleWarnings([image("b", 1, 57)], model, true).length).toBe(1);
  });
});

describe("frameWarnings", () => {
  const frames = (counts: readonly number[], missing: readonly number[] = []): CountedFrame[] =>
    counts.map((count, t) => ({
      name: `t${t}`,
      height: 4,
      width: 5,
      missing: missing[t] ?? 0,
      nuclei: { count },
    }));

  it("says nothing of frames with nuclei and without holes", () => {
    expect(frameWarnings(frames([3, 1]), "movie")).toEqual([]);
  });

  it("names one frame before its sentence", () => {
    expect(frameWarnings(frames([3, 0], [2, 0]), "movie")).toEqual([
      "t0: 2 pixels of 20 have no value (NaN or infinite) and are left out.",
      "t1: no nucleus was found.",
    ]);
  });

  it("counts several in one sentence, and names the first of them", () => {
    expect(frameWarnings(frames([0, 5, 0], [1, 1, 0]), "images")).toEqual([
      "Pixels in 2 of 3 images (t0, t1) have no value (NaN or infinite) and are left out.",
      "No nucleus was found in 2 of 3 images (t0, t2).",
    ]);
    expect(frameWarnings(frames(new Array<number>(500).fill(0)), "movie")).toEqual([
      "No nucleus was found in 500 of 500 frames (t0, t1, t2 and 497 more).",
    ]);
  });
});
