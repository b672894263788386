/** The studio's tools as state without a page: edits on their way, strokes, outlines, choices, walks along tracks. */
import { describe, expect, it } from "vitest";
import { frameOf, historyOf, placeOf, textOf } from "../app/src/state/edithistory.js";
import { editQueue, type EditHost, type QueueState } from "../app/src/state/editqueue.js";
import {
  gestureFor,
  isCut,
  labelApart,
  mergeChoice,
  strokeLabel,
  type Press,
} from "../app/src/tools/gesturechoice.js";
import { type LabelAccess, reachesBorder, windowOfObjects } from "../app/src/tools/labelaccess.js";
import {
  isInside,
  lengthOf,
  type Outline,
  type OutlineEvent,
  outlineAfter,
} from "../app/src/tools/outline.js";
import { beginStroke } from "../app/src/tools/stroke.js";
import {
  branchesOf,
  cutAt,
  divideInto,
  joinNearest,
  joinRows,
  joinTracks,
  judgeDivision,
  lineageTree,
  nearestInTime,
  removeRow,
  rowOfLabel,
  spotLinks,
  walk,
} from "../app/src/tools/trackwalk.js";
import type { Window } from "../src/core/image.js";
import type { Edit, LabelEdit, LabelPatch, TrackEdit } from "../src/correct/edits.js";
import { type LabelWindow, type Point, writePatch } from "../src/correct/labelwindow.js";
import type { CorrectionCounts, UndoAnswer } from "../src/server/messages.js";

const counts = (revision: number): CorrectionCounts => ({
  revision,
  edits: { annotation: 0, labels: revision, tracks: 0 },
  canUndo: revision > 0,
  canRedo: false,
  unapplied: [],
});

const edit = (frame: number, x = 0, before = 0, after = 1): LabelEdit => ({
  layer: "labels",
  gesture: "paint",
  frame,
  patches: [{ y: 0, x, height: 1, width: 1, before: Int32Array.of(before), after: Int32Array.of(after) }],
});

const refused = (status: number): Error => Object.assign(new Error("It has changed."), { status });

/** A server that keeps edits, and a page that shows frames of 1 x 4 px. */
interface FakeStudio {
  readonly host: EditHost;
  readonly log: readonly Edit[];
  /** Answers to come; none: all is well. */
  readonly failures: Error[];
  readonly said: readonly string[];
  /** Frames. */
  readonly jumps: readonly number[];
  readonly forgotten: readonly number[];
  /** ms. */
  readonly waits: readonly number[];
  readonly frameAt: (frame: number) => Int32Array;
  readonly state: () => QueueState;
}

function fakeStudio(): FakeStudio {
  const log: Edit[] = [];
  const undone: Edit[] = [];
  const failures: Error[] = [];
  const frames = new Map<number, Int32Array>();
  const said: string[] = [];
  const jumps: number[] = [];
  const forgotten: number[] = [];
  const waits: number[] = [];
  let state: QueueState = { unsaved: 0, isAway: false, history: [] };
  const frameAt = (frame: number): Int32Array => {
    if (!frames.has(frame)) frames.set(frame, new Int32Array(4));
    return frames.get(frame)!;
  };
  const answer = async <T>(give: () => T): Promise<T> => {
    await Promise.resolve();
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    return give();
  };
  const move = (from: Edit[], to: Edit[]): UndoAnswer => {
    const moved = from.pop() ?? null;
    if (moved !== null) to.push(moved);
    return { edit: moved, number: log.length, corrections: counts(log.length) };
  };
  const host: EditHost = {
    write: ({ frame, patches }, side) => {
      for (const patch of patches) frameAt(frame)[patch.x] = patch[side][0]!;
    },
    forget: ({ frame }) => forgotten.push(frame),
    send: (sent) =>
      answer(() => {
        undone.length = 0;
        return { number: log.push(sent), corrections: counts(log.length) };
      }),
    sendUndo: () => answer(() => move(log, undone)),
    sendRedo: () => answer(() => move(undone, log)),
    jump: (to) => jumps.push(frameOf(to)),
    counted: () => undefined,
    changed: (next) => {
      state = next;
    },
    say: (sentence) => said.push(sentence),
    wait: async (milliseconds) => {
      waits.push(milliseconds);
      await Promise.resolve();
    },
  };
  return { host, log, failures, said, jumps, forgotten, waits, frameAt, state: () => state };
}

