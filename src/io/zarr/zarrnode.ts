/** The nodes of a Zarr hierarchy, groups and arrays, of format 2 and 3. */
import { UnsupportedFormat } from "../../core/errors.js";
import { field, joined, type JsonObject, objectAt, type Place, readJson, shown } from "./zarrjson.js";

/** A group or an array. */
export interface ZarrNode {
  /** Of the folder; "" for the hierarchy itself. */
  readonly path: string;
  readonly format: 2 | 3;
  /** What the array is; undefined for a group. */
  readonly array: JsonObject | undefined;
  readonly attributes: JsonObject;
}

/**
 * The node at a path; undefined when there is none. Format 3 counts where a folder has both.
 *
 * @throws CorruptFile, UnsupportedFormat
 */
export async function readNode(place: Place, path: string): Promise<ZarrNode | undefined> {
  const document = await readJson(place, joined(path, "zarr.json"));
  if (document !== undefined) {
    const format = field(document, "zarr_format");
    if (format !== 3) throw unknownFormat(place, format);
    const array = field(document, "node_type") === "array" ? document : undefined;
    return { path, format: 3, array, attributes: objectAt(document, "attributes") };
  }
  const [array, group, attributes] = await Promise.all(
    [".zarray", ".zgroup", ".zattrs"].map((name) => readJson(place, joined(path, name))),
  );
  const header = array ?? group;
  if (header === undefined && attributes === undefined) return undefined;
  const format = header === undefined ? 2 : field(header, "zarr_format");
  if (format !== 2) throw unknownFormat(place, format);
  return { path, format: 2, array, attributes: attributes ?? {} };
}

const unknownFormat = ({ where }: Place, format: unknown): UnsupportedFormat =>
  new UnsupportedFormat(where, `the Zarr format ${shown(format)}`, "write it again in format 2 or 3");

/** True for the key of a document that makes its folder a node. */
export const isNodeKey = (key: string): boolean => /(^|\/)(zarr\.json|\.zgroup|\.zattrs|\.zarray)$/.test(key);
