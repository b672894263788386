/** Stands in until the view is there. */
import type { JSX } from "preact";

/** An empty view. */
export function TrainView(): JSX.Element {
  return <section aria-label="Train" />;
}
