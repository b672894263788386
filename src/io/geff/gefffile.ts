/**
 * The arrays and the metadata of a graph in the graph exchange file format (GEFF), a Zarr group of format 2 or
 * 3. Source: the geff specification, version 1.3.
 */
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import { openArray, type ZarrArray } from "../zarr/zarrarray.js";
import {
  field,
  isObject,
  type JsonObject,
  joined,
  listAt,
  objectAt,
  type Place,
  shown,
  textAt,
} from "../zarr/zarrjson.js";
import { readNode } from "../zarr/zarrnode.js";

/** An axis of the places of nodes. */
export interface GeffAxis {
  /** Of the property that holds the places. */
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  /** To `scaledUnit`; undefined for none. */
  readonly scale: number | undefined;
  readonly scaledUnit: string;
}

/** A graph. */
export interface GeffFile {
  /** Unique whole numbers. */
  readonly ids: Float64Array;
  /** Pairs of ids. */
  readonly edges: Float64Array;
  readonly axes: readonly GeffAxis[];
  /** Unit of a property; "" where it has none. */
  readonly unitOf: (property: string) => string;
  /** Name of the property that holds labels. */
  readonly labelProperty: string;
  /** Paths of label images. */
  readonly labelPaths: readonly string[];
  /** Values of a property, NaN where they are missing; undefined when there is none of numbers. @throws CorruptFile */
  readonly property: (name: string) => Promise<Float64Array | undefined>;
}

/** Rows that are read at once: what comes is looked at before more is read. */
const rowsAtOnce = 2 ** 18;

/** @throws CorruptFile, UnsupportedFormat */
export async function readGeff(place: Place): Promise<GeffFile> {
  const root = await readNode(place, "");
  const metadata = field(root?.attributes, "geff");
  if (!isObject(metadata)) throw new CorruptFile(place.where, 0, "its attributes have no geff metadata");
  const ids = await readIds(place);
  const edges = await readEdges(place, ids);
  const related = listAt(metadata, "related_objects").filter((item) => textAt(item, "type") === "labels");
  const properties = objectAt(metadata, "node_props_metadata");
  return {
    ids,
    edges,
    axes: listAt(metadata, "axes").map(axisOf),
    unitOf: (name) => textAt(objectAt(properties, name), "unit"),
    labelProperty:
      related.map((item) => textAt(item, "node_prop") || textAt(item, "label_prop"))[0] || "seg_id",
    labelPaths: related.map((item) => textAt(item, "path")),
    property: (name) => readProperty(place, name, ids.length),
  };
}

function axisOf(axis: unknown): GeffAxis {
  const scale = field(axis, "scale");
  return {
    name: textAt(axis, "name"),
    type: textAt(axis, "type"),
    unit: textAt(axis, "unit"),
    scale: typeof scale === "number" && scale > 0 && Number.isFinite(scale) ? scale : undefined,
    scaledUnit: textAt(axis, "scaled_unit"),
  };
}

/** An array of a group, and how many rows it has; undefined when it is not there. */
async function arrayAt(
  place: Place,
  path: string,
  width?: number,
): Promise<{ readonly rows: number; readonly array: ZarrArray | undefined } | undefined> {
  const node = await readNode(place, path);
  if (node?.array === undefined) return undefined;
  // An array without rows has nothing to be opened.
  const stated = field(node.array, "shape");
  const isEmpty = Array.isArray(stated) && stated[0] === 0 && stated.length === (width === undefined ? 1 : 2);
  if (isEmpty) return { rows: 0, array: undefined };
  const array = openArray(place, node);
  const { shape } = array.metadata;
  if (shape.length !== (width === undefined ? 1 : 2) || (width !== undefined && shape[1] !== width))
    throw new CorruptFile(place.where, 0, `the array "${path}" has the shape ${shape.join(" x ")}`);
  return { rows: shape[0]!, array };
}

