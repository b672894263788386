/** What the report shows of each division: parts of the frames before and after it, with their masks. */
import type { Statistics } from "../../analyse/analyse.js";
import { doubtfulFirst } from "../../analyse/lineage/divisions.js";
import { isLarge } from "../../annotate/views.js";
import type { Image, ImageSource, Window } from "../../core/image.js";
import { type LabelImage, labelImage } from "../../core/labels.js";
import type { Nuclei } from "../../core/nuclei.js";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import type { Size } from "../../core/size.js";
import { branchOfRow } from "../../core/tracks.js";
import { type DivisionCrop, divisionStrip } from "../../draw/divisionstrip.js";
import { cropPlane } from "../../io/image/crop.js";
import type { DivisionGallery, DivisionPicture } from "../../report/input.js";
import { median } from "../../stats/percentile.js";
import type { TrackingResult } from "../track/tracking.js";

/** Divisions that a report shows, at most. */
export const maxDivisions = 60;

/** Edge of each drawn picture, px: all rows of them together take about 1.5 MB. */
export const pictureEdge = 84;

/** Frames shown before the mother's last one, and after the daughters' first one. */
const around = 2;

/** Edge of what is seen around a division, in typical diameters; more where daughters are far apart. */
const diametersSeen = 3;

/** What divisions are cut from. */
export interface DivisionInput {
  readonly tracks: Pick<TrackingResult, "graph" | "branches" | "masks" | "labelOfRow">;
  /** Of the same tracks. */
  readonly statistics: Statistics;
  readonly source: ImageSource;
}

/** A frame of a division's picture, and the place in its middle, px. */
interface Moment {
  readonly frame: number;
  readonly y: number;
  readonly x: number;
  /** Distance between the daughters along the axis in which it is larger. */
  readonly apart: number;
}

/** A division of which pictures are cut out. */
interface Plan {
  readonly facts: Omit<DivisionPicture, "strip">;
  readonly moments: readonly Moment[];
  /** Edge of the windows, px of the image. */
  readonly side: number;
  readonly crops: (DivisionCrop | undefined)[];
  /** Drawn when the last crop is there, so that these are not kept. */
  strip?: DivisionPicture["strip"];
}

/**
 * The most doubtful divisions. Frames are read one at a time, each once.
 *
 * @throws Cancelled; what reading throws
 */
export async function divisionPictures(
  input: DivisionInput,
  context: StageContext = {},
): Promise<DivisionGallery> {
  const { statistics, source, tracks } = input;
  const plans = doubtfulFirst(statistics.divisions)
    .slice(0, maxDivisions)
    .map((index) => planOf(index, input));
  const frames = framesOf(plans, source.frames);
  const branchOf = branchesByLabel(tracks, new Set(frames));
  for (const frame of frames) {
    throwIfCancelled(context, "The report");
    await cutFrame(frame, plans, branchOf.get(frame)!, input);
    for (const plan of plans) if (plan.moments.at(-1)!.frame === frame) draw(plan);
  }
  return {
    shown: plans.map((plan) => ({ ...plan.facts, strip: plan.strip ?? draw(plan) })),
    of: statistics.divisions.count,
  };
}

/** Draws the strip of a division, and lets go of its crops. */
function draw(plan: Plan): DivisionPicture["strip"] {
  plan.strip = divisionStrip(plan.crops, pictureEdge, around + 1);
  plan.crops.fill(undefined);
  return plan.strip;
}

/** Frames that the pictures need, ascending. */
const framesOf = (plans: readonly Plan[], frames: number): number[] =>
  [...new Set(plans.flatMap(({ moments }) => moments.map(({ frame }) => frame)))]
    .filter((frame) => frame >= 0 && frame < frames)
    .sort((a, b) => a - b);

