/** Times and places of a series, from whatever part of the file says them. */
import { type FrameTiming, frameTiming } from "../image/frametiming.js";
import type { CziLayout } from "./czilayout.js";
import { tilesOf } from "./czilayout.js";
import { sceneMetadata } from "./czimetadata.js";
import type { SeriesRows } from "./cziseries.js";
import { readMaking } from "./czitimes.js";
import type { CziFile } from "./openczi.js";

/** When the frames of a series were taken. */
export interface SeriesTimes {
  /** Seconds from the first, one a frame; undefined when the file does not say. */
  readonly times: readonly number[] | undefined;
  /** Seconds; the median where `times` vary. */
  readonly interval: number | undefined;
  readonly notices: readonly string[];
}

/** The most frames whose subblocks are looked at for the time: each is a read. */
const mostReads = 5000;

/** Finds the times of a series: the attached ones, those of the metadata, or those of its subblocks. */
export async function seriesTimes(czi: CziFile, series: SeriesRows, layout: CziLayout): Promise<SeriesTimes> {
  const { metadata } = czi;
  if (layout.frames.length < 2) return { times: undefined, interval: undefined, notices: [] };
  const timing =
    attachedTimes(czi, series, layout) ??
    timesByPoint(metadata.times, czi, layout) ??
    (await subBlockTimes(czi, layout));
  if (timing === undefined) return { times: undefined, interval: metadata.interval, notices: [] };
  return { times: timing.frameTimes, interval: timing.frameInterval, notices: timing.notices };
}

/** Time stamps count time points, or all scenes of each time point, or all planes of it. */
function attachedTimes(czi: CziFile, series: SeriesRows, layout: CziLayout): FrameTiming | undefined {
  const { stamps } = czi;
  const direct = timesByPoint(stamps, czi, layout);
  if (direct !== undefined) return direct;
  const scenes = [...new Set(czi.series.map(({ scene }) => scene))];
  const points = pointsOf(czi);
  const planes = layout.channels.length * layout.slices.length;
  if (scenes.length > 1 && stamps.length === points * scenes.length) {
    const first = scenes.indexOf(series.scene);
    return frameTiming(layout.frames.map((t) => stamps[t * scenes.length + first] ?? NaN));
  }
  if (stamps.length !== points * planes) return undefined;
  return frameTiming(layout.frames.map((t) => stamps[t * planes] ?? NaN));
}

/** Times of a list that has one a time point of the file, or one a frame of a part of a movie. */
function timesByPoint(
  list: readonly number[] | undefined,
  czi: CziFile,
  layout: CziLayout,
): FrameTiming | undefined {
  if (list?.length === layout.frames.length) return frameTiming(list);
  if (list?.length !== pointsOf(czi)) return undefined;
  return frameTiming(layout.frames.map((t) => list[t] ?? NaN));
}

/** Time points of the file, whatever of them a series has. */
const pointsOf = ({ table }: CziFile): number => 1 + table.at.T.reduce((most, t) => Math.max(most, t), -1);

/** The time of the first subblock of each frame. */
async function subBlockTimes({ bytes, table }: CziFile, layout: CziLayout): Promise<FrameTiming | undefined> {
  if (layout.frames.length > mostReads) return undefined;
  const level = layout.levels[0]!;
  const planes = layout.channels.length * layout.slices.length;
  const times: number[] = [];
  let next = 0;
  for (let frame = 0; frame < layout.frames.length; frame++) {
    while (next < level.planes.length && level.planes[next]! < frame * planes) next++;
    const row = level.rows[level.starts[next]!];
    if (row === undefined) return undefined;
    const { time } = await readMaking(bytes, table.position[row]!);
    if (Number.isNaN(time)) return undefined;
    times.push(time);
  }
  return frameTiming(times);
}

/** Where a series was taken, µm: the centre of its scene, or where the stage was for its only tile. */
export async function seriesPosition(
  { bytes, table, metadata }: CziFile,
  { scene }: SeriesRows,
  layout: CziLayout,
): Promise<{ readonly y: number; readonly x: number; readonly z?: number | undefined } | undefined> {
  const known = sceneMetadata(metadata, scene)?.position;
  const level = layout.levels[0]!;
  const [from, to] = tilesOf(level, level.planes[0]!);
  if (known !== undefined || to - from !== 1) return known;
  const { position } = await readMaking(bytes, table.position[level.rows[from]!]!);
  return position;
}
