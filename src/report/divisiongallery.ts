/** The section of divisions: each as a row of small pictures, the doubtful first. */
import { formatNumber, plural } from "../core/wording.js";
import type { Canvas } from "../draw/canvas.js";
import { hex } from "../draw/colours.js";
import { divisionColours } from "../draw/divisionstrip.js";
import { palettePng } from "../draw/moviepalette.js";
import { html, type Markup } from "../plot/markup.js";
import type { DivisionGallery, DivisionPicture } from "./input.js";
import { outlineSwatch, pngTag } from "./pictures.js";

/** Rows of pictures with frame, place and probability under each, and what the colours mean. */
export function divisionGallery({ shown, of }: DivisionGallery): Markup {
  const { mother, daughters } = divisionColours;
  const known = shown.some(({ probability }) => !Number.isNaN(probability));
  return html`<p class="facts">
      ${countText(shown.length, of, known)} Each row shows the two frames before, the mother's last frame, the
      daughters' first frame, and the two frames after. The pictures follow the mother, then the middle
      between her daughters. A frame that the movie does not have is left dark.
    </p>
    <ul class="legend">
      ${outlineSwatch(hex(mother), "mother")} ${outlineSwatch(hex(daughters[0]), "first daughter")}
      ${outlineSwatch(hex(daughters[1]), "second daughter")}
      ${outlineSwatch(hex(divisionColours.others), "other nuclei")}
    </ul>
    <div class="pictures gallery" tabindex="0" data-plot="divisions">${shown.map(divisionFigure)}</div>`;
}

function countText(shown: number, of: number, known: boolean): string {
  const all = shown === of;
  const count = all
    ? `${formatNumber(of)} ${plural(of, "division")}`
    : `${formatNumber(shown)} of ${formatNumber(of)} divisions`;
  if (known) return `${count}, in the order of their probability: the doubtful first.`;
  return `${count}, in the order of time: this tracker states no probability.`;
}

function divisionFigure({ frame, y, x, probability, mother, daughters, strip }: DivisionPicture): Markup {
  const [a, b] = daughters;
  const place = `frame ${frame}, y ${y.toFixed(0)}, x ${x.toFixed(0)} px`;
  return html`<figure>
    ${pngTag(palettePng(strip as Canvas), strip, `Division of track ${mother}, ${place}`, true)}
    <figcaption>
      ${!Number.isNaN(probability) && html`probability <b>${probabilityText(probability)}</b> · `}${place} ·
      track ${trackLink(mother)} to ${trackLink(a)} and ${trackLink(b)}
    </figcaption>
  </figure>`;
}

const trackLink = (id: number): Markup => html`<a data-track="${id}">${id}</a>`;

/** A probability with two digits; never 0 or 1, which nobody can promise. Nothing where there is none. */
export function probabilityText(probability: number): string {
  if (Number.isNaN(probability)) return "";
  if (probability < 0.005) return "below 0.01";
  return probability >= 0.995 ? "above 0.99" : probability.toFixed(2);
}
