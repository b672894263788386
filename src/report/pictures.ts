import type { Statistics } from "../analyse/analyse.js";
import type { Image, StoredPlane } from "../core/image.js";
import type { Canvas } from "../draw/canvas.js";
import { annotationColours, distinctColours, hex, outlineColours } from "../draw/colours.js";
import { palettePng } from "../draw/moviepalette.js";
import { annotationOverlay, overlayLabels } from "../draw/overlay.js";
import { drawScaleBar } from "../draw/scalebar.js";
import { speedRange, trackOverlay } from "../draw/trackoverlay.js";
import { contrastOf, middle, overview, type View } from "../draw/view.js";
import { pngHeader } from "../io/png/png.js";
import { base64 } from "../plot/base64.js";
import { escapeText, formatNumber } from "../plot/markup.js";
import { speedLegend } from "../plot/speedlegend.js";
import type { AnnotationPart, LabelledPicture, TrackPicture } from "./input.js";

/**
 * Longest edge of the first picture of a kind, of further ones, and of the part shown at 1:1, px. They bound
 * the size of the report.
 */
const [largeEdge, smallEdge, cropEdge] = [1300, 700, 700];

/** Example annotations with their legend. */
export function annotationPictures({ pictures }: AnnotationPart): string {
  const legend = [swatch(hex(annotationColours.kept), "outline", "kept nuclei, the training examples")];
  if (pictures.some(({ labels }) => labels.data.includes(-1)))
    legend.push(swatch(hex(annotationColours.ignored), "hatch", "ignored in training"));
  if (pictures.some(({ rejected }) => rejected !== undefined))
    legend.push(swatch(hex(annotationColours.rejected), "outline", "objects turned down"));
  const figures = pictures.map((picture, index) => {
    const contrast = contrastOf(picture.image);
    return views(picture.image, index, picture.name, "Annotation", (view) =>
      annotationOverlay(picture.image, picture.labels, { view, contrast, rejected: picture.rejected }),
    );
  });
  return `<ul class="legend">${legend.join("")}</ul>${arranged(figures)}`;
}

/** Example segmentations: outlines over the image. */
export function segmentationPictures(pictures: readonly LabelledPicture[]): string {
  return arranged(
    pictures.map(({ name, image, labels }, index) => {
      const [contrast, colours] = [contrastOf(image), distinctColours(labels, outlineColours.length)];
      const nuclei = new Set(labels.data);
      nuclei.delete(0);
      return views(
        image,
        index,
        name,
        `Segmentation, ${formatNumber(nuclei.size)} ${nuclei.size === 1 ? "nucleus" : "nuclei"}; ` +
          "colours only tell neighbours apart",
        (view) => overlayLabels(image, labels, { view, contrast, colours }),
      );
    }),
  );
}

/**
 * The tracks over one image, coloured by speed, with the colour bar: a picture in which they can be clicked,
 * and the middle at full size; the movie.
 */
export function trackPictures({ name, image, nuclei, movie }: TrackPicture, statistics: Statistics): string {
  const [contrast, range] = [contrastOf(image), speedRange(statistics)];
  const what =
    "Tracks of all frames, coloured by their mean speed from blue (slow) to red (fast); white " +
    "rings and lines are divisions";
  const [whole, ...part] = viewPictures(image, 0, name, what, (view) =>
    trackOverlay(image, nuclei, statistics, { view, contrast, range }),
  );
  return (
    speedLegend(range, statistics.units.speed) +
    clickable(whole!) +
    part.map(figure).join("") +
    (movie === undefined ? "" : moviePicture(movie))
  );
}

/** A picture with a layer above it, on which the page draws the chosen track. */
function clickable(picture: Picture): string {
  const { y, x, height, width } = picture.view;
  return (
    '<form class="trackform"><label>Track <input class="trackfield" type="number" min="1" ' +
    'step="1"></label><button>show</button><button type="button" class="trackenlarge">enlarge or ' +
    "reduce</button></form>" +
    `<figure><div class="trackview"><div class="trackstage">${imageTag(picture)}<svg ` +
    `class="tracklayer" viewBox="${x} ${y} ${width} ${height}" preserveAspectRatio="none" ` +
    `aria-hidden="true"></svg></div></div>${captionTag(picture)}</figure>`
  );
}

function moviePicture({ png, file }: NonNullable<TrackPicture["movie"]>): string {
  const { height, width } = pngHeader(png, file);
  const caption =
    "The tracks as a movie: tails are coloured by the speed from frame to frame, rings mark " +
    "divisions for three frames. It is small here, and of a long movie some frames are left out";
  return (
    `<figure><img src="data:image/png;base64,${base64(png)}" width="${width}" height="${height}" ` +
    `alt="${escapeText(caption)}"><figcaption>${escapeText(caption)}: <a ` +
    `href="${escapeText(file)}">the whole movie</a>.</figcaption></figure>`
  );
}

/** The first figures large, the others side by side. */
const arranged = ([first = "", ...others]: readonly string[]): string =>
  first + (others.length === 0 ? "" : `<div class="pictures">${others.join("")}</div>`);

const views = (...input: Parameters<typeof viewPictures>): string =>
  viewPictures(...input)
    .map(figure)
    .join("");

interface Picture {
  readonly view: View;
  readonly canvas: Canvas;
  readonly caption: string;
}

/** An overview, and beside a reduced one the middle at full size. */
function viewPictures(
  image: Image,
  index: number,
  name: string,
  what: string,
  draw: (view: View) => StoredPlane,
): Picture[] {
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
  // The overlays of this folder are fresh RGB canvases, into which the bar may be drawn.
  const canvas = draw(view) as Canvas;
  const bar =
    image.pixelSize === undefined
      ? ""
      : `; scale bar ${formatNumber(drawScaleBar(canvas, view, image.pixelSize))} µm`;
  const size = view.scale === 1 ? "" : `; shown at ${formatNumber(view.scale * 100, 2)} %`;
  return { view, canvas, caption: what + size + bar };
}

function imageTag({ canvas, caption }: Picture): string {
  const { height, width } = canvas;
  return (
    `<img src="data:image/png;base64,${base64(palettePng(canvas))}" width="${width}" ` +
    `height="${height}" alt="${escapeText(caption)}">`
  );
}

const captionTag = ({ caption }: Picture): string => `<figcaption>${escapeText(caption)}.</figcaption>`;

const figure = (shown: Picture): string => `<figure>${imageTag(shown)}${captionTag(shown)}</figure>`;

function swatch(colour: string, kind: "outline" | "hatch", text: string): string {
  const style =
    kind === "outline"
      ? `border:2px solid ${colour}`
      : `background:repeating-linear-gradient(135deg,${colour} 0 2px,#6b682f 2px 7px)`;
  return `<li><i style="${style}"></i>${escapeText(text)}</li>`;
}