/** Values of an array, looked at part by part: those of a damaged shape are refused before they fill memory. */
async function readValues(
  { rows, array }: { readonly rows: number; readonly array: ZarrArray | undefined },
  width: number | undefined,
  check: (values: Float64Array) => void,
): Promise<Float64Array> {
  const parts: Float64Array[] = [];
  for (let from = 0; array !== undefined && from < rows; from += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows - from);
    const part = await array.read(
      width === undefined ? [from] : [from, 0],
      width === undefined ? [count] : [count, width],
    );
    const values = Float64Array.from(part);
    check(values);
    parts.push(values);
  }
  const out = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => {
    out.set(part, at);
    return at + part.length;
  }, 0);
  return out;
}

async function readIds(place: Place): Promise<Float64Array> {
  const found = await arrayAt(place, "nodes/ids");
  if (found === undefined) throw new CorruptFile(place.where, 0, 'it has no array "nodes/ids"');
  const seen = new Set<number>();
  return readValues(found, undefined, (ids) => {
    for (const id of ids) {
      if (!Number.isSafeInteger(id)) throw new CorruptFile(place.where, 0, `a node has the id ${shown(id)}`);
      if (seen.has(id)) throw new CorruptFile(place.where, 0, `two nodes have the id ${id}`);
      seen.add(id);
    }
  });
}

async function readEdges(place: Place, ids: Float64Array): Promise<Float64Array> {
  const found = await arrayAt(place, "edges/ids", 2);
  if (found === undefined) throw new CorruptFile(place.where, 0, 'it has no array "edges/ids"');
  const known = new Set(ids);
  return readValues(found, 2, (edges) => {
    for (let i = 0; i < edges.length; i += 2) {
      const [from, to] = [edges[i]!, edges[i + 1]!];
      const unknown = [from, to].find((id) => !known.has(id));
      if (unknown !== undefined)
        throw new CorruptFile(place.where, 0, `an edge leads to node ${unknown}, which it does not have`);
      if (from === to) throw new CorruptFile(place.where, 0, `an edge leads from node ${from} to itself`);
    }
  });
}

async function readProperty(place: Place, name: string, count: number): Promise<Float64Array | undefined> {
  if (name === "" || /[/\\]|^\.+$/.test(name)) return undefined;
  const folder = joined("nodes/props", name);
  const column = async (part: string): Promise<Float64Array | undefined> => {
    const found = await arrayAt(place, joined(folder, part));
    if (found === undefined) return undefined;
    if (found.rows !== count)
      throw new CorruptFile(
        place.where,
        0,
        `the array "${joined(folder, part)}" has ${found.rows} rows for ${count} nodes`,
      );
    return readValues(found, undefined, () => undefined);
  };
  const values = await column("values");
  const missing = values === undefined ? undefined : await column("missing");
  return missing === undefined ? values : values!.map((value, i) => (missing[i] === 0 ? value : NaN));
}

/** The time axis and those of y and x. @throws UnsupportedFormat when there are no places in an image and time */
export function placeAxes(
  axes: readonly GeffAxis[],
  where: string,
): { readonly t: GeffAxis; readonly y: GeffAxis; readonly x: GeffAxis } {
  const unsaid = { unit: "", scale: undefined, scaledUnit: "" };
  const named = (name: string, type: string): GeffAxis => ({ name, type, ...unsaid });
  // The axes are optional; without them the usual names are tried.
  if (axes.length === 0) return { t: named("t", "time"), y: named("y", "space"), x: named("x", "space") };
  const t =
    axes.find(({ type }) => type === "time") ?? axes.find(({ name }) => /^(t|time|frame)$/i.test(name));
  const space = axes.filter((axis) => axis !== t && axis.type !== "channel" && axis.type !== "time");
  const y = space.find(({ name }) => name.toLowerCase() === "y") ?? space.at(-2);
  const x = space.find(({ name }) => name.toLowerCase() === "x") ?? space.at(-1);
  if (t === undefined || y === undefined || x === undefined)
    throw new UnsupportedFormat(where, "a graph without axes of time, y and x", "write it with these axes");
  return { t, y, x };
}

/** True for the attributes of a group that holds such a graph. */
export const hasGeff = (attributes: JsonObject): boolean => isObject(field(attributes, "geff"));
