/**
 * Which pixel of the image each screen pixel shows. Both back ends sample at these places, so that they agree to
 * the pixel whatever the precision of their arithmetic.
 */
import type { Window } from "../core/image.js";
import type { Size } from "../core/size.js";
import type { Camera } from "./scene.js";

/** Rows and columns beyond the screen that are sampled, too, for outlines at its border; screen px. */
export const margin = 8;

/** Level 0 rows and columns under the screen; -1 outside the image. */
export interface ScreenPlaces {
  /** Of the screen, px. */
  readonly size: Size;
  /** At `margin` + screen row; height + 2 margins. */
  readonly rows: Int32Array;
  /** At `margin` + screen column; width + 2 margins. */
  readonly columns: Int32Array;
}

/** Places of a screen that looks at an image. */
export const screenPlaces = (image: Size, camera: Camera, screen: Size): ScreenPlaces => ({
  size: screen,
  rows: placesAlong(camera.y, camera.zoom, screen.height, image.height),
  columns: placesAlong(camera.x, camera.zoom, screen.width, image.width),
});

/** The places of a part of a screen, as if it were a screen of its own. */
export const placesOfPart = (
  { rows, columns }: ScreenPlaces,
  { y, x, height, width }: Window,
): ScreenPlaces => ({
  size: { height, width },
  rows: rows.subarray(y, y + height + 2 * margin),
  columns: columns.subarray(x, x + width + 2 * margin),
});

function placesAlong(centre: number, zoom: number, length: number, limit: number): Int32Array {
  const places = new Int32Array(length + 2 * margin);
  for (let i = 0; i < places.length; i++) {
    const place = Math.floor(centre + 0.5 + (i - margin + 0.5 - length / 2) / zoom);
    places[i] = place >= 0 && place < limit ? place : -1;
  }
  return places;
}

/**
 * From a place on the screen to the image.
 *
 * @param y and x screen px from the upper left corner of the screen; the centre of its first pixel is at 0.5
 * @returns image px; the centre of the top left pixel is (0, 0)
 */
export const imagePlace = (
  camera: Camera,
  screen: Size,
  y: number,
  x: number,
): readonly [y: number, x: number] => [
  camera.y + (y - screen.height / 2) / camera.zoom,
  camera.x + (x - screen.width / 2) / camera.zoom,
];

/** The inverse of `imagePlace`. */
export const placeOnScreen = (
  camera: Camera,
  screen: Size,
  y: number,
  x: number,
): readonly [y: number, x: number] => [
  (y - camera.y) * camera.zoom + screen.height / 2,
  (x - camera.x) * camera.zoom + screen.width / 2,
];

/** The camera that shows the whole image, as large as it fits. */
export function cameraToFit(image: Size, screen: Size): Camera {
  const zoom = Math.min(screen.height / image.height, screen.width / image.width);
  return { y: (image.height - 1) / 2, x: (image.width - 1) / 2, zoom };
}

/** The camera after zooming by `factor` with the place under (y, x) of the screen staying where it is. */
export function zoomedAt(
  camera: Camera,
  screen: Size,
  [y, x]: readonly [number, number],
  factor: number,
): Camera {
  const zoom = camera.zoom * factor;
  const [imageY, imageX] = imagePlace(camera, screen, y, x);
  return { y: imageY - (y - screen.height / 2) / zoom, x: imageX - (x - screen.width / 2) / zoom, zoom };
}