/** What a division's pictures show of which frames. */
function planOf(index: number, { tracks, statistics: { divisions } }: DivisionInput): Plan {
  const { nuclei } = tracks.graph;
  const ids = [divisions.mother[index]!, divisions.daughter1[index]!, divisions.daughter2[index]!] as const;
  const rows = ids.map((id) => tracks.branches[id - 1]!.rows);
  const [last, born] = [divisions.frame[index]!, divisions.daughterFrame[index]!];
  const steps = Array.from({ length: around + 1 }, (_, k) => k);
  const moments = [
    ...steps.map((k) => momentOf(nuclei, rows.slice(0, 1), last - around + k)),
    ...steps.map((k) => momentOf(nuclei, rows.slice(1), born + k)),
  ];
  const diameter = 2 * Math.sqrt(median(nuclei.area) / Math.PI);
  const apart = Math.max(...moments.map((moment) => moment.apart));
  const row = rows[0]!.at(-1)!;
  return {
    facts: {
      frame: last,
      y: nuclei.y[row]!,
      x: nuclei.x[row]!,
      probability: divisions.probability[index]!,
      mother: ids[0],
      daughters: [ids[1], ids[2]],
    },
    moments,
    side: Math.ceil(Math.max(diametersSeen * diameter, apart + (diametersSeen / 2) * diameter)),
    crops: moments.map(() => undefined),
  };
}

/** The middle of nuclei in a frame; of one that is not seen there, where it was seen closest in time. */
function momentOf(nuclei: Nuclei, tracks: readonly (readonly number[])[], frame: number): Moment {
  const away = (row: number): number => Math.abs(nuclei.frame[row]! - frame);
  const nearest = tracks.map((rows) => rows.reduce((best, row) => (away(row) < away(best) ? row : best)));
  const ends = (values: Float64Array): [number, number] => {
    const own = nearest.map((row) => values[row]!);
    return [Math.min(...own), Math.max(...own)];
  };
  const [[top, bottom], [left, right]] = [ends(nuclei.y), ends(nuclei.x)];
  return {
    frame,
    y: (top + bottom) / 2,
    x: (left + right) / 2,
    apart: Math.max(bottom - top, right - left),
  };
}

/** By frame, the track of each label in its mask. */
function branchesByLabel(
  { graph: { nuclei }, branches, labelOfRow }: DivisionInput["tracks"],
  frames: ReadonlySet<number>,
): Map<number, Map<number, number>> {
  const out = new Map([...frames].map((frame) => [frame, new Map<number, number>()]));
  branchOfRow(branches, nuclei.count).forEach((branch, row) =>
    out.get(nuclei.frame[row]!)?.set(labelOfRow[row]!, branch),
  );
  return out;
}

/** Cuts out of a frame what all divisions need of it. */
async function cutFrame(
  frame: number,
  plans: readonly Plan[],
  branchOf: ReadonlyMap<number, number>,
  { tracks, source }: DivisionInput,
): Promise<void> {
  const masks = await tracks.masks.read(frame);
  const whole = isLarge(masks) ? undefined : await source.read(frame);
  for (const { moments, side, facts, crops } of plans) {
    for (const [k, moment] of moments.entries()) {
      if (moment.frame !== frame) continue;
      const window = windowAround(moment, side, masks);
      const image = whole === undefined ? await source.readWindow(frame, window) : cutImage(whole, window);
      crops[k] = { frame, image, labels: familyLabels(masks, window, facts, branchOf) };
    }
  }
}

/** A square around a place, moved to where it is within the frame. */
function windowAround({ y, x }: Moment, side: number, size: Size): Window {
  const [height, width] = [Math.min(side, size.height), Math.min(side, size.width)];
  const start = (middle: number, length: number, whole: number): number =>
    Math.max(0, Math.min(whole - length, Math.round(middle - (length - 1) / 2)));
  return { y: start(y, height, size.height), x: start(x, width, size.width), height, width };
}

function cutImage(image: Image, window: Window): Image {
  const { height, width, data } = cropPlane({ ...image, samples: 1 }, window, "a picture of a division");
  return { height, width, data: data as Image["data"] };
}

/** The labels that `divisionStrip` wants: 1 the mother, 2 and 3 her daughters, then the others. */
function familyLabels(
  masks: LabelImage,
  window: Window,
  { mother, daughters }: Plan["facts"],
  branchOf: ReadonlyMap<number, number>,
): LabelImage {
  const cut = cropPlane({ ...masks, samples: 1 }, window, "a picture of a division");
  const family = [mother, ...daughters];
  const numbers = new Map<number, number>();
  let others = family.length;
  const numberOf = (label: number): number => {
    const known = numbers.get(label);
    if (known !== undefined) return known;
    const member = family.indexOf(branchOf.get(label) ?? 0);
    const number = member >= 0 ? member + 1 : ++others;
    numbers.set(label, number);
    return number;
  };
  return labelImage(
    cut.height,
    cut.width,
    Int32Array.from(cut.data, (label) => (label > 0 ? numberOf(label) : 0)),
  );
}
