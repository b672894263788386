import type { Statistics } from "../analyse/analyse.js";
import type { Image, StoredPlane } from "../core/image.js";
import { formatNumber, plural } from "../core/wording.js";
import type { Canvas } from "../draw/canvas.js";
import { annotationColours, distinctColours, hex, outlineColours } from "../draw/colours.js";
import { palettePng } from "../draw/moviepalette.js";
import { annotationOverlay, overlayLabels } from "../draw/overlay.js";
import { drawScaleBar } from "../draw/scalebar.js";
import { speedRange, trackOverlay } from "../draw/trackoverlay.js";
import { contrastOf, middle, overview, type View } from "../draw/view.js";
import { pngHeader } from "../io/png/png.js";
import { base64 } from "../core/base64.js";
import { html, type Markup, trusted } from "../plot/markup.js";
import { speedLegend } from "../plot/speedlegend.js";
import type { AnnotationPart, LabelledPicture, TrackPicture } from "./input.js";

/** Longest edge of the first picture of a kind, px. Like the others it bounds the size of the report. */
const largeEdge = 1300;
/** Longest edge of further pictures, px. */
const smallEdge = 700;
/** Longest edge of the part that is shown at 1:1, px. */
const cropEdge = 700;

/** Example annotations with their legend. */
export function annotationPictures({ pictures }: AnnotationPart): Markup {
  const { kept, ignored, rejected } = annotationColours;
  const hasIgnored = pictures.some(({ labels }) => labels.data.includes(-1));
  const hasRejected = pictures.some((picture) => picture.rejected !== undefined);
  const figures = pictures.map((picture, index) => {
    const { image, labels, name } = picture;
    const contrast = contrastOf(image);
    return views({ image, index, name, what: "Annotation" }, (view) =>
      annotationOverlay(image, labels, { view, contrast, rejected: picture.rejected }),
    );
  });
  return html`<ul class="legend">
      ${outlineSwatch(hex(kept), "kept nuclei, the training examples")}
      ${hasIgnored && hatchSwatch(hex(ignored), "ignored in training")}
      ${hasRejected && outlineSwatch(hex(rejected), "rejected objects")}
    </ul>
    ${arranged(figures)}`;
}

/** Example segmentations: outlines over the image. */
export function segmentationPictures(pictures: readonly LabelledPicture[]): Markup {
  return arranged(
    pictures.map(({ name, image, labels }, index) => {
      const [contrast, colours] = [contrastOf(image), distinctColours(labels, outlineColours.length)];
      const { size } = new Set(labels.data.filter((label) => label !== 0));
      const count = `${formatNumber(size)} ${plural(size, "nucleus", "nuclei")}`;
      const what = `Segmentation, ${count}; colours only distinguish neighbours`;
      return views({ image, index, name, what }, (view) =>
        overlayLabels(image, labels, { view, contrast, colours }),
      );
    }),
  );
}

/**
 * The tracks over one image, coloured by speed, with the colour bar: a picture in which they can be clicked,
 * and the middle at full size; the movie.
 */
export function trackPictures({ name, image, nuclei, movie }: TrackPicture, statistics: Statistics): Markup {
  const [contrast, range] = [contrastOf(image), speedRange(statistics)];
  const what =
    "Tracks of all frames, coloured by their mean speed from blue (slow) to red (fast); white " +
    "rings and lines are divisions";
  const [whole, ...part] = viewPictures({ image, index: 0, name, what }, (view) =>
    trackOverlay(image, nuclei, statistics, { view, contrast, range }),
  );
  return html` ${speedLegend(range, statistics.units.speed)} ${clickable(whole!)} ${part.map(figure)}
  ${movie && moviePicture(movie)}`;
}

