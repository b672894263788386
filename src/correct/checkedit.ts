/** Edits that come from outside, such as a request or a file, looked at field by field. */
import { InvalidInput } from "../core/errors.js";
import {
  type Edit,
  type LabelEdit,
  labelGestures,
  type LabelPatch,
  type LayerBasis,
  type ReviewedFrame,
  type SpotPlace,
  type TrackEdit,
  type TrackGesture,
  trackGestures,
} from "./edits.js";

/** What edits may be about. */
export interface EditBounds {
  readonly frames: number;
  /** Of a frame, px. */
  readonly height: number;
  readonly width: number;
}

/** Most pixels in all patches of an edit: a frame of 8192 x 8192. */
export const mostEditedPixels = 2 ** 26;

/** Places that each gesture has; the first is of an earlier frame than the others. */
const spotsOfGesture: Readonly<Record<TrackGesture, number>> = {
  cut: 2,
  join: 2,
  divide: 3,
  delete: 1,
  deleteTrack: 1,
  confirm: 1,
  refuse: 2,
};

/** An object with unknown fields. */
type Fields = Readonly<Record<string, unknown>>;

/**
 * The fields of a value. @throws InvalidInput when it is no object
 */
export function fieldsOf(value: unknown, name: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new InvalidInput(name, "an object with named fields", shown(value));
  return value as Fields;
}

/**
 * Makes an edit of a value, or says what is wrong with it. Fields that an edit does not have are left out.
 *
 * @throws InvalidInput
 */
export function checkEdit(value: unknown): Edit {
  const fields = fieldsOf(value, "edit");
  if (fields["layer"] === "tracks") return checkTrackEdit(fields);
  const layer = oneOf(fields["layer"], ["annotation", "labels"] as const, "edit.layer");
  const least = layer === "annotation" ? -1 : 0;
  const list = listOf(fields["patches"], "edit.patches");
  const patches = list.map((patch, i) => checkPatch(patch, `edit.patches[${i}]`, least));
  const pixels = patches.reduce((sum, { before }) => sum + before.length, 0);
  if (patches.length === 0) throw new InvalidInput("edit.patches", "one or more", "none");
  if (pixels > mostEditedPixels)
    throw new InvalidInput(
      "edit.patches",
      `up to ${mostEditedPixels} pixels`,
      `${pixels}`,
      "change less at once",
    );
  checkApart(patches);
  const gesture = oneOf(fields["gesture"], labelGestures, "edit.gesture");
  if (gesture === "ignore" && layer === "labels")
    throw new InvalidInput(
      "edit.gesture",
      "one of labels",
      '"ignore"',
      "only annotations have ignored pixels",
    );
  return { layer, gesture, frame: wholeNumber(fields["frame"], "edit.frame"), patches } satisfies LabelEdit;
}

function checkPatch(value: unknown, name: string, least: number): LabelPatch {
  const fields = fieldsOf(value, name);
  const [y, x] = [wholeNumber(fields["y"], `${name}.y`), wholeNumber(fields["x"], `${name}.x`)];
  const height = wholeNumber(fields["height"], `${name}.height`, 1);
  const width = wholeNumber(fields["width"], `${name}.width`, 1);
  const values = (side: "before" | "after"): Int32Array => {
    const data = fields[side];
    if (!(data instanceof Int32Array) || data.length !== height * width)
      throw new InvalidInput(`${name}.${side}`, `${height} x ${width} integers of 32 bits`, shown(data));
    for (let i = 0; i < data.length; i++)
      if (data[i]! < least)
        throw new InvalidInput(`${name}.${side}`, `labels from ${least} on`, String(data[i]));
    return data;
  };
  return { y, x, height, width, before: values("before"), after: values("after") };
}

/** Only patches that begin before another ends can overlap it. */
function checkApart(patches: readonly LabelPatch[]): void {
  const sorted = [...patches].sort((a, b) => a.y - b.y || a.x - b.x);
  let open: LabelPatch[] = [];
  for (const patch of sorted) {
    open = open.filter(({ y, height }) => y + height > patch.y);
    const other = open.find(({ x, width }) => x < patch.x + patch.width && patch.x < x + width);
    if (other !== undefined)
      throw new InvalidInput(
        "edit.patches",
        "rectangles that do not overlap",
        `two that do, from (${other.y}, ${other.x}) and from (${patch.y}, ${patch.x})`,
      );
    open.push(patch);
  }
}

