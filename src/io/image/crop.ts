import { InvalidInput } from "../../core/errors.js";
import type { StoredPlane, Window } from "../../core/image.js";

/** @throws InvalidInput when the window is not within an image of that size */
export function assertWithin(
  where: string,
  size: { readonly height: number; readonly width: number },
  { y, x, height, width }: Window,
): void {
  const whole =
    [y, x, height, width].every(Number.isInteger) && y >= 0 && x >= 0 && height >= 1 && width >= 1;
  if (whole && y + height <= size.height && x + width <= size.width) return;
  throw new InvalidInput(
    where,
    `a window within ${size.height} x ${size.width} pixels`,
    `${height} x ${width} pixels from (${y}, ${x})`,
  );
}

/** A window of a plane, copied. @throws InvalidInput when it is not within the plane */
export function cropPlane(plane: StoredPlane, window: Window, where: string): StoredPlane {
  assertWithin(where, plane, window);
  const { samples } = plane;
  const { height, width } = window;
  const data = plane.data.slice(0, height * width * samples);
  for (let y = 0; y < height; y++) {
    const from = ((window.y + y) * plane.width + window.x) * samples;
    data.set(plane.data.subarray(from, from + width * samples), y * width * samples);
  }
  return { height, width, samples, data };
}
