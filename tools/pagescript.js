/**
 * Makes one script of `src/report/browser` and writes it as a text into `src/report/pagescript.ts`, from where
 * it goes into the pages. `node tools/pagescript.js [--check]`: with --check nothing is written, and the exit
 * status is 1 where the file is not what the sources give.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = join(root, "src/report/pagescript.ts");

/** Compiles the folder into another one; its types are checked without those of Node. */
function compileInto(folder) {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const project = join(root, "src/report/browser/tsconfig.json");
  const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", project, "--outDir", folder], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`src/report/browser does not compile:\n${stdout}`);
}

/** The text of `start.js` after that of all it imports, each once, without imports and exports. */
function joined(folder) {
  const parts = [];
  const seen = new Set();
  const take = (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(join(folder, file), "utf8");
    const imports = [...text.matchAll(/^import [^"]*"\.\/([^"]+)";\n/gm)];
    for (const [, other] of imports) take(other);
    parts.push(
      text
        .replace(/^import [^"]*"\.\/[^"]+";\n/gm, "")
        .replace(/^export \{\};\n/gm, "")
        .replace(/^export (?=(?:async )?function|const|class)/gm, ""),
    );
  };
  take("start.js");
  const script = parts.join("");
  requireJoinable(script);
  return script;
}

/** Files share one scope: a name that two of them have would silently be that of the last. */
function requireJoinable(script) {
  const left = script.match(/^(?:import|export)\b.*$/m);
  if (left) throw new Error(`src/report/browser has what this tool cannot join: ${left[0]}`);
  const names = [...script.matchAll(/^(?:async )?(?:function|const|let|class) (\w+)/gm)].map(
    (match) => match[1],
  );
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`src/report/browser has two things named ${twice}`);
}

/** The module that holds a script as text. */
function moduleOf(script) {
  const text = `(() => {\n"use strict";\n${script}})();\n`;
  if (/<\/script|<!--/i.test(text)) throw new Error("the script would end the element that holds it");
  const escaped = text.replace(/\\/g, "\\\\").replace(/`/g, "\\`").replace(/\$\{/g, "\\${");
  return (
    "/** Made of `src/report/browser` by `node tools/pagescript.js`; change it there. */\n\n" +
    "/** The script of the pages. It does what the page has elements for. */\n" +
    `export const pageScript = \`${escaped}\`;\n`
  );
}

const folder = mkdtempSync(join(tmpdir(), "karyon-page-"));
try {
  compileInto(folder);
  const made = moduleOf(joined(folder));
  if (!process.argv.includes("--check")) writeFileSync(target, made);
  else if (readFileSync(target, "utf8") !== made) {
    console.error("src/report/pagescript.ts is not what src/report/browser gives: node tools/pagescript.js");
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