function checkTrackEdit(fields: Fields): TrackEdit {
  const gesture = oneOf(fields["gesture"], trackGestures, "edit.gesture");
  const list = listOf(fields["spots"], "edit.spots");
  const count = spotsOfGesture[gesture];
  if (list.length !== count)
    throw new InvalidInput("edit.spots", `${count} for "${gesture}"`, `${list.length}`);
  const spots = list.map((spot, i): SpotPlace => {
    const place = fieldsOf(spot, `edit.spots[${i}]`);
    return {
      frame: wholeNumber(place["frame"], `edit.spots[${i}].frame`),
      y: finite(place["y"], `edit.spots[${i}].y`),
      x: finite(place["x"], `edit.spots[${i}].x`),
    };
  });
  const early = spots.slice(1).find(({ frame }) => frame <= spots[0]!.frame);
  if (early !== undefined)
    throw new InvalidInput(
      "edit.spots",
      `frames after ${spots[0]!.frame}, that of the first`,
      `${early.frame}`,
    );
  return { layer: "tracks", gesture, spots };
}

/**
 * Makes a reviewed frame of a value, or says what is wrong with it.
 *
 * @throws InvalidInput
 */
export function checkReviewed(value: unknown): ReviewedFrame {
  const fields = fieldsOf(value, "reviewed");
  const isDone = fields["isDone"];
  if (typeof isDone !== "boolean") throw new InvalidInput("reviewed.isDone", "true or false", shown(isDone));
  return {
    layer: oneOf(fields["layer"], ["annotation", "labels"] as const, "reviewed.layer"),
    frame: wholeNumber(fields["frame"], "reviewed.frame"),
    isDone,
  };
}

/**
 * Makes the basis of a layer of a value, or says what is wrong with it.
 *
 * @throws InvalidInput
 */
export function checkBasis(value: unknown): LayerBasis {
  const { layer, basis } = fieldsOf(value, "based");
  if (typeof basis !== "string" || basis.length > 128)
    throw new InvalidInput("based.basis", "a fingerprint", shown(basis));
  return { layer: oneOf(layer, ["annotation", "labels"] as const, "based.layer"), basis };
}

/**
 * Looks whether an edit lies within the frames.
 *
 * @param bounds of the frame that is changed; for tracks, whose places may lie anywhere, only `frames` counts
 * @throws InvalidInput
 */
export function checkWithin(edit: Edit, { frames, height, width }: EditBounds): void {
  const places = edit.layer === "tracks" ? edit.spots : [edit];
  const beyond = places.find(({ frame }) => frame >= frames);
  if (beyond !== undefined)
    throw new InvalidInput("edit.frame", `0 to ${frames - 1}`, String(beyond.frame), "open the images again");
  if (edit.layer === "tracks") return;
  const outside = edit.patches.find(
    (patch) => patch.y + patch.height > height || patch.x + patch.width > width,
  );
  if (outside !== undefined)
    throw new InvalidInput(
      "edit.patches",
      `rectangles within ${height} x ${width} pixels`,
      `${outside.height} x ${outside.width} from (${outside.y}, ${outside.x})`,
    );
}

/** A whole number from `least` to 2^31 - 1. @throws InvalidInput */
export function wholeNumber(value: unknown, name: string, least = 0): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value < 2 ** 31) return value;
  throw new InvalidInput(name, `a whole number from ${least} on`, shown(value));
}

function finite(value: unknown, name: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new InvalidInput(name, "a finite number", shown(value));
}

function oneOf<T extends string>(value: unknown, names: readonly T[], name: string): T {
  const known = names.find((candidate) => candidate === value);
  if (known !== undefined) return known;
  throw new InvalidInput(name, `one of ${names.join(", ")}`, shown(value));
}

function listOf(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new InvalidInput(name, "a list", shown(value));
}

/** A value in a few words: what comes from outside may be of any length. */
function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  if (ArrayBuffer.isView(value) && "length" in value) return `${String(value.length)} numbers`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === "object" && value !== null ? "an object" : String(value).slice(0, 40);
}
