/** Which tool is taken up, and how it works. */
import { computed, signal } from "@preact/signals";
import type { Point } from "../../../src/correct/labelwindow.js";
import { store, stored } from "../state/stored.js";
import type { ToolName } from "./gesturechoice.js";
import type { Outline } from "./outline.js";

/** The tool that is taken up. */
export const tool = signal<ToolName>("select");

/** Of the brush, image px; 1 to 500. */
export const brushDiameter = signal(stored<number>("brush") ?? 12);

/** Whether other objects keep their pixels. */
export const isProtecting = signal(stored<boolean>("protect") ?? true);

/**
 * What is painted: a label; the next free one; or `automatic`: the object in which a stroke begins, and a new one
 * on background.
 */
export type ActiveLabel = number | "new" | "automatic";

/** What is painted now. */
export const activeLabel = signal<ActiveLabel>("automatic");

/** What was painted before it. */
export const lastLabel = signal<ActiveLabel>("new");

/** An outline that is being drawn, and what it is for. */
export const outline = signal<Outline | undefined>(undefined);
/** What becomes of the outline. */
export const outlineFor = signal<"draw" | "ignore" | "encircle">("draw");

/** A cut that is being drawn. */
export const cutLine = signal<readonly Point[]>([]);

/** Whether something is being drawn that Esc takes back. */
export const isDrawing = computed(() => outline.value !== undefined || cutLine.value.length > 0);

/** Changes the size of the brush, within its limits. */
export function sizeBrush(diameter: number): void {
  brushDiameter.value = Math.min(500, Math.max(1, Math.round(diameter)));
  store("brush", brushDiameter.value);
}

/** One step larger or smaller: by a tenth, 1 px at least. */
export function stepBrush(by: 1 | -1): void {
  const step = Math.max(1, Math.round(brushDiameter.value / 10));
  sizeBrush(brushDiameter.value + by * step);
}

/** Whether neighbours keep their pixels from now on. */
export function protect(isOn: boolean): void {
  isProtecting.value = isOn;
  store("protect", isOn);
}

/** Chooses what is painted. */
export function activate(label: ActiveLabel): void {
  if (label === activeLabel.value) return;
  lastLabel.value = activeLabel.value;
  activeLabel.value = label;
}
