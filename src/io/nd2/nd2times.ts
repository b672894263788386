/** When the frames of an ND2 file were taken. */
import { frameTiming } from "../image/frametiming.js";
import { positive } from "../image/unitnames.js";
import { frameExtent, type Nd2Chunks, readChunk } from "./nd2chunks.js";
import { timeBytes } from "./nd2pixels.js";

/** Frames of which the times are looked up one by one, where the file does not list them. */
const mostLookedUp = 20_000;

/** Times of a movie. */
export interface Nd2Times {
  /** Seconds from the first frame; undefined when the file does not say. */
  readonly frameTimes: readonly number[] | undefined;
  /** Seconds; undefined when the file does not say. */
  readonly frameInterval: number | undefined;
  readonly notices: readonly string[];
}

/**
 * Times of some frames, ms from the start of the acquisition, from the list of the file; NaN where it has
 * none.
 *
 * @throws CorruptFile
 */
export async function listedTimes(chunks: Nd2Chunks, frames: readonly number[]): Promise<number[]> {
  const listed = await readChunk(chunks, "CustomData|AcqTimesCache!");
  const bytes = listed?.bytes ?? new Uint8Array(0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return frames.map((frame) =>
    8 * frame + 8 <= bytes.length ? finite(view.getFloat64(8 * frame, true)) : NaN,
  );
}

/** The same from the heads of the frames. @throws CorruptFile */
export async function headTimes(chunks: Nd2Chunks, frames: readonly number[]): Promise<number[]> {
  const times: number[] = [];
  for (const frame of frames)
    times.push(frames.length <= mostLookedUp ? finite(await timeOf(chunks, frame)) : NaN);
  return times;
}

const finite = (time: number): number => (Number.isFinite(time) ? time : NaN);

async function timeOf(chunks: Nd2Chunks, frame: number): Promise<number> {
  const extent = await frameExtent(chunks, frame);
  if (extent === undefined) return NaN;
  const bytes = await chunks.source.read(extent.offset, timeBytes);
  return new DataView(bytes.buffer, bytes.byteOffset, timeBytes).getFloat64(0, true);
}

/**
 * Times of a movie from those of its frames. Times that do not rise are none: the intended interval counts.
 *
 * @param milliseconds one a frame
 * @param period intended interval, s
 */
export function nd2Times(milliseconds: readonly number[], period: number | undefined): Nd2Times {
  const timing = frameTiming(milliseconds.map((time) => time / 1000));
  return timing ?? { frameTimes: undefined, frameInterval: positive(period), notices: [] };
}
