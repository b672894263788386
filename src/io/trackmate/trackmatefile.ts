/**
 * The content of a TrackMate file, as columns.
 *
 * Positions are in physical units; that of the centre of the top left pixel is 0. Contours are closed lines
 * relative to the position of their spot, in the same units. Source: TrackMate's TmXmlReader, TmXmlWriter,
 * MaskUtils and SpotRoi.
 */
import { CorruptFile } from "../../core/errors.js";
import type { ByteSource } from "../bytes.js";
import { mostFrames } from "../spotgraph.js";
import { readXmlTags, type XmlTag } from "../xmltags.js";

/** Spots, one entry a spot, in the order of the file. */
export interface TrackMateSpots {
  readonly id: number[];
  readonly frame: number[];
  /** Physical units. */
  readonly x: number[];
  readonly y: number[];
  /** NaN where it is not said, as in the columns that follow. */
  readonly radius: number[];
  readonly area: number[];
  readonly quality: number[];
  readonly meanIntensity: number[];
  /** 0 for a hidden spot. */
  readonly visible: number[];
  /** Points of the contour; 0 for none. */
  readonly points: number[];
  /** Bytes of the file between which the contour's coordinates are. */
  readonly textStart: number[];
  readonly textEnd: number[];
}

/** Links, one entry each. */
export interface TrackMateLinks {
  /** Ids of spots. */
  readonly source: number[];
  readonly target: number[];
  /** NaN where it is not said. */
  readonly cost: number[];
  /** Id of the track. */
  readonly track: number[];
}

/** What the file says of the images; NaN and "" where it does not. */
export interface TrackMateImages {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly slices: number;
  /** In `spatialUnits` and `timeUnits`. */
  readonly pixelWidth: number;
  readonly pixelHeight: number;
  readonly timeInterval: number;
}

/** A TrackMate file. */
export interface TrackMateFile {
  readonly spots: TrackMateSpots;
  readonly links: TrackMateLinks;
  /** Ids of the tracks that are shown; undefined when the file has no such list, and shows all. */
  readonly shown: ReadonlySet<number> | undefined;
  readonly spatialUnits: string;
  readonly timeUnits: string;
  readonly images: TrackMateImages;
}

/** @param where name of the file, for messages @throws CorruptFile */
export async function readTrackMate(source: ByteSource, where: string): Promise<TrackMateFile> {
  const reading = newReading(where);
  await readXmlTags(source, where, "TrackMate XML", (tag) => {
    take(reading, tag);
  });
  const { spots, links, images, units, shown } = reading;
  return { spots, links, images, shown, ...units };
}

interface Reading {
  readonly where: string;
  readonly path: string[];
  readonly spots: TrackMateSpots;
  readonly links: TrackMateLinks;
  shown: Set<number> | undefined;
  units: { readonly spatialUnits: string; readonly timeUnits: string };
  images: TrackMateImages;
  /** Of the element that is being read. */
  frame: number;
  track: number;
}

const newReading = (where: string): Reading => ({
  where,
  path: [],
  spots: {
    id: [],
    frame: [],
    x: [],
    y: [],
    radius: [],
    area: [],
    quality: [],
    meanIntensity: [],
    visible: [],
    points: [],
    textStart: [],
    textEnd: [],
  },
  links: { source: [], target: [], cost: [], track: [] },
  shown: undefined,
  units: { spatialUnits: "", timeUnits: "" },
  images: imagesOf(new Map()),
  frame: NaN,
  track: NaN,
});

function take(reading: Reading, tag: XmlTag): void {
  const { path, spots } = reading;
  if (!tag.isStart) {
    path.pop();
    if (tag.name === "Spot" && path.at(-1) === "SpotsInFrame") spots.textEnd.push(tag.start);
    return;
  }
  const parent = path.at(-1);
  path.push(tag.name);
  const taken = takers[tag.name];
  if (parent === undefined && tag.name !== "TrackMate")
    throw new CorruptFile(reading.where, tag.start, `its root is ${tag.name.slice(0, 40)}, not TrackMate`);
  if (taken?.parent === parent) taken?.take(reading, tag);
}

interface Taker {
  readonly parent: string;
  readonly take: (reading: Reading, tag: XmlTag) => void;
}

/** What is done with an element of a name, where it is in an element of its parent's name. */
const takers: Readonly<Record<string, Taker | undefined>> = Object.assign(Object.create(null), {
  Model: {
    parent: "TrackMate",
    take: (reading, { attributes }) => {
      reading.units = {
        spatialUnits: attributes.get("spatialunits") ?? "",
        timeUnits: attributes.get("timeunits") ?? "",
      };
    },
  },
  SpotsInFrame: {
    parent: "AllSpots",
    take: (reading, tag) => {
      reading.frame = frameOf(reading.where, tag, "frame");
    },
  },
  Spot: { parent: "SpotsInFrame", take: takeSpot },
  Track: {
    parent: "AllTracks",
    take: (reading, tag) => {
      reading.track = wholeOf(reading.where, tag, "TRACK_ID");
    },
  },
  Edge: { parent: "Track", take: takeLink },
  FilteredTracks: {
    parent: "Model",
    take: (reading) => {
      reading.shown = new Set();
    },
  },
  TrackID: {
    parent: "FilteredTracks",
    take: (reading, tag) => {
      reading.shown?.add(wholeOf(reading.where, tag, "TRACK_ID"));
    },
  },
  ImageData: {
    parent: "Settings",
    take: (reading, { attributes }) => {
      reading.images = imagesOf(attributes);
    },
  },
} satisfies Record<string, Taker>) as Readonly<Record<string, Taker | undefined>>;

