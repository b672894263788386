import { ctcExporter } from "./ctcexporter.js";
import type { Exporter } from "./exporter.js";
import { geffExporter } from "./geffexporter.js";
import { motilityLabExporter, napariExporter } from "./pointexporters.js";
import { trackMateExporter } from "./trackmateexporter.js";

/** All formats that are written for other programs: one file a format, and a line here. */
export const exporters: readonly Exporter[] = [
  ctcExporter,
  trackMateExporter,
  geffExporter,
  napariExporter,
  motilityLabExporter,
];
