/** The labels of a TrackMate file: outlines, and circles where a spot has none, painted frame by frame. */
import { InvalidInput, UnsupportedFormat } from "../../core/errors.js";
import { labelImage, type LabelSource } from "../../core/labels.js";
import { counted } from "../../core/wording.js";
import { fillRings } from "../../geometry/fillrings.js";
import { blockSource, type ByteSource } from "../bytes.js";
import type { SpotGraph } from "../spotgraph.js";
import { readContour, type TrackMateFile } from "../trackmate/trackmatefile.js";
import type { ByteInput } from "./fileformat.js";

/** How the coordinates of a file become px. */
export interface Calibration {
  /** Physical units per px. */
  readonly x: number;
  readonly y: number;
}

/** A graph, and the spots that it is of. */
export interface PlacedSpots extends Pick<SpotGraph, "graph"> {
  /** The place of each row's spot in the file. */
  readonly spotOfRow: Uint32Array;
  readonly calibration: Calibration;
}

/** The largest frame that is painted, px. */
const largestFrame = 2 ** 28;

/**
 * Each nucleus has its label in the frame, where nothing before it has the pixel; one that would have none has
 * the pixel of its centre.
 *
 * @returns undefined where spots have neither outlines nor radii; what was assumed, as sentences
 */
export function trackMateLabels(
  input: ByteInput,
  file: TrackMateFile,
  placed: PlacedSpots,
): { readonly source: LabelSource; readonly notices: string[] } | undefined {
  const { points, radius } = file.spots;
  const { spotOfRow, graph } = placed;
  if (spotOfRow.every((spot) => points[spot] === 0 && !(radius[spot]! > 0))) return undefined;
  const round = spotOfRow.reduce((sum, spot) => sum + (points[spot] === 0 ? 1 : 0), 0);
  const isKnown = file.images.width >= 1 && file.images.height >= 1;
  const size = isKnown
    ? { height: Math.floor(file.images.height), width: Math.floor(file.images.width) }
    : smallestFrame(placed, radius);
  const rowsOfFrame = Array.from({ length: graph.frames }, (): number[] => []);
  graph.nuclei.frame.forEach((frame, row) => rowsOfFrame[frame]!.push(row));
  return {
    source: {
      frames: graph.frames,
      frameNames: rowsOfFrame.map((_, frame) => String(frame)),
      size: () => Promise.resolve(size),
      read: async (frame) => {
        const rows = rowsOfFrame[frame];
        if (rows === undefined) throw new InvalidInput("frame", `0 to ${graph.frames - 1}`, String(frame));
        return labelImage(size.height, size.width, await painted(input, file, placed, { ...size, rows }));
      },
    },
    notices: [
      ...(round > 0
        ? [
            `${counted(round, "spot")} without an outline ${round === 1 ? "is" : "are"} drawn as ` +
              `${round === 1 ? "a circle" : "circles"} of ${round === 1 ? "its" : "their"} radius`,
          ]
        : []),
      ...(isKnown
        ? []
        : ["It does not say the size of the images: the smallest that holds all spots is taken"]),
    ],
  };
}

async function painted(
  input: ByteInput,
  file: TrackMateFile,
  placed: PlacedSpots,
  {
    height,
    width,
    rows,
  }: { readonly height: number; readonly width: number; readonly rows: readonly number[] },
): Promise<Int32Array> {
  if (height * width > largestFrame)
    throw new UnsupportedFormat(input.where, `A frame of ${width} x ${height} px`, "crop the movie");
  const data = new Int32Array(height * width);
  const { label, y, x } = placed.graph.nuclei;
  // The outlines of a frame are beside each other.
  const bytes = blockSource(input.bytes, 2 ** 18);
  for (const row of rows) {
    const ring = await ringOf({ bytes, where: input.where }, file, placed, row);
    const count = fillRings({ height, width, data }, [ring], label[row]!, (present) => present === 0);
    const [centreY, centreX] = [Math.round(y[row]!), Math.round(x[row]!)];
    if (count === 0 && centreY >= 0 && centreX >= 0 && centreY < height && centreX < width)
      data[centreY * width + centreX] = label[row]!;
  }
  return data;
}

/** The outline of a row in coordinates of corners, px. */
async function ringOf(
  { bytes, where }: { readonly bytes: ByteSource; readonly where: string },
  { spots }: TrackMateFile,
  { graph: { nuclei }, spotOfRow, calibration }: PlacedSpots,
  row: number,
): Promise<Float64Array> {
  const spot = spotOfRow[row]!;
  const points =
    spots.points[spot] === 0 ? circle(spots.radius[spot]!) : await readContour(bytes, where, spots, spot);
  // From the centre of a pixel to the corner before it.
  return points.map((value, i) =>
    i % 2 === 0 ? nuclei.x[row]! + value / calibration.x + 0.5 : nuclei.y[row]! + value / calibration.y + 0.5,
  );
}

/** A circle of a radius around 0, as a polygon of the same area. */
function circle(radius: number): Float64Array {
  const corners = 64;
  const angle = (2 * Math.PI) / corners;
  const size = (radius > 0 && Number.isFinite(radius) ? radius : 0) * Math.sqrt(angle / Math.sin(angle));
  return Float64Array.from({ length: 2 * corners }, (_, i) =>
    i % 2 === 0 ? size * Math.cos((angle * i) / 2) : size * Math.sin((angle * (i - 1)) / 2),
  );
}

/** A frame that holds all spots with their radius, px. */
function smallestFrame(
  { graph: { nuclei }, spotOfRow, calibration }: PlacedSpots,
  radius: readonly number[],
): { readonly height: number; readonly width: number } {
  const most = (place: Float64Array, scale: number): number =>
    place.reduce((size, value, row) => {
      const around = (radius[spotOfRow[row]!]! || 0) / scale;
      return Math.max(size, Math.ceil(value + around) + 1);
    }, 1);
  return { height: most(nuclei.y, calibration.y), width: most(nuclei.x, calibration.x) };
}
