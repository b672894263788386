import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logs } from "../../test/labelrows.js";
import {
  appendEntry,
  countEdits,
  emptyLog,
  heldLabelEdits,
  heldTrackEdits,
  largestEditedLabel,
  nextEntry,
  replay,
} from "./editlog.js";
import type { Edit, LabelEdit, LogEntry, TrackEdit } from "./edits.js";

const painted = (frame: number, label: number): LabelEdit => ({
  layer: "labels",
  gesture: "paint",
  frame,
  patches: [{ y: 0, x: 0, height: 1, width: 1, before: Int32Array.of(0), after: Int32Array.of(label) }],
});
const cut: TrackEdit = {
  layer: "tracks",
  gesture: "cut",
  spots: [
    { frame: 4, y: 1, x: 1 },
    { frame: 5, y: 1, x: 1 },
  ],
};
const time = "2026-01-01T00:00:00Z";
const entry = (number: number, edit: Edit): LogEntry => ({ number, time, edit });

describe("the log of edits", () => {
  it("undoes across layers and frames, and a new edit clears what could be redone", () => {
    const log = replay([entry(1, painted(3, 7)), entry(2, cut)]);
    expect(appendEntry(log, nextEntry(log, "undo", time)!)).toEqual({ edit: cut, side: "before" });
    expect(appendEntry(log, nextEntry(log, "undo", time)!)).toEqual({ edit: painted(3, 7), side: "before" });
    expect(nextEntry(log, "undo", time)).toBeUndefined();
    expect(appendEntry(log, nextEntry(log, "redo", time)!)).toEqual({ edit: painted(3, 7), side: "after" });
    expect(heldLabelEdits(log, "labels", 3)).toEqual([painted(3, 7)]);
    expect(heldLabelEdits(log, "annotation")).toEqual([]);
    appendEntry(log, entry(6, painted(1, 2)));
    expect(nextEntry(log, "redo", time)).toBeUndefined();
    expect(log.held.map(({ number }) => number)).toEqual([1, 6]);
    expect(heldTrackEdits(log)).toEqual([]);
  });

  it("refuses entries whose turn it is not, and stays as it was", () => {
    const log = replay([entry(1, cut)]);
    expect(() => appendEntry(log, entry(3, cut))).toThrow(/expected number 2, received 3/);
    expect(() => appendEntry(log, { number: 2, time, undo: 7 })).toThrow(
      /undo: expected edit 1, received edit 7/,
    );
    expect(() => appendEntry(log, { number: 2, time, redo: 1 })).toThrow(/nothing left/);
    expect(log).toEqual(replay([entry(1, cut)]));
  });

  it("counts what holds", () => {
    const log = replay([
      entry(1, painted(3, 7)),
      entry(2, painted(1, 9)),
      entry(3, cut),
      entry(4, painted(5, 8)),
      { number: 5, time, undo: 4 },
      { number: 6, time, reviewed: { layer: "labels", frame: 3, isDone: true } },
      { number: 7, time, reviewed: { layer: "annotation", frame: 2, isDone: true } },
      { number: 8, time, reviewed: { layer: "annotation", frame: 2, isDone: false } },
    ]);
    expect(countEdits(log)).toEqual({
      edits: 3,
      layers: {
        annotation: { edits: 0, gestures: {}, frames: [], reviewed: [] },
        labels: { edits: 2, gestures: { paint: 2 }, frames: [1, 3], reviewed: [3] },
        tracks: { edits: 1, gestures: { cut: 1 }, frames: [4, 5], reviewed: [] },
      },
    });
    // An edit that was taken back may be applied again, and needs its label then.
    expect(largestEditedLabel(log, "labels", 5)).toBe(8);
    expect(largestEditedLabel(log, "annotation", 5)).toBe(0);
  });

  it("holds, after any steps, what a simple list of edits would", () => {
    fc.assert(
      fc.property(logs, ({ entries, log }) => {
        // By the definition: each undo drops the last of a list, each redo puts back what was dropped last.
        let [held, dropped]: [number[], number[]] = [[], []];
        for (const step of entries) {
          if ("edit" in step) [held, dropped] = [[...held, step.number], []];
          else if ("undo" in step) [held, dropped] = [held.slice(0, -1), [...dropped, held.at(-1)!]];
          else if ("redo" in step) [held, dropped] = [[...held, dropped.at(-1)!], dropped.slice(0, -1)];
        }
        expect(log.held.map(({ number }) => number)).toEqual(held);
        expect(replay(entries)).toEqual(log);
        expect(emptyLog().last).toBe(0);
      }),
    );
  });
});
