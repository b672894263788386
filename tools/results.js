/**
 * Writes `docs/results.md`, and the tables of the README, from `bench/results/*.json`: `npm run results`.
 *
 * A file holds one question: `question`, `command`, `commit`, `machine`, `data`, `rules`, `columns`, `rows`,
 * `notes`, its `order`, and in `readme` the rows and columns that the README shows.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "bench/results");

/** All results, in their order. */
export const readResults = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")))
    .sort((a, b) => a.order - b.order);

const row = (cells) => `| ${cells.join(" | ")} |`;

const table = (columns, rows) => [row(columns), row(columns.map(() => "---")), ...rows.map(row)].join("\n");

/** Whether `src/` has changed since a commit; undefined where git cannot tell. */
function changedSince(commit) {
  const { status } = spawnSync("git", ["diff", "--quiet", commit, "HEAD", "--", "src"], { cwd: root });
  return status === 0 ? false : status === 1 ? true : undefined;
}

/** @param changed of each commit, whether `src/` has changed since */
const section = ({ question, command, commit, machine, data, rules, columns, rows, notes }, changed) => {
  const since = {
    true: "`src/` has changed since",
    false: "`src/` is as it was",
    undefined: "not known here",
  };
  return [
    `## ${question}`,
    "",
    table(columns, rows),
    "",
    `- Command: \`${command}\``,
    `- Commit: ${commit} (${since[String(changed)]})`,
    `- Machine: ${machine}`,
    `- Data: ${data}`,
    `- Rules: ${rules}`,
    ...notes.map((note) => `- ${note}`),
    "",
  ].join("\n");
};

/** The page of all results. @param changedOf tells of a commit whether `src/` has changed since */
export const resultsPage = (results, changedOf = changedSince) =>
  [
    "# Results",
    "",
    "Every figure that this project states, one table for each question. Each has the command that gives it,",
    "the commit at which it was measured, and the machine. This page is made from `bench/results/*.json` by",
    "`npm run results`. [lab/](lab/round-1.md) tells how the figures came about, and what was looked at.",
    "",
    "Real images with truth are not part of the repository. Commands that need them look in the folder",
    "`KARYON_SHARED` (default `../shared`). Of each collection, the rows of its index whose zero-based number",
    "modulo 3 is 2 are test rows.",
    "",
    ...results.map((result) => section(result, changedOf(result.commit))),
  ].join("\n");

const marks = ["<!-- results: made by npm run results -->", "<!-- end of results -->"];

/** The tables that the README shows. */
export const readmeTables = (results) =>
  results
    .filter(({ readme }) => readme !== undefined)
    .map(({ readme, columns, rows }) => {
      const pick = (cells) => readme.select.map((column) => cells[column]);
      return `**${readme.title}**\n\n${table(
        pick(columns),
        readme.rows.map((index) => pick(rows[index])),
      )}\n`;
    })
    .join("\n");

/** The README with its tables as they are now. */
export function readmeWith(readme, results) {
  const [from, to] = marks.map((mark) => readme.indexOf(mark));
  if (from < 0 || to < from) throw new Error(`README.md: expected the marks ${marks.join(" and ")}`);
  return `${readme.slice(0, from + marks[0].length)}\n\n${readmeTables(results)}\n${readme.slice(to)}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const results = readResults();
  const readme = join(root, "README.md");
  writeFileSync(join(root, "docs/results.md"), resultsPage(results));
  writeFileSync(readme, readmeWith(readFileSync(readme, "utf8"), results));
}
