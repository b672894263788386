/** Colours of the plots, as the page's style sheet has them now: light or dark. */
import { signal } from "@preact/signals";
import { palette } from "../../../src/draw/colours.js";

/** Rises when the page turns light or dark: canvases draw anew. */
export const themeNumber = signal(0);

const dark = matchMedia("(prefers-color-scheme: dark)");
dark.addEventListener("change", () => {
  themeNumber.value++;
});
new MutationObserver(() => {
  themeNumber.value++;
}).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });

/** Whether the page is dark now. */
export function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return theme === undefined ? dark.matches : theme === "dark";
}

/** A colour of the style sheet, such as `--text`. */
export function styleColour(name: "text" | "quiet" | "line" | "accent" | "panel" | "chosen"): string {
  const colours = {
    text: ["#16181c", "#e8eaee"],
    quiet: ["#5b6270", "#9aa3b2"],
    line: ["#d5d9e0", "#363b44"],
    accent: ["#0060a8", "#6bb5ff"],
    panel: ["#ffffff", "#1f2227"],
    chosen: ["#c2410c", "#ffb454"],
  } as const;
  return colours[name][isDark() ? 1 : 0];
}

/** On dark ground, lighter ones of the same hues. */
const lightPalette = ["#56b4e9", "#ff9a4d", "#3ddbb0", "#e6a3c8", "#ffc94d", "#9fd4f5", "#c8ccd4"] as const;

/** Colours of lines, told apart with any common deficiency of colour vision. */
export const lineColour = (index: number): string => {
  const colours = isDark() ? lightPalette : palette;
  return colours[index % colours.length]!;
};

/** Dark blue to yellow, even in lightness (cividis). @param at 0..1 */
export function rampColour(at: number): readonly [red: number, green: number, blue: number] {
  const x = Math.max(0, Math.min(1, Number.isNaN(at) ? 0 : at)) * (ramp.length - 1);
  const [low, high] = [ramp[Math.floor(x)]!, ramp[Math.ceil(x)]!];
  const part = x - Math.floor(x);
  const mixed = (k: 0 | 1 | 2): number => Math.round(low[k] + part * (high[k] - low[k]));
  return [mixed(0), mixed(1), mixed(2)];
}

/** Source: Nunez, Anderton & Renslow 2018, at even steps; the darkest is lifted for dark ground. */
const ramp = [
  [36, 68, 126],
  [66, 78, 108],
  [102, 105, 112],
  [134, 131, 119],
  [165, 156, 116],
  [200, 184, 102],
  [234, 212, 78],
  [255, 233, 69],
] as const;
