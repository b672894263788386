import type { StageContext } from "../core/progress.js";
import type { Ring } from "../geometry/outlines.js";
import { simplePiece } from "../geometry/simplerings.js";
import { smoothOutlinesOf } from "../imgproc/smoothoutlines.js";

import { type Exporter, type ExportInput, fileInPieces, neededPart } from "./exporter.js";
import { areaOf, type FrameObject, nucleiOf, objectFrames } from "./frameobjects.js";

import { objectUuid } from "./objectuuid.js";

const title = "QuPath GeoJSON";

/**
 * All objects as detections of QuPath in one file, `NAME.geojson`, a line each: smooth outlines, which fill to the
 * very pixels, with area, centroid and what was measured. Frames are QuPath's time points. Ids follow from frame
 * and label.
 */
export const quPathExporter: Exporter = {
  name: "qupath",
  title,
  needs: ["labels"],
  extension: "geojson",
  async *files(input, options = {}) {
    neededPart(input, "labels", title);
    yield fileInPieces(`${input.name}.geojson`, () => linesOf(input, options));
  },
};

async function* linesOf(input: ExportInput, options: StageContext): AsyncGenerator<Uint8Array> {
  const text = new TextEncoder();
  yield text.encode('{"type":"FeatureCollection","features":[');
  let before = "\n";
  for await (const { frame, objects } of objectFrames(input, title, options, smoothOutlinesOf)) {
    const lines = objects.map((object) => JSON.stringify(featureOf(object, frame, input)));
    if (lines.length === 0) continue;
    yield text.encode(before + lines.join(",\n"));
    before = ",\n";
  }
  yield text.encode("\n]}\n");
}

function featureOf(object: FrameObject, frame: number, input: ExportInput): object {
  const polygons = object.drawn.pieces
    .map(simplePiece)
    .map(({ outer, holes }) => [outer, ...holes].map(closed));
  const geometry =
    polygons.length === 1
      ? { type: "Polygon", coordinates: polygons[0] }
      : { type: "MultiPolygon", coordinates: polygons };
  return {
    type: "Feature",
    id: objectUuid(input.name, frame, object.label),
    geometry: frame === 0 ? geometry : { ...geometry, plane: { c: -1, z: 0, t: frame } },
    properties: {
      objectType: "detection",
      name: String(object.label),
      classification: { name: "Nucleus", color: [90, 160, 250] },
      measurements: measurementsOf(object, frame, input),
    },
  };
}

/** GeoJSON repeats the first point of a ring. */
function closed(ring: Ring): number[][] {
  const points: number[][] = [];
  for (let i = 0; i < ring.length; i += 2) points.push([ring[i]!, ring[i + 1]!]);
  return [...points, points[0]!];
}

/** In µm where the size of a pixel is known; what is no number is text, as QuPath writes it. */
function measurementsOf(
  { label, outline, track, row }: FrameObject,
  frame: number,
  input: ExportInput,
): Readonly<Record<string, number | string>> {
  const { pixels, x, y } = areaOf(outline);
  const size = input.pixelSize ?? 1;
  const unit = input.pixelSize === undefined ? "px" : "µm";
  const nuclei = nucleiOf(input);
  const measured =
    nuclei === undefined || row === undefined
      ? {}
      : {
          "Mean intensity": nuclei.meanIntensity[row]!,
          Eccentricity: nuclei.eccentricity[row]!,
          Solidity: nuclei.solidity[row]!,
          [`Max diameter ${unit}`]: nuclei.majorAxis[row]! * size,
          [`Min diameter ${unit}`]: nuclei.minorAxis[row]! * size,
          "Detection probability": nuclei.score[row]!,
        };
  const values = {
    Label: label,
    Frame: frame,
    ...(track > 0 ? { "Track ID": track } : {}),
    [`Area ${unit}^2`]: pixels * size ** 2,
    [`Centroid X ${unit}`]: x * size,
    [`Centroid Y ${unit}`]: y * size,
    ...measured,
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, asJson(value)]));
}

/** Seven digits, as other tables have; JSON has no word for what is no number. */
const asJson = (value: number): number | string =>
  Number.isFinite(value) ? (Number.isInteger(value) ? value : Number(value.toPrecision(7))) : String(value);
