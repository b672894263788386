/** Masks and lineages of a colony. */
import { InvalidInput } from "../../core/errors.js";
import { labelImage, type LabelImage } from "../../core/labels.js";
import { areas } from "../../imgproc/components.js";
import { largestPieces } from "../../imgproc/pieces.js";
import { type CtcTrack, largestCtcLabel } from "../../io/ctc.js";
import { outlineRadii, reachOf } from "../cellshape.js";
import { relativeDistance } from "../occupancy.js";
import { fewestPixels } from "../truth.js";
import type { Colony, ColonyView } from "./colonymovie.js";

/**
 * Draws the nuclei of a frame: label k is that of view k - 1. Where two outlines overlap, the surface of
 * contact lies half-way; what it cuts off is given up, and so are nuclei of which almost nothing is left.
 */
export function drawViews(views: readonly ColonyView[], side: number): LabelImage {
  const data = new Int32Array(side * side);
  const depth = new Float32Array(side * side).fill(1);
  views.forEach((view, k) => {
    drawView({ side, data, depth }, view, k + 1);
  });
  return largestPieces(labelImage(side, side, data), fewestPixels);
}

interface Drawing {
  readonly side: number;
  readonly data: Int32Array;
  /** Distance to the centre of the nucleus over its radius in that direction; 1 where there is none. */
  readonly depth: Float32Array;
}

function drawView({ side, data, depth }: Drawing, view: ColonyView, label: number): void {
  const radii = outlineRadii(view.outline);
  const reach = reachOf(radii);
  const y1 = Math.min(side - 1, Math.floor(view.y + reach));
  const x1 = Math.min(side - 1, Math.floor(view.x + reach));
  for (let y = Math.max(0, Math.ceil(view.y - reach)); y <= y1; y++) {
    for (let x = Math.max(0, Math.ceil(view.x - reach)); x <= x1; x++) {
      const [dy, dx] = [y - view.y, x - view.x];
      if (view.normal !== undefined && dy * Math.sin(view.normal) + dx * Math.cos(view.normal) < 0) continue;
      const at = Math.fround(relativeDistance(radii, dy, dx));
      const i = y * side + x;
      if (at >= depth[i]!) continue;
      depth[i] = at;
      data[i] = label;
    }
  }
}

/**
 * px of a nucleus from which on it is seen where it was not seen before. It stays seen with fewer, so that
 * not every one that moves along the border comes and goes.
 */
const enoughToAppear = 4 * fewestPixels;

/** True masks and lineages in the layout of the Cell Tracking Challenge. */
export interface ColonyTruth {
  readonly labels: LabelImage[];
  readonly tracks: CtcTrack[];
  /** By frame and true label: the index of its view. */
  readonly viewOfLabel: ReadonlyMap<number, number>[];
}

/**
 * A track lasts while the nucleus is seen without a break; one that comes back has a new label and no parent.
 * Whoever is not seen has no pixels either.
 * A daughter has a parent if her mother was seen in the frame before.
 *
 * @throws InvalidInput when there are more tracks than 16-bit masks have labels
 */
export function colonyTruth({ frames, side, mothers }: Colony): ColonyTruth {
  const tracks: { label: number; begin: number; end: number; parent: number }[] = [];
  const labels: LabelImage[] = [];
  const viewOfLabel: Map<number, number>[] = [];
  let before = new Map<number, number>();
  frames.forEach((views, t) => {
    const drawn = drawViews(views, side);
    const area = areas(drawn);
    const isKnown = (cell: number): boolean => before.has(cell) || before.has(mothers[cell]!);
    const labelOfView = new Int32Array(views.length);
    const now = new Map<number, number>();
    views.forEach(({ cell }, k) => {
      if ((area[k + 1] ?? 0) < (isKnown(cell) ? 1 : enoughToAppear)) return;
      let label = before.get(cell);
      if (label === undefined) {
        label = tracks.length + 1;
        tracks.push({ label, begin: t, end: t, parent: before.get(mothers[cell]!) ?? 0 });
      }
      tracks[label - 1]!.end = t;
      now.set(cell, label);
      labelOfView[k] = label;
    });
    labels.push(
      labelImage(
        side,
        side,
        drawn.data.map((row) => (row === 0 ? 0 : labelOfView[row - 1]!)),
      ),
    );
    viewOfLabel.push(new Map([...labelOfView].flatMap((label, k) => (label === 0 ? [] : [[label, k]]))));
    before = now;
  });
  if (tracks.length > largestCtcLabel)
    throw new InvalidInput("hostile.frames", `at most ${largestCtcLabel} tracks`, `${tracks.length} tracks`);
  return { labels, tracks, viewOfLabel };
}
