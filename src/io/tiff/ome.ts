import { CorruptFile } from "../../core/errors.js";
import type { PlaneAddress, Stack } from "../image/stack.js";
import { attribute, elementAt, elements, parseXml, textOf, type XmlElement } from "../xml.js";
import {
  channelNamesOf,
  integer,
  lengthOf,
  physicalSize,
  positionOfStage,
  timesOf,
} from "./omecalibration.js";
import type { PlaneInfo } from "./tiffpage.js";

/** True for a description that is OME-XML. */
export const isOme = (description: string): boolean =>
  /^\s*<(\?xml|!--|OME|ome:OME|OME:OME)/.test(description) && /<(\w+:)?OME[\s>]/.test(description);

/** More planes than any movie has; beyond it the sizes are damage. */
const maxPlanes = 1 << 22;

/** Planes that a file may promise and not hold, for an acquisition may have been broken off. */
const plannedPlanes = 1 << 16;

/** The file that holds the text, or that the text was made for. */
export interface OmeFile {
  readonly name: string;
  readonly planes: readonly Pick<PlaneInfo, "samples">[];
  /** As its own OME-XML has it; "" where that is unknown. */
  readonly uuid: string;
}

/** What OME-XML says. */
export interface OmeText {
  readonly root: XmlElement;
  /** The file that holds the metadata instead; undefined where this text does. */
  readonly elsewhere: string | undefined;
  /** Of the file that holds the text. */
  readonly uuid: string;
}

/** Parses a description. @throws CorruptFile when the XML makes no sense */
export function parseOme(description: string, fileName: string): OmeText {
  const root = elementAt(parseXml(description, fileName, "OME-XML"), "OME") ?? {};
  const other = elementAt(root, "BinaryOnly");
  const name = other === undefined ? "" : attribute(other, "MetadataFile").split(/[/\\]/).at(-1)!;
  return { root, elsewhere: name === "" ? undefined : name, uuid: attribute(root, "UUID") };
}

/**
 * The stacks that OME-XML describes, one an image.
 *
 * @returns none when it has no image
 * @throws CorruptFile when its sizes make no sense
 * Source: the OME model, schema 2016-06 (Image, Pixels, Channel, TiffData, Plane).
 */
export function omeStacks({ root }: OmeText, own: OmeFile, kind?: "movie" | "images"): Stack[] {
  const stacks: Stack[] = [];
  let most = mostSeriesPlanes;
  for (const image of elements(root, "Image")) {
    const pixels = elements(image, "Pixels")[0];
    if (pixels === undefined) continue;
    const stack = stackOfPixels(pixels, own, attribute(image, "Name"), kind);
    most -= stack.frames * stack.channels * stack.slices;
    if (most < 0) throw new CorruptFile(own.name, 0, "its OME-XML describes more planes than any file has");
    stacks.push(stack);
  }
  return stacks;
}

function stackOfPixels(
  pixels: XmlElement,
  own: OmeFile,
  name: string,
  kind: "movie" | "images" | undefined,
): Stack {
  const notices: string[] = [];
  const sizes = sizesOf(pixels, own);
  const { addresses, files } = addressesOf(pixels, sizes, own);
  const sliceSpacing = lengthOf(pixels, "PhysicalSizeZ");
  const times = timesOf(
    pixels,
    sizes.T === 1 && sizes.Z > 1 ? { axis: "Z", size: sizes.Z } : { axis: "T", size: sizes.T },
  );
  // OME says which axis is which; only a file that times its slices, and gives them no distance, means
  // frames.
  const timed =
    sizes.Z > 1 &&
    sizes.T === 1 &&
    (kind === "movie" ||
      (kind === undefined && times.frameInterval !== undefined && attribute(pixels, "PhysicalSizeZ") === ""));
  if (timed && kind === undefined)
    notices.push(
      `The file calls its ${sizes.Z} planes slices, but gives a time between them and no distance: ` +
        `they are read as frames (kind "images" keeps them slices)`,
    );
  if (addresses.some((address) => address === undefined))
    notices.push("The OME-XML describes more planes than it gives positions for");
  const at = (t: number, c: number, z: number): PlaneAddress | undefined =>
    addresses[(t * sizes.C + c) * sizes.Z + z];
  const isMovie = timed || sizes.T > 1;
  return {
    name,
    format: "OME",
    frames: timed ? sizes.Z : sizes.T,
    channels: sizes.C,
    slices: timed ? 1 : sizes.Z,
    at: timed ? (frame, channel) => at(0, channel, frame) : at,
    pixelSize: physicalSize(pixels, notices),
    sliceSpacing: timed ? undefined : sliceSpacing,
    frameInterval: isMovie ? times.frameInterval : times.planned,
    frameTimes: isMovie ? times.frameTimes : undefined,
    channelNames: channelNamesOf(pixels, sizes.C),
    position: positionOfStage(pixels),
    files,
    notices: isMovie ? [...notices, ...times.notices] : notices,
  };
}

