/** The corpus of bad images, and its table. */
import { type BadImage, inWords } from "./badcase.js";
import { fileCases } from "./filecases.js";
import { folderCases } from "./foldercases.js";
import { pixelCases } from "./pixelcases.js";
import { sceneCases } from "./scenecases.js";

/** All of them, by what is bad. */
export const badImages: readonly (readonly [title: string, cases: readonly BadImage[]])[] = [
  ["Files and names", fileCases],
  ["Values and types", pixelCases],
  ["Contents", sceneCases],
  ["Movies and folders", folderCases],
];

/** Cases that whole runs are made of. */
export const wholeRuns: readonly string[] = [
  "all-zero",
  "nan-infinity",
  "saturated-whole",
  "two-colours",
  "tissue",
  "out-of-focus",
  "black-frame",
  "mixed-sizes",
];

const intro = `# Bad images

What \`karyon annotate\` makes of images that are not as they should be.
All are made by code, from seeds.
The expected outcome was written down before the first run.
Where the program does otherwise, the last column says what was found, and why that is held by the test.
F1 is that of the kept nuclei at IoU .5 against the simulated truth.
Patterns are those that the sentence of an error or a notice must fit.

Cases that take long are marked "(long)": \`npm run test:full\` has them.
The same command makes whole runs, as far as the report, of ${wholeRuns.length} typical ones: ${wholeRuns.join(", ")}.

This page is made by \`test/badimages.test.ts\`, which fails where it is out of date.
\`vitest run test/badimages.test.ts -u\` writes it anew.
`;

/** `docs/badimages.md`. */
export const badImagesPage = (): string =>
  [intro, ...badImages.map(([title, cases]) => `## ${title}\n\n${tableOf(cases)}\n`)].join("\n");

const tableOf = (cases: readonly BadImage[]): string =>
  [
    "| case | what | expected before | found instead |",
    "|---|---|---|---|",
    ...cases.map(({ name, what, expected, found, long }) => {
      const today = found === undefined ? "" : `${inWords(found.outcome)}. ${found.why}`;
      return `| ${name} | ${what}${long === true ? " (long)" : ""} | ${inWords(expected)} | ${today} |`;
    }),
  ].join("\n");
