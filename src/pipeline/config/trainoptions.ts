import { z } from "zod";
import { integer, number, type OptionSection } from "./optionspec.js";

/** How a network learns. */
export const trainOptions = {
  preset: {
    flag: "preset",
    value: "<auto|paper>",
    schema: z.enum(["auto", "paper"]).default("auto"),
    help: "training settings: auto, or the published ones",
  },
  effort: {
    flag: "effort",
    value: "<quick|standard|thorough|paper>",
    schema: z.enum(["quick", "standard", "thorough", "paper"]).optional(),
    help:
      "how long to train, on two cores: quick 2 to 4 min, standard 6 to 10, thorough 20 to 30, " +
      "paper as published, 20 to 30 (default: standard; paper in that preset)",
  },
  steps: {
    flag: "steps",
    value: "<n>",
    schema: integer(1, 10_000_000).optional(),
    help: "training steps, at most; fewer where the network learns nothing more (default: by the effort)",
  },
  batch: { flag: "batch", value: "<n>", schema: integer(1, 64).optional(), help: "patches per step" },
  patch: {
    flag: "patch",
    value: "<px>",
    schema: integer(16, 1024).optional(),
    help: "edge of a training patch",
  },
  learningRate: {
    flag: "learning-rate",
    value: "<x>",
    schema: number(1e-7, 1).optional(),
    help: "largest learning rate",
  },
  schedule: {
    flag: "schedule",
    value: "<hold|cosine|plateau|constant>",
    schema: z.enum(["hold", "cosine", "plateau", "constant"]).optional(),
    help: "course of the learning rate",
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
    help: "share of the patches that show touching nuclei, composed from single ones",
  },
  validation: {
    flag: "validation",
    value: "<0..0.5>",
    schema: number(0, 0.5).default(0.15),
    help: "fraction of the data kept out of training to check it",
  },
  rays: {
    flag: "rays",
    value: "<n>",
    schema: integer(8, 256).optional(),
    help: "rays of a star polygon (default: 32)",
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
    help: "levels of the U-Net (default: 3)",
  },
  filters: {
    flag: "filters",
    value: "<n>",
    schema: integer(4, 128).optional(),
    help: "filters of the first level",
  },
  nucleusSize: {
    flag: "nucleus-size",
    value: "<px>",
    schema: number(8, 200).optional(),
    help:
      "diameter that nuclei are scaled to for the network (default: their own where it is between " +
      "30 and 60 and with --effort paper, else 40)",
  },
  from: {
    flag: "from",
    value: "<model>",
    schema: z.coerce.string().min(1).optional(),
    help: "go on from a model of your own, at a lower learning rate, instead of from scratch",
  },
  trainingImages: {
    flag: "training-images",
    value: "<n>",
    schema: integer(1, 1_000_000).optional(),
    help: "use so many of the images, evenly spread (default: as many as have 44 million pixels)",
  },
} as const satisfies OptionSection;
