// Where the figures of a bench are kept: bench/results/ID.json, from which `npm run results` makes docs/results.md.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

/** The commit that is measured, short. */
const commitNow = () =>
  execFileSync("git", ["rev-parse", "--short", "HEAD"], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  }).trim();

/** What it is measured on. */
export const thisMachine = `${cpus().length} cores, Node ${process.versions.node}, no GPU`;

/**
 * Writes the figures of a bench, with the commit and, unless they say more of it, the machine.
 *
 * @param {{ id: string, order: number, question: string, command: string, [more: string]: unknown }} figures
 * @returns the path of the file
 */
export function recordFigures({ id, order, question, command, ...more }) {
  const result = { id, order, question, command, commit: commitNow(), machine: thisMachine, ...more };
  const path = new URL(`results/${id}.json`, import.meta.url);
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
  return fileURLToPath(path);
}
