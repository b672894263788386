/** The objects of a movie or of images for other programs: frame by frame, with outlines, tracks and measures. */
import { InvalidInput } from "../core/errors.js";
import { idOf, type LabelImage } from "../core/labels.js";
import type { Nuclei } from "../core/nuclei.js";
import { type StageContext, throwIfCancelled } from "../core/progress.js";
import { branchesOf, branchOfRow } from "../core/tracks.js";
import { type Outline, outlinesOf, type Ring, twiceSignedArea } from "../geometry/outlines.js";
import { type ExportInput, neededPart } from "./exporter.js";

/** An object of a frame. */
export interface FrameObject {
  /** The value that the label image's file has for it. */
  readonly label: number;
  /** Along the edges of its pixels. */
  readonly outline: Outline;
  /** The outline that is given away: `outline`, or a smooth one. */
  readonly drawn: Outline;
  /** Id of its track (`Branch.id`); 0 where it is in none. */
  readonly track: number;
  /** Its row of `input.graph.nuclei`, else of `input.nuclei`; undefined where it was not measured. */
  readonly row: number | undefined;
}

/** A frame with its objects, by ascending label. */
export interface ObjectFrame {
  /** From 0. */
  readonly frame: number;
  readonly name: string;
  readonly image: LabelImage;
  readonly objects: readonly FrameObject[];
}

/**
 * The frames with their label images, read one by one.
 *
 * @param title of the format, for messages
 * @throws InvalidInput when there are no labels, or tracks of another number of frames; Cancelled
 */
export async function* labelFrames(
  input: ExportInput,
  title: string,
  options: StageContext = {},
): AsyncGenerator<Omit<ObjectFrame, "objects">> {
  const labels = neededPart(input, "labels", title);
  const frames = input.graph?.frames ?? labels.frames;
  if (labels.frames !== frames)
    throw new InvalidInput("labels", `one image for each of the ${frames} frames`, String(labels.frames));
  for (let frame = 0; frame < frames; frame++) {
    throwIfCancelled(options, "The export");
    const image = await labels.read(frame, { signal: options.signal });
    yield { frame, name: labels.frameNames[frame]!, image };
    options.onProgress?.({ done: frame + 1, total: frames, message: `writing ${title}` });
  }
}

/**
 * The same with the outlines of the objects.
 *
 * @param draw gives the outlines that are given away, where they do not go along the edges of pixels
 */
export async function* objectFrames(
  input: ExportInput,
  title: string,
  options: StageContext = {},
  draw?: (labels: LabelImage) => readonly Outline[],
): AsyncGenerator<ObjectFrame> {
  const tracks = tracksOf(input);
  const rowsOf = rowsByLabel(nucleiOf(input));
  for await (const frame of labelFrames(input, title, options)) {
    const rows = rowsOf(frame.frame);
    const drawn = new Map(draw?.(frame.image).map((outline) => [outline.label, outline]));
    const objects = outlinesOf(frame.image).map((outline): FrameObject => {
      const row = rows.get(outline.label);
      const track = row === undefined ? 0 : (tracks?.[row] ?? 0);
      return {
        label: idOf(frame.image, outline.label),
        outline,
        drawn: drawn.get(outline.label) ?? outline,
        track,
        row,
      };
    });
    yield { ...frame, objects };
  }
}

/** The measured objects: those of the tracks, where there are tracks. */
export const nucleiOf = ({ graph, nuclei }: ExportInput): Nuclei | undefined => graph?.nuclei ?? nuclei;

/** Id of the track of each row of `graph.nuclei`; undefined without tracks. */
export const tracksOf = ({ graph, branches }: ExportInput): Int32Array | undefined =>
  graph && branchOfRow(branches ?? branchesOf(graph), graph.nuclei.count);

/** Rows by label, for a frame; they are sorted by frame. */
function rowsByLabel(nuclei: Nuclei | undefined): (frame: number) => ReadonlyMap<number, number> {
  if (nuclei === undefined) return () => new Map();
  let at = 0;
  return (frame) => {
    const rows = new Map<number, number>();
    while (at < nuclei.count && nuclei.frame[at]! < frame) at++;
    for (; at < nuclei.count && nuclei.frame[at] === frame; at++) rows.set(nuclei.label[at]!, at);
    return rows;
  };
}

/** All rings of an object. */
export const ringsOf = ({ pieces }: Outline): Ring[] =>
  pieces.flatMap(({ outer, holes }) => [outer, ...holes]);

/** Pixels of an object, and their centroid in the coordinates of its outline, px. */
export function areaOf(outline: Outline): {
  readonly pixels: number;
  readonly x: number;
  readonly y: number;
} {
  let [twice, x, y] = [0, 0, 0];
  for (const ring of ringsOf(outline)) {
    twice += twiceSignedArea(ring);
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const cross = ring[j]! * ring[i + 1]! - ring[i]! * ring[j + 1]!;
      x += (ring[j]! + ring[i]!) * cross;
      y += (ring[j + 1]! + ring[i + 1]!) * cross;
    }
  }
  return { pixels: twice / 2, x: x / (3 * twice), y: y / (3 * twice) };
}
