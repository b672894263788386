import type { Command } from "commander";
import { Cancelled, isKaryonError, messageOf } from "../../core/errors.js";
import type { CommandName } from "../../pipeline/config/acting.js";
import type { Config } from "../../pipeline/config/options.js";
import type { PipelineContext } from "../../pipeline/stage/events.js";
import { addFlags, configOf, isOfFile } from "./flags.js";
import { jsonTerminal, type Terminal, textTerminal } from "./terminal.js";
import { inFlags } from "./wording.js";

/** One call of a command, as the user typed it. */
export interface CommandCall {
  readonly args: readonly string[];
  /** Of `--output` and `--overwrite`, where the command has them. */
  readonly out: string;
  readonly overwrite: boolean;
  /** All flags, by camel case. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly config: Config;
  readonly context: PipelineContext;
  /** Sets what is said when the user stops the command from now on. */
  readonly setStopText: (text: string) => void;
}

/** What a command gives back. */
export interface CommandResult {
  readonly text: string;
  /** The same for programs. */
  readonly value: unknown;
  /** There is an answer, but the exit code says that it is a bad one. */
  readonly failed?: boolean;
}

/** A command: its part of the command line, and what it does. */
export interface CommandSpec {
  readonly name: CommandName;
  /** commander's notation: `<model> <input...>`; each becomes strings of `args`, lists flattened. */
  readonly args: string;
  readonly summary: string;
  /** Flags of this command alone: [flags, help]. */
  readonly flags?: readonly (readonly [string, string])[];
  readonly examples: readonly string[];
  /** What was kept or written when the user stops it. Default: nothing was. */
  readonly stopText?: string;
  /** It writes nothing that could be left unfinished: the first Ctrl-C ends it. */
  readonly stopsAtOnce?: boolean;
  run(call: CommandCall): Promise<CommandResult>;
}

/** Adds a command to the program. */
export function addCommand(program: Command, spec: CommandSpec): void {
  const command = program
    .command(spec.args === "" ? spec.name : `${spec.name} ${spec.args}`)
    .description(spec.summary);
  for (const [flags, help] of spec.flags ?? []) {
    if (help.startsWith("required: ")) command.requiredOption(flags, help.slice(10));
    else command.option(flags, help);
  }
  addFlags(command, spec.name);
  command.option("--json", "print progress and the result as JSON lines");
  command.addHelpText(
    "after",
    `\nExample${spec.examples.length > 1 ? "s" : ""}:\n${spec.examples.map((line) => `  $ karyon ${line}`).join("\n")}`,
  );
  command.action(async () => {
    const options = command.opts<Record<string, unknown>>();
    await perform(spec, command, options);
  });
}

/** Exit codes, those of the shell and of sysexits.h. */
const exitCodes = { failure: 1, bug: 70, stopped: 130 } as const;

async function perform(spec: CommandSpec, command: Command, options: Record<string, unknown>): Promise<void> {
  const make = options["json"] === true ? jsonTerminal : textTerminal;
  const terminal = make({ out: process.stdout, err: process.stderr, now: () => performance.now() });
  let stopText = spec.stopText ?? "Nothing was written; run the same command to start again.";
  const { signal, end } = interruptible(terminal, spec.stopsAtOnce === true, () =>
    fail(new Cancelled(), spec.name, stopText, terminal),
  );
  try {
    const { config, notices } = configOf(command, spec.name);
    for (const text of notices) terminal.onEvent({ event: "notice", text });
    const result = await spec.run({
      args: command.processedArgs.flat().filter((value): value is string => typeof value === "string"),
      out: typeof options["output"] === "string" ? options["output"] : "",
      overwrite: options["overwrite"] === true,
      options,
      config,
      context: {
        signal,
        onEvent: (event) =>
          terminal.onEvent(event.event === "notice" ? { ...event, text: inFlags(event.text) } : event),
      },
      setStopText: (text) => {
        stopText = text;
      },
    });
    terminal.result(inFlags(result.text), result.value);
    if (result.failed === true) process.exitCode = exitCodes.failure;
  } catch (error) {
    // Some of what a stop ends is not ours, and throws an error of its own.
    const stopped = signal.aborted && !isKaryonError(error);
    fail(stopped ? new Cancelled() : error, spec.name, stopText, terminal);
  } finally {
    end();
  }
}

/**
 * A signal that Ctrl-C and SIGTERM abort; the second of them ends the process, which then removes what is
 * unfinished.
 *
 * @param atOnce the first one ends it
 * @param say tells that the command was stopped
 */
function interruptible(
  terminal: Terminal,
  atOnce: boolean,
  say: () => void,
): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (atOnce) say();
    if (atOnce || controller.signal.aborted) process.exit(exitCodes.stopped);
    terminal.onEvent({
      event: "notice",
      text: "stopping after the current step (press Ctrl-C again to stop at once)",
    });
    controller.abort();
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const name of signals) process.on(name, interrupt);
  return {
    signal: controller.signal,
    end: () => {
      for (const name of signals) process.off(name, interrupt);
    },
  };
}

function fail(error: unknown, name: CommandName, stopText: string, terminal: Terminal): void {
  const kind = isKaryonError(error) ? error.kind : "Bug";
  const texts: Readonly<Record<string, string>> = {
    Cancelled: `Stopped. ${stopText}`,
    Bug:
      `an unexpected error: ${messageOf(error)} (set KARYON_DEBUG=1 to see where, and ` +
      "please report it).",
  };
  const message = isOfFile(error) ? messageOf(error) : inFlags(messageOf(error));
  terminal.failure(kind, `karyon ${name}: ${texts[kind] ?? message}`);
  if (kind === "Bug" && process.env["KARYON_DEBUG"])
    process.stderr.write(`${error instanceof Error ? error.stack : ""}\n`);
  const codes: Readonly<Record<string, number>> = { Cancelled: exitCodes.stopped, Bug: exitCodes.bug };
  process.exitCode = codes[kind] ?? exitCodes.failure;
}
