import { ctcExporter } from "./ctcexporter.js";
import type { TrackExporter } from "./trackexporter.js";

/** All formats in which tracks are given to other programs: one file a format, and a line here. */
export const trackExporters: readonly TrackExporter[] = [ctcExporter];
