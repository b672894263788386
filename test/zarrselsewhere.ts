/** The hierarchies that other programs have read; see fixtures/read_elsewhere/ome_zarr.py. */
import { createHash } from "node:crypto";
import type { OmeZarrVersion } from "../src/io/zarr/zarrdocuments.js";
import { writeZarr } from "../src/io/zarr/writezarr.js";
import { gathered, madeSource } from "./madezarr.js";

/** Names of the hierarchies. */
export const zarrsElsewhere = ["v04", "v05", "v05_sharded", "v04_float", "v05_int"] as const;

const size = { height: 70, width: 100, frames: 2, channels: 2, slices: 2 };

/** The files of one of them. */
export function zarrElsewhere(name: (typeof zarrsElsewhere)[number]): Promise<Record<string, Uint8Array>> {
  const version: OmeZarrVersion = name.startsWith("v04") ? "0.4" : "0.5";
  const type = name.endsWith("float") ? "float32" : name.endsWith("int") ? "int32" : "uint16";
  const calibration = { pixelSize: 0.325, sliceSpacing: 2, frameInterval: 300 };
  const source = madeSource({ ...size, type, ...calibration, channelNames: ["DNA", "actin"] });
  const nuclei = madeSource({ ...size, channels: 1, type: "int32", ...calibration });
  return gathered(
    writeZarr(source, {
      version,
      chunk: 32,
      shard: name.endsWith("sharded") ? 64 : undefined,
      name: "cells",
      labels: [
        {
          name: "nuclei",
          source: nuclei,
          colours: [{ label: 1, rgba: [255, 0, 0, 255] }],
          properties: [{ label: 1, values: { track: 7 } }],
        },
      ],
    }),
  );
}

/** One checksum of all files with their paths, in the order of these. */
export function checksumOf(files: Readonly<Record<string, Uint8Array>>): string {
  const hash = createHash("sha256");
  for (const path of Object.keys(files).sort())
    hash.update(`${path}\n${files[path]!.length}\n`).update(files[path]!);
  return hash.digest("hex");
}