describe("edits on their way to the server", () => {
  it("are seen at once and sent in order", async () => {
    const studio = fakeStudio();
    const queue = editQueue(studio.host);
    queue.add(edit(0, 1));
    queue.add(edit(0, 2));
    expect([...studio.frameAt(0)]).toEqual([0, 1, 1, 0]);
    expect(studio.state().unsaved).toBe(2);
    expect(studio.log).toHaveLength(0);
    await queue.settled();
    expect(studio.log.map((each) => placeOf(each).x)).toEqual([1, 2]);
    expect(studio.state().unsaved).toBe(0);
    expect(studio.state().history.map(({ number }) => number)).toEqual([1, 2]);
  });

  it("are taken back where the labels have changed, with those built on them", async () => {
    const studio = fakeStudio();
    const queue = editQueue(studio.host);
    studio.failures.push(refused(409));
    queue.add(edit(0, 1));
    queue.add(edit(0, 1, 1, 2));
    queue.add(edit(3, 0));
    await queue.settled();
    expect([...studio.frameAt(0)]).toEqual([0, 0, 0, 0]);
    expect([...studio.frameAt(3)]).toEqual([1, 0, 0, 0]);
    expect(studio.forgotten).toEqual([0, 0]);
    expect(studio.said).toEqual(["It has changed. 2 changes were taken back."]);
    expect(studio.log.map(frameOf)).toEqual([3]);
    expect(studio.state().history.map((item) => frameOf(item.edit))).toEqual([3]);
  });

  it("wait for a server that is away, longer each time, and lose nothing", async () => {
    const studio = fakeStudio();
    const queue = editQueue(studio.host);
    studio.failures.push(refused(0), refused(0), refused(0));
    queue.add(edit(0, 1));
    queue.add(edit(0, 2));
    await queue.settled();
    expect(studio.waits).toEqual([500, 1000, 2000]);
    expect(studio.said).toHaveLength(1);
    expect(studio.log).toHaveLength(2);
    expect(studio.state().isAway).toBe(false);
    expect([...studio.frameAt(0)]).toEqual([0, 1, 1, 0]);
  });

  it("are undone and done again across frames, each time with a jump", async () => {
    const studio = fakeStudio();
    const queue = editQueue(studio.host);
    queue.add(edit(0, 1));
    queue.add(edit(5, 2));
    queue.undo();
    queue.undo();
    await queue.settled();
    expect(studio.jumps).toEqual([5, 0]);
    expect([...studio.frameAt(0), ...studio.frameAt(5)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(studio.state().history.map(({ isUndone }) => isUndone)).toEqual([true, true]);
    queue.redo();
    await queue.settled();
    expect(studio.jumps).toEqual([5, 0, 0]);
    expect([...studio.frameAt(0)]).toEqual([0, 1, 0, 0]);
    expect(studio.state().history.map(({ isUndone }) => isUndone)).toEqual([false, true]);
    queue.add(edit(1, 0));
    await queue.settled();
    expect(studio.state().history.map((item) => frameOf(item.edit))).toEqual([0, 1]);
    queue.redo();
    await queue.settled();
    expect(studio.said).toEqual(["There is nothing to do again."]);
  });

  it("drop an undo that was meant for a refused edit", async () => {
    const studio = fakeStudio();
    const queue = editQueue(studio.host);
    queue.add(edit(0, 1));
    await queue.settled();
    studio.failures.push(refused(409));
    queue.add(edit(0, 2));
    queue.undo();
    await queue.settled();
    expect(studio.log).toHaveLength(1);
    expect([...studio.frameAt(0)]).toEqual([0, 1, 0, 0]);
  });

  it("say in words what they did", () => {
    expect(textOf(edit(0))).toBe("Painted");
    expect(textOf({ layer: "tracks", gesture: "refuse", spots: [] })).toBe("Refused a division");
  });
});

/** A plane of 20 x 20 px in memory; windows are loaded when asked for. */
function fakePlane(isLoaded = true): LabelAccess & { readonly whole: LabelWindow; writes: number } {
  const whole: LabelWindow = { y: 0, x: 0, height: 20, width: 20, data: new Int32Array(400) };
  let isThere = isLoaded;
  const plane = {
    whole,
    writes: 0,
    size: { height: 20, width: 20 },
    load: async () => {
      await Promise.resolve();
      isThere = true;
    },
    read: ({ y, x, height, width }: Window) => {
      if (!isThere) throw new Error("not loaded");
      const part = new Int32Array(height * width);
      for (let row = 0; row < height; row++)
        part.set(whole.data.subarray((y + row) * 20 + x, (y + row) * 20 + x + width), row * width);
      return part;
    },
    write: (patch: LabelPatch, side: "before" | "after") => {
      plane.writes += patch.after.length;
      writePatch(whole, patch, side);
    },
    countLabels: () => Promise.resolve(0),
  };
  return plane;
}
const sum = ({ data }: LabelWindow): number => data.reduce((a, b) => a + b, 0);

describe("a stroke", () => {
  const settings = { diameter: 3, label: 1, protect: true } as const;

  it("is one change of what all its moves painted", async () => {
    const plane = fakePlane();
    const stroke = beginStroke(plane, { y: 5, x: 5 }, settings);
    stroke.move({ y: 5, x: 10 });
    stroke.move({ y: 5, x: 5 });
    const painted = plane.whole.data.slice();
    const patches = (await stroke.end())!;
    for (const patch of patches) writePatch(plane.whole, patch, "before");
    expect(sum(plane.whole)).toBe(0);
    for (const patch of patches) writePatch(plane.whole, patch, "after");
    expect(plane.whole.data).toEqual(painted);
    expect(plane.whole.data[5 * 20 + 8]).toBe(1);
  });

  it("writes with each move only what is new", () => {
    const plane = fakePlane();
    const stroke = beginStroke(plane, { y: 10, x: 2 }, settings);
    for (let x = 3; x < 17; x++) stroke.move({ y: 10, x });
    // 3 rows of 1 px at each step, and the first dab.
    expect(plane.writes).toBeLessThan(70);
  });

  it("protects neighbours", async () => {
    const plane = fakePlane();
    plane.whole.data.fill(2, 5 * 20, 6 * 20);
    await beginStroke(plane, { y: 5, x: 5 }, settings).end();
    expect(plane.whole.data[5 * 20 + 5]).toBe(2);
    expect(plane.whole.data[4 * 20 + 5]).toBe(1);
  });

  it("catches up when its label and the labels below it have come", async () => {
    const plane = fakePlane(false);
    const stroke = beginStroke(plane, { y: 5, x: 5 }, Promise.resolve({ ...settings, label: 7 }));
    stroke.move({ y: 5, x: 9 });
    expect(sum(plane.whole)).toBe(0);
    const patches = await stroke.end();
    expect(patches).toBeDefined();
    expect(plane.whole.data[5 * 20 + 9]).toBe(7);
  });

  it("leaves nothing when it is cancelled", async () => {
    const plane = fakePlane();
    const stroke = beginStroke(plane, { y: 5, x: 5 }, settings);
    stroke.move({ y: 9, x: 9 });
    expect(sum(plane.whole)).toBeGreaterThan(0);
    stroke.cancel();
    expect(sum(plane.whole)).toBe(0);
    expect(await stroke.end()).toBeUndefined();
  });
});

describe("an outline", () => {
  const turn = (
    events: readonly OutlineEvent[],
  ): { readonly outline: Outline | undefined; readonly closed: readonly Point[] | undefined } => {
    let outline: Outline | undefined;
    let closed: readonly Point[] | undefined;
    for (const event of events) {
      const step = outlineAfter(outline, event);
      outline = step.outline;
      closed ??= step.closed;
    }
    return { outline, closed };
  };
  const click = (y: number, x: number): OutlineEvent[] => [
    { type: "down", at: { y, x }, isRight: false, reach: 1 },
    { type: "up", at: { y, x }, reach: 1 },
  ];
  const drag = (y: number, x: number): OutlineEvent => ({
    type: "move",
    at: { y, x },
    isHeld: true,
    reach: 1,
  });

  it("is drawn with a button held", () => {
    const { closed, outline } = turn([
      { type: "down", at: { y: 0, x: 0 }, isRight: false, reach: 1 },
      drag(0, 5),
      drag(5, 5),
      { type: "up", at: { y: 5, x: 5 }, reach: 1 },
    ]);
    expect(closed).toHaveLength(3);
    expect(outline).toBeUndefined();
  });

  it("is drawn corner by corner, and closed by a click on the first or by Enter", () => {
    const corners = [...click(0, 0), ...click(0, 9), ...click(9, 9)];
    expect(turn(corners).closed).toBeUndefined();
    expect(turn([...corners, ...click(1, 0)]).closed).toHaveLength(3);
    expect(turn([...corners, { type: "close" }]).closed).toHaveLength(3);
    expect(turn([...click(0, 0), { type: "close" }])).toEqual({ outline: undefined, closed: undefined });
  });

  it("goes from one right click to the next", () => {
    const right = (y: number, x: number): OutlineEvent => ({
      type: "down",
      at: { y, x },
      isRight: true,
      reach: 1,
    });
    const free = (y: number, x: number): OutlineEvent => ({
      type: "move",
      at: { y, x },
      isHeld: false,
      reach: 1,
    });
    const end: OutlineEvent = { type: "up", at: { y: 0, x: 0 }, reach: 1 };
    expect(turn([right(0, 0), end, free(0, 4), free(4, 4), right(4, 0)]).closed).toHaveLength(3);
  });

  it("loses its last corner, and all of it with Esc", () => {
    expect(turn([...click(0, 0), ...click(0, 9), { type: "back" }]).outline?.points).toHaveLength(1);
    expect(turn([...click(0, 0), { type: "cancel" }]).outline).toBeUndefined();
  });

  it("knows what lies inside", () => {
    const square = [
      { y: 0, x: 0 },
      { y: 0, x: 4 },
      { y: 4, x: 4 },
      { y: 4, x: 0 },
    ];
    expect(isInside(square, { y: 2, x: 2 })).toBe(true);
    expect(isInside(square, { y: 2, x: 5 })).toBe(false);
    expect(lengthOf(square)).toBe(12);
  });
});

describe("what a press begins", () => {
  const press = (more: Partial<Press> = {}): Press => ({
    button: 0,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...more,
  });

  it("is the tool's, unless a held key calls another in any tool", () => {
    expect(gestureFor("select", press())).toBeUndefined();
    expect(gestureFor("paint", press())).toBe("paint");
    expect(gestureFor("paint", press({ altKey: true }))).toBe("erase");
    expect(gestureFor("select", press({ altKey: true }))).toBe("merge");
    expect(gestureFor("fill", press({ ctrlKey: true }))).toBe("delete");
    expect(gestureFor("paint", press({ shiftKey: true }))).toBe("cut");
    expect(gestureFor("paint", press({ button: 2 }))).toBe("encircle");
    expect(gestureFor("draw", press({ button: 2 }))).toBe("draw");
    expect(gestureFor("paint", press({ button: 1 }))).toBeUndefined();
  });

  it("is no cut where the pointer has hardly moved", () => {
    expect([isCut(2), isCut(30)]).toEqual([false, true]);
  });

  it("merges what is clicked into what is selected", () => {
    expect(mergeChoice(new Set(), 3)).toEqual({ type: "first", label: 3 });
    expect(mergeChoice(new Set([2]), 3)).toEqual({ type: "merge", labels: [2, 3] });
    expect(mergeChoice(new Set([2]), 0).type).toBe("nothing");
  });

  it("paints the object below, or a new one", () => {
    expect(strokeLabel("automatic", 4)).toBe(4);
    expect(strokeLabel("automatic", -1)).toBe("new");
    expect(strokeLabel("new", 4)).toBe("new");
    expect(strokeLabel(9, 4)).toBe(9);
  });

  it("looks at a window that holds objects as a whole", async () => {
    const window: LabelWindow = { y: 5, x: 0, height: 2, width: 2, data: Int32Array.of(0, 3, 0, 0) };
    expect(reachesBorder(window, { height: 20, width: 20 }, undefined)).toBe(true);
    expect(reachesBorder(window, { height: 20, width: 20 }, new Set([4]))).toBe(false);
    const whole = await windowOfObjects(fakePlane(), [{ y: 3, x: 3 }], undefined);
    expect(whole).toMatchObject({ y: 0, x: 0, height: 20, width: 20 });
  });
});

describe("tracks", () => {
  /** Track 1 in frames 0 and 1 divides into 2 and 3 in frames 2 and 3; track 4 is alone in frame 2. */
  const links = spotLinks(
    {
      frame: [0, 1, 2, 2, 3, 3, 2],
      label: [1, 1, 1, 2, 1, 2, 3],
      track: [1, 1, 2, 3, 2, 3, 4],
      y: [0, 0, 1, 5, 1, 5, 9],
      x: [0, 0, 0, 0, 0, 0, 9],
    },
    { track: [1, 2, 3, 4], parent: [0, 1, 1, 0] },
  );

  it("are walked along in time, to sisters and to other tracks", () => {
    expect(walk(links, 0, "later")).toBe(1);
    expect(walk(links, 1, "later")).toBe(2);
    expect(walk(links, 3, "earlier")).toBe(1);
    expect(walk(links, 0, "earlier")).toBe(0);
    expect(walk(links, 2, "nextSibling")).toBe(3);
    expect(walk(links, 3, "nextSibling")).toBe(2);
    expect(walk(links, 6, "previousSibling")).toBe(6);
    expect(walk(links, 3, "nextTrack")).toBe(6);
    expect(walk(links, 6, "nextTrack")).toBe(1);
    expect(rowOfLabel(links, 3, 2)).toBe(5);
    expect(rowOfLabel(links, 3, 9)).toBe(-1);
  });

  it("make a tree with mothers between their daughters", () => {
    const tree = lineageTree(links, 5);
    expect(branchesOf(tree).map(({ track, column }) => [track, column])).toEqual([
      [1, 0.5],
      [2, 0],
      [3, 1],
    ]);
    expect(tree).toMatchObject({ firstFrame: 0, lastFrame: 1 });
  });

  it("are cut, linked, divided and deleted by place", () => {
    const spots = (choice: unknown): number[] =>
      (choice as TrackEdit).spots.map(({ frame, y }) => 10 * frame + y);
    expect(cutAt(links, 2, "before")).toMatchObject({ gesture: "cut" });
    expect(spots(cutAt(links, 2, "before"))).toEqual([10, 21]);
    expect(cutAt(links, 0, "before")).toHaveProperty("why");
    expect(spots(joinRows(links, 6, 1))).toEqual([10, 29]);
    expect(joinRows(links, 2, 3)).toHaveProperty("why");
    expect(joinRows(links, 1, 2)).toHaveProperty("why");
    expect(spots(divideInto(links, 0, [6]))).toEqual([0, 10, 29]);
    expect(divideInto(links, 4, [6])).toHaveProperty("why");
    expect(removeRow(links, 6, true)).toMatchObject({ gesture: "deleteTrack" });
  });

  it("have divisions that are confirmed, or refused by cutting off the farther daughter", () => {
    expect(judgeDivision(links, 1, true)).toMatchObject({ gesture: "confirm", spots: [{ frame: 1 }] });
    expect(judgeDivision(links, 1, false)).toMatchObject({
      gesture: "refuse",
      spots: [{ frame: 1 }, { frame: 2, y: 5 }],
    });
    expect(judgeDivision(links, 6, true)).toHaveProperty("why");
  });
});

describe("a label for a part that was cut off", () => {
  it("has a colour of its own", () => {
    expect(labelApart(50, new Set([3]))).toBe(50);
    expect(labelApart(50, new Set([14]))).toBe(51);
    expect(labelApart(50, new Set([14, 51]))).toBe(52);
    expect(labelApart(50, new Set([0, 1, 2, 3, 4, 5]))).toBe(50);
  });
});

describe("the list of edits after a reload", () => {
  it("has what the log tells, the oldest first and what was undone at the end", () => {
    const logged = (number: number, isUndone: boolean): Parameters<typeof historyOf>[0][number] => ({
      number,
      layer: "tracks",
      gesture: "cut",
      frame: number,
      y: 1,
      x: 2,
      isUndone,
    });
    const list = historyOf([logged(4, true), logged(3, true), logged(2, false), logged(1, false)]);
    expect(list.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(list.map(({ isUndone }) => isUndone)).toEqual([false, false, true, true]);
    expect(textOf(list[0]!.edit)).toBe("Cut a link");
    expect(placeOf(list[1]!.edit)).toMatchObject({ frame: 2, y: 1, x: 2 });
  });
});

describe("work that goes on along tracks", () => {
  // Track 1 in frames 0 and 1, track 2 in 2 and 3 near it, track 3 in 2 far away.
  const spots = {
    frame: [0, 1, 2, 3, 2],
    label: [1, 1, 2, 2, 3],
    track: [1, 1, 2, 2, 3],
    y: [10, 10, 10, 10, 90],
    x: [10, 15, 18, 22, 90],
  };
  const now = spotLinks(spots, { track: [1, 2, 3], parent: [0, 0, 0] });

  it("links two tracks by their ends, in whatever order they were selected", () => {
    const joined = { gesture: "join", spots: [{ frame: 1 }, { frame: 2, y: 10 }] };
    expect(joinTracks(now, 1, 2)).toMatchObject(joined);
    expect(joinTracks(now, 2, 1)).toMatchObject(joined);
    expect(joinTracks(now, 2, 3)).toHaveProperty("why");
  });

  it("links with the nearest that begins in the next frame, no farther than links are long", () => {
    expect(joinNearest(now, 1)).toMatchObject({ spots: [{ frame: 1 }, { frame: 2, y: 10, x: 18 }] });
    expect(joinNearest(now, 4)).toHaveProperty("why");
    const away = spotLinks({ ...spots, x: [10, 15, 60, 64, 90] }, { track: [1, 2, 3], parent: [0, 0, 0] });
    expect(joinNearest(away, 1)).toHaveProperty("why");
  });

  it("knows where a track is nearest in time", () => {
    expect(nearestInTime(now, 1, 3)).toBe(1);
    expect(nearestInTime(now, 2, 0)).toBe(2);
    expect(nearestInTime(now, 9, 0)).toBe(-1);
  });

  it("never follows a parent back in time, as tables of two states would have it", () => {
    const mixed = spotLinks(spots, { track: [1, 2], parent: [2, 1] });
    expect([...mixed.parentOf]).toEqual([-1, 0, 1, 2, -1]);
  });
});
