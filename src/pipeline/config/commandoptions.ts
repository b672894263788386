/** Options of whole commands. */
import { z } from "zod";
import { exporterNames, exporterNamesOf } from "../../exchange/exporternames.js";
import { simulatePresets } from "../../simulate/scene.js";
import { integer, number, type OptionSection } from "./optionspec.js";

const scenes = Object.keys(simulatePresets) as [
  keyof typeof simulatePresets,
  ...(keyof typeof simulatePresets)[],
];

/** Names of formats, separated by commas. */
const exportList = z.custom<string>(
  (value) => typeof value === "string" && exporterNamesOf(value).length > 0,
  `formats among ${exporterNames}`,
);

/** What a whole run uses and makes beside its own. */
export const runOptions = {
  model: {
    flag: "model",
    value: "<folder>",
    schema: z.coerce.string().min(1).optional(),
    help: "segment with this existing model; nothing is annotated or trained",
  },
  export: {
    flag: "export",
    value: "<formats>",
    schema: exportList.optional(),
    help: `also write the results for other programs, into exports/: ${exporterNames}, separated by commas`,
  },
  trainAnyway: {
    flag: "train-anyway",
    value: "",
    schema: z.boolean().default(false),
    help: "train although the annotation looks as if it had failed (default: stop, and say so)",
  },
} as const satisfies OptionSection;

/** How conditions are compared. */
export const studyOptions = {
  paired: {
    flag: "paired",
    value: "",
    schema: z.boolean().optional(),
    help:
      "pair conditions by replicate in tests: replicates of the same name, such as a day, " +
      "belong together (default: no)",
  },
} as const satisfies OptionSection;

/** What is simulated. */
export const simulateOptions = {
  scene: {
    flag: "scene",
    value: `<${scenes.join("|")}>`,
    schema: z.enum(scenes).default("mdck"),
    help: "kind of scene to simulate",
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
    help: "edge length of a frame, or height x width; above 8192 only for a single frame",
  },
  diameter: {
    flag: "diameter",
    value: "<px>",
    schema: number(8, 200).optional(),
    help: "diameter of the nuclei (default: that of the scene)",
  },
  bits: {
    flag: "bits",
    value: "<8|16>",
    schema: z.union([z.literal(8), z.literal(16)]).default(8),
    help: "bits per pixel",
  },
} as const satisfies OptionSection;

/** What is reported of a comparison with the truth. */
export const evaluateOptions = {
  errors: {
    flag: "errors",
    value: "<n>",
    schema: integer(0, 1_000_000).default(5),
    help: "list the positions of up to n errors of each kind",
  },
} as const satisfies OptionSection;
