import { cellposeExporter } from "./cellposeexporter.js";
import { cocoExporter } from "./cocoexporter.js";
import { csvExporter } from "./csvexporter.js";
import { ctcExporter } from "./ctcexporter.js";
import type { Exporter } from "./exporter.js";
import { exporterNamesOf } from "./exporternames.js";
import { geffExporter } from "./geffexporter.js";
import { imageJExporter } from "./imagejexporter.js";
import { omeTiffExporter } from "./ometiffexporter.js";
import { omeZarrExporter, omeZarr5Exporter } from "./omezarrexporter.js";
import { pngExporter } from "./pngexporter.js";
import { motilityLabExporter, napariExporter } from "./pointexporters.js";
import { quPathExporter } from "./qupathexporter.js";
import { roiExporter } from "./roiexporter.js";
import { starDistExporter } from "./stardistexporter.js";
import { trackMateExporter } from "./trackmateexporter.js";

/** All formats that are written for other programs: one file a format, and a line here. */
export const exporters: readonly Exporter[] = [
  omeTiffExporter,
  imageJExporter,
  omeZarrExporter,
  omeZarr5Exporter,
  pngExporter,
  roiExporter,
  quPathExporter,
  cocoExporter,
  starDistExporter,
  cellposeExporter,
  csvExporter,
  trackMateExporter,
  ctcExporter,
  geffExporter,
  napariExporter,
  motilityLabExporter,
];

/**
 * Formats by name, each once, in the order of the list.
 *
 * @param names separated by commas
 * @returns none where a name is unknown
 */
export function exportersOf(names: string): Exporter[] {
  const wanted = exporterNamesOf(names);
  return exporters.filter(({ name }) => wanted.includes(name));
}
