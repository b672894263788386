/** Tracks as tables of points: of napari, and of MotilityLab and celltrackR. */
import { CorruptFile, isKaryonError, messageOf, UnsupportedFormat } from "../../core/errors.js";
import { latin1Text } from "../bytetext.js";
import { numberColumns } from "../csv.js";
import { framesOfTimes, unevenTimes } from "../frametimes.js";
import { graphOfSpots, linkNotices, mostFrames } from "../spotgraph.js";
import { type ByteInput, hasExtension } from "./fileformat.js";
import type { OpenedTracks, TrackFormat } from "./trackformat.js";

/**
 * The data of a tracks layer of napari: track_id, t, (z,) y, x in frames and px. The parents of the tracks are
 * in `NAME_graph.json` beside `NAME_tracks.csv`, as Karyon writes it.
 */
export const napariTracks: TrackFormat = {
  name: "napari tracks CSV",
  extensions: ["csv"],
  from: "bytes",
  recognise: (head, name) => isTable(head, name, /^"?track_id"?,"?t"?,/i),
  open: async (input) => {
    const points = await pointsOf(input, "track_id");
    if (!points.time.every((time) => Number.isInteger(time) && time >= 0 && time < mostFrames))
      throw new CorruptFile(input.where, 0, "a point has no whole number of a frame for its time");
    const parents = await parentsBeside(input);
    const made = graphOfSpots(
      { ...points, frame: points.time },
      linksOf(input, points, parents ?? new Map()),
    );
    return {
      ...unscaled("napari", made.graph),
      notices: [
        ...(parents === undefined ? ["Without its graph beside it, it says nothing of divisions"] : []),
        ...linkNotices(made.leftOut),
      ],
    };
  },
};

/** A table as celltrackR reads and writes it: id, t, x, y. Frames are what the times say. */
export const motilityLabTracks: TrackFormat = {
  name: "MotilityLab CSV",
  extensions: ["csv"],
  from: "bytes",
  recognise: (head, name) => isTable(head, name, /^"?id"?,"?t"?,"?x"?,"?y"?/i),
  open: async (input) => {
    const points = await pointsOf(input, "id");
    const { frames, isEven } = framesOfTimes(points.time);
    if (!frames.every((frame) => frame < mostFrames))
      throw new CorruptFile(input.where, 0, "the times of its points are too far apart for frames");
    const made = graphOfSpots({ ...points, frame: frames }, linksOf(input, points, new Map()));
    return {
      ...unscaled("MotilityLab", made.graph),
      notices: [
        "It does not say its units: places are taken to be in px",
        ...(isEven ? [] : [unevenTimes]),
        ...linkNotices(made.leftOut),
      ],
    };
  },
};

const unscaled = (format: string, graph: OpenedTracks["graph"]): Omit<OpenedTracks, "notices"> => ({
  format,
  graph,
  labels: undefined,
  pixelSize: undefined,
  frameInterval: undefined,
});

const isTable = (head: Uint8Array, name: string, header: RegExp): boolean =>
  hasExtension(name, ["csv"]) && header.test(latin1Text(head).replace(/^ï»¿/, ""));

interface Points {
  readonly track: Float64Array;
  readonly time: Float64Array;
  readonly y: Float64Array;
  readonly x: Float64Array;
}

/** A text longer than this cannot be held. */
const largestTable = 2 ** 28;

