/** The methods paragraph of a paper, written from the parameters that were really used. */
import type { Units } from "../analyse/units/units.js";
import { countedInGroups, formatNumber } from "../core/wording.js";

/** Only what is given is mentioned. */
export interface MethodsInput {
  /** Version of Karyon. */
  readonly version: string;
  /** Corrections by hand; default none. */
  readonly edits?: number | undefined;
  /** Frames that a person looked through as a whole; default none. */
  readonly reviewedFrames?: number | undefined;
  readonly annotation?:
    | {
        readonly preset: "auto" | "paper";
        readonly images: number;
        readonly candidates: number;
        readonly kept: number;
        /** Median diameter of the nuclei, px. */
        readonly diameter?: number | undefined;
        /** What became of pixels that are neither nucleus nor background for certain. */
        readonly background: "noise" | "ignore" | "keep";
      }
    | undefined;
  readonly training?:
    | {
        readonly rays: number;
        readonly grid: number;
        readonly depth: number;
        readonly filters: number;
        /**
         * Whose data it learned from: those annotated here, those of all movies of a study, or others,
         * earlier. Default own.
         */
        readonly data?: "own" | "shared" | "given" | undefined;
        /** True where it went on from an earlier model instead of from random weights. */
        readonly continued?: boolean | undefined;
        /** Done, which may be fewer than were planned. */
        readonly steps: number;
        readonly batch: number;
        readonly patch: number;
        readonly learningRate: number;
        readonly schedule: "hold" | "cosine" | "plateau" | "constant";
        /** True where the network is an average of its weights over many steps. */
        readonly averaged?: boolean | undefined;
        readonly augmented: boolean;
        /** Share of the data kept out of the training, 0..1. */
        readonly validation: number;
        /** Share of the patches that showed composed touching nuclei, 0..1. */
        readonly composed?: number | undefined;
        readonly seed: number;
      }
    | undefined;
  readonly segmentation?:
    | {
        readonly probabilityThreshold: number;
        readonly overlapThreshold: number;
        /** True where the thresholds were chosen on the validation data. */
        readonly tuned: boolean;
        readonly outline: "star" | "refined";
      }
    | undefined;
  readonly tracking?:
    | {
        /** "auto", or a preset of TrackMate's tracker. */
        readonly tracker: "auto" | "trackmate" | "trackmate-tuned" | "trackmate-overlap";
        /** Farthest move from frame to frame that was considered, px; 0 for the overlap tracker. */
        readonly radius: number;
        /** True where the radius was taken from the data. */
        readonly estimated: boolean;
        /** Missing frames that a track may bridge. */
        readonly gap: number;
        readonly divisions: boolean;
      }
    | undefined;
  /** Units of the statistics, and whether there are tracks among them. */
  readonly analysis?: { readonly units: Units; readonly tracked: boolean } | undefined;
}

/** A work that the paragraph can cite. */
export interface Reference {
  /** Name by which the paragraph cites it. */
  readonly key: "Englbrecht" | "Schmidt" | "Tinevez" | "Jaqaman" | "Otsu" | "Ronneberger";
  readonly text: string;
}

