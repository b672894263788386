/** Text on a canvas, in the pixel font. */
import { type Canvas, fillBox } from "./canvas.js";
import { black, type Rgb } from "./colours.js";
import { glyphHeight, glyphOf } from "./font.js";

/** Width of a line of text, px; `scale` is a whole number of px for each of the font's. */
export const textWidth = (text: string, scale = 1): number =>
  Math.max(
    0,
    [...text.normalize("NFC")].reduce((sum, character) => sum + glyphOf(character).width + 1, -1),
  ) * scale;

/** Height of a line from the top of its capitals to the lowest descender, px. */
export const textHeight = (scale = 1): number => glyphHeight * scale;

/** Height of capitals, px. */
export const capitalHeight = (scale = 1): number => 7 * scale;

/** How a text is drawn. */
export interface TextStyle {
  readonly colour: Rgb;
  /** Whole number. Default 1. */
  readonly scale?: number | undefined;
  /** Darkens the px around the letters, so that they are read on any ground. Default false. */
  readonly halo?: boolean | undefined;
}

/**
 * Draws a line of text whose capitals have their top left corner at (y, x), whole px. What lies outside the
 * canvas is left out.
 */
export function drawText(
  canvas: Canvas,
  y: number,
  x: number,
  text: string,
  { colour, scale = 1, halo = false }: TextStyle,
): void {
  if (halo)
    eachInk(text, scale, (top, left) =>
      fillBox(
        canvas,
        { top: y + top - scale, left: x + left - scale, height: 3 * scale, width: 3 * scale },
        black,
      ),
    );
  eachInk(text, scale, (top, left) =>
    fillBox(canvas, { top: y + top, left: x + left, height: scale, width: scale }, colour),
  );
}

/** Calls back for every px of the font that has ink, with its place from the corner of the text. */
function eachInk(text: string, scale: number, visit: (top: number, left: number) => void): void {
  let left = 0;
  for (const character of text.normalize("NFC")) {
    const { width, ink } = glyphOf(character);
    ink.forEach((value, i) => {
      if (value === 1) visit(Math.floor(i / width) * scale, left + (i % width) * scale);
    });
    left += (width + 1) * scale;
  }
}

/** The text, or where it is wider than `maximum` px its two ends with "..." between. */
export function shortened(text: string, maximum: number, scale = 1): string {
  const characters = [...text.normalize("NFC")];
  if (textWidth(text, scale) <= maximum) return text;
  for (let kept = characters.length - 1; kept >= 0; kept--) {
    const head = Math.ceil(kept / 2);
    const ends = [characters.slice(0, head), characters.slice(characters.length - (kept - head))];
    const candidate = ends.map((end) => end.join("")).join("...");
    if (textWidth(candidate, scale) <= maximum) return candidate;
  }
  return "";
}
