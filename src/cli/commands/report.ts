import { reportRun } from "../../pipeline/run/reportagain.js";
import type { CommandSpec } from "../commandline/command.js";

export const reportCommand: CommandSpec = {
  name: "report",
  args: "<run>",
  summary: "write report.html and figures/ of a finished run again",
  examples: ["report results"],
  async run({ args, context }) {
    const path = await reportRun(args[0]!, context);
    return { text: `Report: ${path}`, value: { report: path } };
  },
};
