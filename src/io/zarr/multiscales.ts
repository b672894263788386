/**
 * What OME-Zarr says of an image: its axes, the sizes in which it is stored, and what a pixel measures.
 * Source: OME-NGFF 0.1 to 0.5, ngff.openmicroscopy.org (multiscales, omero).
 */
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import { micrometresPer, positive, secondsPer } from "../image/unitnames.js";
import { field, finiteNumbers, isObject, listAt, objectAt, shown, textAt } from "./zarrjson.js";
import type { ZarrNode } from "./zarrnode.js";

/** An axis as metadata name it. */
export interface NamedAxis {
  readonly name: string;
  /** "time", "channel", "space" or other; "" where metadata do not say. */
  readonly type: string;
  readonly unit: string;
}

/** An image in several sizes. */
export interface Multiscale {
  readonly name: string;
  /** Undefined where the version has none: then they are the last of t, c, z, y, x. */
  readonly axes: readonly NamedAxis[] | undefined;
  /** Paths of the arrays below the group, the full size first. */
  readonly paths: readonly string[];
  /** Of the full size, in units of the axes, one an axis; undefined when metadata do not say. */
  readonly scale: readonly number[] | undefined;
  readonly translation: readonly number[] | undefined;
  /** Names of the channels. */
  readonly channelNames: readonly string[];
}

/** Metadata of OME in a node: at the top of the attributes before 0.5, under "ome" from then on. */
export const omeOf = ({ attributes }: ZarrNode): Readonly<Record<string, unknown>> => {
  const ome = objectAt(attributes, "ome");
  return Object.keys(ome).length > 0 ? ome : attributes;
};

/** True for a group that is an image. */
export const isImageGroup = (node: ZarrNode): boolean => listAt(omeOf(node), "multiscales").length > 0;

/** True for an image of labels. */
export const isLabelGroup = (node: ZarrNode): boolean => isObject(field(omeOf(node), "image-label"));

/** The images of a group. @throws CorruptFile, UnsupportedFormat */
export function multiscalesOf(node: ZarrNode, where: string): readonly Multiscale[] {
  const ome = omeOf(node);
  return listAt(ome, "multiscales").map((item) => {
    const version = textAt(item, "version") || textAt(ome, "version");
    if (!/^(0\.[1-5]\b.*)?$/.test(version) || listAt(item, "coordinateSystems").length > 0)
      throw new UnsupportedFormat(
        where,
        `OME-Zarr ${shown(version) || "0.6"}`,
        "write it again as OME-Zarr 0.5 or 0.4",
      );
    return multiscaleOf(item, ome, where);
  });
}

function multiscaleOf(item: unknown, ome: unknown, where: string): Multiscale {
  const datasets = listAt(item, "datasets");
  const paths = datasets.map((dataset) => textAt(dataset, "path"));
  if (paths.length === 0 || paths.includes(""))
    throw new CorruptFile(where, 0, "its OME-Zarr metadata name no array of the image");
  const axes = listAt(item, "axes").map(axisOf);
  const steps = [datasets[0], item].flatMap((source) => listAt(source, "coordinateTransformations"));
  return {
    name: textAt(item, "name"),
    axes: axes.length === 0 ? undefined : axes,
    paths,
    ...placement(steps),
    channelNames: listAt(objectAt(ome, "omero"), "channels").map((channel) => textAt(channel, "label")),
  };
}

const axisOf = (axis: unknown): NamedAxis =>
  typeof axis === "string"
    ? { name: axis, type: "", unit: "" }
    : { name: textAt(axis, "name"), type: textAt(axis, "type"), unit: textAt(axis, "unit") };

/** Scales and translations one after the other; other transformations do not bear on the size of a pixel. */
function placement(steps: readonly unknown[]): Pick<Multiscale, "scale" | "translation"> {
  let scale: readonly number[] | undefined;
  let translation: readonly number[] | undefined;
  for (const step of steps) {
    const [by, along] = [finiteNumbers(field(step, "scale")), finiteNumbers(field(step, "translation"))];
    if (textAt(step, "type") === "scale" && by !== undefined) {
      scale = by.map((value, i) => value * (scale?.[i] ?? 1));
      translation = translation?.map((value, i) => value * (by[i] ?? 1));
    } else if (textAt(step, "type") === "translation" && along !== undefined) {
      translation = along.map((value, i) => value + (translation?.[i] ?? 0));
    }
  }
  return { scale, translation };
}

/** The axes that planes are addressed by. */
export type AxisRole = "t" | "c" | "z" | "y" | "x";

/** Which axis of an array plays which role; an axis that is not there is undefined. */
export interface AxisRoles {
  readonly roles: Readonly<Partial<Record<AxisRole, number>>> & { readonly y: number; readonly x: number };
  /** What was assumed, as sentences without file name and full stop. */
  readonly notices: readonly string[];
}

