// A large image out of small ones: frames side by side, every other one mirrored so that the seams cut no
// nucleus in two, written as tiled TIFF.
//
//   node bench/mosaic.js FRAMES OUT.tif [HEIGHT WIDTH]      default 9500 13000
//
// For a mosaic of known truth without seams: karyon simulate --frames 1 --size 9500x13000.
import { tiledTiffWriter } from "../dist/io/tiff/tiled.js";
import { openSource } from "../dist/pipeline/source/source.js";
import { openAtomic } from "../dist/pipeline/store/files.js";

const [frames, out, height = "9500", width = "13000"] = process.argv.slice(2);
const [rows, columns] = [Number(height), Number(width)];
const source = await openSource([frames]);
const tiles = await Promise.all(source.frameNames.map((_, frame) => source.read(frame)));
const [{ height: h, width: w, data: samples }] = tiles;
const across = Math.ceil(columns / w);
const file = await openAtomic(out);
const writer = tiledTiffWriter(file, {
  height: rows,
  width: columns,
  type: samples instanceof Uint8Array ? "uint8" : "uint16",
  pixelSize: source.pixelSize,
});
const row = samples instanceof Uint8Array ? new Uint8Array(columns) : new Uint16Array(columns);
for (let y = 0; y < rows; y++) {
  const down = Math.floor(y / h);
  for (let column = 0; column < across; column++) {
    const { data } = tiles[(down * across + column) % tiles.length];
    const from = (down % 2 === 0 ? y % h : h - 1 - (y % h)) * w;
    const part = data.subarray(from, from + w);
    row.set((column % 2 === 0 ? part : part.slice().reverse()).subarray(0, columns - column * w), column * w);
  }
  await writer.rows(row, 1);
}
await writer.finish();
await file.close();
