import { counted } from "../../core/wording.js";
import { cropPlane } from "../image/crop.js";
import { labelsOfObjects, type ObjectLabels } from "../objects/objectlabels.js";
import { isRoi } from "../objects/roidecode.js";
import { objectsOfRois, readRoi, readRoiSet } from "../objects/roiobjects.js";
import { touchingPieces } from "../objects/touchingpieces.js";
import { firstZipEntry } from "../zip.js";
import { isZip } from "../zipread.js";
import { type ByteInput, hasExtension } from "./fileformat.js";
import type { LabelFormat } from "./labelformat.js";
import { labelsOf } from "./labelvalues.js";

/** A selection of ImageJ: one object, or, where it is composite, an object for each of its pieces. */
export const roiLabels: LabelFormat = {
  name: "ImageJ ROI",
  extensions: ["roi"],
  from: "bytes",
  recognise: isRoi,
  open: async ({ bytes, where }, { size }) => {
    const roi = await readRoi(bytes, where);
    const labels = labelsOfObjects(objectsOfRois([roi], where), where, size);
    return roi.isComposite ? takenApart(labels, where) : labels;
  },
};

/** Selections of ImageJ in an archive, as its ROI Manager saves them: each is an object. */
export const roiSetLabels: LabelFormat = {
  name: "ImageJ RoiSet",
  extensions: ["zip"],
  from: "bytes",
  // Names of other files of an archive may come first, but not those of a Zarr.
  recognise: (head, name) =>
    isZip(head) &&
    !hasExtension(name, ["zarr.zip", "ozx"]) &&
    !/^(.*\/)?(zarr\.json|\.z(group|attrs|array))$/.test(firstZipEntry(padded(head)) ?? ""),
  open: async ({ bytes, where }: ByteInput, { size }) =>
    labelsOfObjects(objectsOfRois(await readRoiSet(bytes, where), where), where, size),
};

/** With room for a name that goes on behind the head. */
function padded(head: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.max(30, head.length));
  out.set(head);
  return out;
}

/** A selection of a whole mask: each of its pieces is an object. */
async function takenApart(labels: ObjectLabels, where: string): Promise<ObjectLabels> {
  const plane = labels.planes - 1;
  const { height, width } = labels.size(plane);
  // Only looked at where it is drawn in no time.
  const count = height * width <= 2 ** 25 ? touchingPieces(await labels.read(plane)).count : undefined;
  const pieces = count === undefined ? "its pieces" : `its ${counted(count, "piece")}`;
  return {
    ...labels,
    notices:
      count === 1
        ? labels.notices
        : [...labels.notices, `the composite selection taken apart into ${pieces}`],
    read: async (at) => touchingPieces(await labels.read(at)),
    readWindow: async (at, window) => {
      const whole = touchingPieces(await labels.read(at));
      return labelsOf(cropPlane({ ...whole, samples: 1 }, window, where), where);
    },
  };
}
