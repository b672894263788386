/** What tifffile writes into the description of files that are neither ImageJ's nor OME's. */
export interface ShapedMetadata {
  readonly shape: readonly number[];
  /** One letter a dimension, such as TCYX; undefined when not given. */
  readonly axes: string | undefined;
  /** Planes of a file that has a directory for the first only; else 0. */
  readonly planes: number;
}

/** Parses tifffile's JSON description; undefined when the text is none. */
export function parseShaped(description: string): ShapedMetadata | undefined {
  if (!description.startsWith("{")) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(description);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("shape" in value) || !isShape(value.shape))
    return undefined;
  const { shape } = value;
  const axes =
    "axes" in value && typeof value.axes === "string" && value.axes.length === shape.length
      ? value.axes
      : undefined;
  const outer = axes === undefined ? shape.slice(0, -2) : shape.filter((_, i) => !"YXS".includes(axes[i]!));
  const truncated = "truncated" in value && value.truncated === true;
  return {
    shape,
    axes,
    planes: truncated
      ? Math.min(
          1 << 20,
          outer.reduce((a, b) => a * b, 1),
        )
      : 0,
  };
}

const isShape = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length >= 2 && value.every((n) => Number.isInteger(n) && n >= 1);
