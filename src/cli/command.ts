import type { Command } from "commander";
import { isKaryonError, messageOf } from "../core/errors.js";
import type { PartialConfig } from "../pipeline/config.js";
import type { PipelineContext } from "../pipeline/events.js";
import type { Config, Section } from "../pipeline/options.js";
import { addFlags, configOf } from "./flags.js";
import { jsonTerminal, type Terminal, textTerminal } from "./terminal.js";

export interface CommandCall {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly config: Config;
  readonly context: PipelineContext;
}

export interface CommandSpec {
  readonly name: string;
  /** commander's notation: `<model> <input...>`; each becomes strings of `args`, lists flattened. */
  readonly args: string;
  readonly summary: string;
  readonly sections: readonly Section[];
  /** Flags of this command alone: [flags, help]. */
  readonly flags?: readonly (readonly [string, string])[];
  readonly examples: readonly string[];
  readonly base?: PartialConfig;
  /** What to say when the user stops it. */
  readonly onStop?: string;
  run(call: CommandCall): Promise<{ readonly text: string; readonly value: unknown }>;
}

export function addCommand(program: Command, spec: CommandSpec): void {
  const command = program.command(spec.args === "" ? spec.name : `${spec.name} ${spec.args}`).description(spec.summary);
  for (const [flags, help] of spec.flags ?? []) {
    if (help.startsWith("required: ")) command.requiredOption(flags, help.slice(10));
    else command.option(flags, help);
  }
  addFlags(command, spec.sections);
  command.option("--json", "print progress and result as JSON lines");
  command.addHelpText("after", `\nExample${spec.examples.length > 1 ? "s" : ""}:\n${spec.examples.map((line) => `  $ karyon ${line}`).join("\n")}`);
  command.action(async () => {
    const options = command.opts<Record<string, unknown>>();
    await perform(spec, command, options);
  });
}

async function perform(spec: CommandSpec, command: Command, options: Record<string, unknown>): Promise<void> {
  const make = options["json"] === true ? jsonTerminal : textTerminal;
  const terminal = make({ json: options["json"] === true, out: process.stdout, err: process.stderr, now: () => performance.now() });
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(130);
    terminal.onEvent({ event: "notice", text: "stopping after the present step (press Ctrl-C again to stop at once)" });
    controller.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  try {
    const args = command.processedArgs.flat().filter((value): value is string => typeof value === "string");
    const result = await spec.run({ args, options, config: configOf(command, spec.base), context: { signal: controller.signal, onEvent: (event) => terminal.onEvent(event) } });
    terminal.result(result.text, result.value);
  } catch (error) {
    fail(error, spec, terminal);
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

function fail(error: unknown, spec: CommandSpec, terminal: Terminal): void {
  terminal.close();
  const expected = isKaryonError(error);
  const stopped = expected && error.kind === "Cancelled";
  const message = stopped ? `Stopped. ${spec.onStop ?? "Nothing was written; run the same command to start again."}` : messageOf(error);
  process.stderr.write(expected ? `karyon ${spec.name}: ${message}\n` : `karyon ${spec.name}: an error that should not happen: ${message} (set KARYON_DEBUG=1 to see where, and please report it).\n`);
  if (!expected && process.env["KARYON_DEBUG"]) process.stderr.write(`${error instanceof Error ? error.stack : ""}\n`);
  process.exitCode = stopped ? 130 : expected ? 1 : 70;
}
