/**
 * Measured nuclei of an image or a movie: one row a nucleus, one typed array a column, sorted by frame, then
 * label.
 */
export interface Nuclei {
  readonly count: number;
  /** Frame, from 0. */
  readonly frame: Int32Array;
  /** Label in that frame's label image. */
  readonly label: Int32Array;
  /** Centroid, px; the centre of the top left pixel is (0, 0). */
  readonly y: Float64Array;
  readonly x: Float64Array;
  /** Area, px. */
  readonly area: Float64Array;
  /** Mean grey value of the object's pixels; NaN where no image was given. */
  readonly meanIntensity: Float64Array;
  /** Eccentricity of the ellipse with equal second moments, 0..1. */
  readonly eccentricity: Float64Array;
  /** Area / area of the convex hull, 0..1. */
  readonly solidity: Float64Array;
  /** Full lengths of the axes of that ellipse, px. */
  readonly majorAxis: Float64Array;
  readonly minorAxis: Float64Array;
  /** Angle of the major axis to the x axis, radians, -pi/2..pi/2, counted from x towards y. */
  readonly orientation: Float64Array;
  /** Detection score 0..1; NaN where there is none. */
  readonly score: Float64Array;
  /** 1 where the object touches the border of the image, else 0. */
  readonly touchesEdge: Uint8Array;
}

/** A table of `count` nuclei whose columns are all 0. */
export function emptyNuclei(count: number): Nuclei {
  const f = (): Float64Array => new Float64Array(count);
  return {
    count,
    frame: new Int32Array(count),
    label: new Int32Array(count),
    y: f(),
    x: f(),
    area: f(),
    meanIntensity: f(),
    eccentricity: f(),
    solidity: f(),
    majorAxis: f(),
    minorAxis: f(),
    orientation: f(),
    score: f(),
    touchesEdge: new Uint8Array(count),
  };
}

/** Concatenates tables in the order given (frame by frame, for a movie). */
export function concatNuclei(tables: readonly Nuclei[]): Nuclei {
  const out = emptyNuclei(tables.reduce((sum, table) => sum + table.count, 0));
  let at = 0;
  for (const table of tables) {
    for (const column of nucleiColumns) out[column].set(table[column], at);
    at += table.count;
  }
  return out;
}

/** Some rows of a table, in the order given. */
export function takeNuclei(nuclei: Nuclei, rows: readonly number[]): Nuclei {
  const out = emptyNuclei(rows.length);
  for (const key of nucleiColumns) rows.forEach((row, i) => (out[key][i] = nuclei[key][row]!));
  return out;
}

/** The columns of a table of nuclei, in their order. */
export const nucleiColumns = [
  "frame",
  "label",
  "y",
  "x",
  "area",
  "meanIntensity",
  "eccentricity",
  "solidity",
  "majorAxis",
  "minorAxis",
  "orientation",
  "score",
  "touchesEdge",
] as const satisfies readonly (keyof Nuclei)[];
