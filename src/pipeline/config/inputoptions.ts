/** Options of seeds, threads, devices and image files, which many commands have. */
import { z } from "zod";
import { devices } from "../../nn/devices.js";
import { integer, number, type OptionSection } from "./optionspec.js";

/** Options of everything that is random, works in threads, or runs a network. */
export const generalOptions = {
  seed: {
    flag: "seed",
    value: "<n>",
    schema: integer(0, 2 ** 31 - 1).default(1),
    help: "seed of everything random",
  },
  threads: {
    flag: "threads",
    value: "<n>",
    schema: integer(1, 256).optional(),
    help: "processor threads to use (default: all cores)",
  },
  device: {
    flag: "device",
    value: `<auto|${devices.join("|")}>`,
    schema: z.enum(["auto", ...devices]).default("auto"),
    help: "where networks run: auto is a graphics card that works and is faster, else the processor",
  },
} as const satisfies OptionSection;

/** How image files are read. */
export const inputOptions = {
  channel: {
    flag: "channel",
    value: "<n>",
    schema: integer(0, 999).default(0),
    help: "channel that shows the nuclei, from 0",
  },
  z: {
    flag: "z",
    value: "<n|max>",
    schema: z.union([integer(0, 99_999), z.literal("max")]).default("max"),
    help: "slice of a stack, from 0, or the maximum over all",
  },
  pixelSize: {
    flag: "pixel-size",
    value: "<µm>",
    schema: number(1e-6, 1e6).optional(),
    help: "µm per pixel, when the file does not say or is wrong",
  },
  frameInterval: {
    flag: "frame-interval",
    value: "<s>",
    schema: number(1e-6, 1e9).optional(),
    help: "seconds between frames, when the file does not say or is wrong",
  },
  kind: {
    flag: "kind",
    value: "<movie|images>",
    schema: z.enum(["movie", "images"]).optional(),
    help: "how to read several images (default: found from names and sizes)",
  },
  skipBadFrames: {
    flag: "skip-bad-frames",
    value: "",
    schema: z.boolean().default(false),
    help: "leave out frames that cannot be read instead of stopping",
  },
} as const satisfies OptionSection;
