import { describe, expect, it } from "vitest";
import { planOf, unmeasured } from "./annotationplan.js";
import type { View } from "./views.js";

const size = { height: 40, width: 50 };
const window = { y: 0, x: 0, height: 20, width: 25 };

/** A view of a frame; with its scale where a diameter is given, NaN for one that could not be estimated. */
function view(frame: number, diameter?: number, change: Partial<View> = {}): View {
  const brightness = 50;
  const light = {
    background: 5,
    noise: 1,
    brightness,
    saturation: 0,
    signal: 10,
    warnings: [],
    spotted: false,
  };
  const kind = { ...size, type: "Uint8Array", pixelSize: undefined, diameter: diameter ?? NaN, brightness };
  return {
    name: `f${frame}`,
    frame,
    source: `f${frame}`,
    size,
    window: undefined,
    scale: diameter === undefined ? undefined : { estimate: { ...light, diameter, seen: diameter }, kind },
    ...change,
  };
}

const views = (count: number): View[] => Array.from({ length: count }, (_, frame) => view(frame));
const auto = { preset: "auto", diameter: undefined } as const;
const movie = (frames: number): { readonly kind: "movie"; readonly frames: number } => ({
  kind: "movie",
  frames,
});

describe("unmeasured", () => {
  it("are five frames of a movie, spread from the first to the last, or all of a shorter one", () => {
    expect(unmeasured(movie(9), auto, views(9))).toEqual([0, 2, 4, 6, 8]);
    expect(unmeasured(movie(3), auto, views(3))).toEqual([0, 1, 2]);
    expect(unmeasured(movie(1), auto, views(1))).toEqual([0]);
  });

  it("are all images, whose light is needed, too, and none for the paper's method", () => {
    expect(unmeasured({ kind: "images", frames: 3 }, auto, views(3))).toEqual([0, 1, 2]);
    expect(unmeasured({ kind: "images", frames: 3 }, { ...auto, preset: "paper" }, views(3))).toEqual([]);
  });

  it("are not windows that were measured when they were chosen", () => {
    const chosen = [view(0, 20, { window }), view(1), view(2, 21, { window })];
    expect(unmeasured({ kind: "images", frames: 3 }, auto, chosen)).toEqual([1]);
  });
});

describe("planOf", () => {
  it("takes a movie as one acquisition, of the median size of the frames that were measured", () => {
    const measured = [view(0, 20), view(1), view(2, 24), view(3), view(4, NaN), view(5, 30)];
    expect(planOf(movie(6), auto, measured)).toMatchObject({
      kind: "movie",
      acquisition: [0, 0, 0, 0, 0, 0],
      readings: [{ diameter: 24, spotted: false }],
    });
    expect(planOf(movie(6), { ...auto, diameter: 33 }, measured).readings[0]!.diameter).toBe(33);
  });

  it("groups images by what was measured, and keeps the windows of one image together", () => {
    const images = [
      view(0, 20),
      view(1, 60),
      view(2, 15, { window }),
      view(2, 21, { window }),
      view(2, 90, { window }),
    ];
    const plan = planOf({ kind: "images" }, auto, images);
    expect(plan.acquisition).toEqual([0, 1, 0, 0, 0]);
    expect(plan.readings.map(({ diameter }) => diameter)).toEqual([20.5, 60]);
  });

  it("calls windows of a movie's frames images, since they do not follow each other", () => {
    expect(planOf(movie(1), auto, [view(0, 20, { window })]).kind).toBe("images");
    expect(planOf(movie(1), { ...auto, preset: "paper" }, [view(0)])).toMatchObject({
      kind: "movie",
      readings: [{ diameter: NaN, spotted: false }],
    });
  });
});
