/** One training batch, NCHW, float32; the network's grid divides the patch. h = w = patch / grid. */
export interface Batch {
  /** n x 1 x patch x patch, normalised grey values. */
  readonly image: Float32Array;
  /**
   * n x 1 x h x w, object probability target: distance to the object's border / its maximum in that object.
   */
  readonly probability: Float32Array;
  /** n x 1 x h x w, 1 where the loss counts, 0 where the annotation says "unknown". */
  readonly mask: Float32Array;
  /** n x rays x h x w, distances in full-resolution px; 0 off the objects. */
  readonly distances: Float32Array;
}
