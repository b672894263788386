/** Options of seeds, threads, devices and image files, which many commands have. */
import { z } from "zod";
import { devices } from "../../nn/devices.js";
import { frameRange, integer, number, type OptionSection, rectangle } from "./optionspec.js";

/** Options of everything that is random, works in threads, or runs a network. */
export const generalOptions = {
  seed: {
    flag: "seed",
    value: "<n>",
    schema: integer(0, 2 ** 31 - 1).default(1),
    help: "seed of all random numbers",
  },
  threads: {
    flag: "threads",
    value: "<n>",
    schema: integer(1, 256).optional(),
    help: "number of processor threads (default: one for each core)",
  },
  device: {
    flag: "device",
    value: `<auto|${devices.join("|")}>`,
    schema: z.enum(["auto", ...devices]).default("auto"),
    help:
      "where networks run: auto takes a graphics card if one works and is faster, otherwise the " +
      "processor",
  },
} as const satisfies OptionSection;

/** How image files are read. */
export const inputOptions = {
  channel: {
    flag: "channel",
    value: "<n|name>",
    schema: z.union([integer(0, 999), z.string().min(1)]).default(0),
    help: "channel that shows the nuclei, from 0, or its name",
  },
  z: {
    flag: "z",
    value: "<n|max>",
    schema: z.union([integer(0, 99_999), z.literal("max")]).default("max"),
    help: "slice of a stack, from 0; max is the maximum over all slices",
  },
  level: {
    flag: "level",
    value: "<n>",
    schema: integer(0, 30).default(0),
    help: "which of the sizes of a file with a pyramid is read; 0 is the full one",
  },
  frames: {
    flag: "frames",
    value: "<a..b>",
    schema: frameRange.optional(),
    help: "frames that are read, from 0, both included, such as 10..19 (default: all)",
  },
  crop: {
    flag: "crop",
    value: "<y,x,height,width>",
    schema: rectangle.optional(),
    help: "rectangle that is read, px (default: all)",
  },
  exclude: {
    flag: "exclude",
    value: "<mask>",
    schema: z.string().min(1).optional(),
    help: "label image, or one a frame in one file: what is not 0 there is left out of all work",
  },
  pixelSize: {
    flag: "pixel-size",
    value: "<µm>",
    schema: number(1e-6, 1e6).optional(),
    help: "µm per pixel, if the file does not give it or is wrong",
  },
  frameInterval: {
    flag: "frame-interval",
    value: "<s>",
    schema: number(1e-6, 1e9).optional(),
    help: "seconds between frames, if the file does not give them or is wrong",
  },
  kind: {
    flag: "kind",
    value: "<movie|images>",
    schema: z.enum(["movie", "images"]).optional(),
    help: "whether several images are one movie or independent (default: decided from names and sizes)",
  },
  skipBadFrames: {
    flag: "skip-bad-frames",
    value: "",
    schema: z.boolean().default(false),
    help: "leave out frames that cannot be read, instead of stopping",
  },
} as const satisfies OptionSection;