async function pointsOf({ bytes, where }: ByteInput, idName: string): Promise<Points> {
  if (bytes.size > largestTable)
    throw new UnsupportedFormat(where, "A table of more than 256 MB", "split it into shorter movies");
  const text = new TextDecoder().decode(await bytes.read(0, bytes.size));
  const names = [idName, "t", "y", "x"];
  const { columns, wrong } = tableOf(text, names, where);
  const missing = names.find((_, i) => columns[i] === undefined);
  if (missing !== undefined) throw new CorruptFile(where, 0, `it has no column "${missing}"`);
  if (wrong !== undefined)
    throw new CorruptFile(where, 0, `row ${wrong.row + 2} has no number for "${wrong.name}"`);
  const [track, time, y, x] = columns as [Float64Array, Float64Array, Float64Array, Float64Array];
  const gap = track.findIndex((_, row) => !columns.every((column) => Number.isFinite(column![row])));
  if (gap >= 0) throw new CorruptFile(where, 0, `row ${gap + 2} has an empty cell, or one that is no number`);
  return { track, time, y, x };
}

function tableOf(text: string, names: readonly string[], where: string): ReturnType<typeof numberColumns> {
  try {
    return numberColumns(text, names, where);
  } catch (error) {
    if (!isKaryonError(error, "InvalidInput")) throw error;
    throw new CorruptFile(where, 0, `it is no CSV table (${messageOf(error).replace(/[\s\p{Cc}]+/gu, " ")})`);
  }
}

/** Points of a track in their order in time, each linked to the next, and the first to the last of its parent. */
function linksOf(
  { where }: ByteInput,
  { track, time }: Points,
  parents: ReadonlyMap<number, readonly number[]>,
): { readonly from: number[]; readonly to: number[] } {
  const rows = Uint32Array.from(track, (_, row) => row).sort(
    (a, b) => track[a]! - track[b]! || time[a]! - time[b]!,
  );
  const [from, to]: [number[], number[]] = [[], []];
  const ends = new Map<number, { readonly first: number; last: number }>();
  for (const row of rows) {
    const known = ends.get(track[row]!);
    if (known === undefined) {
      ends.set(track[row]!, { first: row, last: row });
      continue;
    }
    if (time[known.last] === time[row])
      throw new CorruptFile(where, 0, `track ${track[row]!} has two points at the time ${time[row]!}`);
    from.push(known.last);
    to.push(row);
    known.last = row;
  }
  for (const [child, all] of parents)
    for (const parent of all) {
      const [mother, daughter] = [ends.get(parent), ends.get(child)];
      if (mother === undefined || daughter === undefined)
        throw new CorruptFile(
          where,
          0,
          `its graph names track ${mother === undefined ? parent : child}, which it does not have`,
        );
      if (time[mother.last]! >= time[daughter.first]!)
        throw new CorruptFile(where, 0, `track ${child} begins before its parent ${parent} has ended`);
      from.push(mother.last);
      to.push(daughter.first);
    }
  return { from, to };
}

/** The graph of a layer: the parents of each track that has some; undefined when there is no such file. */
async function parentsBeside(input: ByteInput): Promise<Map<number, readonly number[]> | undefined> {
  const beside = input.name.replace(/(_tracks)?\.csv$/i, "_graph.json");
  const found = await input.sibling(beside).catch((error: unknown) => {
    if (isKaryonError(error, "InvalidInput")) return undefined;
    throw error;
  });
  if (found === undefined) return undefined;
  if (found.bytes.size > largestTable)
    throw new UnsupportedFormat(found.where, "A graph of more than 256 MB", "split it");
  return parentsOf(new TextDecoder().decode(await found.bytes.read(0, found.bytes.size)), found.where);
}

function parentsOf(text: string, where: string): Map<number, readonly number[]> {
  const value = parsed(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new CorruptFile(where, 0, "it is no JSON object of parents by track");
  return new Map(
    Object.entries(value as Record<string, unknown>).map(([child, given]) => {
      const parents: unknown[] = Array.isArray(given) ? (given as unknown[]) : [given];
      if (!Number.isSafeInteger(Number(child)) || !parents.every((parent) => Number.isSafeInteger(parent)))
        throw new CorruptFile(
          where,
          0,
          `the parents of track "${child.slice(0, 40)}" are no numbers of tracks`,
        );
      return [Number(child), parents as number[]];
    }),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
