// Runs all tests and ends with one plain line: "N passed, N failed, N skipped".
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = mkdtempSync(join(tmpdir(), "karyon-tests-"));
const file = join(folder, "results.json");
const vitest = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [
    vitest,
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
    ...process.argv.slice(2),
  ],
  { stdio: ["ignore", "inherit", "inherit"] },
);
try {
  const results = JSON.parse(readFileSync(file, "utf8"));
  const skipped = results.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter((test) => test.status === "skipped" || test.status === "pending");
  for (const test of skipped) console.log(`skipped: ${test.fullName}`);
  console.log(
    `${results.numPassedTests} passed, ${results.numFailedTests} failed, ${skipped.length} skipped`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(status ?? 1);
