/** Which options each command reads, and when. A command offers these and no others. */
import { type PartialConfig, resolveConfig } from "./config.js";
import { type Config, type OptionKey, optionTable, type Section, sections } from "./options.js";

/** The options of whole sections. */
const all = (...names: readonly Section[]): OptionKey[] =>
  names.flatMap((section) =>
    Object.keys(optionTable[section]).map((key) => `${section}.${key}` as OptionKey),
  );

const wholeRun = all("general", "input", "annotate", "train", "segment", "track", "analyse", "run");

/** The options that each command reads, by section and key. */
export const commandOptions = {
  run: wholeRun,
  study: [...wholeRun, ...all("study")],
  demo: [...all("general"), "train.steps", "simulate.frames", "simulate.size"],
  annotate: ["general.seed", "general.threads", ...all("input", "annotate")],
  train: all("general", "train"),
  segment: ["general.threads", "general.device", ...all("input", "segment")],
  evaluate: all("evaluate"),
  track: ["input.pixelSize", "input.frameInterval", ...all("track")],
  analyse: [
    "general.seed",
    "input.z",
    "input.level",
    "input.frames",
    "input.crop",
    "input.pixelSize",
    "input.frameInterval",
    "input.kind",
    "input.skipBadFrames",
    ...all("analyse", "measure"),
  ],
  report: [],
  replay: [],
  studio: [],
  simulate: ["general.seed", ...all("simulate")],
  inspect: [],
  convert: [
    "input.level",
    "input.frames",
    "input.crop",
    "input.pixelSize",
    "input.frameInterval",
    "input.kind",
  ],
  "export-model": [],
} as const satisfies Record<string, readonly OptionKey[]>;

/** A command of Karyon. */
export type CommandName = keyof typeof commandOptions;

/** Options that act only in the presence, or absence, of others. */
interface Condition {
  /** Where it applies; by default to every command. */
  readonly commands?: readonly CommandName[];
  readonly options: readonly OptionKey[];
  readonly holds: (config: Config) => boolean;
  /** Why they do not act where it does not hold: ends the sentence "... has no effect here: ...". */
  readonly reason: string;
}

const conditions: readonly Condition[] = [
  {
    options: ["track.divisions", "track.repair"],
    holds: ({ track }) => track.tracker === "auto",
    reason: "TrackMate's trackers (track.tracker) have no such setting",
  },
  {
    options: ["track.radius", "track.gap"],
    holds: ({ track }) => track.tracker !== "trackmate-overlap",
    reason: "TrackMate's overlap tracker (track.tracker) has no such setting",
  },
  {
    options: ["annotate.diameter", "annotate.minArea", "annotate.maxArea", "annotate.sensitivity"],
    holds: ({ annotate }) => annotate.preset === "auto",
    reason: "the published method (annotate.preset paper) has no such settings",
  },
  {
    options: ["train.preset"],
    holds: ({ train }) => train.effort === undefined,
    reason: "train.effort sets the same",
  },
  {
    commands: ["analyse"],
    options: [
      "input.z",
      "input.level",
      "input.frames",
      "input.crop",
      "input.kind",
      "input.skipBadFrames",
      "analyse.ringWidth",
    ],
    holds: ({ measure }) => measure.images !== undefined,
    reason: "it applies to images, and none are given (measure.images)",
  },
  {
    commands: ["run", "study"],
    options: all("annotate", "train"),
    holds: ({ run }) => run.model === undefined,
    reason: "with an existing model (run.model) nothing is annotated or trained",
  },
];

/** Options of a command that do nothing in a configuration, and why. */
export interface IdleOptions {
  readonly options: readonly OptionKey[];
  readonly reason: string;
}

/** The options of a command that do nothing beside the others of a configuration. */
export const idleOptions = (command: CommandName, config: Config): IdleOptions[] =>
  conditions
    .filter(({ commands = [command], holds }) => commands.includes(command) && !holds(config))
    .map(({ options, reason }) => ({
      options: options.filter((option) => isOptionOf(command, option)),
      reason,
    }))
    .filter(({ options }) => options.length > 0);

const isOptionOf = (command: CommandName, option: OptionKey): boolean =>
  (commandOptions[command] as readonly OptionKey[]).includes(option);

/** The options that act in a command, by section: what `run.json` holds. */
export function configurationOf(command: CommandName, config: Config): Partial<Config> {
  const idle = new Set(idleOptions(command, config).flatMap(({ options }) => options));
  const acting = sections.map((section) => {
    const entries = Object.entries(config[section]).filter(([key]) => {
      const option = `${section}.${key}` as OptionKey;
      return isOptionOf(command, option) && !idle.has(option);
    });
    return [section, Object.fromEntries(entries)] as const;
  });
  return Object.fromEntries(acting.filter(([, options]) => Object.keys(options).length > 0));
}

/**
 * The configuration that a record stands for. What did nothing has its default, also in records of version
 * 0.1, which hold such options.
 *
 * @param where named in errors
 * @throws InvalidInput when the record holds options that this version does not know
 */
export const recordedConfig = (command: CommandName, recorded: unknown, where: string): Config =>
  resolveConfig(configurationOf(command, resolveConfig(recorded as PartialConfig, where)), where);
