/** Made from the option table by tools/optiontypes.js; not to be edited. */

/** Options of the section `general`. */
export interface GeneralSection {
  /** Seed of everything random. Default 1. */
  readonly seed?: number | undefined;
  /** Processor threads to use (default: all cores). */
  readonly threads?: number | undefined;
  /**
   * Where networks run: auto is a graphics card that works and is faster, else the processor. Default "auto".
   */
  readonly device?: "auto" | "cpu" | "webgpu" | "cuda" | "coreml" | "dml" | undefined;
}

/** Options of the section `input`. */
export interface InputSection {
  /** Channel that shows the nuclei, from 0. Default 0. */
  readonly channel?: number | undefined;
  /** Slice of a stack, from 0, or the maximum over all. Default "max". */
  readonly z?: number | "max" | undefined;
  /** µm per pixel, when the file does not say or is wrong. */
  readonly pixelSize?: number | undefined;
  /** Seconds between frames, when the file does not say or is wrong. */
  readonly frameInterval?: number | undefined;
  /** How to read several images (default: found from names and sizes). */
  readonly kind?: "movie" | "images" | undefined;
  /** Leave out frames that cannot be read instead of stopping. Default false. */
  readonly skipBadFrames?: boolean | undefined;
}

/** Options of the section `annotate`. */
export interface AnnotateSection {
  /** Method: auto, or the published one (Englbrecht et al. 2021). Default "auto". */
  readonly preset?: "auto" | "paper" | undefined;
  /** Nucleus diameter (default: estimated from the images). */
  readonly diameter?: number | undefined;
  /** Smallest nucleus to keep (default: from the images). */
  readonly minArea?: number | undefined;
  /** Largest nucleus to keep (default: from the images). */
  readonly maxArea?: number | undefined;
  /** Above 1 finds dimmer nuclei, below 1 fewer. Default 1. */
  readonly sensitivity?: number | undefined;
  /** Pixels of uncertain objects: ignored in training, replaced by noise (paper), or kept as background. */
  readonly background?: "noise" | "ignore" | "keep" | undefined;
  /** Of an image above 16.8 million pixels, annotate n windows of up to 2048 x 2048; 0: all. Default 16. */
  readonly windows?: number | undefined;
  /** Write overlays/, pictures to look at. Default true. */
  readonly overlays?: boolean | undefined;
  /** Also write n images of touching nuclei composed from single ones, to look at or to export. Default 0. */
  readonly composeTouching?: number | undefined;
}

/** Options of the section `train`. */
export interface TrainSection {
  /** Training settings: auto, or the published ones. Default "auto". */
  readonly preset?: "auto" | "paper" | undefined;
  /**
   * How long to train, on two cores: quick 2 to 4 min, standard 6 to 10, thorough 20 to 30, paper as
   * published, 20 to 30 (default: standard; paper in that preset).
   */
  readonly effort?: "quick" | "standard" | "thorough" | "paper" | undefined;
  /** Training steps, at most; fewer where the network learns nothing more (default: by the effort). */
  readonly steps?: number | undefined;
  /** Patches per step. */
  readonly batch?: number | undefined;
  /** Edge of a training patch. */
  readonly patch?: number | undefined;
  /** Largest learning rate. */
  readonly learningRate?: number | undefined;
  /** Course of the learning rate. */
  readonly schedule?: "hold" | "cosine" | "plateau" | "constant" | undefined;
  /** Vary the patches by flips, quarter turns, intensity and noise. */
  readonly augment?: boolean | undefined;
  /** Share of the patches that show touching nuclei, composed from single ones. Default 0. */
  readonly compose?: number | undefined;
  /** Fraction of the data kept out of training to check it. Default 0.15. */
  readonly validation?: number | undefined;
  /** Rays of a star polygon (default: 32). */
  readonly rays?: number | undefined;
  /** Pixels per prediction, in each direction (default: 2). */
  readonly grid?: 1 | 2 | 4 | undefined;
  /** Levels of the U-Net (default: 3). */
  readonly depth?: number | undefined;
  /** Filters of the first level. */
  readonly filters?: number | undefined;
  /**
   * Diameter that nuclei are scaled to for the network (default: their own where it is between 30 and 60 and
   * with --effort paper, else 40).
   */
  readonly nucleusSize?: number | undefined;
  /** Go on from a model of your own, at a lower learning rate, instead of from scratch. */
  readonly from?: string | undefined;
  /** Use so many of the images, evenly spread (default: as many as have 44 million pixels). */
  readonly trainingImages?: number | undefined;
}

/** Options of the section `segment`. */
export interface SegmentSection {
  /** Least probability of a nucleus (default: tuned on the validation images). */
  readonly probabilityThreshold?: number | undefined;
  /** Largest overlap of two nuclei (default: tuned). */
  readonly overlapThreshold?: number | undefined;
  /** Outline: the object's own contour in the image, or the network's polygon. Default "refined". */
  readonly outline?: "star" | "refined" | undefined;
  /** Memory to stay below, such as 2GB or 1500MB (default: half of the machine's, at most 4GB). */
  readonly memory?: string | undefined;
  /**
   * Edge of the tiles that the network sees, whatever --memory says (default: as large as that allows, which
   * is fastest).
   */
  readonly tile?: number | undefined;
  /** Scale images by this before the network sees them (default: from the size of the nuclei). */
  readonly rescale?: number | undefined;
}

/** Options of the section `track`. */
export interface TrackSection {
  /** Method: auto, or TrackMate's LAP with its defaults, or with splitting and a radius from the data. */
  readonly tracker?: "auto" | "trackmate" | "trackmate-tuned" | undefined;
  /** Farthest that a nucleus moves between frames (default: from the data). */
  readonly radius?: number | undefined;
  /** Missing frames that a track may bridge. Default 1. */
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
  /** Resamples of the bootstrap that intervals come from; 0: no intervals. Default 300. */
  readonly resamples?: number | undefined;
  /** Width of the ring around each nucleus whose brightness is measured (default: 15 % of the diameter). */
  readonly ringWidth?: number | undefined;
}

/** Options of the section `measure`. */
export interface MeasureSection {
  /** Also measure the brightness of every channel of these images, those that the labels were made from. */
  readonly images?: string | undefined;
}

/** Options of the section `run`. */
export interface RunSection {
  /** Segment with this model of your own instead of annotating and training. */
  readonly model?: string | undefined;
}

/** Options of the section `study`. */
export interface StudySection {
  /** Pair the conditions by replicate in tests: equal names belong together, such as days (default: no). */
  readonly paired?: boolean | undefined;
}

/** Options of the section `simulate`. */
export interface SimulateSection {
  /** What is simulated. Default "mdck". */
  readonly scene?: "mdck" | "easy" | "crowded" | undefined;
  /** Number of frames. Default 10. */
  readonly frames?: number | undefined;
  /** Edge of a frame, or height x width; above 8192 for one frame only. Default 512. */
  readonly size?: number | string | undefined;
  /** Nucleus diameter (default: that of the scene). */
  readonly diameter?: number | undefined;
  /** Bits of a pixel. Default 8. */
  readonly bits?: 8 | 16 | undefined;
}

/** Options of the section `evaluate`. */
export interface EvaluateSection {
  /** List up to n errors of each kind with their places. Default 5. */
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
