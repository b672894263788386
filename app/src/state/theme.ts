/** Light, dark, or as the system has it. */
import { effect, signal } from "@preact/signals";
import { store, stored } from "./stored.js";

/** What the user may choose. */
export const themes = ["auto", "light", "dark"] as const;
/** One of them. */
export type Theme = (typeof themes)[number];

const kept = stored<Theme>("theme");
/** The chosen one. */
export const theme = signal<Theme>(kept !== undefined && themes.includes(kept) ? kept : "auto");

/** Keeps the page in the chosen colours. @returns ends it */
export const followTheme = (): (() => void) =>
  effect(() => {
    if (theme.value === "auto") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme.value;
    store("theme", theme.value);
  });
