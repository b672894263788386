import { CorruptFile, InvalidInput, UnsupportedFormat } from "../../core/errors.js";
import { labelImage, type LabelSource } from "../../core/labels.js";
import { counted } from "../../core/wording.js";
import { fillRings } from "../../geometry/fillrings.js";
import { blockSource, type ByteSource } from "../bytes.js";
import { micrometresPer, positive, secondsPer } from "../image/unitnames.js";
import { graphOfSpots, linkNotices, mostFrames, type SpotGraph } from "../spotgraph.js";
import { readContour, readTrackMate, type TrackMateFile } from "../trackmate/trackmatefile.js";
import { type ByteInput, hasExtension } from "./fileformat.js";
import type { OpenedTracks, TrackFormat } from "./trackformat.js";

/** TrackMate's own files, of any version. */
export const trackMateTracks: TrackFormat = {
  name: "TrackMate XML",
  extensions: ["xml"],
  from: "bytes",
  recognise: (head, name) => {
    const text = new TextDecoder("latin1").decode(head);
    return text.includes("<TrackMate") || (hasExtension(name, ["xml"]) && /^(ï»¿)?\s*<\?xml\s/.test(text));
  },
  open: async (input) => opened(input, await readTrackMate(input.bytes, input.where)),
};

/** How the coordinates of a file become px. */
interface Calibration {
  /** Physical units per px. */
  readonly x: number;
  readonly y: number;
}

function opened(input: ByteInput, file: TrackMateFile): OpenedTracks {
  const { images, spatialUnits, timeUnits } = file;
  const calibration = { x: images.pixelWidth || 1, y: images.pixelHeight || images.pixelWidth || 1 };
  const { places, hiddenSpots, hiddenTracks } = shownSpots(input.where, file);
  const frames = Number.isInteger(images.frames) && images.frames <= mostFrames ? images.frames : 0;
  const made = graphOf(file, places, calibration, frames);
  const spotOfRow = made.placeOfRow.map((place) => places[place]!);
  const labels = labelsOf(input, file, { ...made, spotOfRow, calibration });
  const micrometres = micrometresPer(spatialUnits);
  const seconds = secondsPer(timeUnits);
  return {
    format: "TrackMate",
    graph: made.graph,
    labels: labels?.source,
    pixelSize: micrometres === undefined ? undefined : positive(calibration.x * micrometres),
    frameInterval: seconds === undefined ? undefined : positive(images.timeInterval * seconds),
    notices: [
      ...(hiddenTracks > 0 || hiddenSpots > 0
        ? [`${counted(hiddenTracks, "hidden track")} and ${counted(hiddenSpots, "hidden spot")} are left out`]
        : []),
      ...(Number.isNaN(images.pixelWidth)
        ? ["It does not say the size of a pixel: positions are taken to be in px"]
        : []),
      ...(calibration.x === calibration.y
        ? []
        : ["Its pixels are not square: their width is taken as their size"]),
      ...(images.slices > 1 ? ["Its spots are in three dimensions, of which z is left out"] : []),
      ...linkNotices(made.leftOut),
      ...(labels?.notices ?? []),
    ],
  };
}

/** The spots that are shown, and how many are not. @throws CorruptFile when a link or an id is wrong */
function shownSpots(
  where: string,
  { spots, links, shown }: TrackMateFile,
): { readonly places: number[]; readonly hiddenSpots: number; readonly hiddenTracks: number } {
  const placeOf = placesById(where, spots.id);
  const visible = Uint8Array.from(spots.visible);
  const hidden = new Set<number>();
  links.track.forEach((track, link) => {
    const [source, target] = [placeOf(links.source[link]!), placeOf(links.target[link]!)];
    if (shown === undefined || shown.has(track)) return;
    hidden.add(track);
    visible[source] = 0;
    visible[target] = 0;
  });
  // A spot is of one track alone, which is hidden with all of it.
  const places = spots.id.map((_, place) => place).filter((place) => visible[place] === 1);
  return { places, hiddenSpots: spots.id.length - places.length, hiddenTracks: hidden.size };
}

function placesById(where: string, ids: readonly number[]): (id: number) => number {
  const places = new Map<number, number>();
  ids.forEach((id, place) => {
    if (places.has(id)) throw new CorruptFile(where, 0, `two spots have the ID ${id}`);
    places.set(id, place);
  });
  return (id) => {
    const place = places.get(id);
    if (place === undefined)
      throw new CorruptFile(where, 0, `a link leads to spot ${id}, which it does not have`);
    return place;
  };
}