function takeSpot({ where, spots, frame }: Reading, tag: XmlTag): void {
  const number = (name: string): number => optional(tag, name);
  spots.id.push(wholeOf(where, tag, "ID"));
  spots.frame.push(Number.isNaN(frame) ? frameOf(where, tag, "FRAME") : frame);
  spots.x.push(finiteOf(where, tag, "POSITION_X"));
  spots.y.push(finiteOf(where, tag, "POSITION_Y"));
  spots.radius.push(number("RADIUS"));
  spots.area.push(number("AREA"));
  spots.quality.push(number("QUALITY"));
  // Version 6 and before have one channel's.
  const ofFirst = number("MEAN_INTENSITY_CH1");
  spots.meanIntensity.push(Number.isNaN(ofFirst) ? number("MEAN_INTENSITY") : ofFirst);
  spots.visible.push(number("VISIBILITY") === 0 ? 0 : 1);
  const points = number("ROI_N_POINTS");
  // TrackMate itself takes fewer points for no contour.
  spots.points.push(points > 2 && Number.isInteger(points) ? points : 0);
  spots.textStart.push(tag.end);
}

function takeLink({ where, links, track }: Reading, tag: XmlTag): void {
  links.source.push(wholeOf(where, tag, "SPOT_SOURCE_ID"));
  links.target.push(wholeOf(where, tag, "SPOT_TARGET_ID"));
  links.cost.push(optional(tag, "LINK_COST"));
  links.track.push(track);
}

function imagesOf(attributes: ReadonlyMap<string, string>): TrackMateImages {
  const number = (name: string): number => {
    const value = numberOf(attributes.get(name));
    return value > 0 && Number.isFinite(value) ? value : NaN;
  };
  return {
    width: number("width"),
    height: number("height"),
    frames: number("nframes"),
    slices: number("nslices"),
    pixelWidth: number("pixelwidth"),
    pixelHeight: number("pixelheight"),
    timeInterval: number("timeinterval"),
  };
}

const numberOf = (text: string | undefined): number =>
  text === undefined || text.trim() === "" ? NaN : Number(text);

/** NaN where it is not there, or is no number. */
const optional = ({ attributes }: XmlTag, name: string): number => numberOf(attributes.get(name));

function finiteOf(where: string, tag: XmlTag, name: string): number {
  const value = optional(tag, name);
  if (Number.isFinite(value)) return value;
  throw new CorruptFile(where, tag.start, `${tag.name} has no number ${name}`);
}

/** Old versions write whole numbers with a decimal point. */
function wholeOf(where: string, tag: XmlTag, name: string): number {
  const value = finiteOf(where, tag, name);
  if (Number.isSafeInteger(value)) return value;
  throw new CorruptFile(where, tag.start, `${tag.name} has no whole number ${name}`);
}

function frameOf(where: string, tag: XmlTag, name: string): number {
  const value = wholeOf(where, tag, name);
  if (value >= 0 && value < mostFrames) return value;
  throw new CorruptFile(
    where,
    tag.start,
    `${tag.name} has the frame ${value}, not one from 0 to ${mostFrames - 1}`,
  );
}

/**
 * The contour of a spot, x0, y0, x1, y1, ..., in physical units, relative to its position.
 *
 * @throws CorruptFile when there are not as many coordinates as it says
 */
export async function readContour(
  source: ByteSource,
  where: string,
  spots: TrackMateSpots,
  spot: number,
): Promise<Float64Array> {
  const [start, end, points] = [spots.textStart[spot]!, spots.textEnd[spot]!, spots.points[spot]!];
  const corrupt = (): CorruptFile =>
    new CorruptFile(where, start, `the contour of spot ${spots.id[spot]!} does not have ${points} points`);
  // A coordinate has a digit and a space at least; the longest number of Java has 25 characters.
  if (end - start < 4 * points - 1 || end - start > 2 ** 26) throw corrupt();
  const text = new TextDecoder().decode(await source.read(start, end - start));
  const numbers = Float64Array.from(text.trim().split(/\s+/), Number);
  if (numbers.length < 2 * points) throw corrupt();
  const coordinates = numbers.subarray(0, 2 * points);
  if (!coordinates.every(Number.isFinite)) throw corrupt();
  return coordinates;
}
