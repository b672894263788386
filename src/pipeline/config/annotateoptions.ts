import { z } from "zod";
import { integer, number, type OptionSection } from "./optionspec.js";

/** How nuclei are found without a network. */
export const annotateOptions = {
  preset: {
    flag: "preset",
    value: "<auto|paper>",
    schema: z.enum(["auto", "paper"]).default("auto"),
    help: "method: auto, or paper as published (Englbrecht et al. 2021)",
  },
  diameter: {
    flag: "diameter",
    value: "<px>",
    schema: number(2, 2000).optional(),
    help: "diameter of the nuclei (default: estimated from the images)",
  },
  minArea: {
    flag: "min-area",
    value: "<px>",
    schema: number(1, 1e8).optional(),
    help: "area of the smallest nucleus to keep, in pixels (default: from the images)",
  },
  maxArea: {
    flag: "max-area",
    value: "<px>",
    schema: number(1, 1e8).optional(),
    help: "area of the largest nucleus to keep, in pixels (default: from the images)",
  },
  sensitivity: {
    flag: "sensitivity",
    value: "<x>",
    schema: number(0.1, 10).default(1),
    help: "above 1 keeps more and dimmer nuclei, below 1 keeps fewer",
  },
  background: {
    flag: "background",
    value: "<ignore|noise|keep>",
    schema: z.enum(["noise", "ignore", "keep"]).optional(),
    help:
      "what the pixels of uncertain objects become: ignored in training, replaced by noise, or kept " +
      "as background (default: ignore; noise with annotate.preset paper)",
  },
  windows: {
    flag: "windows",
    value: "<n>",
    schema: integer(0, 10_000).default(16),
    help:
      "number of windows of up to 2048 x 2048 px to annotate in an image above 16.8 million " +
      "pixels; 0 means all",
  },
  overlays: {
    flag: "overlays",
    value: "",
    schema: z.boolean().default(true),
    help: "write pictures for inspection into overlays/",
  },
  composeTouching: {
    flag: "compose-touching",
    value: "<n>",
    schema: integer(0, 10_000).default(0),
    help: "also write n images of touching nuclei, composed from single nuclei, for inspection or export",
  },
} as const satisfies OptionSection;
