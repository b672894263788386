import { describe, expect, it } from "vitest";
import { nucleiOf } from "../../test/spots.js";
import type { Nuclei } from "../core/nuclei.js";
import type { ReviewedCandidates, ReviewedTracks, ReviewItem } from "./doubts.js";
import { emptyLog, replay } from "./editlog.js";
import type { Edit, LabelEdit } from "./edits.js";
import { reviewQueue } from "./reviewqueue.js";
import type { TouchingEdits } from "./touched.js";

const none = emptyLog();
const logOf = (...edits: readonly Edit[]): TouchingEdits =>
  replay(edits.map((edit, i) => ({ number: i + 1, time: "", edit })));
const short = (items: readonly ReviewItem[]): unknown[] =>
  items.map(({ kind, row, doubt }) => [kind, row, Number(doubt.toFixed(3))]);

const candidates: ReviewedCandidates = {
  count: 4,
  frame: [0, 0, 0, 1],
  candidate: [1, 2, 3, 1],
  label: [1, 0, 0, 1],
  y: [5, 15, 25, 5],
  x: [5, 5, 5, 5],
  score: [0.93, 0.85, 0, 0.99],
  kept: [1, 0, 0, 1],
  reason: ["", "long contact", "area 3 px", ""],
};
const changed = (
  layer: LabelEdit["layer"],
  frame: number,
  y: number,
  [from, to]: readonly [number, number],
): LabelEdit => ({
  layer,
  gesture: "paint",
  frame,
  patches: [{ y, x: 5, height: 1, width: 1, before: Int32Array.of(from), after: Int32Array.of(to) }],
});

describe("the queue of the annotation", () => {
  it("has first what was rejected or kept with the least certainty", () => {
    const queue = reviewQueue({ annotation: candidates }, none);
    expect(short(queue)).toEqual([
      ["rejected", 1, 0.85],
      ["kept", 0, 0.07],
      ["kept", 3, 0.01],
    ]);
    expect(queue[0]).toMatchObject({ layer: "annotation", frame: 0, y: 15, x: 5, label: 2 });
    expect(queue[0]!.reason).toBe("It was rejected: long contact.");
  });

  it("leaves out what was edited, and frames that were looked through", () => {
    const edits = logOf(changed("annotation", 0, 15, [0, 4]), changed("annotation", 1, 40, [1, 0]));
    expect(short(reviewQueue({ annotation: candidates }, edits))).toEqual([["kept", 0, 0.07]]);
    // The same in another layer, or beside it, touches nothing.
    const others = logOf(changed("labels", 0, 15, [0, 4]), changed("annotation", 0, 16, [0, 4]));
    expect(reviewQueue({ annotation: candidates }, others)).toHaveLength(3);
    const reviewed = { held: [], reviewed: { annotation: new Set([0]), labels: new Set([1]) } };
    expect(short(reviewQueue({ annotation: candidates }, reviewed))).toEqual([["kept", 3, 0.01]]);
  });
});

describe("the queue of labels", () => {
  const nuclei: Nuclei = {
    ...nucleiOf(
      [100, 100, 100, 30, 250, 10].map((area, i) => ({ t: 0, y: 20 * i, x: 0, area, cut: i === 5 })),
    ),
    score: Float64Array.of(0.9, 0.4, NaN, 0.9, 1, 1),
  };

  it("names each object once, by its largest doubt", () => {
    const queue = reviewQueue({ labels: { nuclei, contact: [0.25, 0.2, 0, 0, 0, 0] } }, none);
    expect(short(queue)).toEqual([
      ["size", 3, 0.7],
      ["score", 1, 0.6],
      ["size", 4, 0.6],
      ["contact", 0, 0.25],
    ]);
    expect(queue.map(({ reason }) => reason)).toEqual([
      "Its area is 0.3 times the usual one.",
      "The network's score is 0.4.",
      "Its area is 2.5 times the usual one.",
      "25 % of its outline touches others.",
    ]);
    expect(short(reviewQueue({ labels: { nuclei } }, logOf(changed("labels", 0, 90, [4, 2]))))).toEqual([
      ["size", 4, 0.6],
      ["score", 0, 0.1],
    ]);
  });
});

