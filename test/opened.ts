/** Files in memory, opened as labels. */
import { labelFormats } from "../src/io/formats/labelformats.js";
import { openAs, type OpenOptions } from "../src/io/formats/fileformat.js";
import type { OpenedLabels } from "../src/io/formats/labelformat.js";
import { memorySource } from "../src/io/bytes.js";
import { InvalidInput } from "../src/core/errors.js";
import type { LabelImage } from "../src/core/labels.js";

/** Opens bytes as a file of that name. */
export const openedLabels = (
  name: string,
  bytes: Uint8Array | string,
  options: OpenOptions = {},
): Promise<OpenedLabels> =>
  openAs(
    labelFormats,
    {
      from: "bytes",
      where: name,
      name,
      bytes: memorySource(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes),
      sibling: () => Promise.reject(new InvalidInput(name, "a file of its own", "another")),
    },
    options,
  );

/** The label images of all planes. */
export async function allPlanes(
  name: string,
  bytes: Uint8Array | string,
  options: OpenOptions = {},
): Promise<LabelImage[]> {
  const labels = await openedLabels(name, bytes, options);
  const planes: LabelImage[] = [];
  for (let plane = 0; plane < labels.planes; plane++) planes.push(await labels.read(plane));
  return planes;
}

/** Reads what a damaged file may still hold: corners of its first planes, so that a wrong size costs nothing. */
export async function readCorners(name: string, bytes: Uint8Array): Promise<void> {
  const labels = await openedLabels(name, bytes);
  for (let plane = 0; plane < Math.min(labels.planes, 4); plane++) {
    const { height, width } = labels.size(plane);
    await labels.readWindow(plane, { y: 0, x: 0, height: Math.min(height, 64), width: Math.min(width, 64) });
  }
}
