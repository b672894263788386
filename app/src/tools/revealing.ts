/** Going to a place without moving a view that shows it already. */
import type { SpotPlace } from "../../../src/correct/edits.js";
import type { Size } from "../../../src/core/size.js";
import type { Camera } from "../../../src/viewer/scene.js";
import { camera, frame, goTo } from "../state/place.js";
import { engines } from "../viewer/viewengine.js";

/** A place nearer to the border of the view than this share of it counts as hidden. */
const margin = 0.08;

/** Whether a view shows a place well within. */
export function isVisible({ y, x, zoom }: Camera, view: Size, place: Pick<SpotPlace, "y" | "x">): boolean {
  const reach = 0.5 - margin;
  return (
    Math.abs(place.y - y) * zoom <= reach * view.height && Math.abs(place.x - x) * zoom <= reach * view.width
  );
}

/** Shows a place; the view moves only where it does not show it yet. */
export function reveal(place: SpotPlace): void {
  const [view, now] = [engines.at(-1)?.size(), camera.peek()];
  if (view !== undefined && now !== undefined && isVisible(now, view, place)) frame.value = place.frame;
  else goTo(place, 0);
}
