/**
 * What tests and benches read of the page, as `globalThis.karyonStudio`. No part of the page uses it, and no other
 * program should.
 */
import { colourBy, labelLayer, onlySelected, shownFrame } from "../state/display.js";
import { camera, frame, selectedTracks, selection } from "../state/place.js";
import { labelPlane } from "./labelplanes.js";
import type { ViewEngine } from "./viewengine.js";
import { queue, tileLimit, tiles } from "./zarrtiles.js";

/** Functions of the view that is shown. */
export interface StudioHooks {
  /** Of the last picture, ms. */
  readonly lastDraw: () => number;
  readonly renderer: () => string;
  /** Resolves when all visible tiles of the frame are drawn. */
  readonly settled: () => Promise<void>;
  /** Tiles in memory. */
  readonly memory: () => {
    readonly bytes: number;
    readonly pinnedBytes: number;
    readonly count: number;
    readonly limit: number;
    readonly running: number;
  };
  readonly invalidate: () => void;
  readonly signals: {
    readonly camera: typeof camera;
    readonly frame: typeof frame;
    readonly shownFrame: typeof shownFrame;
    readonly selection: typeof selection;
    readonly selectedTracks: typeof selectedTracks;
    readonly labelLayer: typeof labelLayer;
    readonly colourBy: typeof colourBy;
    readonly onlySelected: typeof onlySelected;
  };
  readonly labelPlane: typeof labelPlane;
}

/** Shows the hooks for a view. @returns takes them away */
export function exposeView(engine: ViewEngine): () => void {
  const hooks: StudioHooks = {
    lastDraw: engine.lastDraw,
    renderer: engine.renderer,
    settled: engine.settled,
    memory: () => ({
      bytes: tiles.bytes,
      pinnedBytes: tiles.pinnedBytes,
      count: tiles.count,
      limit: tileLimit,
      running: queue.running,
    }),
    invalidate: engine.invalidate,
    signals: { camera, frame, shownFrame, selection, selectedTracks, labelLayer, colourBy, onlySelected },
    labelPlane,
  };
  const place = globalThis as { karyonStudio?: StudioHooks | undefined };
  place.karyonStudio = hooks;
  return () => {
    if (place.karyonStudio === hooks) place.karyonStudio = undefined;
  };
}
