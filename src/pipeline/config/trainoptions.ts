import { z } from "zod";
import { integer, number, type OptionSection } from "./optionspec.js";

/** How a network learns. */
export const trainOptions = {
  preset: {
    flag: "preset",
    value: "<auto|paper>",
    schema: z.enum(["auto", "paper"]).default("auto"),
    help: "training settings: auto, or paper as published",
  },
  effort: {
    flag: "effort",
    value: "<quick|standard|thorough|paper>",
    schema: z.enum(["quick", "standard", "thorough", "paper"]).optional(),
    help:
      "how long to train; on two cores, quick takes 2 to 4 min, standard 6 to 10, thorough 20 to 30, " +
      "and paper (as published) 20 to 30 (default: standard; paper with train.preset paper)",
  },
  steps: {
    flag: "steps",
    value: "<n>",
    schema: integer(1, 10_000_000).optional(),
    help:
      "maximum number of training steps; training ends earlier if the network stops improving " +
      "(default: set by the effort)",
  },
  batch: {
    flag: "batch",
    value: "<n>",
    schema: integer(1, 64).optional(),
    help: "patches per training step",
  },
  patch: {
    flag: "patch",
    value: "<px>",
    schema: integer(16, 1024).optional(),
    help: "edge length of a training patch",
  },
  learningRate: {
    flag: "learning-rate",
    value: "<x>",
    schema: number(1e-7, 1).optional(),
    help: "maximum learning rate",
  },
  schedule: {
    flag: "schedule",
    value: "<hold|cosine|plateau|constant>",
    schema: z.enum(["hold", "cosine", "plateau", "constant"]).optional(),
    help: "how the learning rate changes during training",
  },
  augment: {
    flag: "augment",
    value: "",
    schema: z.boolean().optional(),
    help: "vary the patches by flips, quarter turns, intensity and noise",
  },
  compose: {
    flag: "compose",
    value: "<0..0.9>",
    schema: number(0, 0.9).default(0),
    help: "share of the patches that show touching nuclei, composed from single nuclei",
  },
  validation: {
    flag: "validation",
    value: "<0..0.5>",
    schema: number(0, 0.5).default(0.15),
    help: "fraction of the data that is held back from training for validation",
  },
  rays: {
    flag: "rays",
    value: "<n>",
    schema: integer(8, 256).optional(),
    help: "number of rays of a star polygon (default: 32)",
  },
  grid: {
    flag: "grid",
    value: "<1|2|4>",
    schema: z.union([z.literal(1), z.literal(2), z.literal(4)]).optional(),
    help: "pixels per prediction, in each direction (default: 2)",
  },
  depth: {
    flag: "depth",
    value: "<n>",
    schema: integer(1, 4).optional(),
    help: "number of levels of the U-Net (default: 3)",
  },
  filters: {
    flag: "filters",
    value: "<n>",
    schema: integer(4, 128).optional(),
    help: "number of filters on the first level of the U-Net",
  },
  nucleusSize: {
    flag: "nucleus-size",
    value: "<px>",
    schema: number(8, 200).optional(),
    help:
      "diameter to which nuclei are scaled for the network (default: unscaled from 30 to 60 px and " +
      "with train.effort paper, otherwise 40)",
  },
  from: {
    flag: "from",
    value: "<model>",
    schema: z.coerce.string().min(1).optional(),
    help: "continue from this existing model at a lower learning rate, instead of training from scratch",
  },
  trainingImages: {
    flag: "training-images",
    value: "<n>",
    schema: integer(1, 1_000_000).optional(),
    help:
      "number of images to train on, whole and evenly spread (default: as many as have 44 million pixels; " +
      "of independent images, parts of all)",
  },
} as const satisfies OptionSection;
