/** Star-convex polygons: a centre and its distance to the border along `rays` directions. */
export interface StarPolygons {
  readonly count: number;
  /** Rays per polygon; ray k points to (y, x) = (sin, cos)(2 pi k / rays). */
  readonly rays: number;
  /** count x 2: (y, x) of each centre in px; the centre of the top left pixel is (0, 0). */
  readonly centers: Float32Array;
  /** count x rays: px of the full-resolution image, whatever the grid. */
  readonly distances: Float32Array;
  /** count: object probability, 0..1. */
  readonly scores: Float32Array;
}
