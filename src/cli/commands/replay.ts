import type { CommandSpec } from "../commandline/command.js";

/** `karyon replay`: a result again, and whether it is the same. */
export const replayCommand: CommandSpec = {
  name: "replay",
  args: "<run>",
  summary: "repeat a run from its run.json, and list what differs; the exit code is 1 where something does",
  flags: [
    ["-o, --output <folder>", "keep the repeated result there (default: beside the run, then removed)"],
    [
      "--inputs <path>",
      "folder in which the inputs lie now, if they were moved; of a study, always: its table of samples",
    ],
  ],
  examples: ["replay results", "replay results -o again", "replay results --inputs moved/movie"],
  stopText: "The run was not changed.",
  async run({ args, out, options, context }) {
    const { formatReplay, replay } = await import("../../pipeline/replay/replay.js");
    const inputs = typeof options["inputs"] === "string" ? options["inputs"] : undefined;
    const result = await replay({ run: args[0]!, out: out === "" ? undefined : out, inputs, ...context });
    return { text: formatReplay(result), value: result, failed: !result.same };
  },
};
