import { Command } from "commander";
import { version } from "../pipeline/store/provenance.js";
import type { CommandSpec } from "./commandline/command.js";
import { analyseCommand } from "./commands/analyse.js";
import { annotateCommand } from "./commands/annotate.js";
import { convertCommand } from "./commands/convert.js";
import { demoCommand } from "./commands/demo.js";
import { evaluateCommand } from "./commands/evaluate.js";
import { exportModelCommand } from "./commands/exportmodel.js";
import { inspectCommand } from "./commands/inspect.js";
import { reportCommand } from "./commands/report.js";
import { replayCommand } from "./commands/replay.js";
import { runCommand } from "./commands/run.js";
import { segmentCommand } from "./commands/segment.js";
import { simulateCommand } from "./commands/simulate.js";
import { studioCommand } from "./commands/studio.js";
import { studyCommand } from "./commands/study.js";
import { trackCommand } from "./commands/track.js";
import { trainCommand } from "./commands/train.js";

/** All commands, in the order of the help. */
export const commands: readonly CommandSpec[] = [
  runCommand,
  studioCommand,
  studyCommand,
  demoCommand,
  annotateCommand,
  trainCommand,
  segmentCommand,
  evaluateCommand,
  trackCommand,
  analyseCommand,
  reportCommand,
  replayCommand,
  simulateCommand,
  inspectCommand,
  convertCommand,
  exportModelCommand,
];

/**
 * The command line, not yet given any arguments.
 *
 * @param argv where it is known: a command that is not in it is there by name and summary alone, since the options
 *   of all take longer than many a command
 */
export async function buildProgram(argv?: readonly string[]): Promise<Command> {
  const program = new Command("karyon")
    .description(
      "Turns raw fluorescence microscopy into segmented, tracked nuclei and publishable statistics, " +
        "without manual annotation.",
    )
    .version(version, "-V, --version")
    .showHelpAfterError("(karyon COMMAND --help shows the options and an example)")
    .configureHelp({ helpWidth: 110 });
  const isMeant = ({ name }: CommandSpec): boolean => argv === undefined || argv.includes(name);
  const parts = commands.some(isMeant) ? await import("./commandline/command.js") : undefined;
  for (const spec of commands) {
    if (parts !== undefined && isMeant(spec)) parts.addCommand(program, spec);
    else
      program
        .command(spec.args === "" ? spec.name : `${spec.name} ${spec.args}`)
        .description(spec.summary)
        .option("--json");
  }
  program.addHelpText(
    "after",
    "\nStart here:\n  $ karyon demo                          a simulated movie through every " +
      "step, in minutes\n  $ karyon run my-movie/ -o results      the same with your own images",
  );
  return program;
}

/** Runs the command line. @param argv as `process.argv` */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that closes early, such as `head`, is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  const program = await buildProgram(argv.slice(2));
  await program.parseAsync([...argv]);
}
