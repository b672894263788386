import { CorruptFile } from "../../core/errors.js";
import type { PlaneAddress, Stack } from "../image/stack.js";
import { micrometresPer, positive, secondsPer } from "../image/unitnames.js";
import { attribute, elementAt, elements, parseXml, textOf, type XmlElement } from "../xml.js";

/** True for a description that is OME-XML. */
export const isOme = (description: string): boolean =>
  /^\s*<(\?xml|!--|OME|ome:OME|OME:OME)/.test(description) && /<(\w+:)?OME[\s>]/.test(description);

/** More planes than any movie has; beyond it the sizes are damage. */
const maxPlanes = 1 << 22;

/** Planes that a file may promise and not hold, for an acquisition may have been broken off. */
const plannedPlanes = 1 << 16;

/**
 * The stack that OME-XML describes: its first image.
 *
 * @param fileName of the file that holds the text
 * @param planes number of planes in that file
 * @param samples values per pixel of its first plane: OME counts them as channels
 * @returns undefined when the text leaves the pixels to another file (BinaryOnly) or has no image
 * @throws CorruptFile when the XML or its sizes make no sense
 * Source: the OME model, schema 2016-06 (Pixels, TiffData, Plane).
 */
export function omeStack(
  description: string,
  fileName: string,
  planes: number,
  samples: number,
  kind?: "movie" | "images",
): Stack | undefined {
  const ome = parse(description, fileName);
  const images = elements(ome, "Image");
  const pixels = images[0] === undefined ? undefined : elements(images[0], "Pixels")[0];
  if (pixels === undefined) return undefined;
  const notices: string[] = [];
  if (images.length > 1)
    notices.push(`The file holds ${images.length} images (positions); the first is read`);
  const sizes = sizesOf(pixels, fileName, samples);
  const { addresses, files } = addressesOf(ome, pixels, sizes, { name: fileName, planes });
  const frameInterval = timeIncrement(pixels) ?? plannedInterval(pixels);
  // OME says which axis is which; only a file that times its slices, and gives them no distance, means
  // frames.
  const timed =
    sizes.Z > 1 &&
    sizes.T === 1 &&
    (kind === "movie" ||
      (kind === undefined && frameInterval !== undefined && attribute(pixels, "PhysicalSizeZ") === ""));
  if (timed && kind === undefined)
    notices.push(
      `The file calls its ${sizes.Z} planes slices, but gives a time between them and no distance: ` +
        `they are read as frames (kind "images" keeps them slices)`,
    );
  if (addresses.some((address) => address === undefined))
    notices.push("The OME-XML describes more planes than it gives positions for");
  const at = (t: number, c: number, z: number): PlaneAddress | undefined =>
    addresses[(t * sizes.C + c) * sizes.Z + z];
  return {
    format: "OME",
    frames: timed ? sizes.Z : sizes.T,
    channels: sizes.C,
    slices: timed ? 1 : sizes.Z,
    at: timed ? (frame, channel) => at(0, channel, frame) : at,
    pixelSize: physicalSize(pixels, notices),
    frameInterval,
    files,
    notices,
  };
}

/** The root of a description. @throws CorruptFile */
const parse = (description: string, fileName: string): XmlElement =>
  elementAt(parseXml(description, fileName, "OME-XML"), "OME") ?? {};

function integer(node: XmlElement, name: string, fallback: number): number {
  const text = attribute(node, name);
  const value = Number(text);
  return text !== "" && Number.isInteger(value) && value >= 0 ? value : fallback;
}

interface OmeSizes {
  readonly T: number;
  /** Channels that are planes of their own. */
  readonly C: number;
  readonly Z: number;
  /** Axes of the planes, fastest first. */
  readonly order: readonly ("T" | "C" | "Z")[];
}

function sizesOf(pixels: XmlElement, fileName: string, samples: number): OmeSizes {
  const order = /^XY([TCZ]{3})$/.exec(attribute(pixels, "DimensionOrder"))?.[1] ?? "CZT";
  const [T, Z] = [integer(pixels, "SizeT", 1), integer(pixels, "SizeZ", 1)];
  const C = Math.max(1, Math.round(integer(pixels, "SizeC", 1) / samples));
  if (!(T >= 1 && Z >= 1 && T * C * Z <= maxPlanes) || new Set(order).size !== 3) {
    throw new CorruptFile(
      fileName,
      0,
      `its OME-XML gives sizes of T ${T}, C ${C}, Z ${Z} in the order XY${order}`,
    );
  }
  return { T, C, Z, order: [...order].filter((axis) => axis === "T" || axis === "C" || axis === "Z") };
}

interface Addresses {
  /** By (t * C + c) * Z + z. */
  readonly addresses: readonly (PlaneAddress | undefined)[];
  readonly files: readonly string[];
}

/** The file that holds the text: its name, and how many planes it has. */
interface OwnFile {
  readonly name: string;
  readonly planes: number;
}

/** Planes in one run of the order of the planes, and where they are. */
interface Block {
  readonly file: string | undefined;
  /** Plane of that file that the run begins with. */
  readonly first: number;
  /** Place in the order of the planes, and number of planes. */
  readonly start: number;
  readonly count: number;
}

