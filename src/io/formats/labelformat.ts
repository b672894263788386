/** What a format of label images gives: sizes at once, labels when they are asked for. */
import type { Window } from "../../core/image.js";
import type { LabelImage } from "../../core/labels.js";
import type { Stoppable } from "../bytes.js";
import type { FileFormat } from "./fileformat.js";

/** A format of label images. */
export type LabelFormat = FileFormat<OpenedLabels>;

/** The label images of a file, one a plane, read one by one. */
export interface OpenedLabels {
  readonly planes: number;
  /** What was assumed or left out, as sentences without file name and full stop. */
  readonly notices: readonly string[];
  /** Size of a plane, px. */
  readonly size: (plane: number) => { readonly height: number; readonly width: number };
  /** @throws InvalidInput when the plane holds no labels @throws CorruptFile, UnsupportedFormat */
  readonly read: (plane: number, options?: Stoppable) => Promise<LabelImage>;
  /**
   * A rectangle of a plane; `count` is the largest label in it.
   *
   * @throws InvalidInput when the window holds no labels, or is not within the plane
   * @throws CorruptFile, UnsupportedFormat
   */
  readonly readWindow: (plane: number, window: Window, options?: Stoppable) => Promise<LabelImage>;
}
