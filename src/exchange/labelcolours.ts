/** Colours of labels, for programs that take them from the file. */
import { fileValues } from "../core/labels.js";
import type { ExportInput } from "./exporter.js";

/** A label with its colour: red, green, blue and opacity, 0 to 255. */
export interface ColouredLabel {
  readonly label: number;
  readonly rgba: readonly number[];
}

/** More labels than this have no colours: programs choose their own. */
const mostColoured = 20_000;

/** Colours of all labels of an export, by ascending label; none where there are very many. */
export async function labelColours({ labels, graph, nuclei }: ExportInput): Promise<ColouredLabel[]> {
  const found = new Set<number>((graph?.nuclei ?? nuclei)?.label ?? []);
  if (found.size === 0 && labels !== undefined) {
    for (let frame = 0; frame < labels.frames && found.size <= mostColoured; frame++)
      for (const label of fileValues(await labels.read(frame))) if (label > 0) found.add(label);
  }
  if (found.size > mostColoured) return [];
  return [...found].sort((a, b) => a - b).map((label) => ({ label, rgba: [...colourOfLabel(label), 255] }));
}

/** Turns about the circle of hues from one label to the next: neighbouring numbers are far apart. */
const goldenTurn = (Math.sqrt(5) - 1) / 2;

/** A light colour of full strength, 0 to 255. */
export function colourOfLabel(label: number): [red: number, green: number, blue: number] {
  const hue = ((label * goldenTurn) % 1) * 6;
  const channel = (shift: number): number => {
    const away = Math.min((hue + shift) % 6, 4 - ((hue + shift) % 6), 1);
    return Math.round(255 * (1 - 0.75 * Math.max(0, away)));
  };
  return [channel(5), channel(3), channel(1)];
}
