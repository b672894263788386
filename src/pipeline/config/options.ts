/**
 * The one table of everything a user can set. The configuration file, the command-line flags, their help and
 * their checks are all made from it, so that none of them can know an option that the others do not.
 */
import { z } from "zod";
import { devices } from "../../nn/devices.js";
import { simulatePresets } from "../../simulate/scene.js";
import { trackers } from "../../track/tracker.js";

/** Sections of a configuration, in the order of a file. */
export const sections = [
  "general",
  "input",
  "annotate",
  "train",
  "segment",
  "track",
  "analyse",
  "measure",
  "run",
  "study",
  "simulate",
  "evaluate",
] as const;
/** Name of a section. */
export type Section = (typeof sections)[number];

/** One option: how it is given, checked and explained. */
export interface OptionSpec<T = unknown> {
  /** Command-line flag without dashes; the key in the configuration file is its camel case. */
  readonly flag: string;
  /** Placeholder of the value in the help; empty for a switch. */
  readonly value: string;
  readonly schema: z.ZodType<T>;
  readonly help: string;
}

const number = (low: number, high: number): z.ZodNumber => z.number().min(low).max(high);
const integer = (low: number, high: number): z.ZodNumber => z.number().int().min(low).max(high);

const units = { MB: 1e6, GB: 1e9 } as const;

/** Bytes of a size such as "1500MB" or "2.5 GB"; undefined when it is none. */
export function bytesOf(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?(MB|GB)$/i.exec(text) ?? [];
  return number === undefined || unit === undefined
    ? undefined
    : Number(number) * units[unit.toUpperCase() as keyof typeof units];
}

const memorySize = z.custom<string>(
  (value) => typeof value === "string" && bytesOf(value) !== undefined,
  "a size such as 2GB or 1500MB",
);

const scenes = Object.keys(simulatePresets) as [
  keyof typeof simulatePresets,
  ...(keyof typeof simulatePresets)[],
];

/** Every option by section and name. */
export const optionTable = {
  general: {
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
  },
  input: {
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
  },
  annotate: {
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
  },
  train: {
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
  },
  segment: {
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
  },
  track: {
    tracker: {
      flag: "tracker",
      value: `<${trackers.join("|")}>`,
      schema: z.enum(trackers).default("auto"),
      help: "method: auto, or TrackMate's LAP with its defaults, or with splitting and a radius from the data",
    },
    radius: {
      flag: "radius",
      value: "<px>",
      schema: number(0.1, 1e5).optional(),
      help: "farthest that a nucleus moves between frames (default: from the data)",
    },
    gap: {
      flag: "gap",
      value: "<frames>",
      schema: integer(0, 10).default(1),
      help: "missing frames that a track may bridge",
    },
    divisions: { flag: "divisions", value: "", schema: z.boolean().default(true), help: "find divisions" },
    repair: {
      flag: "repair",
      value: "",
      schema: z.boolean().default(true),
      help: "correct masks that contradict the frames before and after (nuclei missed, joined or cut)",
    },
  },
  analyse: {
    resamples: {
      flag: "resamples",
      value: "<n>",
      schema: integer(0, 100_000).default(300),
      help: "resamples of the bootstrap that intervals come from; 0: no intervals",
    },
    ringWidth: {
      flag: "ring-width",
      value: "<px>",
      schema: number(1, 1000).optional(),
      help: "width of the ring around each nucleus whose brightness is measured (default: 15 % of the diameter)",
    },
  },
  measure: {
    images: {
      flag: "images",
      value: "<path>",
      schema: z.coerce.string().min(1).optional(),
      help: "also measure the brightness of every channel of these images, those that the labels were made from",
    },
  },
  run: {
    model: {
      flag: "model",
      value: "<folder>",
      schema: z.coerce.string().min(1).optional(),
      help: "segment with this model of your own instead of annotating and training",
    },
  },
  study: {
    paired: {
      flag: "paired",
      value: "",
      schema: z.boolean().optional(),
      help: "pair the conditions by replicate in tests: equal names belong together, such as days (default: no)",
    },
  },
  simulate: {
    scene: {
      flag: "scene",
      value: `<${scenes.join("|")}>`,
      schema: z.enum(scenes).default("mdck"),
      help: "what is simulated",
    },
    frames: { flag: "frames", value: "<n>", schema: integer(1, 1000).default(10), help: "number of frames" },
    size: {
      flag: "size",
      value: "<px|HxW>",
      schema: z
        .union([
          integer(32, 8192),
          z.string().regex(/^[1-9]\d{1,4}x[1-9]\d{1,4}$/, "height x width, such as 9500x13000"),
        ])
        .default(512),
      help: "edge of a frame, or height x width; above 8192 for one frame only",
    },
    diameter: {
      flag: "diameter",
      value: "<px>",
      schema: number(8, 200).optional(),
      help: "nucleus diameter (default: that of the scene)",
    },
    bits: {
      flag: "bits",
      value: "<8|16>",
      schema: z.union([z.literal(8), z.literal(16)]).default(8),
      help: "bits of a pixel",
    },
  },
  evaluate: {
    errors: {
      flag: "errors",
      value: "<n>",
      schema: integer(0, 1_000_000).default(5),
      help: "list up to n errors of each kind with their places",
    },
  },
} as const satisfies Record<Section, Record<string, OptionSpec>>;

/** What each command listens to, and what `run.json` then holds. */
export const commandSections = {
  run: ["general", "input", "annotate", "train", "segment", "track", "analyse", "run"],
  study: ["general", "input", "annotate", "train", "segment", "track", "analyse", "run", "study"],
  demo: ["general"],
  annotate: ["general", "input", "annotate"],
  train: ["general", "train"],
  segment: ["general", "input", "segment"],
  evaluate: ["evaluate"],
  track: ["general", "input", "track"],
  analyse: ["general", "input", "analyse", "measure"],
  report: [],
  simulate: ["general", "simulate"],
  inspect: [],
  "export-model": [],
} as const satisfies Record<string, readonly Section[]>;
/** Name of a command. */
export type CommandName = keyof typeof commandSections;

/** The sections that a command listens to. */
export const configurationOf = (command: CommandName, config: Config): Partial<Config> =>
  Object.fromEntries(commandSections[command].map((section) => [section, config[section]]));

/** The options of a section, with defaults filled in. */
export type SectionConfig<S extends Section> = {
  readonly [K in keyof (typeof optionTable)[S]]: (typeof optionTable)[S][K] extends {
    schema: infer Z extends z.ZodType;
  }
    ? z.output<Z>
    : never;
};
/** What an annotation is set to. */
export type AnnotateConfig = SectionConfig<"annotate">;
/** What a training is set to. */
export type TrainConfig = SectionConfig<"train">;

/** Everything that can be set, by section; what is undefined is chosen from the data or by the preset. */
export type Config = { readonly [S in Section]: SectionConfig<S> };