/** @throws CorruptFile when the sizes are beyond what the files can hold */
function addressesOf(ome: XmlElement, pixels: XmlElement, sizes: OmeSizes, own: OwnFile): Addresses {
  const total = sizes.T * sizes.C * sizes.Z;
  const nodes = elements(pixels, "TiffData");
  const blocks = (nodes.length === 0 ? [{}] : nodes).map((node) => blockOf(ome, node, sizes, own));
  const files = [...new Set(blocks.map(({ file }) => file).filter((file) => file !== undefined))];
  const most = Math.max(own.planes, plannedPlanes) * (1 + files.length);
  if (total > most)
    throw new CorruptFile(
      own.name,
      0,
      `its OME-XML gives sizes of T ${sizes.T}, C ${sizes.C}, Z ${sizes.Z} for ` +
        `${own.planes} planes in the file and ${files.length} other files`,
    );
  const addresses = new Array<PlaneAddress | undefined>(total).fill(undefined);
  // The last block that names a plane counts. From the last one, planes that have an address are stepped
  // over, so that the work is that of the planes however often they are named.
  const free = Int32Array.from({ length: total + 1 }, (_, i) => i);
  for (const { file, first, start, count } of blocks.toReversed()) {
    const end = Math.min(total, start + count);
    for (let i = nextFree(free, Math.min(start, total)); i < end; i = nextFree(free, i)) {
      addresses[indexOf(i, sizes)] = { file, plane: first + i - start };
      free[i] = i + 1;
    }
  }
  return { addresses, files };
}

function blockOf(ome: XmlElement, node: XmlElement, sizes: OmeSizes, own: OwnFile): Block {
  const file = fileOf(ome, node, own.name);
  const hasIfd = attribute(node, "IFD") !== "";
  // The schema's defaults: with IFD given, one plane; without, all there are.
  const all = file === undefined ? own.planes : sizes.T * sizes.C * sizes.Z;
  return {
    file,
    first: integer(node, "IFD", 0),
    start: positionOf(node, sizes),
    count: integer(node, "PlaneCount", hasIfd ? 1 : all),
  };
}

/** The first place from `i` on that has no address yet; steps over many are shortened on the way. */
function nextFree(free: Int32Array, i: number): number {
  let end = i;
  while (free[end] !== end) end = free[end]!;
  while (free[i] !== end) [free[i], i] = [end, free[i]!];
  return end;
}

/**
 * The other file that a block of planes is in; its name without any folder, since files are moved together.
 */
function fileOf(ome: XmlElement, block: XmlElement, fileName: string): string | undefined {
  const uuid = elements(block, "UUID")[0];
  if (uuid === undefined) return undefined;
  const name = attribute(uuid, "FileName").split(/[/\\]/).at(-1)!;
  const own = attribute(ome, "UUID");
  if (name === "" || name === fileName || (own !== "" && textOf(uuid) === own)) return undefined;
  return name;
}

/** Number of a block's first plane in the order of the planes. */
function positionOf(block: XmlElement, sizes: OmeSizes): number {
  let position = 0;
  let stride = 1;
  for (const axis of sizes.order) {
    position += integer(block, `First${axis}`, 0) * stride;
    stride *= sizes[axis];
  }
  return position;
}

/** From the number of a plane in the file's order of axes to its place in `addresses`. */
function indexOf(position: number, sizes: OmeSizes): number {
  const at = { T: 0, C: 0, Z: 0 };
  for (const axis of sizes.order) {
    at[axis] = position % sizes[axis];
    position = Math.floor(position / sizes[axis]);
  }
  return (at.T * sizes.C + at.C) * sizes.Z + at.Z;
}

function physicalSize(pixels: XmlElement, notices: string[]): number | undefined {
  const size = (axis: "X" | "Y"): number | undefined => {
    const text = attribute(pixels, `PhysicalSize${axis}`);
    const unit = attribute(pixels, `PhysicalSize${axis}Unit`) || "µm";
    return text === "" ? undefined : positive(Number(text) * (micrometresPer(unit) ?? NaN));
  };
  const [x, y] = [size("X"), size("Y")];
  if (x !== undefined && y !== undefined && Math.abs(x / y - 1) > 0.01)
    notices.push("The pixels are not square; their width is taken as the pixel size");
  return x ?? y;
}

function timeIncrement(pixels: XmlElement): number | undefined {
  const text = attribute(pixels, "TimeIncrement");
  return text === ""
    ? undefined
    : positive(Number(text) * (secondsPer(attribute(pixels, "TimeIncrementUnit") || "s") ?? NaN));
}

/** The median time between frames, from the times of their first planes. */
function plannedInterval(pixels: XmlElement): number | undefined {
  const times = elements(pixels, "Plane")
    .filter(
      (plane) =>
        integer(plane, "TheC", 0) === 0 &&
        integer(plane, "TheZ", 0) === 0 &&
        attribute(plane, "DeltaT") !== "",
    )
    .map((plane) => ({
      frame: integer(plane, "TheT", 0),
      time: Number(attribute(plane, "DeltaT")) * (secondsPer(attribute(plane, "DeltaTUnit") || "s") ?? NaN),
    }))
    .sort((a, b) => a.frame - b.frame);
  const steps = times
    .slice(1)
    .map(({ frame, time }, i) => (time - times[i]!.time) / (frame - times[i]!.frame))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  return positive(steps[steps.length >> 1]);
}
