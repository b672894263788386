import { UnsupportedFormat } from "../../core/errors.js";
import { isCoco, objectsOfCoco } from "../objects/cocojson.js";
import { isGeoJson, objectsOfGeoJson } from "../objects/geojson.js";
import { readJsonFile } from "../objects/jsontext.js";
import { labelsOfObjects } from "../objects/objectlabels.js";
import { hasExtension } from "./fileformat.js";
import type { LabelFormat } from "./labelformat.js";

const extensions = ["geojson", "json"] as const;

/** Outlines as JSON: GeoJSON, as QuPath writes it, or a data set of COCO. Only the contents tell which. */
export const jsonLabels: LabelFormat = {
  name: "GeoJSON or COCO",
  extensions,
  from: "bytes",
  recognise: (head, name) =>
    hasExtension(name, extensions) && /^(\ufeff)?\s*[[{]/.test(new TextDecoder().decode(head)),
  open: async ({ bytes, where }, { size }) => {
    const value = await readJsonFile(bytes, where);
    if (isCoco(value)) return labelsOfObjects(objectsOfCoco(value, where), where);
    if (isGeoJson(value)) return labelsOfObjects(objectsOfGeoJson(value, where), where, size);
    throw new UnsupportedFormat(
      where,
      "JSON that is neither GeoJSON nor COCO",
      "export the objects as GeoJSON, or as a label image",
    );
  },
};
