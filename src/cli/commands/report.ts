import type { CommandSpec } from "../commandline/command.js";

/** `karyon report`: the report of a run, again. */
export const reportCommand: CommandSpec = {
  name: "report",
  args: "<run>",
  summary: "write the report.html and figures/ of a finished run again",
  examples: ["report results"],
  stopText:
    "report.html was not written again; figures/ was replaced only if it was finished. Run the same " +
    "command again.",
  async run({ args, context }) {
    const { reportRun } = await import("../../pipeline/run/reportagain.js");
    const { withOutputLock } = await import("../../pipeline/store/lock.js");
    const path = await withOutputLock(args[0]!, () => reportRun(args[0]!, context));
    return { text: `Report: ${path}`, value: { report: path } };
  },
};
