/** Damages tracks of other programs in each format. */
import { geffExporter } from "../src/exchange/geffexporter.js";
import type { TrackGraph } from "../src/core/tracks.js";
import { openAs } from "../src/io/formats/fileformat.js";
import type { OpenedTracks } from "../src/io/formats/trackformat.js";
import { trackFormats } from "../src/io/formats/trackformats.js";
import { encodeTiff } from "../src/io/tiff/encode.js";
import { type WrittenFile, writtenFiles } from "./exported.js";
import { fuzzFormat, type FuzzCounts } from "./formatfuzz.js";
import { bytesInput, storeInput } from "./trackinputs.js";
import { randomTracks } from "./trackmovies.js";
import { trackMateText } from "./trackmatefile.js";

/** The files of a GEFF, relative to its folder. */
export async function geffFiles(graph: TrackGraph): Promise<WrittenFile[]> {
  const files = await writtenFiles(
    geffExporter.files({ name: "m", graph, pixelSize: 0.5, frameInterval: 60 }),
  );
  return files;
}

/** A folder of the Cell Tracking Challenge. @param frames masks of one row, a digit for each pixel, "." for 0 */
export function ctcFolder(
  text: string,
  frames: readonly string[],
  folder = "",
  mask = "mask",
): WrittenFile[] {
  const table = `${folder}${mask === "mask" ? "res" : "man"}_track.txt`;
  return [
    { path: table, bytes: new TextEncoder().encode(text) },
    ...frames.map((row, frame) => ({
      path: `${folder}${mask}${String(frame).padStart(3, "0")}.tif`,
      bytes: encodeTiff([
        {
          height: 1,
          width: row.length,
          samples: 1,
          data: Uint16Array.from(row, (digit) => Number(digit) || 0),
        },
      ]),
    })),
  ];
}

/** Frames whose labels are read of a damaged file: a changed digit can make many. */
const mostRead = 20;

async function readAll({ graph, labels }: OpenedTracks): Promise<void> {
  if (labels === undefined) return;
  for (let frame = 0; frame < Math.min(mostRead, graph.frames); frame++) await labels.read(frame);
}

/** A damaged TrackMate file, with outlines. */
export const fuzzTrackMate = (cases: number, seed: number): Promise<FuzzCounts> =>
  fuzzFormat(
    new TextEncoder().encode(trackMateText()),
    async (bytes) => readAll(await openAs(trackFormats, bytesInput("a.xml", bytes))),
    { cases, seed },
  );

/** A damaged table of napari. */
export function fuzzPoints(cases: number, seed: number): Promise<FuzzCounts> {
  const rows = Array.from({ length: 40 }, (_, i) => `${1 + (i >> 3)},${i},${i / 2},${i / 4}\n`);
  return fuzzFormat(
    new TextEncoder().encode(`track_id,t,y,x\n${rows.join("")}`),
    async (bytes) => readAll(await openAs(trackFormats, bytesInput("a.csv", bytes))),
    { cases, seed },
  );
}

/** A folder in which each file is damaged in turn. */
async function fuzzFolder(files: readonly WrittenFile[], cases: number, seed: number): Promise<FuzzCounts> {
  let [read, refused] = [0, 0];
  for (const [place, { path, bytes: original }] of files.entries()) {
    const counts = await fuzzFormat(
      original,
      async (bytes) => {
        const damaged = files.map((file) => (file.path === path ? { path, bytes } : file));
        await readAll(await openAs(trackFormats, storeInput("folder", damaged)));
      },
      { cases: Math.ceil(cases / files.length), seed: seed + 1000 * place },
    );
    read += counts.read;
    refused += counts.refused;
  }
  return { read, refused };
}

/** A graph whose documents and values are damaged. */
export async function fuzzGeff(cases: number, seed: number): Promise<FuzzCounts> {
  const files = await geffFiles(randomTracks(5, { cells: 4, frames: 6 }).graph);
  return fuzzFolder(
    files.filter(({ path }) => !path.includes("lineage")),
    cases,
    seed,
  );
}

/** A folder of the Cell Tracking Challenge whose text and masks are damaged. */
export const fuzzCtc = (cases: number, seed: number): Promise<FuzzCounts> =>
  fuzzFolder(ctcFolder("1 0 1 0\n2 0 1 0\n3 2 2 1\n4 2 2 1\n", ["12..", "11.2", "3344"]), cases, seed);
