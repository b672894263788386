/** What all pages of reports share: the frame, and the notices at the top. */
import { escapeText } from "../plot/markup.js";
import type { Notice } from "./input.js";
import { script, styleSheet } from "./style.js";

/** @param body HTML @param more script beside that of all pages */
export function htmlPage(title: string, body: string, more = ""): string {
  // The policy makes the browser itself refuse any request, whatever text ends up in the page.
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeText(title)}</title>
<style>${styleSheet}</style>
</head>
<body>
${body}
<script>${script}${more}</script>
</body>
</html>
`;
}

const shownNotices = 8;

/** Notices as a list, in the order given. */
export function noticesMarkup(all: readonly Notice[]): string {
  const items = all.map(
    ({ level, text }) =>
      `<li class="${level}"><b>${level === "warning" ? "Warning" : "Note"}</b>${escapeText(text)}</li>`,
  );
  const list = (part: readonly string[]): string =>
    part.length === 0 ? "" : `<ul class="notices">${part.join("")}</ul>`;
  // Hundreds of images can have as many warnings; the results must still be in sight.
  const rest = items.slice(shownNotices);
  return (
    list(items.slice(0, shownNotices)) +
    (rest.length === 0 ? "" : `<details><summary>${rest.length} more</summary>${list(rest)}</details>`)
  );
}
