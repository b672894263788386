/** Names of the formats of `exporters`, in its order: help and checks do without the exporters themselves. */
export const exporterList = [
  "ome-tiff",
  "imagej",
  "ome-zarr",
  "ome-zarr-0.5",
  "png",
  "roi",
  "qupath",
  "coco",
  "stardist",
  "cellpose",
  "csv",
  "trackmate",
  "ctc",
  "geff",
  "napari",
  "motilitylab",
] as const;

/** The same for messages. */
export const exporterNames = exporterList.join(", ");

/**
 * Names of formats, as a user gives them: separated by commas, in any case.
 *
 * @returns none where one is unknown
 */
export function exporterNamesOf(names: string): string[] {
  const wanted = new Set(names.split(",").map((name) => name.trim().toLowerCase()));
  const found = exporterList.filter((name) => wanted.has(name));
  return found.length === wanted.size ? found : [];
}
