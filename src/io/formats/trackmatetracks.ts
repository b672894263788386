import { CorruptFile } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import { latin1Text } from "../bytetext.js";
import { micrometresPer, positive, secondsPer } from "../image/unitnames.js";
import { graphOfSpots, linkNotices, mostFrames, type SpotGraph } from "../spotgraph.js";
import { readTrackMate, type TrackMateFile } from "../trackmate/trackmatefile.js";
import { type ByteInput, hasExtension } from "./fileformat.js";
import type { OpenedTracks, TrackFormat } from "./trackformat.js";
import { type Calibration, trackMateLabels } from "./trackmatelabels.js";

/** TrackMate's own files, of any version. */
export const trackMateTracks: TrackFormat = {
  name: "TrackMate XML",
  extensions: ["xml"],
  from: "bytes",
  recognise: (head, name) => {
    const text = latin1Text(head);
    return text.includes("<TrackMate") || (hasExtension(name, ["xml"]) && /^(ï»¿)?\s*<\?xml\s/.test(text));
  },
  open: async (input) => opened(input, await readTrackMate(input.bytes, input.where)),
};

function opened(input: ByteInput, file: TrackMateFile): OpenedTracks {
  const { images, spatialUnits, timeUnits } = file;
  const calibration = { x: images.pixelWidth || 1, y: images.pixelHeight || images.pixelWidth || 1 };
  const { places, hiddenSpots, hiddenTracks } = shownSpots(input.where, file);
  const frames = Number.isInteger(images.frames) && images.frames <= mostFrames ? images.frames : 0;
  const made = graphOf(file, places, calibration, frames);
  const spotOfRow = made.placeOfRow.map((place) => places[place]!);
  const labels = trackMateLabels(input, file, { ...made, spotOfRow, calibration });
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
