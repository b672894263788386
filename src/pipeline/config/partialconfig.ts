/** Made from the option table by tools/optiontypes.js; not to be edited. */

/** Options of the section `general`. */
export interface GeneralSection {
  /** Seed of all random numbers. Default 1. */
  readonly seed?: number | undefined;
  /** Number of processor threads (default: one for each core). */
  readonly threads?: number | undefined;
  /**
   * Where networks run: auto takes a graphics card if one works and is faster, otherwise the processor.
   * Default "auto".
   */
  readonly device?: "auto" | "cpu" | "webgpu" | "cuda" | "coreml" | "dml" | undefined;
}

/** Options of the section `input`. */
export interface InputSection {
  /** Channel that shows the nuclei, from 0, or its name. Default 0. */
  readonly channel?: number | string | undefined;
  /** Slice of a stack, from 0; max is the maximum over all slices. Default "max". */
  readonly z?: number | "max" | undefined;
  /** Which of the sizes of a file with a pyramid is read; 0 is the full one. Default 0. */
  readonly level?: number | undefined;
  /** Frames that are read, from 0, both included, such as 10..19 (default: all). */
  readonly frames?: string | undefined;
  /** Rectangle that is read, px (default: all). */
  readonly crop?: string | undefined;
  /** Label image, or one a frame in one file: what is not 0 there is left out of all work. */
  readonly exclude?: string | undefined;
  /** µm per pixel, if the file does not give it or is wrong. */
  readonly pixelSize?: number | undefined;
  /** Seconds between frames, if the file does not give them or is wrong. */
  readonly frameInterval?: number | undefined;
  /** Whether several images are one movie or independent (default: decided from names and sizes). */
  readonly kind?: "movie" | "images" | undefined;
  /** Leave out frames that cannot be read, instead of stopping. Default false. */
  readonly skipBadFrames?: boolean | undefined;
}

/** Options of the section `annotate`. */
export interface AnnotateSection {
  /** Method: auto, or paper as published (Englbrecht et al. 2021). Default "auto". */
  readonly preset?: "auto" | "paper" | undefined;
  /** Diameter of the nuclei (default: estimated from the images). */
  readonly diameter?: number | undefined;
  /** Area of the smallest nucleus to keep, in pixels (default: from the images). */
  readonly minArea?: number | undefined;
  /** Area of the largest nucleus to keep, in pixels (default: from the images). */
  readonly maxArea?: number | undefined;
  /** Above 1 keeps more and dimmer nuclei, below 1 keeps fewer. Default 1. */
  readonly sensitivity?: number | undefined;
  /**
   * What the pixels of uncertain objects become: ignored in training, replaced by noise, or kept as
   * background (default: ignore; noise with annotate.preset paper).
   */
  readonly background?: "noise" | "ignore" | "keep" | undefined;
  /**
   * Number of windows of up to 2048 x 2048 px to annotate in an image above 16.8 million pixels; 0 means all.
   * Default 16.
   */
  readonly windows?: number | undefined;
  /** Write pictures for inspection into overlays/. Default true. */
  readonly overlays?: boolean | undefined;
  /**
   * Also write n images of touching nuclei, composed from single nuclei, for inspection or export. Default 0.
   */
  readonly composeTouching?: number | undefined;
}

/** Options of the section `train`. */
export interface TrainSection {
  /** Training settings: auto, or paper as published. Default "auto". */
  readonly preset?: "auto" | "paper" | undefined;
  /**
   * How long to train; on two cores, quick takes 2 to 4 min, standard 6 to 10, thorough 20 to 30, and paper
   * (as published) 20 to 30 (default: standard; paper with train.preset paper).
   */
  readonly effort?: "quick" | "standard" | "thorough" | "paper" | undefined;
  /**
   * Maximum number of training steps; training ends earlier if the network stops improving (default: set by
   * the effort).
   */
  readonly steps?: number | undefined;
  /** Patches per training step. */
  readonly batch?: number | undefined;
  /** Edge length of a training patch. */
  readonly patch?: number | undefined;
  /** Maximum learning rate. */
  readonly learningRate?: number | undefined;
  /** How the learning rate changes during training. */
  readonly schedule?: "hold" | "cosine" | "plateau" | "constant" | undefined;
  /** Vary the patches by flips, quarter turns, intensity and noise. */
  readonly augment?: boolean | undefined;
  /** Share of the patches that show touching nuclei, composed from single nuclei. Default 0. */
  readonly compose?: number | undefined;
  /** Fraction of the data that is held back from training for validation. Default 0.15. */
  readonly validation?: number | undefined;
  /** Number of rays of a star polygon (default: 32). */
  readonly rays?: number | undefined;
  /** Pixels per prediction, in each direction (default: 2). */
  readonly grid?: 1 | 2 | 4 | undefined;
  /** Number of levels of the U-Net (default: 3). */
  readonly depth?: number | undefined;
  /** Number of filters on the first level of the U-Net. */
  readonly filters?: number | undefined;
  /**
   * Diameter to which nuclei are scaled for the network (default: unscaled from 30 to 60 px and with
   * train.effort paper, otherwise 40).
   */
  readonly nucleusSize?: number | undefined;
  /** Continue from this existing model at a lower learning rate, instead of training from scratch. */
  readonly from?: string | undefined;
  /**
   * Number of images to train on, whole and evenly spread (default: as many as have 44 million pixels; of
   * independent images, parts of all).
   */
  readonly trainingImages?: number | undefined;
}

