import { describe, expect, it } from "vitest";
import type { AnnotatedImage } from "../../annotate/annotationsummary.js";
import type { Annotation } from "../annotate/annotatestage.js";
import { resolveConfig } from "../config/config.js";
import { resultFrom, type Result, type Stage, type StageWork } from "../stage/stage.js";
import { unlessDoubtful } from "./sureannotation.js";

const annotation = (certainty: number, correctedMasks?: string): Result<Annotation> => {
  const image: AnnotatedImage = {
    name: "cells",
    height: 64,
    width: 64,
    acquisition: 0,
    diameter: 7.4,
    candidates: 40,
    kept: 5,
    certainty,
    settings: {},
  };
  const summary = { preset: "auto", background: "ignore", kind: "images", images: [image] } as const;
  return resultFrom("x", async () => ({
    folder: "set",
    summary: { ...summary, acquisitions: [], warnings: [] },
    correctedMasks,
  }));
};
const training: Stage<string> = {
  name: "train",
  text: "",
  from: [],
  options: {},
  make: async () => ({ value: "a network", text: "" }),
  open: async () => "a network",
};
const make = (given: Result<Annotation>, trainAnyway = false): Promise<unknown> =>
  unlessDoubtful(training, [given], resolveConfig({ run: { trainAnyway } }, "the test")).make(
    "out",
    {} as StageWork,
  );

describe("unlessDoubtful", () => {
  it("stops before a training on an annotation in doubt, and says what to do", async () => {
    await expect(make(annotation(0.2))).rejects.toThrow(
      "The annotation of 1 of 1 image: expected objects that look like nuclei with a certainty of at least 0.4, " +
        "received 0.20; look at the overlay of cells (annotation/overlays), and state the size of a nucleus " +
        "(annotate.diameter; 7 px was measured), or keep more of them (annotate.sensitivity), or let the network " +
        "learn from it as it is (run.trainAnyway).",
    );
  });

  it("goes on with a sure one, with one that was corrected by hand, and when it is told to", async () => {
    for (const going of [make(annotation(0.8)), make(annotation(0.2, "masks")), make(annotation(0.2), true)])
      expect(await going).toMatchObject({ value: "a network" });
  });
});
