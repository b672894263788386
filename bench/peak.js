// The peak memory and the time of one process. The system keeps the peak (VmHWM in /proc/PID/status, Linux).
// It is read while the process runs, threads and the network's runtime included.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { clearInterval, setInterval } from "node:timers";

/** Time between two looks at a process, ms. */
const lookEvery = 20;
/** Letters of what a process says that are kept: the last ones. */
const kept = 20_000;

/** Peak memory so far, MiB; 0 where the process has ended. */
function peakOf(pid) {
  try {
    const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return found === null ? 0 : Number(found[1]) / 1024;
  } catch {
    return 0;
  }
}

/**
 * Runs a command to its end.
 *
 * @returns its peak, MiB, its time, s, and the end of what it wrote
 * @throws Error when it cannot be started, or fails
 */
export async function measuredProcess(command, args) {
  const started = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let peak = 0;
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"])
    child[name].on("data", (part) => (said[name] = `${said[name]}${part}`.slice(-kept)));
  const looking = setInterval(() => (peak = Math.max(peak, peakOf(child.pid))), lookEvery);
  try {
    const [code, signal] = await once(child, "close");
    const ended = signal === null ? "" : `ended by ${signal} `;
    if (code !== 0) throw new Error(`${command} ${args.slice(0, 3).join(" ")} ...: ${ended}${said.stderr}`);
  } finally {
    clearInterval(looking);
  }
  return { peak, seconds: (performance.now() - started) / 1000, stdout: said.stdout };
}
