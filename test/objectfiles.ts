/** A small file of each format of objects. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ExportInput, Exporter } from "../src/exchange/exporter.js";
import { cocoExporter } from "../src/exchange/cocoexporter.js";
import { quPathExporter } from "../src/exchange/qupathexporter.js";
import { roiExporter } from "../src/exchange/roiexporter.js";
import { labelImage, labelSourceOf } from "../src/core/labels.js";
import { memorySource } from "../src/io/bytes.js";
import { openZip } from "../src/io/zipread.js";
import { lattice } from "./planes.js";
import { writtenFiles } from "./exported.js";

/** Two frames: squares, one of them with a hole and a piece apart. */
export function objectsInput(): ExportInput {
  const [first, second] = [lattice(3, 8, 5), lattice(3, 8, 3)];
  const data = first.data.slice();
  data[3 * first.width + 3] = 0;
  data[0] = 1;
  return { name: "objects", labels: labelSourceOf([labelImage(first.height, first.width, data), second]) };
}

/** The only file of an exporter. */
export async function exportedBytes(exporter: Exporter, input = objectsInput()): Promise<Uint8Array> {
  return (await writtenFiles(exporter.files(input)))[0]!.bytes;
}

const roiOf = async (name: string): Promise<Uint8Array> =>
  (await (await openZip(memorySource(await exportedBytes(roiExporter)), name)).read(name))!;

const fixture = (name: string): Promise<Uint8Array> =>
  Promise.resolve(
    new Uint8Array(readFileSync(fileURLToPath(new URL(`../fixtures/objects/${name}`, import.meta.url)))),
  );

/** Name and bytes of each. */
export const objectCases: readonly { readonly name: string; readonly bytes: () => Promise<Uint8Array> }[] = [
  { name: "traced.roi", bytes: () => roiOf("0001-0002.roi") },
  { name: "composite.roi", bytes: () => roiOf("0001-0001.roi") },
  { name: "set.zip", bytes: () => exportedBytes(roiExporter) },
  { name: "qupath.geojson", bytes: () => exportedBytes(quPathExporter) },
  { name: "coco.json", bytes: () => exportedBytes(cocoExporter) },
  { name: "p4_seg.npy", bytes: () => fixture("p4_numpy2_seg.npy") },
  { name: "p2_seg.npy", bytes: () => fixture("p2_numpy1_seg.npy") },
  { name: "p5_seg.npy", bytes: () => fixture("p5_numpy2_seg.npy") },
  { name: "stack.npy", bytes: () => fixture("stack_u2.npy") },
];
