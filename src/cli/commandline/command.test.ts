import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { InvalidInput } from "../../core/errors.js";
import { addCommand, type CommandSpec } from "./command.js";

let said = "";
let code: typeof process.exitCode;
beforeEach(() => {
  said = "";
  code = process.exitCode;
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => {
  process.exitCode = code;
  vi.restoreAllMocks();
});

/** @returns the exit code */
async function call(run: CommandSpec["run"], spec: Partial<CommandSpec> = {}): Promise<unknown> {
  const program = new Command();
  addCommand(program, { name: "track", args: "", summary: "", examples: [], ...spec, run });
  await program.parseAsync(["track"], { from: "user" });
  return process.exitCode;
}

describe.each(["SIGINT", "SIGTERM"] as const)("a stop by %s", (name) => {
  it("is told as one, not as a bug, when it reaches what is not ours", async () => {
    const stopped = await call(async ({ context }) => {
      process.emit(name, name);
      context.signal!.throwIfAborted();
      return { text: "", value: 0 };
    });
    expect(stopped).toBe(130);
    expect(said).toBe(
      "note: stopping after the current step (press Ctrl-C again to stop at once)\n" +
        "karyon track: Stopped. Nothing was written; run the same command to start again.\n",
    );
  });

  it("says what is kept by then", async () => {
    const stopped = await call(
      async ({ context, setStopText }) => {
        setStopText("The dataset is complete.");
        process.emit(name, name);
        context.signal!.throwIfAborted();
        return { text: "", value: 0 };
      },
      { stopText: "Nothing is kept." },
    );
    expect(stopped).toBe(130);
    expect(said).toMatch(/Stopped\. The dataset is complete\.\n$/);
  });
});

describe("a failure", () => {
  it("is told with flags in the place of keys", async () => {
    const failed = await call(async () => {
      throw new InvalidInput("track.gap", "a number", "many", "or give overwrite: true");
    });
    expect([failed, said]).toEqual([
      1,
      "karyon track: --gap: expected a number, received many; or give --overwrite.\n",
    ]);
  });

  it("that nobody foresaw is told as a bug", async () => {
    const failed = await call(async () => {
      throw new TypeError("x is undefined");
    });
    expect(failed).toBe(70);
    expect(said).toMatch(/an unexpected error: x is undefined/);
  });
});
