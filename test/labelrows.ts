/** Label windows as rows of characters, and random edits of them. */
import fc from "fast-check";
import { expect } from "vitest";
import type { LabelPatch, LogEntry, TrackEdit } from "../src/correct/edits.js";
import { isRefused, type LabelWindow, type Outcome, writePatch } from "../src/correct/labelwindow.js";
import { type EditLog, emptyLog, appendEntry, nextEntry } from "../src/correct/editlog.js";

/** A window of a frame: "." background, "?" unknown, digits objects. */
export const windowOf = (rows: readonly string[], y = 0, x = 0): LabelWindow => ({
  y,
  x,
  height: rows.length,
  width: rows[0]!.length,
  data: Int32Array.from([...rows.join("")], (c) => (c === "." ? 0 : c === "?" ? -1 : Number(c))),
});

/** Its rows. */
export const rowsOfWindow = ({ height, width, data }: LabelWindow): string[] =>
  Array.from({ length: height }, (_, row) =>
    [...data.subarray(row * width, (row + 1) * width)]
      .map((label) => (label === 0 ? "." : label === -1 ? "?" : String(label)))
      .join(""),
  );

/**
 * A window after patches; what they were made from is checked, that they are tight and apart, and that taking
 * them back gives the window.
 */
export function after(window: LabelWindow, outcome: Outcome | undefined): LabelWindow {
  const patches = outcome ?? [];
  if (isRefused(patches)) throw new Error(patches.why);
  const changed = { ...window, data: window.data.slice() };
  const seen = new Set<number>();
  for (const patch of patches) {
    expectTight(patch);
    const { y, x, height, width } = patch;
    // One expectation a patch: one a pixel takes seconds.
    let wrong = 0;
    for (let row = y; row < y + height; row++)
      for (let column = x; column < x + width; column++) {
        if (seen.has(row * 1e6 + column)) wrong++;
        seen.add(row * 1e6 + column);
        const at = (row - window.y) * window.width + column - window.x;
        if (patch.before[(row - y) * width + column - x] !== window.data[at]) wrong++;
      }
    expect(wrong).toBe(0);
    writePatch(changed, patch, "after");
  }
  const back = { ...changed, data: changed.data.slice() };
  for (const patch of patches) writePatch(back, patch, "before");
  expect(back.data.every((label, at) => label === window.data[at])).toBe(true);
  return changed;
}

function expectTight({ height, width, before, after: now }: LabelPatch): void {
  const differs = (at: number): boolean => before[at] !== now[at];
  const rows = Array.from({ length: height }, (_, row) => row);
  const columns = Array.from({ length: width }, (_, column) => column);
  for (const row of [0, height - 1])
    expect(columns.some((column) => differs(row * width + column))).toBe(true);
  for (const column of [0, width - 1]) expect(rows.some((row) => differs(row * width + column))).toBe(true);
}

/** Windows of 4 to 16 px with up to four objects as they come, background and unknown pixels, from anywhere. */
export const labelWindows: fc.Arbitrary<LabelWindow> = fc
  .record({
    y: fc.integer({ min: 0, max: 5 }),
    x: fc.integer({ min: 0, max: 5 }),
    height: fc.integer({ min: 4, max: 16 }),
    width: fc.integer({ min: 4, max: 16 }),
    cells: fc.array(fc.constantFrom(0, 0, 1, 1, 2, 3, 4, -1), { minLength: 16, maxLength: 16 }),
  })
  .map(({ y, x, height, width, cells }) => ({
    y,
    x,
    height,
    width,
    // Blocks of pixels, so that there is something to cut.
    data: Int32Array.from({ length: height * width }, (_, i) => {
      const [row, column] = [Math.floor(i / width), i % width];
      return cells[4 * Math.floor((4 * row) / height) + Math.floor((4 * column) / width)]!;
    }),
  }));

/** Places within and around such a window, on halves and on odd fractions. */
export const places = fc.record({
  y: fc.oneof(
    fc.integer({ min: -6, max: 50 }).map((n) => n / 2),
    fc.double({ min: -3, max: 25, noNaN: true }),
  ),
  x: fc.oneof(
    fc.integer({ min: -6, max: 50 }).map((n) => n / 2),
    fc.double({ min: -3, max: 25, noNaN: true }),
  ),
});

const trackEdits: fc.Arbitrary<TrackEdit> = fc
  .tuple(fc.constantFrom("cut", "join", "refuse"), fc.nat(20), fc.double({ min: -5, max: 90, noNaN: true }))
  .map(([gesture, frame, y]) => ({
    layer: "tracks",
    gesture,
    spots: [
      { frame, y: y + 0, x: 3.25 },
      { frame: frame + 1, y: 1e-7, x: 7 },
    ],
  }));

const patches: fc.Arbitrary<LabelPatch> = fc
  .record({
    y: fc.nat(50),
    x: fc.nat(50),
    height: fc.integer({ min: 1, max: 4 }),
    width: fc.integer({ min: 1, max: 4 }),
  })
  .chain((box) => {
    const values = fc
      .array(fc.integer({ min: -1, max: 2 ** 31 - 1 }), {
        minLength: box.height * box.width,
        maxLength: box.height * box.width,
      })
      .map((list) => Int32Array.from(list));
    return fc.record({ before: values, after: values }).map((both) => ({ ...box, ...both }));
  });

const someEdit = fc.oneof(
  trackEdits,
  fc.record({
    layer: fc.constant("annotation" as const),
    gesture: fc.constantFrom("paint" as const, "split" as const, "ignore" as const),
    frame: fc.nat(9),
    patches: patches.map((patch) => [patch]),
  }),
);

/** A log of random edits, with undo, redo and frames that were looked through: its entries and its state. */
export const logs: fc.Arbitrary<{ readonly entries: readonly LogEntry[]; readonly log: EditLog }> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: someEdit.map((edit) => ({ edit })) },
      { weight: 2, arbitrary: fc.constant("undo" as const) },
      { weight: 1, arbitrary: fc.constant("redo" as const) },
      {
        weight: 1,
        arbitrary: fc
          .record({
            layer: fc.constantFrom("annotation" as const, "labels" as const),
            frame: fc.nat(3),
            isDone: fc.boolean(),
          })
          .map((reviewed) => ({ reviewed })),
      },
    ),
    { maxLength: 14 },
  )
  .map((steps) => {
    const log = emptyLog();
    const entries: LogEntry[] = [];
    for (const step of steps) {
      const entry = nextEntry(log, step, `2026-01-01T00:00:${String(entries.length).padStart(2, "0")}Z`);
      if (entry === undefined) continue;
      appendEntry(log, entry);
      entries.push(entry);
    }
    return { entries, log };
  });
