import { ctcExporter } from "./ctcexporter.js";
import type { Exporter } from "./exporter.js";

/** All formats that are written for other programs: one file a format, and a line here. */
export const exporters: readonly Exporter[] = [ctcExporter];

/** Their names, for messages. */
export const exporterNames = exporters.map(({ name }) => name).join(", ");

/**
 * Formats by name, each once, in the order of the list.
 *
 * @param names separated by commas
 * @returns none where a name is unknown
 */
export function exportersOf(names: string): Exporter[] {
  const wanted = names.split(",").map((name) => name.trim().toLowerCase());
  const found = exporters.filter(({ name }) => wanted.includes(name));
  return found.length === new Set(wanted).size ? found : [];
}
