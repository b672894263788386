/**
 * Whether an annotation has failed, as far as that is known without truth: before a network learns from it for
 * ten minutes. Where the wrong things were taken for nuclei, the candidates do not look like nuclei.
 */
import { median } from "../stats/percentile.js";
import type { AnnotatedImage, MovieSummary } from "./annotationsummary.js";

/** What speaks against an annotation. */
export interface AnnotationDoubt {
  /** The doubted images that are most in doubt first. */
  readonly images: readonly AnnotatedImage[];
  /** Images in which anything was found. */
  readonly of: number;
  /** Median certainty of the doubted images, 0..1. */
  readonly certainty: number;
}

/** Certainty of the candidates of an image, weighted by light, below which its annotation is in doubt. */
export const leastCertainty = 0.4;

/**
 * The doubt in an annotation, where more than half of the images in which anything was found are in doubt; else
 * undefined. The paper's method estimates no certainty, and is never doubted.
 */
export function doubtOf({ images }: Pick<MovieSummary, "images">): AnnotationDoubt | undefined {
  const found = images.filter(({ candidates }) => candidates > 0);
  const certaintyOf = ({ certainty = 1 }: AnnotatedImage): number => certainty;
  const doubted = found.filter((image) => certaintyOf(image) < leastCertainty);
  if (2 * doubted.length <= found.length) return undefined;
  doubted.sort((a, b) => certaintyOf(a) - certaintyOf(b));
  return { images: doubted, of: found.length, certainty: median(doubted.map(certaintyOf)) };
}