/** More planes than all images of a file have together. */
const mostSeriesPlanes = 1 << 23;

interface OmeSizes {
  readonly T: number;
  /** Channels that are planes of their own. */
  readonly C: number;
  readonly Z: number;
  /** Axes of the planes, fastest first. */
  readonly order: readonly ("T" | "C" | "Z")[];
}

function sizesOf(pixels: XmlElement, own: OmeFile): OmeSizes {
  const samples = samplesOf(pixels, own);
  const order = /^XY([TCZ]{3})$/.exec(attribute(pixels, "DimensionOrder"))?.[1] ?? "CZT";
  const [T, Z] = [integer(pixels, "SizeT", 1), integer(pixels, "SizeZ", 1)];
  const C = Math.max(1, Math.round(integer(pixels, "SizeC", 1) / samples));
  if (!(T >= 1 && Z >= 1 && T * C * Z <= maxPlanes) || new Set(order).size !== 3) {
    throw new CorruptFile(
      own.name,
      0,
      `its OME-XML gives sizes of T ${T}, C ${C}, Z ${Z} in the order XY${order}`,
    );
  }
  return { T, C, Z, order: [...order].filter((axis) => axis === "T" || axis === "C" || axis === "Z") };
}

/**
 * Values per pixel, which OME counts as channels: those of the first plane where it is in the file, else what
 * the text says.
 */
function samplesOf(pixels: XmlElement, own: OmeFile): number {
  const block = elements(pixels, "TiffData")[0];
  const isOwn = block === undefined || fileOf(block, own) === undefined;
  const first = isOwn ? own.planes[block === undefined ? 0 : integer(block, "IFD", 0)] : undefined;
  const channel = elements(pixels, "Channel")[0];
  const said = channel === undefined ? 1 : Math.max(1, integer(channel, "SamplesPerPixel", 1));
  return first?.samples ?? (said > 1 ? said : (own.planes[0]?.samples ?? 1));
}

interface Addresses {
  /** By (t * C + c) * Z + z. */
  readonly addresses: readonly (PlaneAddress | undefined)[];
  readonly files: readonly string[];
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
function addressesOf(pixels: XmlElement, sizes: OmeSizes, own: OmeFile): Addresses {
  const total = sizes.T * sizes.C * sizes.Z;
  const nodes = elements(pixels, "TiffData");
  const blocks = (nodes.length === 0 ? [{}] : nodes).map((node) => blockOf(node, sizes, own));
  const files = [...new Set(blocks.map(({ file }) => file).filter((file) => file !== undefined))];
  const most = Math.max(own.planes.length, plannedPlanes) * (1 + files.length);
  if (total > most)
    throw new CorruptFile(
      own.name,
      0,
      `its OME-XML gives sizes of T ${sizes.T}, C ${sizes.C}, Z ${sizes.Z} for ` +
        `${own.planes.length} planes in the file and ${files.length} other files`,
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

function blockOf(node: XmlElement, sizes: OmeSizes, own: OmeFile): Block {
  const file = fileOf(node, own);
  const hasIfd = attribute(node, "IFD") !== "";
  // The schema's defaults: with IFD given, one plane; without, all there are.
  const all = file === undefined ? own.planes.length : sizes.T * sizes.C * sizes.Z;
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
function fileOf(block: XmlElement, own: OmeFile): string | undefined {
  const uuid = elements(block, "UUID")[0];
  if (uuid === undefined) return undefined;
  const name = attribute(uuid, "FileName").split(/[/\\]/).at(-1)!;
  if (name === "" || name === own.name || (own.uuid !== "" && textOf(uuid) === own.uuid)) return undefined;
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
