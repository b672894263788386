import { cellposeExporter } from "./cellposeexporter.js";
import { cocoExporter } from "./cocoexporter.js";
import { ctcExporter } from "./ctcexporter.js";
import type { Exporter } from "./exporter.js";
import { pngExporter } from "./pngexporter.js";
import { quPathExporter } from "./qupathexporter.js";
import { roiExporter } from "./roiexporter.js";
import { starDistExporter } from "./stardistexporter.js";

/** All formats that are written for other programs: one file a format, and a line here. */
export const exporters: readonly Exporter[] = [
  ctcExporter,
  roiExporter,
  quPathExporter,
  cocoExporter,
  starDistExporter,
  cellposeExporter,
  pngExporter,
];
