import type { Command } from "commander";
import { isKaryonError, messageOf } from "../../core/errors.js";
import type { CommandName } from "../../pipeline/config/acting.js";
import type { Config } from "../../pipeline/config/options.js";
import type { PipelineContext } from "../../pipeline/stage/events.js";
import { addFlags, configOf } from "./flags.js";
import { jsonTerminal, type Terminal, textTerminal } from "./terminal.js";

export interface CommandCall {
  readonly args: readonly string[];
  /** Of `--output` and `--overwrite`, where the command has them. */
  readonly out: string;
  readonly overwrite: boolean;
  readonly options: Readonly<Record<string, unknown>>;
  readonly config: Config;
  readonly context: PipelineContext;
}

export interface CommandSpec {
  readonly name: CommandName;
  /** commander's notation: `<model> <input...>`; each becomes strings of `args`, lists flattened. */
  readonly args: string;
  readonly summary: string;
  /** Flags of this command alone: [flags, help]. */
  readonly flags?: readonly (readonly [string, string])[];
  readonly examples: readonly string[];
  /** What to say when the user stops it. */
  readonly onStop?: string;
  /** `failed`: there is an answer, but the exit code says that it is a bad one. */
  run(
    call: CommandCall,
  ): Promise<{ readonly text: string; readonly value: unknown; readonly failed?: boolean }>;
}

export function addCommand(program: Command, spec: CommandSpec): void {
  const command = program
    .command(spec.args === "" ? spec.name : `${spec.name} ${spec.args}`)
    .description(spec.summary);
  for (const [flags, help] of spec.flags ?? []) {
    if (help.startsWith("required: ")) command.requiredOption(flags, help.slice(10));
    else command.option(flags, help);
  }
  addFlags(command, spec.name);
  command.option("--json", "print progress and result as JSON lines");
  command.addHelpText(
    "after",
    `\nExample${spec.examples.length > 1 ? "s" : ""}:\n${spec.examples.map((line) => `  $ karyon ${line}`).join("\n")}`,
  );
  command.action(async () => {
    const options = command.opts<Record<string, unknown>>();
    await perform(spec, command, options);
  });
}

async function perform(spec: CommandSpec, command: Command, options: Record<string, unknown>): Promise<void> {
  const make = options["json"] === true ? jsonTerminal : textTerminal;
  const terminal = make({ out: process.stdout, err: process.stderr, now: () => performance.now() });
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(130);
    terminal.onEvent({
      event: "notice",
      text: "stopping after the present step (press Ctrl-C again to stop at once)",
    });
    controller.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  try {
    const { config, notices } = configOf(command, spec.name);
    for (const text of notices) terminal.onEvent({ event: "notice", text });
    const args = command.processedArgs.flat().filter((value): value is string => typeof value === "string");
    const result = await spec.run({
      args,
      out: typeof options["output"] === "string" ? options["output"] : "",
      overwrite: options["overwrite"] === true,
      options,
      config,
      context: { signal: controller.signal, onEvent: (event) => terminal.onEvent(event) },
    });
    terminal.result(result.text, result.value);
    if (result.failed === true) process.exitCode = 1;
  } catch (error) {
    fail(error, spec, terminal);
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

function fail(
  error: unknown,
  { name, onStop = "Nothing was written; run the same command to start again." }: CommandSpec,
  terminal: Terminal,
): void {
  const kind = isKaryonError(error) ? error.kind : "Bug";
  const texts = {
    Cancelled: `Stopped. ${onStop}`,
    Bug:
      `an error that should not happen: ${messageOf(error)} (set KARYON_DEBUG=1 to see where, and ` +
      "please report it).",
  };
  terminal.failure(
    kind,
    `karyon ${name}: ${kind in texts ? texts[kind as keyof typeof texts] : messageOf(error)}`,
  );
  if (kind === "Bug" && process.env["KARYON_DEBUG"])
    process.stderr.write(`${error instanceof Error ? error.stack : ""}\n`);
  process.exitCode = kind === "Cancelled" ? 130 : kind === "Bug" ? 70 : 1;
}