/** Options of the section `segment`. */
export interface SegmentSection {
  /** Minimum probability of a nucleus (default: tuned on the validation images). */
  readonly probabilityThreshold?: number | undefined;
  /** Maximum overlap of two nuclei (default: tuned on the validation images). */
  readonly overlapThreshold?: number | undefined;
  /**
   * Outline of a nucleus: refined to its contour in the image, or the network's star polygon. Default
   * "refined".
   */
  readonly outline?: "star" | "refined" | undefined;
  /** Memory limit, such as 2GB or 1500MB (default: half of the machine's memory, at most 4GB). */
  readonly memory?: string | undefined;
  /**
   * Edge length of the tiles that the network sees, independent of segment.memory (default: the largest that
   * segment.memory allows, which is the fastest).
   */
  readonly tile?: number | undefined;
  /** Factor by which images are scaled for the network (default: from the size of the nuclei). */
  readonly rescale?: number | undefined;
}

/** Options of the section `track`. */
export interface TrackSection {
  /**
   * Method: auto; trackmate is TrackMate's LAP tracker with its defaults; trackmate-tuned also splits tracks
   * and takes its radius from the data; trackmate-overlap is TrackMate's overlap tracker.
   */
  readonly tracker?: "auto" | "trackmate" | "trackmate-tuned" | "trackmate-overlap" | undefined;
  /** Maximum distance that a nucleus moves between frames (default: from the data). */
  readonly radius?: number | undefined;
  /**
   * Number of missing frames that a track may bridge; a nucleus that shares an outline with another is
   * followed for up to five frames, unless this is 0. Default 1.
   */
  readonly gap?: number | undefined;
  /** Find divisions. Default true. */
  readonly divisions?: boolean | undefined;
  /**
   * Correct masks that contradict the frames before and after (nuclei missed, joined or cut). Default true.
   */
  readonly repair?: boolean | undefined;
}

/** Options of the section `analyse`. */
export interface AnalyseSection {
  /** Number of bootstrap resamples for the intervals; 0 means no intervals. Default 300. */
  readonly resamples?: number | undefined;
  /**
   * Width of the ring around each nucleus in which brightness is measured (default: 15 % of the diameter).
   */
  readonly ringWidth?: number | undefined;
}

/** Options of the section `measure`. */
export interface MeasureSection {
  /**
   * Also measure the brightness in every channel of these images, which must be those that were segmented.
   */
  readonly images?: string | undefined;
}

/** Options of the section `run`. */
export interface RunSection {
  /** Segment with this existing model; nothing is annotated or trained. */
  readonly model?: string | undefined;
  /**
   * Also write the results for other programs, into exports/: ome-tiff, imagej, ome-zarr, ome-zarr-0.5, png,
   * roi, qupath, coco, stardist, cellpose, csv, trackmate, ctc, geff, napari, motilitylab, separated by
   * commas.
   */
  readonly export?: string | undefined;
  /** Train although the annotation looks as if it had failed (default: stop, and say so). */
  readonly trainAnyway?: boolean | undefined;
}

/** Options of the section `study`. */
export interface StudySection {
  /**
   * Pair conditions by replicate in tests: replicates of the same name, such as a day, belong together
   * (default: no).
   */
  readonly paired?: boolean | undefined;
}

/** Options of the section `simulate`. */
export interface SimulateSection {
  /** Kind of scene to simulate. Default "mdck". */
  readonly scene?: "mdck" | "easy" | "crowded" | undefined;
  /** Number of frames. Default 10. */
  readonly frames?: number | undefined;
  /** Edge length of a frame, or height x width; above 8192 only for a single frame. Default 512. */
  readonly size?: number | string | undefined;
  /** Diameter of the nuclei (default: that of the scene). */
  readonly diameter?: number | undefined;
  /** Bits per pixel. Default 8. */
  readonly bits?: 8 | 16 | undefined;
}

/** Options of the section `evaluate`. */
export interface EvaluateSection {
  /** List the positions of up to n errors of each kind. Default 5. */
  readonly errors?: number | undefined;
}

/** What a user may set, by section; what is left out is chosen from the data or by a preset. */
export interface PartialConfig {
  readonly general?: GeneralSection | undefined;
  readonly input?: InputSection | undefined;
  readonly annotate?: AnnotateSection | undefined;
  readonly train?: TrainSection | undefined;
  readonly segment?: SegmentSection | undefined;
  readonly track?: TrackSection | undefined;
  readonly analyse?: AnalyseSection | undefined;
  readonly measure?: MeasureSection | undefined;
  readonly run?: RunSection | undefined;
  readonly study?: StudySection | undefined;
  readonly simulate?: SimulateSection | undefined;
  readonly evaluate?: EvaluateSection | undefined;
}
