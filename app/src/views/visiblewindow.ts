/** The part of the image that is in view. */
import type { Window } from "../../../src/core/image.js";
import { project } from "../state/openproject.js";
import { camera, frame } from "../state/place.js";

/** A network looks at no more than this along an edge, px. */
const most = 1024;

/** The middle of the view, px; undefined where no image is shown. */
export function visibleWindow(): Window | undefined {
  const now = project.value;
  const looks = camera.value;
  const host = document.querySelector<HTMLElement>(".imagehost");
  if (now === undefined || looks === undefined || host === null) return undefined;
  const [height, width] = now.sizes[now.kind === "movie" ? 0 : frame.value] ?? now.sizes[0]!;
  // The camera counts px of the screen itself.
  const scale = devicePixelRatio / looks.zoom;
  const rows = span(looks.y, host.clientHeight * scale, height);
  const columns = span(looks.x, host.clientWidth * scale, width);
  if (rows.length < 1 || columns.length < 1) return undefined;
  return { y: rows.start, x: columns.start, height: rows.length, width: columns.length };
}

function span(
  middle: number,
  length: number,
  end: number,
): { readonly start: number; readonly length: number } {
  const half = Math.min(most, length) / 2;
  const start = Math.max(0, Math.round(middle - half));
  return { start, length: Math.min(end, Math.round(middle + half)) - start };
}
