/**
 * The images of a hierarchy: one, those that bioformats2raw puts beside each other, the fields of a plate, or
 * whatever arrays there are. Source: OME-NGFF 0.5, ngff.openmicroscopy.org (bioformats2raw.layout, plate, well).
 */
import { CorruptFile } from "../../core/errors.js";
import { isImageGroup, type Multiscale, multiscalesOf, type NamedAxis, omeOf } from "./multiscales.js";
import { field, joined, keyBelow, listAt, objectAt, type Place, textAt } from "./zarrjson.js";
import { isNodeKey, readNode, type ZarrNode } from "./zarrnode.js";
import { type OmeXmlImage, omeXmlImages } from "./zarromexml.js";

/** An image of a hierarchy. */
export interface ZarrSeries {
  /** As metadata name it, else its path; "" for the only one. */
  readonly name: string;
  /** What its metadata say; for an array alone what follows from it. */
  readonly multiscale: Multiscale;
  /** The group that the paths of the multiscale lie in; for an array alone itself, with the path "". */
  readonly node: ZarrNode;
  /** What OME-XML beside it says; undefined where there is none. */
  readonly xml: OmeXmlImage | undefined;
}

/** More images than any plate has. */
const mostSeries = 2 ** 16;

/** @throws CorruptFile, UnsupportedFormat */
export async function seriesOf(place: Place): Promise<readonly ZarrSeries[]> {
  const root = await readNode(place, "");
  if (root === undefined) throw new CorruptFile(place.where, 0, "it holds no Zarr metadata");
  const series = await seriesOfNode(place, root);
  if (series.length > 0) return series;
  throw new CorruptFile(place.where, 0, "it holds no image: neither OME-Zarr metadata nor an array");
}

async function seriesOfNode(place: Place, root: ZarrNode): Promise<readonly ZarrSeries[]> {
  if (root.array !== undefined) return [arraySeries(root, "")];
  if (isImageGroup(root)) return imagesOf(place, root, "");
  const ome = omeOf(root);
  if (field(ome, "plate") !== undefined) return plateSeries(place, ome);
  if (field(ome, "bioformats2raw.layout") !== undefined) {
    const series = await besideSeries(place);
    if (series.length > 0) return series;
  }
  return foundSeries(place);
}

/** The images of a group, of which there is one as a rule. */
function imagesOf(place: Place, node: ZarrNode, name: string, xml?: OmeXmlImage): readonly ZarrSeries[] {
  const all = multiscalesOf(node, place.where);
  return all.map((multiscale) => ({
    name: all.length === 1 ? name : joined(name, multiscale.name),
    multiscale,
    node,
    xml,
  }));
}

/** An array without metadata of OME, with the names that it may have for its axes. */
export function arraySeries(node: ZarrNode, name: string): ZarrSeries {
  const names = node.format === 3 ? listAt(node.array, "dimension_names") : namesOfXarray(node);
  const named = names.length > 0 && names.every((item) => typeof item === "string" && item !== "");
  const axes = names.map((item): NamedAxis => ({ name: item as string, type: "", unit: "" }));
  return {
    name,
    node,
    multiscale: {
      name,
      axes: named && axes.some((axis) => axis.name === "y") ? axes : undefined,
      paths: [""],
      scale: undefined,
      translation: undefined,
      channelNames: [],
    },
    xml: undefined,
  };
}

const namesOfXarray = ({ attributes }: ZarrNode): readonly unknown[] =>
  listAt(attributes, "_ARRAY_DIMENSIONS");

/** Wells in the order of the plate, and in each its fields: "A/1/0". */
async function plateSeries(place: Place, ome: unknown): Promise<readonly ZarrSeries[]> {
  const series: ZarrSeries[] = [];
  for (const well of listAt(objectAt(ome, "plate"), "wells")) {
    const path = keyBelow("", textAt(well, "path"), place.where);
    const node = await readNode(place, path);
    const images = node === undefined ? [] : listAt(objectAt(omeOf(node), "well"), "images");
    for (const image of images) {
      const fieldPath = keyBelow(path, textAt(image, "path"), place.where);
      const group = await readNode(place, fieldPath);
      if (group !== undefined) series.push(...imagesOf(place, group, fieldPath));
      if (series.length > mostSeries) throw tooMany(place);
    }
  }
  return series;
}

/** The groups "0", "1", ... that bioformats2raw writes, or those that are listed. */
async function besideSeries(place: Place): Promise<readonly ZarrSeries[]> {
  const described = await omeXmlImages(place, "OME/METADATA.ome.xml");
  const extra = await readNode(place, "OME");
  const listed = extra === undefined ? [] : listAt(omeOf(extra), "series");
  const series: ZarrSeries[] = [];
  for (let i = 0; listed.length === 0 || i < listed.length; i++) {
    const path = listed.length === 0 ? String(i) : keyBelow("", String(listed[i]), place.where);
    const node = await readNode(place, path);
    if (node === undefined && listed.length === 0) break;
    if (node !== undefined) series.push(...imagesOf(place, node, described[i]?.name || path, described[i]));
    if (series.length > mostSeries) throw tooMany(place);
  }
  return series.length === 1 ? [{ ...series[0]!, name: "" }] : series;
}

/** All images of a hierarchy that does not list them; where there is none, all arrays. */
async function foundSeries(place: Place): Promise<readonly ZarrSeries[]> {
  const keys = (await place.store.list?.("")) ?? [];
  const paths = [
    ...new Set(keys.filter(isNodeKey).map((key) => key.split("/").slice(0, -1).join("/"))),
  ].sort();
  if (paths.length > mostSeries) throw tooMany(place);
  const images: ZarrSeries[] = [];
  const arrays: ZarrSeries[] = [];
  for (const path of paths) {
    if (images.some(({ node }) => path.startsWith(`${node.path}/`))) continue;
    const node = await readNode(place, path);
    if (node === undefined) continue;
    if (isImageGroup(node)) images.push(...imagesOf(place, node, path));
    else if (node.array !== undefined) arrays.push(arraySeries(node, path));
  }
  const found = images.length > 0 ? images : arrays;
  return found.length === 1 ? [{ ...found[0]!, name: "" }] : found;
}

const tooMany = ({ where }: Place): CorruptFile =>
  new CorruptFile(where, 0, `it holds more than ${mostSeries} images`);
