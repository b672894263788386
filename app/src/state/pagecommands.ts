/** Commands of the page itself: its views, its overlays, its colours. */
import { signal } from "@preact/signals";
import { command } from "./keys.js";
import { project } from "./openproject.js";
import { view, views, type ViewName } from "./place.js";
import { theme, themes } from "./theme.js";
import { endWork, isAtWork } from "./work.js";

/** What lies above the page. */
export const overlay = signal<"keys" | "commands" | "configuration" | undefined>(undefined);

/** As the views are called. */
export const viewTitles: Readonly<Record<ViewName, string>> = {
  open: "Open",
  annotate: "Annotate",
  correct: "Correct",
  train: "Train",
  track: "Segment and track",
  explore: "Explore",
};

/** Registers them, once for the page. */
export function addPageCommands(): void {
  const hasProject = (): boolean => project.value !== undefined;
  const group = "Page";
  for (const name of views)
    command({
      id: `page.${name}`,
      title: `Go to ${viewTitles[name]}`,
      group,
      run: () => (view.value = name),
      isActive: () => name === "open" || hasProject(),
    });
  command({ id: "page.keys", title: "Show all keys", group, run: () => (overlay.value = "keys") });
  command({ id: "page.commands", title: "Find a command", group, run: () => (overlay.value = "commands") });
  command({
    id: "page.configuration",
    title: "Show karyon.yaml",
    group,
    run: () => (overlay.value = "configuration"),
    isActive: hasProject,
  });
  for (const name of themes)
    command({ id: `page.${name}`, title: `Colours: ${name}`, group, run: () => (theme.value = name) });
  command({ id: "page.stop", title: "Stop the work", group, run: () => endWork("stop"), isActive: isAtWork });
}
