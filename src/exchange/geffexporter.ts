import { nucleiColumns } from "../core/nuclei.js";
import { branchesOf, branchOfRow, type TrackGraph } from "../core/tracks.js";
import { type ExportedFile, type Exporter, type ExportInput, neededPart, wholeFile } from "./exporter.js";

const title = "GEFF";

/** Rows in one file of an array. */
const rowsAtOnce = 2 ** 16;

/**
 * Tracks in the graph exchange file format: a Zarr group of format 2, without compression.
 *
 * A node is a nucleus, its id the row of its nucleus from 0. Its places are in px and frames, with the pixel
 * size and the frame interval as the scale of the axes. `seg_id` is its label in its frame, `track` its branch,
 * `lineage` the first branch of its tree. Source: the geff specification, version 1.3.
 */
export const geffExporter: Exporter = {
  name: "geff",
  title,
  needs: ["graph"],
  extension: "geff",
  isHierarchy: true,
  async *files(input) {
    const graph = neededPart(input, "graph", title);
    const columns = columnsOf(input, graph);
    const ids = Uint32Array.from({ length: graph.nuclei.count }, (_, row) => row);
    yield group("");
    yield json(".zattrs", { geff: metadataOf(input, graph, columns) });
    yield group("nodes/");
    yield* arrayFiles("nodes/ids", { type: "<u4", values: ids });
    yield group("nodes/props/");
    for (const { name, type, values } of columns) {
      yield group(`nodes/props/${name}/`);
      yield* arrayFiles(`nodes/props/${name}/values`, { type, values });
      const missing = missingOf(values);
      if (missing !== undefined)
        yield* arrayFiles(`nodes/props/${name}/missing`, { type: "|b1", values: missing });
    }
    yield group("edges/");
    yield* arrayFiles("edges/ids", { type: "<u4", values: graph.edges, width: 2 });
  },
};

type Values = Uint8Array | Int32Array | Uint32Array | Float64Array;

/** A property of the nodes. */
interface Column {
  readonly name: string;
  readonly type: "<i4" | "<f8";
  readonly values: Int32Array | Float64Array;
  readonly unit?: string;
  readonly description: string;
}

/** What measured columns are called, and their units. */
const measured = {
  area: ["area", "pixel^2", "Area"],
  meanIntensity: ["mean_intensity", undefined, "Mean grey value"],
  eccentricity: ["eccentricity", undefined, "Eccentricity of the ellipse with equal second moments"],
  solidity: ["solidity", undefined, "Area / area of the convex hull"],
  majorAxis: ["major_axis", "pixel", "Length of the major axis of that ellipse"],
  minorAxis: ["minor_axis", "pixel", "Length of the minor axis of that ellipse"],
  orientation: ["orientation", "radian", "Angle of the major axis to x, from x towards y"],
  score: ["score", undefined, "Detection score, 0 to 1"],
} as const;

function columnsOf({ branches }: ExportInput, graph: TrackGraph): Column[] {
  const { nuclei } = graph;
  const all = branches ?? branchesOf(graph);
  const track = branchOfRow(all, nuclei.count);
  const roots = new Map(all.map(({ id, root }) => [id, root]));
  const whole = (name: string, values: Int32Array, description: string, unit?: string): Column => ({
    name,
    type: "<i4",
    values,
    description,
    ...(unit === undefined ? {} : { unit }),
  });
  const place = (name: "y" | "x"): Column => ({
    name,
    type: "<f8",
    values: nuclei[name],
    unit: "pixel",
    description: "Centroid; the centre of the top left pixel is 0",
  });
  const others = nucleiColumns.flatMap((key): Column[] => {
    if (!(key in measured)) return [];
    const [name, unit, description] = measured[key as keyof typeof measured];
    const values = nuclei[key as keyof typeof measured];
    if (!values.some(Number.isFinite)) return [];
    return [{ name, type: "<f8", values, description, ...(unit === undefined ? {} : { unit }) }];
  });
  return [
    whole("t", nuclei.frame, "Frame, from 0", "frame"),
    place("y"),
    place("x"),
    whole("seg_id", nuclei.label, "Label in the label image of its frame"),
    whole("track", track, "Piece of a lineage between birth or division and division or end"),
    whole(
      "lineage",
      track.map((id) => roots.get(id) ?? 0),
      "First track of the lineage",
    ),
    ...others,
  ];
}