/** All works that the paragraph can cite, in no order. */
export const references: readonly Reference[] = [
  {
    key: "Englbrecht",
    text:
      "Englbrecht F, Ruider IE, Bausch AR (2021) Automatic image annotation for fluorescent cell " +
      "nuclei segmentation. PLoS ONE 16(4): e0250093. doi:10.1371/journal.pone.0250093",
  },
  {
    key: "Tinevez",
    text:
      "Tinevez JY, Perry N, Schindelin J, Hoopes GM, Reynolds GD, Laplantine E, Bednarek SY, " +
      "Shorte SL, Eliceiri KW (2017) TrackMate: an open and extensible platform for " +
      "single-particle tracking. Methods 115: 80\u201390. doi:10.1016/j.ymeth.2016.09.016",
  },
  {
    key: "Jaqaman",
    text:
      "Jaqaman K, Loerke D, Mettlen M, Kuwata H, Grinstein S, Schmid SL, Danuser G (2008) Robust " +
      "single-particle tracking in live-cell time-lapse sequences. Nature Methods 5: 695\u2013702. " +
      "doi:10.1038/nmeth.1237",
  },
  {
    key: "Otsu",
    text:
      "Otsu N (1979) A threshold selection method from gray-level histograms. IEEE Transactions on " +
      "Systems, Man, and Cybernetics 9: 62\u201366. doi:10.1109/TSMC.1979.4310076",
  },
  {
    key: "Ronneberger",
    text:
      "Ronneberger O, Fischer P, Brox T (2015) U-Net: convolutional networks for biomedical image " +
      "segmentation. MICCAI 2015, LNCS 9351: 234\u2013241. doi:10.1007/978-3-319-24574-4_28",
  },
  {
    key: "Schmidt",
    text:
      "Schmidt U, Weigert M, Broaddus C, Myers G (2018) Cell detection with star-convex polygons. " +
      "MICCAI 2018, LNCS 11071: 265\u2013273. doi:10.1007/978-3-030-00934-2_30",
  },
];

/** The paragraph, one sentence or more for each stage that ran. */
export function methodsParagraph(input: MethodsInput): string {
  const { annotation, training, segmentation, tracking, analysis } = input;
  return [
    `Images were analysed with Karyon ${input.version}${handText(input)}.`,
    annotation && annotationText(annotation),
    training && trainingText(training),
    segmentation && segmentationText(segmentation),
    tracking && trackingText(tracking),
    analysis && analysisText(analysis),
  ]
    .filter((sentence) => sentence !== undefined)
    .join(" ");
}

function handText({ edits = 0, reviewedFrames = 0 }: MethodsInput): string {
  if (edits + reviewedFrames === 0) return ", without manual annotation";
  const seen = reviewedFrames > 0 ? `, and ${countedInGroups(reviewedFrames, "frame")} looked through` : "";
  return `; ${countedInGroups(edits, "correction")} ${edits === 1 ? "was" : "were"} made by hand${seen}`;
}

/** The works that the paragraph cites, in alphabetical order. */
export function referencesOf(input: MethodsInput): Reference[] {
  const paragraph = methodsParagraph(input);
  return references.filter(({ key }) => paragraph.includes(key));
}

type Part<K extends keyof MethodsInput> = NonNullable<MethodsInput[K]>;

function annotationText({
  preset,
  images,
  candidates,
  kept,
  diameter,
  background,
}: Part<"annotation">): string {
  const how =
    preset === "paper"
      ? "Training data were made automatically as published (Englbrecht et al. 2021): images were " +
        "blurred, thresholded (Otsu 1979) and split into connected components, and components whose " +
        "area deviated from the median were left out."
      : "Training data were made automatically, after the idea of Englbrecht et al. (2021) to train " +
        "on those nuclei only that simple image processing segments with certainty: candidate nuclei " +
        "were segmented from the intensities, measured, and kept where size, shape, edge and " +
        "contrast agreed with those of a nucleus.";
  const uncertain = {
    ignore: "Pixels of all other objects were left out of the training loss.",
    noise: "All pixels outside the kept nuclei were replaced by uniform random noise.",
    keep: "All other pixels were taken as background.",
  }[background];
  const size = diameter ? ` (median diameter ${short(diameter)} px)` : "";
  return (
    `${how} In ${countedInGroups(images, "image")}, ${formatNumber(kept)} of ` +
    `${formatNumber(candidates)} objects were kept${size}. ${uncertain}`
  );
}

