/**
 * Before any test: compiles `src` to `dist`, so that worker threads and the command line, which run compiled
 * code, are those of the sources under test.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export default function setup() {
  execFileSync(process.execPath, [fileURLToPath(new URL("build.js", import.meta.url))], { stdio: "inherit" });
}
