/** Damages tracks of other programs in each format. */
import { openAs } from "../src/io/formats/fileformat.js";
import type { OpenedTracks } from "../src/io/formats/trackformat.js";
import { trackFormats } from "../src/io/formats/trackformats.js";
import { fuzzFormat, type FuzzCounts } from "./formatfuzz.js";
import { bytesInput } from "./trackinputs.js";
import { trackMateText } from "./trackmatefile.js";

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
