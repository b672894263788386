/** A tiny movie in a folder. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeTiff } from "../src/io/tiff/encode.js";

/** Writes three frames of 64 x 96 px; the value of pixel i of frame t is i + 10 t, modulo 200. */
export function simulateInto(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (let frame = 0; frame < 3; frame++) {
    const data = new Uint8Array(64 * 96).map((_, i) => (i + 10 * frame) % 200);
    writeFileSync(join(folder, `t00${frame}.tif`), encodeTiff([{ height: 64, width: 96, samples: 1, data }]));
  }
}
