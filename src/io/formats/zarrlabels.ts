import { InvalidInput } from "../../core/errors.js";
import { isLabelGroup, omeOf } from "../zarr/multiscales.js";
import { joined, keyBelow, listAt, type Place } from "../zarr/zarrjson.js";
import { readNode } from "../zarr/zarrnode.js";
import { openPlanes } from "../zarr/zarrplanes.js";
import { seriesOf } from "../zarr/zarrseries.js";
import { isZip } from "../zipread.js";
import type { Store } from "../bytes.js";
import type { LabelFormat, OpenedLabels } from "./labelformat.js";
import { labelsOf } from "./labelvalues.js";
import { isZarr, zarrExtensions, zarrZipExtensions, zippedPlace } from "./zarrimage.js";

/**
 * Labels in OME-Zarr: an image of labels, such as `movie.zarr/labels/nuclei`; an image that has one; else an
 * image or array of whole numbers. Planes are those of the first frame, then of the next, channels before
 * slices.
 */
export const zarrLabels: LabelFormat = {
  name: "OME-Zarr",
  extensions: zarrExtensions,
  from: "store",
  recognise: (store) => isZarr(store),
  open: ({ store, where }) => openLabels({ store, where }),
};

/** The same in a zip archive. */
export const zarrZipLabels: LabelFormat = {
  name: "zipped OME-Zarr",
  extensions: zarrZipExtensions,
  from: "bytes",
  recognise: (head) => isZip(head),
  open: async (input) => openLabels(await zippedPlace(input)),
};

async function openLabels(place: Place): Promise<OpenedLabels> {
  const { where } = place;
  const at = await labelPlace(place);
  const series = await seriesOf(at);
  if (series.length > 1)
    throw new InvalidInput(
      where,
      "one label image",
      `${series.length} images`,
      `give one of them, such as ${where}/${series[0]!.node.path}`,
    );
  const { frames, channels, slices, levels, read } = await openPlanes(at, series[0]!);
  const indexOf = (plane: number): { frame: number; channel: number; slice: number } => ({
    frame: Math.floor(plane / (channels * slices)),
    channel: Math.floor(plane / slices) % channels,
    slice: plane % slices,
  });
  return {
    planes: frames * channels * slices,
    size: () => levels[0]!,
    read: async (plane, options) => labelsOf(await read(indexOf(plane), undefined, options), where),
    readWindow: async (plane, window, options) =>
      labelsOf(await read(indexOf(plane), window, options), where),
  };
}

/** Where the labels of a hierarchy are: in its group of labels, where it has one and is none itself. */
async function labelPlace(place: Place): Promise<Place> {
  const root = await readNode(place, "");
  if (root === undefined || root.array !== undefined || isLabelGroup(root)) return place;
  const ownNames = listAt(omeOf(root), "labels");
  const group = ownNames.length > 0 ? root : await readNode(place, "labels");
  const names = group === undefined ? [] : listAt(omeOf(group), "labels");
  if (group === undefined || names.length === 0) return place;
  const { path } = group;
  const all = names.map((name) => keyBelow(path, String(name), place.where));
  if (all.length > 1)
    throw new InvalidInput(
      place.where,
      "one label image",
      `${all.length} label images`,
      `give one of them, such as ${place.where}/${all[0]!}`,
    );
  return { ...place, store: folderOf(place.store, all[0]!) };
}

/** A folder of a store as a store. */
const folderOf = (store: Store, folder: string): Store => ({
  get: (key, options) => store.get(joined(folder, key), options),
  getRange: async (key, range, options) => {
    const name = joined(folder, key);
    if (store.getRange !== undefined) return store.getRange(name, range, options);
    return (await store.get(name, options))?.subarray(range.offset, range.offset + range.length);
  },
  size: async (key, options) => {
    const name = joined(folder, key);
    return store.size === undefined ? (await store.get(name, options))?.length : store.size(name, options);
  },
  list: async (prefix, options) =>
    ((await store.list?.(joined(folder, prefix), options)) ?? []).map((key) => key.slice(folder.length + 1)),
});
