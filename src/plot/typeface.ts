/**
 * The typeface of plots and report: it travels inside them, so that they look alike everywhere, and text
 * stays text.
 */
import type { Markup } from "./markup.js";
import { regular, semibold } from "./typefacedata.js";

/** For `font-family`; what the subset lacks (other scripts in a file name) comes from the reader's system. */
export const fontStack = "Inter, system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif";

const face = (weight: number, data: string): string =>
  `@font-face{font-family:Inter;font-weight:${weight};src:url(data:font/woff2;base64,${data}) format("woff2")}`;

/** The rules of a style sheet that bring the typeface along, 56 kB. */
export const fontFaces = face(400, regular) + face(600, semibold);

/** The text of an SVG that stands alone: with the typeface, as it needs where no page around it has it. */
export function withTypeface({ text }: Markup): string {
  // The opening tag ends at the first of these: within its attributes they are escaped.
  const end = text.indexOf(">") + 1;
  return `${text.slice(0, end)}<style>${fontFaces}</style>${text.slice(end)}`;
}

/** The font files, WOFF2. */
export const fontFiles = (): Uint8Array[] =>
  [regular, semibold].map((data) => Uint8Array.from(atob(data), (character) => character.charCodeAt(0)));