/** A picture with a layer above it, on which the page draws the chosen track. */
function clickable(picture: Picture): Markup {
  const { y, x, height, width } = picture.view;
  const layer = html`<svg
    class="tracklayer"
    viewBox="${x} ${y} ${width} ${height}"
    preserveAspectRatio="none"
    aria-hidden="true"
  ></svg>`;
  return html`<form class="trackform">
      <label>Track <input class="trackfield" type="number" min="1" step="1" /></label>
      <button>show</button>
      <button type="button" class="trackenlarge">enlarge or reduce</button>
    </form>
    <figure>
      <div class="trackview">
        <div class="trackstage">${imageTag(picture)}${layer}</div>
      </div>
      ${captionTag(picture)}
    </figure>`;
}

function moviePicture({ png, file }: NonNullable<TrackPicture["movie"]>): Markup {
  const { height, width } = pngHeader(png, file);
  const caption =
    "The tracks as a movie: tails are coloured by the speed from frame to frame, rings mark " +
    "divisions for three frames. It is reduced here, and some frames of a long movie are left out";
  return html`<figure>
    ${pngTag(png, { height, width }, caption)}
    <figcaption>${caption}: <a href="${file}">the whole movie</a>.</figcaption>
  </figure>`;
}

/** The first figures large, the others side by side. */
const arranged = ([first, ...others]: readonly Markup[]): Markup =>
  html`${first}${others.length > 0 && html`<div class="pictures">${others}</div>`}`;

const views = (...input: Parameters<typeof viewPictures>): Markup =>
  html`${viewPictures(...input).map(figure)}`;

interface Picture {
  readonly view: View;
  readonly canvas: Canvas;
  readonly caption: string;
}

/** An image of the report: which one of its kind, from 0, and what is seen on it. */
interface Shown {
  readonly image: Image;
  readonly index: number;
  /** Of the frame. */
  readonly name: string;
  readonly what: string;
}

/** An overview, and beside a reduced one the middle at full size. */
function viewPictures({ image, index, name, what }: Shown, draw: (view: View) => StoredPlane): Picture[] {
  const whole = overview(image.height, image.width, index === 0 ? largeEdge : smallEdge);
  const first = picture(image, whole, draw, `${what}. ${name}`);
  if (whole.scale >= 1 || index > 0) return [first];
  const part = middle(image.height, image.width, cropEdge);
  return [
    first,
    picture(image, part, draw, `${name}, the middle ${part.width} × ${part.height} px at full size`),
  ];
}

function picture(image: Image, view: View, draw: (view: View) => StoredPlane, what: string): Picture {
  // The overlays of `draw/` are fresh RGB canvases, into which the bar may be drawn.
  const canvas = draw(view) as Canvas;
  const bar =
    image.pixelSize === undefined
      ? ""
      : `; scale bar ${formatNumber(drawScaleBar(canvas, view, image.pixelSize))} µm`;
  const size = view.scale === 1 ? "" : `; shown at ${formatNumber(view.scale * 100, 2)} %`;
  return { view, canvas, caption: what + size + bar };
}

const imageTag = ({ canvas, caption }: Picture): Markup => pngTag(palettePng(canvas), canvas, caption);

/** @param lazy whether it may be decoded when it comes into sight */
export const pngTag = (
  png: Uint8Array,
  { height, width }: { readonly height: number; readonly width: number },
  alt: string,
  lazy = false,
): Markup =>
  html`<img
    src="data:image/png;base64,${base64(png)}"
    width="${width}"
    height="${height}"
    alt="${alt}"
    ${lazy && trusted('loading="lazy" decoding="async"')}
  />`;

const captionTag = ({ caption }: Picture): Markup => html`<figcaption>${caption}.</figcaption>`;

const figure = (shown: Picture): Markup => html`<figure>${imageTag(shown)}${captionTag(shown)}</figure>`;

/** An entry of a legend: an outline of this colour. */
export const outlineSwatch = (colour: string, text: string): Markup =>
  html`<li><i style="border:2px solid ${colour}"></i>${text}</li>`;

function hatchSwatch(colour: string, text: string): Markup {
  const stripes = `repeating-linear-gradient(135deg,${colour} 0 2px,#6b682f 2px 7px)`;
  return html`<li><i style="background:${stripes}"></i>${text}</li>`;
}
