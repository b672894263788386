import { z } from "zod";
import { integer, memorySize, number, type OptionSection } from "./optionspec.js";

/** How a network finds nuclei. */
export const segmentOptions = {
  probabilityThreshold: {
    flag: "probability-threshold",
    value: "<0..1>",
    schema: number(0, 1).optional(),
    help: "minimum probability of a nucleus (default: tuned on the validation images)",
  },
  overlapThreshold: {
    flag: "overlap-threshold",
    value: "<0..1>",
    schema: number(0, 1).optional(),
    help: "maximum overlap of two nuclei (default: tuned on the validation images)",
  },
  outline: {
    flag: "outline",
    value: "<refined|star>",
    schema: z.enum(["star", "refined"]).default("refined"),
    help: "outline of a nucleus: refined to its contour in the image, or the network's star polygon",
  },
  memory: {
    flag: "memory",
    value: "<size>",
    schema: memorySize.optional(),
    help: "memory limit, such as 2GB or 1500MB (default: half of the machine's memory, at most 4GB)",
  },
  tile: {
    flag: "tile",
    value: "<px>",
    schema: integer(128, 16384).optional(),
    help:
      "edge length of the tiles that the network sees, independent of segment.memory (default: the " +
      "largest that segment.memory allows, which is the fastest)",
  },
  rescale: {
    flag: "rescale",
    value: "<x>",
    schema: number(0.05, 20).optional(),
    help: "factor by which images are scaled for the network (default: from the size of the nuclei)",
  },
} as const satisfies OptionSection;
