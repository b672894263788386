/** Which process made a lock or a temporary file, and whether it still lives. */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** A process, told apart from all others, later ones of the same number included. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Fingerprint of when the process started; undefined where the system does not tell. */
  readonly start?: string | undefined;
}

/** "elsewhere": a process of another machine, which cannot be asked. */
export type OwnerState = "alive" | "dead" | "elsewhere";

const shortHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

/**
 * Linux numbers processes anew after a restart and gives the numbers of ended ones to others; the time of the
 * start, with the machine's own start, tells them apart.
 */
function startOf(pid: number): string | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program stands in parentheses and may hold anything; the start is the 20th field after.
    const ticks = status.slice(status.lastIndexOf(")") + 2).split(" ")[19];
    return ticks && shortHash(`${readFileSync("/proc/sys/kernel/random/boot_id", "utf8")} ${ticks}`);
  } catch {
    return undefined;
  }
}

/** The process that runs this code. */
export const thisProcess: Owner = { pid: process.pid, host: hostname(), start: startOf(process.pid) };

/** Whether the process is the one that runs this code. */
export const isThisProcess = ({ pid, host, start }: Owner): boolean =>
  pid === thisProcess.pid && host === thisProcess.host && start === thisProcess.start;

/** Processes of other machines that count as ended, because their locks were silent for too long. */
const silent = new Set<string>();

const tagOf = ({ pid, host, start }: Owner): string => `${shortHash(host)}-${pid}-${start ?? "0"}`;

/** From now on, a process of another machine counts as ended, for all that it has left. */
export const countAsEnded = (owner: Owner): void => void silent.add(tagOf(owner));

/** Whether a process lives, as far as this machine can tell. */
export function stateOf(owner: Owner): OwnerState {
  if (owner.host === thisProcess.host) return processState(owner.pid, owner.start);
  return silent.has(tagOf(owner)) ? "dead" : "elsewhere";
}

function processState(pid: number, start: string | undefined): "alive" | "dead" {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: there is such a process, of another user.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return "dead";
  }
  const now = startOf(pid);
  return start !== undefined && now !== undefined && now !== start ? "dead" : "alive";
}

const ownHost = shortHash(thisProcess.host);

/** Part of a file name: its owner, and letters that no other name has. */
export const ownerTag = (): string => `${tagOf(thisProcess)}-${randomBytes(6).toString("hex")}`;

/** The pattern of `ownerTag`. */
export const ownerTagPattern = "([0-9a-f]{8})-(\\d+)-([0-9a-f]+)-[0-9a-f]+";

/** Whether the owner in a match of `ownerTagPattern` is a process that no longer lives, as far as is known. */
export function isLeftBehind([, host, pid, start]: RegExpMatchArray): boolean {
  if (host !== ownHost) return silent.has(`${host}-${pid}-${start}`);
  return processState(Number(pid), start === "0" ? undefined : start) === "dead";
}
