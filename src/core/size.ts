/** Height and width of an image, a window or a grid, px unless the field says otherwise. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** A plane of values, height x width, row-major. */
export interface Plane<T = Float32Array> extends Size {
  readonly data: T;
}
