import { describe, expect, it } from "vitest";
import { type TileJob, type TileQueue, tileQueue } from "../app/src/viewer/tilequeue.js";

interface Fakes {
  readonly started: string[];
  readonly aborted: string[];
  readonly ends: ReadonlyMap<string, { readonly end: () => void; readonly fail: (error: Error) => void }>;
  readonly errors: unknown[];
  readonly job: (key: string, isVisible?: boolean) => TileJob;
  readonly queue: TileQueue;
}

/** Jobs that end when they are told to. */
function fakes(): Fakes {
  const started: string[] = [];
  const aborted: string[] = [];
  const there = new Set<string>();
  const ends = new Map<string, { end: () => void; fail: (error: Error) => void }>();
  const job = (key: string, isVisible = true): TileJob => ({
    key,
    isVisible,
    isThere: () => there.has(key),
    load: (signal) =>
      new Promise((resolve, reject) => {
        started.push(key);
        signal.addEventListener("abort", () => {
          aborted.push(key);
          reject(new DOMException("stopped", "AbortError"));
        });
        const end = (): void => {
          there.add(key);
          resolve();
        };
        ends.set(key, { end, fail: reject });
      }),
  });
  const errors: unknown[] = [];
  const queue = tileQueue({
    most: 3,
    mostIdle: 1,
    pause: 60_000,
    failed: (error) => errors.push(error),
    arrived: () => undefined,
  });
  return { started, aborted, ends, errors, job, queue };
}
const view = {};
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe("the queue of tiles", () => {
  it("fetches a few at a time, in the order of the wishes", async () => {
    const { started, ends, job, queue } = fakes();
    queue.want(
      view,
      ["a", "b", "c", "d", "e"].map((key) => job(key)),
    );
    expect(started).toEqual(["a", "b", "c"]);
    ends.get("b")!.end();
    await settle();
    // The wishes have not been told anew: what has come is not fetched again.
    expect(started).toEqual(["a", "b", "c", "d"]);
  });

  it("gives up what nobody wants any more, and fetches in its place", async () => {
    const { started, aborted, job, queue } = fakes();
    queue.want(view, [job("a"), job("b"), job("c")]);
    queue.want(view, [job("c"), job("x")]);
    expect(aborted).toEqual(["a", "b"]);
    expect(started).toEqual(["a", "b", "c", "x"]);
    await settle();
    expect(queue.running).toBe(2);
  });

  it("does not give up what an edit needs", async () => {
    const { aborted, ends, job, queue } = fakes();
    const needed = queue.need(job("a"));
    queue.want(view, [job("b")]);
    queue.want(view, []);
    expect(aborted).toEqual(["b"]);
    ends.get("a")!.end();
    await expect(needed).resolves.toBeUndefined();
  });

  it("fills idle time with few, and never while something visible is on its way", async () => {
    const { started, ends, job, queue } = fakes();
    queue.want(view, [job("seen"), job("next", false), job("later", false)]);
    expect(started).toEqual(["seen"]);
    ends.get("seen")!.end();
    await settle();
    expect(started).toEqual(["seen", "next"]);
  });

  it("says what failed, and does not try it at once again", async () => {
    const { started, ends, errors, job, queue } = fakes();
    queue.want(view, [job("a")]);
    ends.get("a")!.fail(new Error("away"));
    await settle();
    queue.want(view, [job("a")]);
    expect(errors).toEqual([new Error("away")]);
    expect(started).toEqual(["a"]);
  });
});
