import { z } from "zod";
import { integer, number, type OptionSection } from "./optionspec.js";

/** How nuclei are found without a network. */
export const annotateOptions = {
  preset: {
    flag: "preset",
    value: "<auto|paper>",
    schema: z.enum(["auto", "paper"]).default("auto"),
    help: "method: auto, or the published one (Englbrecht et al. 2021)",
  },
  diameter: {
    flag: "diameter",
    value: "<px>",
    schema: number(2, 2000).optional(),
    help: "nucleus diameter (default: estimated from the images)",
  },
  minArea: {
    flag: "min-area",
    value: "<px>",
    schema: number(1, 1e8).optional(),
    help: "smallest nucleus to keep (default: from the images)",
  },
  maxArea: {
    flag: "max-area",
    value: "<px>",
    schema: number(1, 1e8).optional(),
    help: "largest nucleus to keep (default: from the images)",
  },
  sensitivity: {
    flag: "sensitivity",
    value: "<x>",
    schema: number(0.1, 10).default(1),
    help: "above 1 finds dimmer nuclei, below 1 fewer",
  },
  background: {
    flag: "background",
    value: "<ignore|noise|keep>",
    schema: z.enum(["noise", "ignore", "keep"]).optional(),
    help: "pixels of uncertain objects: ignored in training, replaced by noise (paper), or kept as background",
  },
  windows: {
    flag: "windows",
    value: "<n>",
    schema: integer(0, 10_000).default(16),
    help: "of an image above 16.8 million pixels, annotate n windows of up to 2048 x 2048; 0: all",
  },
  overlays: {
    flag: "overlays",
    value: "",
    schema: z.boolean().default(true),
    help: "write overlays/, pictures to look at",
  },
  composeTouching: {
    flag: "compose-touching",
    value: "<n>",
    schema: integer(0, 10_000).default(0),
    help: "also write n images of touching nuclei composed from single ones, to look at or to export",
  },
} as const satisfies OptionSection;
