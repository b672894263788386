/**
 * Runs the tests, names each that was skipped, and ends with one plain line: "N passed, N failed, N skipped".
 *
 * node tools/test.js            all but the long suites
 * node tools/test.js --full     the long suites: browsers, full fuzzing, a cluster (*.long.test.ts, *.browser.test.ts)
 * node tools/test.js PATTERN    some of them, as vitest takes them
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const full = process.argv.includes("--full");
const given = process.argv.slice(2).filter((argument) => argument !== "--full");

const folder = mkdtempSync(join(tmpdir(), "karyon-tests-"));
const file = join(folder, "results.json");
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
const { status } = spawnSync(process.execPath, [vitest, "run", ...reporters, ...given], {
  cwd: root,
  stdio: ["ignore", "inherit", "inherit"],
  env: { ...process.env, KARYON_TESTS: full ? "long" : "usual" },
});
try {
  const { testResults, numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, "utf8"));
  const tests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map((test) => ({ ...test, file: relative(root, name) })),
  );
  const skipped = tests.filter((test) => test.status === "skipped" || test.status === "pending");
  for (const test of skipped) console.log(`skipped: ${test.file}: ${test.fullName}`);
  // A file that cannot be loaded, or whose preparation fails, has no failed test: it counts as one.
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  for (const { name } of broken) console.log(`failed: ${relative(root, name)}: could not be run`);
  const failed = numFailedTests + broken.length;
  console.log(`${numPassedTests} passed, ${failed} failed, ${skipped.length} skipped`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(status ?? 1);