describe("the queue of tracks", () => {
  // 0 - 1 divides into 2 and 3 in the last frame; 4 ends in frame 1 in the middle, 5 at the border.
  const tracks: ReviewedTracks = {
    graph: {
      nuclei: nucleiOf([
        { t: 0, y: 50, x: 50 },
        { t: 1, y: 50, x: 50 },
        { t: 2, y: 40, x: 50 },
        { t: 2, y: 60, x: 50 },
        { t: 1, y: 100, x: 100 },
        { t: 1, y: 5, x: 100 },
      ]),
      frames: 3,
      edges: Uint32Array.of(0, 1, 1, 2, 1, 3),
    },
    probabilities: new Map([[1, 0.4]]),
    margins: [NaN, 0, 3, 30, NaN, NaN],
    repairs: [{ kind: "gap filled", frame: 2, y: 150, x: 20 }],
    height: 200,
    width: 200,
  };

  it("has divisions, links, repairs, and ends and starts away from the border", () => {
    const queue = reviewQueue({ tracks }, none);
    expect(short(queue)).toEqual([
      ["division", 1, 0.6],
      ["start", 4, 0.5],
      ["repair", -1, 0.5],
      ["link", 2, 0.047],
    ]);
    expect(queue.map(({ reason }) => reason)).toEqual([
      "A division with a probability of 40 %.",
      "A track begins here, away from the border.",
      "The mask was repaired: gap filled.",
      "Its link is 20 times as likely as the best solution without it.",
    ]);
  });

  it("goes down to the least doubt that is asked for", () => {
    expect(reviewQueue({ tracks }, none, 0).map(({ row }) => row)).toEqual([1, 4, -1, 2, 3]);
    expect(reviewQueue({ tracks }, none, 0.55).map(({ row }) => row)).toEqual([1]);
  });

  it("takes divisions without a probability for an even chance", () => {
    const queue = reviewQueue({ tracks: { ...tracks, probabilities: new Map() } }, none);
    expect(short(queue)[0]).toEqual(["division", 1, 0.5]);
  });

  it("leaves out what was confirmed, cut or repainted", () => {
    const spots = [{ frame: 1, y: 51, x: 50 }];
    const confirmed = logOf({ layer: "tracks", gesture: "confirm", spots });
    expect(short(reviewQueue({ tracks }, confirmed)).map((item) => (item as unknown[])[0])).toEqual([
      "start",
      "repair",
    ]);
    const deleted = logOf(
      { layer: "tracks", gesture: "delete", spots: [{ frame: 1, y: 100, x: 100 }] },
      {
        ...changed("labels", 2, 150, [0, 9]),
        patches: [{ y: 150, x: 20, height: 1, width: 1, before: Int32Array.of(0), after: Int32Array.of(9) }],
      },
    );
    expect(reviewQueue({ tracks }, deleted).map(({ kind }) => kind)).toEqual(["division", "link"]);
  });

  it("does not depend on the order of the tables", () => {
    const both = reviewQueue({ annotation: candidates, tracks }, none);
    const reversed = {
      ...candidates,
      ...Object.fromEntries(
        (["frame", "candidate", "label", "y", "x", "score", "kept", "reason"] as const).map((key) => [
          key,
          Array.from<unknown>(candidates[key]).reverse(),
        ]),
      ),
    };
    const places = (items: readonly ReviewItem[]): unknown[] =>
      items.map(({ kind, frame, y, doubt }) => [kind, frame, y, doubt]);
    expect(places(reviewQueue({ annotation: reversed, tracks }, none))).toEqual(places(both));
    expect(both.map(({ doubt }) => doubt)).toEqual([...both.map(({ doubt }) => doubt)].sort((a, b) => b - a));
  });
});
