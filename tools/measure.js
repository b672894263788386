/**
 * Measures the form of the code: long lines, long functions, parameters, docstrings, types that cannot be
 * imported, files that share a name. `node tools/measure.js [--list] [--strict] [FOLDER...]`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));
const list = process.argv.includes("--list");
const strict = process.argv.includes("--strict");
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));

const maxColumns = 120;
const maxFunctionLines = 60;
const maxParameters = 5;

/** Data, not code. */
const isData = (file) => file.endsWith("typefacedata.ts") || file.endsWith("fontdata.ts");
const sources = ["src", "app/src"]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  )
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".test.ts") && !isData(name))
  .filter(
    (name) =>
      wanted.length === 0 || wanted.some((folder) => name.startsWith(relative(root, join(root, folder)))),
  )
  .sort();

const longLines = [];
const longFunctions = [];
const manyParameters = [];
const undocumented = [];
const names = new Map();

for (const file of sources) {
  const text = readFileSync(join(root, file), "utf8");
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lineOf = (position) => tree.getLineAndCharacterOfPosition(position).line + 1;
  text.split("\n").forEach((line, i) => {
    if (line.length > maxColumns) longLines.push(`${file}:${i + 1} ${line.length} columns`);
  });
  names.set(basename(file), [...(names.get(basename(file)) ?? []), file]);
  visit(tree);
  for (const statement of tree.statements) noteExport(statement);

  function visit(node) {
    if (isFunction(node)) {
      const lines = lineOf(node.end) - lineOf(node.getStart()) + 1;
      const at = `${file}:${lineOf(node.getStart())} ${nameOf(node)}`;
      if (lines > maxFunctionLines) longFunctions.push(`${at} ${lines} lines`);
      if (node.parameters.length > maxParameters)
        manyParameters.push(`${at} ${node.parameters.length} parameters`);
    }
    ts.forEachChild(node, visit);
  }

  function noteExport(node) {
    const exported = node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword);
    if (!exported || ts.isExportDeclaration(node)) return;
    if (ts.getJSDocCommentsAndTags(node).length > 0) return;
    const declared = ts.isVariableStatement(node) ? node.declarationList.declarations : [node];
    for (const { name } of declared)
      undocumented.push(`${file}:${lineOf(node.getStart())} ${name?.getText() ?? "default"}`);
  }
}

/** @param {ts.Node} node */
function isFunction(node) {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isConstructorDeclaration(node)
  );
}

function nameOf(node) {
  return node.name?.getText() ?? node.parent?.name?.getText?.() ?? "(function)";
}

/** Types that stand in signatures of the public entries, declared in src, that no entry exports. */
function unreachableTypes() {
  const entries = ["src/index.ts", "src/node.ts"]
    .map((name) => join(root, name))
    .filter((name) => ts.sys.fileExists(name));
  const program = ts.createProgram(entries, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: ["node"],
    paths: {
      "#platform": [join(root, "src/platform/platform-node.ts")],
      "#runtime": [join(root, "src/platform/runtime-node.ts")],
    },
  });
  const checker = program.getTypeChecker();
  const resolve = (symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const exported = new Set();
  for (const entry of entries) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(entry));
    for (const symbol of checker.getExportsOfModule(module)) exported.add(resolve(symbol));
  }
  const missing = new Map();
  const seen = new Set();
  const look = (node) => {
    if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
      const named = checker.getSymbolAtLocation(
        ts.isTypeReferenceNode(node) ? node.typeName : node.expression,
      );
      const target = named && resolve(named);
      const declaration = target?.declarations?.[0];
      const ours = declaration?.getSourceFile().fileName.startsWith(join(root, "src"));
      if (ours && !ts.isTypeParameterDeclaration(declaration) && !exported.has(target)) {
        missing.set(target.name, relative(root, declaration.getSourceFile().fileName));
      }
    }
    // Bodies and initial values are no part of a signature.
    ts.forEachChild(node, (child) => {
      if (ts.isBlock(child) && isFunction(node)) return;
      if (isFunction(node) && node.body === child) return;
      if (ts.isVariableDeclaration(node) && node.initializer === child && node.type) return;
      if (ts.isParameter(node) && node.initializer === child) return;
      look(child);
    });
  };
  for (const symbol of exported) {
    for (const declaration of symbol.declarations ?? []) {
      if (seen.has(declaration)) continue;
      seen.add(declaration);
      look(declaration);
    }
  }
  return [...missing].map(([name, file]) => `${file} ${name}`).sort();
}

const sharing = [...names.values()].filter((files) => files.length > 1).map((files) => files.join(", "));
const types = wanted.length > 0 ? [] : unreachableTypes();

const rows = [
  [`lines over ${maxColumns} columns`, longLines],
  [`functions above ${maxFunctionLines} lines`, longFunctions],
  [`functions with more than ${maxParameters} parameters`, manyParameters],
  ["exported names without a docstring", undocumented],
  ["types in public signatures that cannot be imported", types],
  ["file names that occur more than once", sharing],
];
for (const [what, found] of rows) {
  console.log(`${String(found.length).padStart(5)}  ${what}`);
  if (list) for (const entry of found) console.log(`       ${entry}`);
}
/** What must stay at nothing; the rest is limited by the lint, which kernels may exceed by name. */
const forbidden = [undocumented, types];
if (strict && forbidden.some((found) => found.length > 0)) process.exitCode = 1;
