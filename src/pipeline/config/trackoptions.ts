/** Options of what follows the segmentation. */
import { z } from "zod";
import { trackers } from "../../track/trackernames.js";
import { integer, number, type OptionSection } from "./optionspec.js";

/** How nuclei are linked through time. */
export const trackOptions = {
  tracker: {
    flag: "tracker",
    value: `<${trackers.join("|")}>`,
    schema: z.enum(trackers).default("auto"),
    help:
      "method: auto; trackmate is TrackMate's LAP tracker with its defaults; trackmate-tuned also splits " +
      "tracks and takes its radius from the data; trackmate-overlap is TrackMate's overlap tracker",
  },
  radius: {
    flag: "radius",
    value: "<px>",
    schema: number(0.1, 1e5).optional(),
    help: "maximum distance that a nucleus moves between frames (default: from the data)",
  },
  gap: {
    flag: "gap",
    value: "<frames>",
    schema: integer(0, 10).default(1),
    help:
      "number of missing frames that a track may bridge; a nucleus that shares an outline with another is " +
      "followed for up to five frames, unless this is 0",
  },
  divisions: { flag: "divisions", value: "", schema: z.boolean().default(true), help: "find divisions" },
  repair: {
    flag: "repair",
    value: "",
    schema: z.boolean().default(true),
    help: "correct masks that contradict the frames before and after (nuclei missed, joined or cut)",
  },
} as const satisfies OptionSection;

/** What is computed from tracks. */
export const analyseOptions = {
  resamples: {
    flag: "resamples",
    value: "<n>",
    schema: integer(0, 100_000).default(300),
    help: "number of bootstrap resamples for the intervals; 0 means no intervals",
  },
  ringWidth: {
    flag: "ring-width",
    value: "<px>",
    schema: number(1, 1000).optional(),
    help:
      "width of the ring around each nucleus in which brightness is measured (default: 15 % of " +
      "the diameter)",
  },
} as const satisfies OptionSection;

/** What `analyse` measures beside the tracks. */
export const measureOptions = {
  images: {
    flag: "images",
    value: "<path>",
    schema: z.coerce.string().min(1).optional(),
    help:
      "also measure the brightness in every channel of these images, which must be those that " +
      "were segmented",
  },
} as const satisfies OptionSection;
