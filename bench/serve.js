// Peers of a bench in processes of their own.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * A process that answers one line of JSON for each that it gets; undefined if it cannot be started. `pause`:
 * ms before each request.
 */
export async function serve(command, parameters, pause = 0) {
  const child = spawn(command, parameters, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = new Promise((resolve) => child.once("error", () => resolve({ done: true })));
  const next = async () => {
    const { value, done } = await Promise.race([lines.next(), failed]);
    return done ? undefined : JSON.parse(value);
  };
  const hello = await next();
  const ask = async (request) => {
    if (pause > 0) await sleep(pause);
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const answer = await next();
    if (answer === undefined) throw new Error(`${command} ended at ${JSON.stringify(request)}`);
    return answer;
  };
  return hello && { hello, ask, close: () => child.stdin.end() };
}
