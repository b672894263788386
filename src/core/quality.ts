/** How good a network probably is, where nobody knows the truth. */
export interface ExpectedQuality {
  /** F1 of the nuclei at IoU 0.5 that is to be expected, 0..1, and an interval. */
  readonly f1: number;
  readonly low: number;
  readonly high: number;
  /**
   * F1 at IoU 0.5 against the annotation of what was held back from training; what the annotation does not
   * know does not count.
   */
  readonly agreement: number;
  /** F1 at IoU 0.5 of what the network finds in an image against what it finds in the mirrored image. */
  readonly stability: number;
  /** Share of the nuclei found of which the annotation does not know whether they are; models of 0.1.0 lack it. */
  readonly unknown?: number | undefined;
  /** Annotated nuclei that it is judged by. */
  readonly objects: number;
}
