/**
 * Makes src/plot/typefacedata.ts, a subset of the font Inter for plots and report. By hand, in an empty
 * folder outside of the project:
 *
 *     npm install subset-font@2.9.0 @expo-google-fonts/inter@0.4.2 && node .../tools/font.js
 *
 * Inter is under the SIL Open Font License 1.1, without a reserved name; the subset carries notice and
 * licence in its name table.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const subset = require("subset-font");
const range = (from, to) =>
  Array.from({ length: to - from + 1 }, (_, i) => String.fromCodePoint(from + i)).join("");
// Latin for names of files and authors; Greek; what formatNumber and the labels of axes write.
const characters =
  range(0x20, 0x7e) +
  range(0xa0, 0x17f) +
  range(0x391, 0x3c9) +
  "–—‘’“”…·•†‡‰\u2007\u2009\u202f⁰⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉−∞≤≥≈≠√∑←→↑↓\ufffd";
const weights = { regular: "400Regular/Inter_400Regular.ttf", semibold: "600SemiBold/Inter_600SemiBold.ttf" };

const lines = [
  "/**",
  " * Made by tools/font.js. The font Inter 4.001, cut to Latin, Greek and signs; WOFF2 in base64.",
  " *",
  " * Copyright 2016 The Inter Project Authors (https://github.com/rsms/inter), SIL Open Font " +
    "License 1.1 (https://openfontlicense.org).",
  " */",
];
for (const [name, file] of Object.entries(weights)) {
  const font = readFileSync(join("node_modules/@expo-google-fonts/inter", file));
  const options = {
    targetFormat: "woff2",
    noLayoutClosure: true,
    preserveNameIds: [0, 1, 2, 4, 5, 6, 13, 14, 16, 17],
  };
  lines.push(`export const ${name} = "${(await subset(font, characters, options)).toString("base64")}";`);
}
writeFileSync(new URL("../src/plot/typefacedata.ts", import.meta.url), `${lines.join("\n")}\n`);
