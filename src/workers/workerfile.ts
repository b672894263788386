/** Where the modules of worker threads are. */
import "../platform/notelemetry.js";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = import.meta.url;

/**
 * The module of a worker thread, by its name in this folder. It is compiled JavaScript, also where this file
 * itself is run as TypeScript by the tests.
 *
 * @throws Error in tests, where the compiled modules are older than their sources
 */
export function workerFile(name: string): string {
  if (!here.endsWith(".ts")) return new URL(name, here).href;
  const stale = staleModule();
  if (stale !== undefined) throw new Error(`dist/ does not hold the present ${stale}: run npm run build.`);
  return new URL(name, new URL("../../dist/workers/", here)).href;
}

/** The first source file that is newer than what was compiled from it; looked for once. */
function staleModule(): string | undefined {
  checked ??= {
    stale: findStale(fileURLToPath(new URL("../", here)), fileURLToPath(new URL("../../dist/", here))),
  };
  return checked.stale;
}
let checked: { readonly stale: string | undefined } | undefined;

/**
 * The first source file that is newer than what was compiled from it, or was never compiled.
 *
 * @param sources folder of TypeScript files; tests do not count
 * @param compiled folder of what was made from them
 */
export const findStale = (sources: string, compiled: string): string | undefined =>
  readdirSync(sources, { recursive: true, encoding: "utf8" })
    .filter((file) => /(?<!\.test|\.d)\.ts$/.test(file))
    .find((file) => {
      const made = join(compiled, file.replace(/\.ts$/, ".js"));
      return !existsSync(made) || statSync(made).mtimeMs < statSync(join(sources, file)).mtimeMs;
    });