function graphOf(
  { spots, links }: TrackMateFile,
  places: readonly number[],
  calibration: Calibration,
  frames: number,
): SpotGraph {
  const newPlace = new Map(places.map((place, index) => [spots.id[place]!, index]));
  const [from, to, cost]: [number[], number[], number[]] = [[], [], []];
  links.source.forEach((source, link) => {
    const [a, b] = [newPlace.get(source), newPlace.get(links.target[link]!)];
    if (a === undefined || b === undefined) return;
    from.push(a);
    to.push(b);
    cost.push(links.cost[link]!);
  });
  const of = (column: readonly number[], scale = 1): Float64Array =>
    Float64Array.from(places, (place) => column[place]! / scale);
  const pixel = calibration.x * calibration.y;
  const area = Float64Array.from(places, (place) => {
    const said = spots.area[place]!;
    return (Number.isNaN(said) ? Math.PI * spots.radius[place]! ** 2 : said) / pixel;
  });
  // TrackMate's quality is of any scale, by how spots were found. Only what can be a score is taken for one.
  const quality = of(spots.quality);
  const score = quality.every((value) => value >= 0 && value <= 1) ? quality : undefined;
  return graphOfSpots(
    {
      frame: of(spots.frame),
      x: of(spots.x, calibration.x),
      y: of(spots.y, calibration.y),
      area,
      score,
      meanIntensity: of(spots.meanIntensity),
    },
    { from, to, cost },
    frames,
  );
}

interface Placed extends SpotGraph {
  /** The place of each row's spot in the file. */
  readonly spotOfRow: Uint32Array;
  readonly calibration: Calibration;
}

/** The largest frame that is painted, px. */
const largestFrame = 2 ** 28;

function labelsOf(
  input: ByteInput,
  { spots, images }: TrackMateFile,
  { graph, spotOfRow, calibration }: Placed,
): { readonly source: LabelSource; readonly notices: string[] } | undefined {
  const round = spotOfRow.reduce((sum, spot) => sum + (spots.points[spot] === 0 ? 1 : 0), 0);
  if (spotOfRow.every((spot) => spots.points[spot] === 0 && !(spots.radius[spot]! > 0))) return undefined;
  const { nuclei, frames } = graph;
  const rowsOfFrame = Array.from({ length: frames }, (): number[] => []);
  nuclei.frame.forEach((frame, row) => rowsOfFrame[frame]!.push(row));
  const isKnown = images.width >= 1 && images.height >= 1;
  const [height, width] = isKnown
    ? [Math.floor(images.height), Math.floor(images.width)]
    : smallestFrame(
        graph,
        calibration,
        Float64Array.from(spotOfRow, (spot) => spots.radius[spot]!),
      );
  const rowsOf = (frame: number): readonly number[] => {
    const rows = rowsOfFrame[frame];
    if (rows === undefined) throw new InvalidInput("frame", `0 to ${frames - 1}`, String(frame));
    return rows;
  };
  const ringOf = async (row: number, bytes: ByteSource): Promise<Float64Array> => {
    const spot = spotOfRow[row]!;
    const points =
      spots.points[spot] === 0
        ? circle(spots.radius[spot]!)
        : await readContour(bytes, input.where, spots, spot);
    // From the centre of a pixel to the corner before it.
    return points.map((value, i) =>
      i % 2 === 0
        ? nuclei.x[row]! + value / calibration.x + 0.5
        : nuclei.y[row]! + value / calibration.y + 0.5,
    );
  };
  return {
    source: {
      frames,
      frameNames: rowsOfFrame.map((_, frame) => String(frame)),
      size: async () => ({ height, width }),
      read: async (frame) => {
        if (height * width > largestFrame)
          throw new UnsupportedFormat(input.where, `A frame of ${width} x ${height} px`, "crop the movie");
        const data = new Int32Array(height * width);
        // The contours of a frame are beside each other.
        const bytes = blockSource(input.bytes, 2 ** 18);
        for (const row of rowsOf(frame)) {
          const [label, ring] = [nuclei.label[row]!, await ringOf(row, bytes)];
          const count = fillRings({ height, width, data }, [ring], label, (present) => present === 0);
          const [y, x] = [Math.round(nuclei.y[row]!), Math.round(nuclei.x[row]!)];
          if (count === 0 && y >= 0 && x >= 0 && y < height && x < width) data[y * width + x] = label;
        }
        return labelImage(height, width, data);
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

/** A circle of a radius around 0, as a polygon of the same area. */
function circle(radius: number): Float64Array {
  const corners = 64;
  const angle = (2 * Math.PI) / corners;
  const size = (radius > 0 && Number.isFinite(radius) ? radius : 0) * Math.sqrt(angle / Math.sin(angle));
  return Float64Array.from({ length: 2 * corners }, (_, i) =>
    i % 2 === 0 ? size * Math.cos((angle * i) / 2) : size * Math.sin((angle * (i - 1)) / 2),
  );
}

/** Height and width of a frame that holds all spots with their radius, px. */
function smallestFrame(
  { nuclei }: SpotGraph["graph"],
  calibration: Calibration,
  radius: Float64Array,
): [height: number, width: number] {
  const most = (place: Float64Array, scale: number): number =>
    place.reduce((size, value, row) => Math.max(size, Math.ceil(value + (radius[row]! || 0) / scale) + 1), 1);
  return [most(nuclei.y, calibration.y), most(nuclei.x, calibration.x)];
}
