/** Where a LIF image was taken, and how large its pixels are. */
import { micrometresPer, positive, secondsPer } from "../image/unitnames.js";
import { attribute, elements, type XmlElement } from "../xml.js";
import { type LifDimension, realNumber } from "./lifdescription.js";
import { descendants } from "./liftree.js";

/** A place of the stage, µm; z is undefined when the file does not say. */
export interface StagePlace {
  readonly y: number;
  readonly x: number;
  readonly z: number | undefined;
}

/** µm; beyond, images of lifetimes say the number of their pixels as a length in metres. */
const largestStep = 1e4;

/** µm between neighbours, without sign; undefined when the file does not say. */
export function micrometresOf({ step, unit }: LifDimension): number | undefined {
  const size = positive(Math.abs(step) * (micrometresPer(unit) ?? NaN));
  return size !== undefined && size < largestStep ? size : undefined;
}

/** Seconds between neighbours; undefined when the file does not say. */
export const secondsOf = ({ step, unit }: LifDimension): number | undefined =>
  positive(step * (secondsPer(unit) ?? NaN));

/** One tile of a tile scan: its field of the grid, and its place, m. NaN where not said. */
export interface LifTile {
  readonly field: { readonly y: number; readonly x: number };
  readonly place: { readonly y: number; readonly x: number };
  readonly z: number;
}

/** How a stage stands to the image. */
export interface TileScan {
  readonly tiles: readonly LifTile[];
  readonly swapXY: boolean;
  readonly flipX: boolean;
  readonly flipY: boolean;
}

/** The tile scan of an image; undefined where there is none. */
export function tileScanOf(image: XmlElement): TileScan | undefined {
  const info = elements(image, "Attachment").find((element) => attribute(element, "Name") === "TileScanInfo");
  if (info === undefined) return undefined;
  const tiles = elements(info, "Tile").map((tile) => ({
    field: { y: realNumber(tile, "FieldY"), x: realNumber(tile, "FieldX") },
    place: { y: realNumber(tile, "PosY"), x: realNumber(tile, "PosX") },
    z: realNumber(tile, "PosZ"),
  }));
  if (tiles.length === 0) return undefined;
  const flag = (name: string): boolean => attribute(info, name) === "1";
  return { tiles, swapXY: flag("SwapXY"), flipX: flag("FlipX"), flipY: flag("FlipY") };
}

/**
 * The place of the stage, as the stage counts: of a tile scan the middle of its tiles, else that of the
 * settings.
 */
export function stagePlaceOf(image: XmlElement): StagePlace | undefined {
  const tiles = tileScanOf(image)?.tiles ?? [];
  const y = middle(tiles.map(({ place }) => place.y));
  const x = middle(tiles.map(({ place }) => place.x));
  if (Number.isFinite(y) && Number.isFinite(x)) return inMicrometres(y, x, middle(tiles.map(({ z }) => z)));
  for (const name of ["ATLConfocalSettingDefinition", "ATLCameraSettingDefinition"]) {
    for (const settings of descendants(image, name)) {
      const [sy, sx] = [realNumber(settings, "StagePosY"), realNumber(settings, "StagePosX")];
      if (Number.isFinite(sy) && Number.isFinite(sx)) return inMicrometres(sy, sx, focusOf(settings));
    }
  }
  return undefined;
}

/** The place of the stage along z, m: a fast drive on top of it, such as a galvo, counts from its own middle. */
function focusOf(settings: XmlElement): number {
  const wide = descendants(settings, "AdditionalZPosition").find(
    (drive) => attribute(drive, "ZUseModeName") === "z-wide",
  );
  return realNumber(wide ?? settings, "ZPosition");
}

/** Rounded to 0.1 nm: beyond, digits are those of the conversion. */
function inMicrometres(y: number, x: number, z: number): StagePlace {
  const of = (metres: number): number => Math.round(metres * 1e10) / 1e4;
  return { y: of(y), x: of(x), z: Number.isFinite(z) ? of(z) : undefined };
}

const middle = (values: readonly number[]): number =>
  values.length === 0
    ? NaN
    : (values.reduce((a, b) => Math.min(a, b)) + values.reduce((a, b) => Math.max(a, b))) / 2;