function trainingText(t: Part<"training">): string {
  const data = {
    own: "On these data",
    shared: "On such data of all movies of the study together, drawn evenly from its conditions,",
    given: "On other images, earlier,",
  }[t.data ?? "own"];
  const schedule = {
    hold: "held, then falling along a cosine",
    cosine: "falling along a cosine",
    plateau: "lowered whenever the loss no longer improved",
    constant: "kept constant",
  }[t.schedule];
  const start = t.continued ? "further, from the weights of an earlier model" : "from scratch";
  const augmented = t.augmented
    ? "augmented by flips, turns and changes of intensity"
    : "without augmentation";
  const network =
    `${data} a StarDist network (Schmidt et al. 2018) was trained ${start}: a U-Net ` +
    `(Ronneberger et al. 2015) of depth ${t.depth} with ${t.filters} filters on its first level, ` +
    `${t.rays} rays and a grid of ${t.grid} px, for ${formatNumber(t.steps)} steps with batches of ` +
    `${t.batch} patches of ${t.patch} × ${t.patch} px, ${augmented}, with the Adam optimiser and a ` +
    `learning rate of at most ${short(t.learningRate)}, ${schedule} (seed ${t.seed}).`;
  return [
    network,
    t.averaged && "The network is the exponential average of its weights over the steps.",
    t.composed &&
      `In ${short(t.composed * 100)} % of the patches nuclei touched, which were composed by copying ` +
        "single nuclei of the training data beside others of the same image.",
    t.validation > 0 &&
      `${short(t.validation * 100)} % of the data were kept out of the training for validation.`,
  ]
    .filter(Boolean)
    .join(" ");
}

function segmentationText(s: Part<"segmentation">): string {
  const chosen = s.tuned ? ", chosen on the validation data" : "";
  const outline =
    s.outline === "refined"
      ? " The outline of each nucleus was then refined to its own intensity contour."
      : "";
  return (
    "All images were segmented with this network at a probability threshold of " +
    `${short(s.probabilityThreshold)} and a non-maximum suppression threshold of ` +
    `${short(s.overlapThreshold)}${chosen}.${outline}`
  );
}

function trackingText(t: Part<"tracking">): string {
  if (t.tracker === "trackmate-overlap")
    return (
      "Nuclei were linked by the overlap tracker of TrackMate (Tinevez et al. 2017), reimplemented: each " +
      "nucleus continues that of the frame before with which it has the largest intersection over union, if " +
      "this is above 0.3."
    );
  if (t.tracker !== "auto") {
    const splits = t.divisions ? "; tracks split within the same distance" : "; tracks did not split";
    const origin = t.tracker === "trackmate" ? "" : ", estimated from the data";
    return (
      "Nuclei were linked by the LAP tracker of TrackMate (Tinevez et al. 2017; Jaqaman et al. " +
      `2008), reimplemented, within ${short(t.radius)} px${origin}, closing gaps of at most ` +
      `${countedInGroups(t.gap, "frame")}${splits}.`
    );
  }
  const bridge = t.gap > 0 ? `, and gaps of at most ${countedInGroups(t.gap, "frame")} were closed` : "";
  const origin = t.estimated ? ", estimated from the data" : "";
  const divisions = t.divisions
    ? " Divisions were detected from the sizes and intensities of the two daughters and their " +
      "symmetry about the mother."
    : " Divisions were not sought.";
  return (
    "Nuclei were linked from frame to frame by solving the linear assignment problem (Jaqaman et " +
    "al. 2008) over distance, area, intensity and overlap, after the common movement of each " +
    "neighbourhood was subtracted, " +
    `within a radius of ${short(t.radius)} px${origin}${bridge}.${divisions}`
  );
}

function analysisText({ units, tracked }: Part<"analysis">): string {
  const density =
    `Density is the number of nuclei per ${units.length === "µm" ? "mm²" : "megapixel"} of the ` +
    "field of view";
  if (!tracked) return `${density}.`;
  return (
    `${density}. Speed is the distance between two successive positions of a nucleus divided by ` +
    `the time between them (${units.speed}); tracks were evaluated separately before and after ` +
    "each division. " +
    "The direction of a track is that from its first to its last position."
  );
}

/** Without trailing zeros. */
const short = (value: number, digits = 3): string =>
  formatNumber(value, digits)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
