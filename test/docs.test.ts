/** The documents must stay true: commands, flags, configuration, imports and links that they show exist. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readmeWith, readResults, resultsPage } from "../tools/results.js";
import { buildProgram } from "../src/cli/main.js";
import * as memory from "../src/index.js";
import * as node from "../src/node.js";
import { parseConfig, resolveConfig } from "../src/pipeline/config/config.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const documents = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "LIBRARIES.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];
const text = (name: string): string => readFileSync(join(root, name), "utf8");
const blocks = (name: string, language: string): string[] =>
  [...text(name).matchAll(new RegExp("```" + language + "\\n([\\s\\S]*?)```", "g"))].map(
    (match) => match[1]!,
  );

const program = await buildProgram();
const calls = documents.flatMap((name) =>
  blocks(name, "sh").flatMap((block) =>
    [...block.matchAll(/npx karyon ([^#\n]*)/g)].map((match) => ({ name, call: match[1]!.trim() })),
  ),
);

describe("documents", () => {
  it("show commands of karyon", () => {
    expect(calls.length).toBeGreaterThan(3);
  });

  it.each(calls)("use commands and flags that exist: karyon $call", ({ call }) => {
    const [command, ...rest] = call.split(/\s+/);
    const spec = program.commands.find((candidate) => candidate.name() === command);
    expect(spec, command).toBeDefined();
    const known = spec!.options.flatMap((option) => [option.short, option.long]);
    for (const flag of rest.filter((word) => word.startsWith("-"))) expect(known, flag).toContain(flag);
  });

  it("show a configuration that is accepted", () => {
    const shown = documents.flatMap((name) => blocks(name, "yaml"));
    expect(shown.length).toBeGreaterThan(0);
    for (const yaml of shown) expect(() => resolveConfig(parseConfig(yaml, "docs"), "docs")).not.toThrow();
  });

  it("import only what the package exports", () => {
    const entries = { karyon: memory, "karyon/node": node };
    const imports = documents
      .flatMap((name) => blocks(name, "ts"))
      .flatMap((code) => [...code.matchAll(/import \{([^}]*)\} from "(karyon(?:\/node)?)"/g)])
      .flatMap((match) => match[1]!.split(",").map((part) => ({ name: part.trim(), entry: match[2]! })));
    expect(imports.length).toBeGreaterThan(0);
    for (const { name, entry } of imports)
      expect(entries[entry as keyof typeof entries]).toHaveProperty(name);
  });

  it("link to files that exist", () => {
    const broken = documents.flatMap((name) =>
      [...text(name).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
        .map((match) => match[1]!)
        .filter((target) => !existsSync(join(root, dirname(name), target)))
        .map((target) => `${name}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it("name npm scripts that exist", () => {
    const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };
    for (const name of documents)
      for (const match of text(name).matchAll(/npm run ([a-z:]+)/g))
        expect(Object.keys(scripts), `${name}: ${match[0]}`).toContain(match[1]);
  });

  it("show the figures of bench/results, in README and results.md", () => {
    const results = readResults();
    expect(results.length).toBeGreaterThan(10);
    expect(text("README.md")).toBe(readmeWith(text("README.md"), results));
    const lines = (page: string): string[] =>
      page.split("\n").filter((line) => !line.startsWith("- Commit:"));
    expect(lines(text("docs/results.md"))).toEqual(lines(resultsPage(results, () => undefined)));
  });

  it("state no figure in the README's own words that no result holds", () => {
    // Scores and times stand in the tables alone, which the test above holds true.
    const [before, , after] = text("README.md").split(/<!-- .*results.* -->/);
    const prose = `${before}${after}`.replace(/```[\s\S]*?```/g, "");
    expect(prose.match(/(?<![\d-])0?\.\d{2,3}\b|\b\d+ (?:s|min|minutes) \b/g) ?? []).toEqual([]);
  });

  it("keep the README short: under 200 lines, no sentence above 30 words", () => {
    const readme = text("README.md");
    expect(readme.trimEnd().split("\n").length).toBeLessThan(200);
    const prose = readme
      .replace(/```[\s\S]*?```/g, "")
      .replace(/<!--[\s\S]*?-->/g, "")
      .split("\n")
      .filter((line) => !line.startsWith("|") && !line.startsWith("!["))
      .map((line) => line.replace(/\]\([^)]*\)/g, "]"));
    const sentences = prose.flatMap((line) => line.split(/(?<=[.!?:])\s+/));
    expect(sentences.filter((sentence) => sentence.split(/\s+/).length > 30)).toEqual([]);
  });
});
