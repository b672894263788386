/**
 * Objects of QuPath and of other programs as GeoJSON.
 *
 * Source: RFC 7946; QuPath, qupath-core lib/io/QuPathTypeAdapters.java and ROITypeAdapters.java.
 */
import { CorruptFile } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import type { Ring } from "../../geometry/outlines.js";
import { type DrawnObject, largestCoordinate } from "./drawnobjects.js";
import { asCount, asList, asObject, type Json, type JsonObject } from "./jsontext.js";
import type { ObjectSet } from "./objectlabels.js";
import { planesOf, type StackPlace } from "./stackplaces.js";

/** A feature with an area. */
interface Shape extends StackPlace {
  readonly parts: DrawnObject["parts"];
  readonly isObject: boolean;
}

/** Types of QuPath's objects that nuclei are saved as; the others are regions. */
const objectTypes = new Set(["detection", "cell", "PathDetectionObject", "PathCellObject"]);

/** True for features, one or several; also for bare outlines. */
export function isGeoJson(value: Json): boolean {
  if (asList(value) !== undefined)
    return asList(value)!.every((item) => asObject(item)?.["type"] === "Feature");
  const type = asObject(value)?.["type"];
  return (
    typeof type === "string" && ["FeatureCollection", "Feature", "Polygon", "MultiPolygon"].includes(type)
  );
}

/**
 * Objects of GeoJSON: each polygon, or group of polygons, is one. Of a cell the nucleus is read. Where there
 * are detections or cells, annotations about them are left out.
 *
 * @param where name of the file, for messages
 * @throws CorruptFile, UnsupportedFormat
 */
export function objectsOfGeoJson(value: Json, where: string): ObjectSet {
  const shapes: Shape[] = [];
  const leftOut = new Map<string, number>();
  let cells = 0;
  const waiting = [...featuresOf(value, where)].reverse();
  for (let number = 1; waiting.length > 0; number++) {
    const feature = waiting.pop()!;
    const properties = asObject(feature["properties"]) ?? {};
    const nucleus = asObject(feature["nucleusGeometry"]);
    const geometry = nucleus ?? asObject(feature["geometry"]);
    if (nucleus !== undefined) cells++;
    const parts = geometry && partsOf(geometry, `feature ${number}`, where);
    const type = typeof geometry?.["type"] === "string" ? geometry["type"] : "feature without a geometry";
    if (parts === undefined) leftOut.set(type, (leftOut.get(type) ?? 0) + 1);
    else shapes.push({ parts, isObject: isObjectType(feature, properties), ...placeOf(geometry!) });
    const children = asList(properties["childObjects"] ?? properties["children"]) ?? [];
    for (let i = children.length - 1; i >= 0; i--) waiting.push(asObject(children[i]) ?? {});
  }
  const found = shapes.filter(({ isObject }) => isObject);
  const kept = found.length > 0 ? found : shapes;
  const planeOf = planesOf(kept, where);
  const notices = [...leftOut].map(
    ([type, count]) => `${counted(count, type)} left out, which ${count === 1 ? "has" : "have"} no area`,
  );
  if (cells > 0) notices.push(`the nuclei of ${counted(cells, "cell")} read, not their own outlines`);
  if (kept.length < shapes.length)
    notices.push(`${counted(shapes.length - kept.length, "annotation")} about the objects left out`);
  return { objects: kept.map((shape) => ({ plane: planeOf(shape), parts: shape.parts })), notices };
}

function featuresOf(value: Json, where: string): JsonObject[] {
  const object = asObject(value);
  const list = asList(value) ?? asList(object?.["features"]);
  if (list === undefined) {
    if (object?.["type"] === "FeatureCollection")
      throw new CorruptFile(where, 0, "a collection without features");
    return [object?.["type"] === "Feature" ? object : { geometry: object }];
  }
  return list.map((item, i) => {
    const feature = asObject(item);
    if (feature === undefined) throw new CorruptFile(where, 0, `feature ${i + 1} is no object`);
    return feature;
  });
}

/** Older files have the type under another name, or as the id. */
function isObjectType(feature: JsonObject, properties: JsonObject): boolean {
  const type = properties["objectType"] ?? properties["object_type"] ?? properties["type"] ?? feature["id"];
  return typeof type === "string" && objectTypes.has(type);
}

/** QuPath counts from 0, as its files without a plane do. */
function placeOf(geometry: JsonObject): StackPlace {
  const plane = asObject(geometry["plane"]);
  return { frame: (asCount(plane?.["t"]) ?? 0) + 1, slice: (asCount(plane?.["z"]) ?? 0) + 1, position: 0 };
}

/** The polygons of a geometry, each with its holes; undefined for what has no area. */
function partsOf(geometry: JsonObject, what: string, where: string): DrawnObject["parts"] | undefined {
  const coordinates = geometry["coordinates"];
  if (geometry["type"] === "Polygon") return [ringsOf(coordinates, what, where)];
  if (geometry["type"] !== "MultiPolygon") return undefined;
  const polygons = asList(coordinates);
  if (polygons === undefined) throw new CorruptFile(where, 0, `${what} has no polygons`);
  return polygons.map((polygon) => ringsOf(polygon, what, where));
}

function ringsOf(value: Json | undefined, what: string, where: string): Ring[] {
  const rings = asList(value);
  if (rings === undefined) throw new CorruptFile(where, 0, `${what} has no rings`);
  return rings.map((ring) => ringOf(asList(ring), what, where));
}

/** A ring without its last point, which is the first again. */
function ringOf(points: readonly Json[] | undefined, what: string, where: string): Ring {
  if (points === undefined) throw new CorruptFile(where, 0, `${what} has no points`);
  const ring = new Float64Array(2 * points.length);
  for (const [i, point] of points.entries()) {
    const pair = asList(point);
    for (const axis of [0, 1]) {
      const value = pair?.[axis];
      if (typeof value !== "number" || !(Math.abs(value) <= largestCoordinate))
        throw new CorruptFile(where, 0, `${what} has a point that is none of an image`);
      ring[2 * i + axis] = value;
    }
  }
  const last = ring.length - 2;
  const isClosed = ring.length > 2 && ring[0] === ring[last] && ring[1] === ring[last + 1];
  return isClosed ? ring.subarray(0, last) : ring;
}
