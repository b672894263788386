/** What an ND2 file says of its pictures: channels, size of a pixel, place. */
import { countOf, flagOf, levelOf, levelsOf, type Nd2Level, numberOf, stringOf } from "./nd2values.js";
import type { Nd2Point } from "./nd2loops.js";
import { positive } from "../image/unitnames.js";

/** A channel: one component of a pixel, or the three of a colour. */
export interface Nd2Channel {
  /** "" where it has none. */
  readonly name: string;
  /** The first of its components. */
  readonly component: number;
}

/** What is said of all frames alike. */
export interface Nd2Picture {
  readonly channels: readonly Nd2Channel[];
  /** True when each channel is a colour of three components: blue, green, red. */
  readonly colour: boolean;
  /** µm; undefined when the file does not say. */
  readonly pixelSize: number | undefined;
  /** Where the first frame was taken. */
  readonly place: Nd2Point;
  readonly notices: readonly string[];
}

/** What of the attributes decides how components are channels. */
interface Components {
  readonly components: number;
  readonly sampleBytes: number;
}

/**
 * Reads what is said of the pictures.
 *
 * @param metadata contents of the chunk ImageMetadataSeq of the first frame; undefined when there is none
 * @param calibration contents of the chunk ImageCalibration; undefined when there is none
 */
export function nd2Picture(
  metadata: Nd2Level | undefined,
  calibration: Nd2Level | undefined,
  components: Components,
): Nd2Picture {
  const overTime = numberOf(metadata, "ePictureXAxis") === 2 || numberOf(metadata, "ePictureYAxis") === 2;
  const size = pixelSizeOf(metadata) ?? pixelSizeOf(calibration);
  return {
    ...channelsOf(metadata, components),
    pixelSize: overTime ? undefined : size,
    place: {
      name: "",
      y: numberOf(metadata, "dYPos"),
      x: numberOf(metadata, "dXPos"),
      z: numberOf(metadata, "dZPos"),
    },
    notices: overTime ? ["An axis of its pictures is time, as of a scanned line: no pixel size is read"] : [],
  };
}

/** µm; a picture that was not calibrated has one of 1 px. */
function pixelSizeOf(level: Nd2Level | undefined): number | undefined {
  return flagOf(level, "bCalibrated") === false ? undefined : positive(numberOf(level, "dCalibration"));
}

function channelsOf(
  metadata: Nd2Level | undefined,
  { components, sampleBytes }: Components,
): Pick<Nd2Picture, "channels" | "colour"> {
  const planes = planesOf(metadata);
  const total = planes.reduce((sum, plane) => sum + plane.components, 0);
  if (planes.length === 0 && components === 3 && sampleBytes === 1) return colours([""]);
  if (total === components && planes.length > 0 && planes.every((plane) => plane.components === 3))
    return colours(planes.map(({ name }) => name));
  const names =
    total === components
      ? planes.flatMap((plane) => namesOf(plane))
      : planes.length === components
        ? planes.map(({ name }) => name)
        : [];
  return {
    channels: Array.from({ length: components }, (_, component) => ({
      name: names[component] ?? "",
      component,
    })),
    colour: false,
  };
}

const colours = (names: readonly string[]): Pick<Nd2Picture, "channels" | "colour"> => ({
  channels: names.map((name, i) => ({ name, component: 3 * i })),
  colour: true,
});

interface Plane {
  readonly name: string;
  readonly components: number;
}

function planesOf(metadata: Nd2Level | undefined): readonly Plane[] {
  const pictures = levelOf(metadata, "sPicturePlanes");
  const recent = levelsOf(pictures, "sPlaneNew");
  const levels = recent.length > 0 ? recent : levelsOf(pictures, "sPlane");
  return levels.slice(0, countOf(pictures, "uiCount") ?? levels.length).map((level) => ({
    name: stringOf(level, "sDescription"),
    components: countOf(level, "uiCompCount") ?? 1,
  }));
}

/** Names of the components of a channel: a colour beside grey channels comes as three. */
function namesOf({ name, components }: Plane): readonly string[] {
  if (components === 3) return ["blue", "green", "red"].map((colour) => `${name} ${colour}`.trim());
  return Array.from({ length: Math.min(components, 1024) }, () => name);
}
