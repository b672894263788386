/** Choosing what to work on. */
import type { JSX } from "preact";
import { about } from "../state/openproject.js";

/** The first view. */
export function OpenView(): JSX.Element {
  return <section aria-label="Open">{about.value?.roots.join(", ")}</section>;
}