/** Orders of arrays whose axes have no name, by how many they are. */
const assumedOrders: readonly (readonly AxisRole[] | undefined)[] = [
  undefined,
  undefined,
  ["y", "x"],
  ["t", "y", "x"],
  ["t", "c", "y", "x"],
  ["t", "c", "z", "y", "x"],
];

/**
 * Finds t, c, z, y and x by their names, else by their types: of the axes of space the last is x.
 *
 * @param axes one an axis of the array; undefined where none is named
 * @throws UnsupportedFormat when an axis of another meaning has more than one place
 * @throws CorruptFile when the axes do not fit the array
 */
export function axisRoles(
  axes: readonly NamedAxis[] | undefined,
  shape: readonly number[],
  where: string,
): AxisRoles {
  if (axes === undefined) return assumedRoles(shape, where);
  if (axes.length !== shape.length)
    throw new CorruptFile(where, 0, `its metadata name ${axes.length} axes for an array of ${shape.length}`);
  const roles: Partial<Record<AxisRole, number>> = {};
  const left: number[] = [];
  axes.forEach(({ name }, i) => {
    const role = name.toLowerCase();
    if (isRole(role) && roles[role] === undefined) roles[role] = i;
    else left.push(i);
  });
  for (const i of left.toReversed()) {
    const role = roleByType(axes[i]!.type, roles);
    if (role !== undefined) roles[role] = i;
    else if (shape[i]! > 1)
      throw new UnsupportedFormat(
        where,
        `an axis "${shown(axes[i]!.name)}" of ${shape[i]!} places`,
        "write one of them as an image with the axes t, c, z, y, x",
      );
  }
  const { y, x } = roles;
  if (y === undefined || x === undefined)
    throw new UnsupportedFormat(where, "an image without the axes y and x", "name its axes t, c, z, y, x");
  return { roles: { ...roles, y, x }, notices: [] };
}

const isRole = (name: string): name is AxisRole => name.length === 1 && "tczyx".includes(name);

function roleByType(type: string, taken: Readonly<Partial<Record<AxisRole, number>>>): AxisRole | undefined {
  const byType: Readonly<Record<string, readonly AxisRole[]>> = {
    time: ["t"],
    channel: ["c"],
    space: ["x", "y", "z"],
  };
  return Object.hasOwn(byType, type) ? byType[type]!.find((role) => taken[role] === undefined) : undefined;
}

function assumedRoles(shape: readonly number[], where: string): AxisRoles {
  const order = assumedOrders[shape.length];
  if (order === undefined)
    throw new UnsupportedFormat(
      where,
      `an array of ${shape.length} axes without names`,
      "write it as OME-Zarr, which names them",
    );
  const places = Object.fromEntries(order.map((role, i) => [role, i]));
  const roles = { ...places, y: shape.length - 2, x: shape.length - 1 };
  const notices = order.length === 2 ? [] : [`Its axes have no names; they are read as ${order.join(", ")}`];
  return { roles, notices };
}

/** What a pixel and a frame measure, and where the image was taken. */
export interface Calibration {
  readonly pixelSize: number | undefined;
  readonly sliceSpacing: number | undefined;
  readonly frameInterval: number | undefined;
  readonly position: { readonly y: number; readonly x: number; readonly z?: number } | undefined;
  readonly notices: readonly string[];
}

/** In µm and seconds; what has no known unit is left out. */
export function calibrationOf(
  { axes, scale, translation }: Pick<Multiscale, "axes" | "scale" | "translation">,
  { roles }: AxisRoles,
): Calibration {
  const value = (
    values: readonly number[] | undefined,
    role: AxisRole,
    per: (unit: string) => number | undefined,
  ): number => {
    const place = roles[role];
    if (place === undefined) return NaN;
    return (values?.[place] ?? NaN) * (per(axes?.[place]?.unit ?? "") ?? NaN);
  };
  const length = (role: AxisRole): number | undefined => positive(value(scale, role, micrometresPer));
  const [y, x] = [length("y"), length("x")];
  const notices =
    x !== undefined && y !== undefined && Math.abs(x / y - 1) > 0.01
      ? ["The pixels are not square; their width is taken as the pixel size"]
      : [];
  const [top, left, depth] = (["y", "x", "z"] as const).map((role) =>
    value(translation, role, micrometresPer),
  );
  return {
    pixelSize: x ?? y,
    sliceSpacing: length("z"),
    frameInterval: positive(value(scale, "t", secondsPer)),
    position:
      Number.isFinite(top) && Number.isFinite(left)
        ? { y: top!, x: left!, ...(Number.isFinite(depth) ? { z: depth! } : {}) }
        : undefined,
    notices,
  };
}
