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

const intro = `# Bad images

What \`karyon annotate\` makes of images that are not as they should be.
All are made by code, from seeds.
The expected outcome was written down before the first run.
Where the program does otherwise today, the last column says so, and the test holds what it does.
F1 is that of the kept nuclei at IoU .5 against the simulated truth.
Patterns are those that the sentence of an error or a notice must fit.

This page is made by \`test/badimages.test.ts\`, which fails where it is out of date.
\`vitest run test/badimages.test.ts -u\` writes it anew.
`;

/** `docs/badimages.md`. */
export const badImagesPage = (): string =>
  [intro, ...badImages.map(([title, cases]) => `## ${title}\n\n${tableOf(cases)}\n`)].join("\n");

const tableOf = (cases: readonly BadImage[]): string =>
  [
    "| case | what | expected | otherwise today |",
    "|---|---|---|---|",
    ...cases.map(({ name, what, expected, found }) => {
      const today = found === undefined ? "" : `${inWords(found.outcome)}. ${found.why}`;
      return `| ${name} | ${what} | ${inWords(expected)} | ${today} |`;
    }),
  ].join("\n");
