import type { CommandSpec } from "../commandline/command.js";

/** `karyon inspect`: what image files hold. */
export const inspectCommand: CommandSpec = {
  name: "inspect",
  args: "<file...>",
  summary: "show the axes, calibration and values of image files, and warn of what looks wrong",
  examples: ["inspect movie.tif"],
  stopText: "The files were not changed.",
  stopsAtOnce: true,
  async run({ args, context }) {
    const { inspectFiles } = await import("../../pipeline/source/inspection.js");
    const { formatInspection } = await import("../../pipeline/source/inspectiontext.js");
    const inspections = await inspectFiles(args, context);
    return {
      text: inspections.map(formatInspection).join("\n\n"),
      value: inspections,
      failed: inspections.every(({ error }) => error !== undefined),
    };
  },
};
