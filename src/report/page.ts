/** What all pages of reports share: the frame, and the notices at the top. */
import { html, type Markup, type MarkupValue, trusted } from "../plot/markup.js";
import type { Notice } from "./input.js";
import { pageScript } from "./pagescript.js";
import { styleSheet } from "./style.js";

/** The whole file of a page. */
export function htmlPage(title: string, parts: readonly MarkupValue[]): string {
  // The policy makes the browser itself refuse any request, whatever text ends up in the page.
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline';
            script-src 'unsafe-inline'"
        />
        <title>${title}</title>
        ${trusted(`<style>\n${styleSheet}</style>`)}
      </head>
      <body>
        ${parts} ${trusted(`<script>\n${pageScript}</script>`)}
      </body>
    </html>`;
  return `${page.text}\n`;
}

/** Title and facts at the top of a page. */
export const pageHeader = (title: string, facts: readonly string[]): Markup =>
  html`<header>
    <h1>${title}</h1>
    ${facts.length > 0 && html`<p class="facts">${facts.join(" · ")}</p>`}
  </header>`;

/** Notices that stand on the page; further ones are folded away. */
const shownNotices = 8;

/** Notices as a list, in the order given. */
export function noticesMarkup(all: readonly Notice[]): Markup {
  const items = all.map(
    ({ level, text }) =>
      html`<li class="${level}"><b>${level === "warning" ? "Warning" : "Note"}</b>${text}</li>`,
  );
  const list = (part: readonly Markup[]): Markup | undefined =>
    part.length === 0
      ? undefined
      : html`<ul class="notices">
          ${part}
        </ul>`;
  // Hundreds of images can have as many warnings; the results must still be in sight.
  const rest = items.slice(shownNotices);
  return html`${list(items.slice(0, shownNotices))}
  ${
    rest.length > 0 &&
    html`<details>
      <summary>${rest.length} more</summary>
      ${list(rest)}
    </details>`
  }`;
}
