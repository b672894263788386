import { spawn } from "node:child_process";
import { InvalidInput } from "../../core/errors.js";
import type { CommandSpec } from "../commandline/command.js";

/** `karyon studio`: the local web page. */
export const studioCommand: CommandSpec = {
  name: "studio",
  args: "[path...]",
  summary:
    "look, correct, train and explore in the browser, on this machine alone; a path is an image, a folder of nothing " +
    "but images, a run, or a folder to look through. Results lie beside the images, so that the folder around them " +
    "is opened, too; where nothing may be written there, in the current folder",
  flags: [
    ["--no-open", "do not open the browser"],
    ["--port <number>", "port of the local address (default: any that is free)"],
    [
      "--allow-origin <url...>",
      "address of another web page, such as a viewer, that may read images and labels",
    ],
  ],
  examples: [
    "studio",
    "studio movie.tif",
    "studio frames",
    "studio movie.lif#3",
    "studio results --port 8080 --no-open",
  ],
  stopText: "Everything that was done is kept; start it again to go on.",
  async run({ args, options, context }) {
    // The server's modules are many: other commands do without.
    const { studio } = await import("../../server/studio/openstudio.js");
    const origins = options["allowOrigin"];
    const { address, notice, close } = await studio({
      paths: args,
      port: portOf(options["port"]),
      allowedOrigins: Array.isArray(origins) ? (origins as string[]) : [],
    });
    tellAddress(address, options["json"] === true);
    if (notice !== undefined) context.onEvent?.({ event: "notice", text: notice });
    if (options["open"] !== false) {
      const problem = await openBrowser(address);
      if (problem !== undefined) context.onEvent?.({ event: "notice", text: problem });
    }
    await untilStopped(context.signal);
    await close();
    return { text: "Karyon Studio has ended.", value: { address } };
  },
};

/** The first line: what people click, and programs read. */
function tellAddress(address: string, isJson: boolean): void {
  const line = isJson ? JSON.stringify({ event: "studio", address }) : `Karyon Studio: ${address}`;
  process.stdout.write(`${line}\n`);
}

/** @throws InvalidInput */
function portOf(given: unknown): number {
  if (given === undefined) return 0;
  const port = Number(given);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new InvalidInput("--port", "a whole number from 0 to 65535", JSON.stringify(given));
}

/** @returns why it could not be opened, in a sentence; undefined where it was */
function openBrowser(address: string): Promise<string | undefined> {
  const [program, args] = opener(address);
  const problem = "The browser could not be opened by itself: open the address above in it.";
  return new Promise((done) => {
    const child = spawn(program, args, { stdio: "ignore", detached: true });
    child.once("error", () => done(problem));
    child.once("exit", (code) => done(code === 0 ? undefined : problem));
    // A browser that stays in front is open.
    setTimeout(() => done(undefined), 2000).unref();
    child.unref();
  });
}

function opener(address: string): readonly [program: string, args: readonly string[]] {
  if (process.platform === "darwin") return ["open", [address]];
  if (process.platform === "win32") return ["cmd", ["/c", "start", "", address]];
  return ["xdg-open", [address]];
}

/** Waits for Ctrl-C; a caller without a signal is told at once. */
function untilStopped(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((done) => {
    if (signal === undefined || signal.aborted) done();
    else signal.addEventListener("abort", () => done(), { once: true });
  });
}
