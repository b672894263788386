/**
 * Writes `src/pipeline/config/partialconfig.ts`, the types of a configuration with the help of each option as
 * its docstring, from the option table: `node tools/optiontypes.js` after a build. A test compares.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const columns = 110;

/** Only letters a to z: a capital µ would be another unit. */
const capitalised = (text) => text.replace(/^[a-z]/, (letter) => letter.toUpperCase());

/** The TypeScript type of what a user may give, and the default, from a zod schema. */
function typeOf(schema) {
  const { def } = schema;
  switch (def.type) {
    case "default":
      return { ...typeOf(def.innerType), fallback: def.defaultValue };
    case "optional":
      return typeOf(def.innerType);
    case "enum":
      return {
        text: Object.values(def.entries)
          .map((value) => JSON.stringify(value))
          .join(" | "),
      };
    case "literal":
      return { text: def.values.map((value) => JSON.stringify(value)).join(" | ") };
    case "union":
      return { text: def.options.map((option) => typeOf(option).text).join(" | ") };
    case "custom":
      return { text: "string" };
    case "number":
    case "string":
    case "boolean":
      return { text: def.type };
    default:
      throw new Error(`no type for ${def.type}`);
  }
}

/** A sentence of a docstring: the help, what its value looks like, and the default. */
function docstring(spec) {
  const { fallback } = typeOf(spec.schema);
  const help = `${capitalised(spec.help)}.`;
  const told = fallback === undefined || /default/.test(spec.help);
  return told ? help : `${help} Default ${JSON.stringify(fallback)}.`;
}

/** The text as a comment of at most so many columns. */
function comment(text, indent) {
  const room = columns - indent.length;
  if (`/** ${text} */`.length <= room) return `${indent}/** ${text} */\n`;
  const lines = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && `${line} ${word}`.length > room - 3) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return `${indent}/**\n${lines.map((part) => `${indent} * ${part}\n`).join("")}${indent} */\n`;
}

function declared(key, spec) {
  const { text } = typeOf(spec.schema);
  const line = `  readonly ${key}?: ${text} | undefined;\n`;
  if (line.length - 1 <= columns) return line;
  return `  readonly ${key}?:\n    ${text} | undefined;\n`;
}

/** The file, from the table. */
export function optionTypes(table) {
  const sections = Object.keys(table);
  const header = "/** Made from the option table by tools/optiontypes.js; not to be edited. */\n\n";
  const interfaces = sections.map((section) => {
    const options = Object.entries(table[section]).map(
      ([key, spec]) => comment(docstring(spec), "  ") + declared(key, spec),
    );
    return `\n/** Options of the section \`${section}\`. */\nexport interface ${capitalised(section)}Section {\n${options.join("")}}\n`;
  });
  const whole = sections
    .map((section) => `  readonly ${section}?: ${capitalised(section)}Section | undefined;\n`)
    .join("");
  return (
    header +
    interfaces.join("").replace(/^\n/, "") +
    "\n/** What a user may set, by section; what is left out is chosen from the data or by a preset. */\n" +
    `export interface PartialConfig {\n${whole}}\n`
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { optionTable } = await import("../dist/pipeline/config/options.js");
  writeFileSync(
    fileURLToPath(new URL("../src/pipeline/config/partialconfig.ts", import.meta.url)),
    optionTypes(optionTable),
  );
}
