import { z } from "zod";
import { integer, memorySize, number, type OptionSection } from "./optionspec.js";

/** How a network finds nuclei. */
export const segmentOptions = {
  probabilityThreshold: {
    flag: "probability-threshold",
    value: "<0..1>",
    schema: number(0, 1).optional(),
    help: "least probability of a nucleus (default: tuned on the validation images)",
  },
  overlapThreshold: {
    flag: "overlap-threshold",
    value: "<0..1>",
    schema: number(0, 1).optional(),
    help: "largest overlap of two nuclei (default: tuned)",
  },
  outline: {
    flag: "outline",
    value: "<refined|star>",
    schema: z.enum(["star", "refined"]).default("refined"),
    help: "outline: the object's own contour in the image, or the network's polygon",
  },
  memory: {
    flag: "memory",
    value: "<size>",
    schema: memorySize.optional(),
    help: "memory to stay below, such as 2GB or 1500MB (default: half of the machine's, at most 4GB)",
  },
  tile: {
    flag: "tile",
    value: "<px>",
    schema: integer(128, 16384).optional(),
    help:
      "edge of the tiles that the network sees, whatever --memory says (default: as large as that " +
      "allows, which is fastest)",
  },
  rescale: {
    flag: "rescale",
    value: "<x>",
    schema: number(0.05, 20).optional(),
    help: "scale images by this before the network sees them (default: from the size of the nuclei)",
  },
} as const satisfies OptionSection;
