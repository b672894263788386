/** Stands in until the view is there. */
import type { JSX } from "preact";

/** An empty view. */
export function AnnotateView(): JSX.Element {
  return <section aria-label="Annotate" />;
}
