/** Runs the tests with coverage (statements by V8), and prints it by folder; those below 80 % are marked. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const { status } = spawnSync(process.execPath, [vitest, "run", "--coverage", ...process.argv.slice(2)], {
  cwd: root,
  stdio: ["ignore", "inherit", "inherit"],
});

const aim = 0.8;
const summary = JSON.parse(readFileSync(join(root, "coverage/coverage-summary.json"), "utf8"));
const folders = new Map();
for (const [file, { statements }] of Object.entries(summary)) {
  if (file === "total") continue;
  const folder = dirname(relative(root, file));
  const { covered = 0, total = 0 } = folders.get(folder) ?? {};
  folders.set(folder, { covered: covered + statements.covered, total: total + statements.total });
}
for (const [folder, { covered, total }] of [...folders].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const share = total === 0 ? 1 : covered / total;
  console.log(`${(100 * share).toFixed(1).padStart(6)} %  ${folder}${share < aim ? "  below 80 %" : ""}`);
}
const { covered, total } = summary.total.statements;
console.log(`${((100 * covered) / total).toFixed(1).padStart(6)} %  all statements`);
process.exit(status ?? 1);