/** 1 where there is no value; undefined where all nodes have one. */
const missingOf = (values: Int32Array | Float64Array): Uint8Array | undefined =>
  values instanceof Float64Array && !values.every(Number.isFinite)
    ? Uint8Array.from(values, (value) => (Number.isFinite(value) ? 0 : 1))
    : undefined;

function metadataOf(input: ExportInput, { nuclei }: TrackGraph, columns: readonly Column[]): object {
  const axis = (name: "t" | "y" | "x", scale: number | undefined): object => {
    const values = name === "t" ? nuclei.frame : nuclei[name];
    const range = { min: Infinity, max: -Infinity };
    for (const value of values) {
      range.min = Math.min(range.min, value);
      range.max = Math.max(range.max, value);
    }
    const isTime = name === "t";
    return {
      name,
      type: isTime ? "time" : "space",
      unit: isTime ? "frame" : "pixel",
      ...(nuclei.count === 0 ? {} : range),
      ...(scale === undefined ? {} : { scale, scaled_unit: isTime ? "second" : "micrometer" }),
    };
  };
  return {
    geff_version: "1.3",
    directed: true,
    axes: [axis("t", input.frameInterval), axis("y", input.pixelSize), axis("x", input.pixelSize)],
    node_props_metadata: Object.fromEntries(
      columns.map(({ name, type, unit, description }) => [
        name,
        {
          identifier: name,
          dtype: type === "<i4" ? "int32" : "float64",
          varlength: false,
          ...(unit === undefined ? {} : { unit }),
          description,
        },
      ]),
    ),
    edge_props_metadata: {},
    track_node_props: { tracklet: "track", lineage: "lineage" },
    display_hints: { display_horizontal: "x", display_vertical: "y", display_time: "t" },
  };
}

const json = (path: string, value: object): ExportedFile =>
  wholeFile(path, `${JSON.stringify(value, undefined, 2)}\n`);

/** @param path "" for the root, else with a "/" at its end */
const group = (path: string): ExportedFile => json(`${path}.zgroup`, { zarr_format: 2 });

interface ArrayContent {
  readonly type: "<u4" | "<i4" | "<f8" | "|b1";
  readonly values: Values;
  /** Values of a row, where the array has two axes. */
  readonly width?: number;
}

/** The files of an array: what it is, and its rows. */
function* arrayFiles(path: string, { type, values, width }: ArrayContent): Iterable<ExportedFile> {
  const rows = values.length / (width ?? 1);
  const atOnce = Math.max(1, Math.min(rows, rowsAtOnce));
  const inner = width === undefined ? [] : [width];
  yield json(`${path}/.zarray`, {
    zarr_format: 2,
    shape: [rows, ...inner],
    chunks: [atOnce, ...inner],
    dtype: type,
    compressor: null,
    fill_value: type === "|b1" ? false : 0,
    order: "C",
    filters: null,
  });
  const step = atOnce * (width ?? 1);
  for (let from = 0, chunk = 0; from < values.length; from += step, chunk++) {
    const part = littleEndian(values.subarray(from, from + step), step);
    yield wholeFile(`${path}/${chunk}${width === undefined ? "" : ".0"}`, part);
  }
}

/** Bytes of the values, the last chunk filled up with 0; a value that is missing is 0. */
function littleEndian(values: Values, length: number): Uint8Array {
  const size = values.BYTES_PER_ELEMENT;
  const view = new DataView(new ArrayBuffer(length * size));
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (values instanceof Float64Array) view.setFloat64(i * size, Number.isFinite(value) ? value : 0, true);
    else if (size === 4) view.setUint32(i * size, value, true);
    else view.setUint8(i, value);
  }
  return new Uint8Array(view.buffer);
}
