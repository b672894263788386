import type { AutoOptions } from "./propose.js";

/**
 * What becomes of the pixels of uncertain objects: -1 in the labels ("ignore"), or 0, and then their image is
 * replaced by noise ("noise", as in the paper) or stays as it is ("keep").
 */
export type BackgroundUse = "noise" | "ignore" | "keep";

/** How a movie or a set of images is annotated. */
export interface AnnotateOptions extends AutoOptions {
  /** The automatic annotation, or the one of the paper. Default "auto". */
  readonly preset: "auto" | "paper";
  /** Default: "noise" for the preset paper, else "ignore". */
  readonly background?: BackgroundUse | undefined;
  /** Annotated windows of each frame too large to be annotated whole; 0 for all. Default 16. */
  readonly windows: number;
  /** Of the noise that replaces the background. Default 1. */
  readonly seed: number;
  /** Channel of the source, from 0. Default: the source's own. */
  readonly channel?: number | undefined;
  /** Slice of the source, from 0, or the maximum over all slices. Default: the source's own. */
  readonly z?: number | "max" | undefined;
}

/** Those of `karyon annotate`. */
export const defaultAnnotateOptions: AnnotateOptions = {
  preset: "auto",
  windows: 16,
  sensitivity: 1,
  seed: 1,
};

/** What becomes of the pixels of uncertain objects; each preset has its own default. */
export const backgroundUse = ({
  background,
  preset,
}: Pick<AnnotateOptions, "background" | "preset">): BackgroundUse =>
  background ?? (preset === "paper" ? "noise" : "ignore");
