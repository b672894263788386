/**
 * HTML and SVG that cannot be broken by what a file or a user is named: `html` and `svg` escape every value
 * but markup they made themselves.
 */

/** A piece of HTML or SVG whose text is safe as it stands. Only the tags and `trusted` make it. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Ready to be written out. */
  get text(): string {
    return this.#text;
  }
}

/** What a template may hold. Markup stays as it is, a list is joined, undefined and false are nothing. */
export type MarkupValue = Markup | string | number | undefined | false | readonly MarkupValue[];

/**
 * Tag of templates of HTML. Values are escaped for text and for attributes in double quotes; others would
 * not be safe. A line break of the template with the spaces around it is one space, as a browser reads it,
 * and nothing at both ends.
 */
export function html(pieces: TemplateStringsArray, ...values: MarkupValue[]): Markup {
  const own = unbroken(pieces);
  return new Markup(own.map((piece, i) => (i === 0 ? "" : textOf(values[i - 1])) + piece).join(""));
}

/** The same for SVG, which knows the same escapes. */
export const svg = html;

/** Takes text for markup, unescaped: for what is safe by itself, such as a style sheet of our own. */
export const trusted = (text: string): Markup => new Markup(text);

function textOf(value: MarkupValue): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "object") return value.map(textOf).join("");
  return escapeText(String(value));
}

/** Pieces of each template that was met; a template in a loop is read once. */
const known = new WeakMap<TemplateStringsArray, readonly string[]>();

function unbroken(pieces: TemplateStringsArray): readonly string[] {
  let made = known.get(pieces);
  if (made === undefined) {
    made = pieces.map((piece, i) => {
      const start = i === 0 ? piece.replace(/^\s*\n\s*/, "") : piece;
      const both = i === pieces.length - 1 ? start.replace(/\s*\n\s*$/, "") : start;
      return both.replace(/\s*\n\s*/g, " ");
    });
    known.set(pieces, made);
  }
  return made;
}

/**
 * Escapes text for the content and the quoted attributes of HTML and XML; characters that XML forbids become
 * U+FFFD.
 */
export function escapeText(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]|\p{Cs}/gu, "\ufffd")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");
}
