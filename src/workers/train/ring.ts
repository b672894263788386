/**
 * Batches handed from the thread that draws them to the one that trains.
 *
 * A ring in shared memory rather than messages: the runtime blocks the training thread, so that messages
 * would wait for its event loop where a counter is seen at once, and the same memory is used again and again
 * where every message would bring a new 1.4 MB (at 64 patches, 100 MB) to be collected. The reader copies a
 * batch out, since the runtime takes no shared memory; that costs a fraction of a millisecond.
 */
import type { Batch } from "../../core/batch.js";

const parts = ["image", "probability", "mask", "distances"] as const satisfies readonly (keyof Batch)[];

/** Number of values of each array of a batch. */
export type BatchLengths = Readonly<Record<keyof Batch, number>>;

/** The lengths of the arrays of a batch; `patch` in px, `grid` in px per cell. */
export const batchLengths = (batch: number, patch: number, rays: number, grid: number): BatchLengths => {
  const cells = batch * (patch / grid) ** 2;
  return { image: batch * patch * patch, probability: cells, mask: cells, distances: rays * cells };
};

/** Plain data, so that it can be sent to both threads. */
export interface BatchRing {
  readonly lengths: BatchLengths;
  /** Batches that may wait. */
  readonly slots: number;
  readonly memory: SharedArrayBuffer;
  /** Int32 each: see `words`. */
  readonly control: SharedArrayBuffer;
}

/**
 * `stop`: the user wants everything to end; `closed`: the reader wants no more; `written` and `taken` count
 * batches; `finish`: the user wants the training to end with what there is.
 */
const words = { stop: 0, closed: 1, written: 2, taken: 3, finish: 4 } as const;

/** Batches that may wait, at most. */
const maxAhead = 8;
/**
 * Bytes of all slots, at most: large batches are fewer ahead. One suffices to draw while the network
 * computes.
 */
const maxBytes = 64 * 2 ** 20;

/** Time after which a thread that waits looks up whether it still has to, ms. */
const timeout = 100;

/** An empty ring. @param slots default: as many as fit into 64 MiB, 1 to 8 */
export function batchRing(lengths: BatchLengths, slots = slotsFor(lengths)): BatchRing {
  return {
    lengths,
    slots,
    memory: new SharedArrayBuffer(slots * bytesOf(lengths)),
    control: new SharedArrayBuffer(4 * Object.keys(words).length),
  };
}

const bytesOf = (lengths: BatchLengths): number => 4 * parts.reduce((sum, part) => sum + lengths[part], 0);
const slotsFor = (lengths: BatchLengths): number =>
  Math.max(1, Math.min(maxAhead, Math.floor(maxBytes / bytesOf(lengths))));

const controlOf = ({ control }: BatchRing): Int32Array => new Int32Array(control);

/** Asks both threads to end. */
export const stop = (ring: BatchRing): void => void Atomics.store(controlOf(ring), words.stop, 1);
/** Whether both threads were asked to end. */
export const isStopped = (ring: BatchRing): boolean => Atomics.load(controlOf(ring), words.stop) !== 0;

/** Asks the reader to want no more after the present epoch. */
export const finish = (ring: BatchRing): void => void Atomics.store(controlOf(ring), words.finish, 1);
/** Whether the reader was asked to want no more after the present epoch. */
export const isToFinish = (ring: BatchRing): boolean => Atomics.load(controlOf(ring), words.finish) !== 0;

/** The arrays of the slot of the n-th batch. */
function slotOf({ lengths, slots, memory }: BatchRing, n: number): Batch {
  let at = (n % slots) * bytesOf(lengths);
  const array = (part: keyof Batch): Float32Array => {
    const view = new Float32Array(memory, at, lengths[part]);
    at += view.byteLength;
    return view;
  };
  return {
    image: array("image"),
    probability: array("probability"),
    mask: array("mask"),
    distances: array("distances"),
  };
}

function copy(from: Batch, to: Batch): void {
  for (const part of parts) to[part].set(from[part]);
}

/** Puts a batch in as soon as there is room. @returns false when nobody wants it any more */
export function put(ring: BatchRing, batch: Batch): boolean {
  const control = controlOf(ring);
  const written = control[words.written]!;
  for (;;) {
    if (Atomics.load(control, words.stop) !== 0 || Atomics.load(control, words.closed) !== 0) return false;
    const taken = Atomics.load(control, words.taken);
    if (written - taken < ring.slots) break;
    Atomics.wait(control, words.taken, taken, timeout);
  }
  copy(batch, slotOf(ring, written));
  Atomics.store(control, words.written, written + 1);
  Atomics.notify(control, words.written);
  return true;
}

/** Wakes a reader that waits, so that it looks up. */
export const wakeReader = (ring: BatchRing): void => void Atomics.notify(controlOf(ring), words.written);

/**
 * Copies the next batch into `into`, waiting for it.
 *
 * @param idle called while there is none; may throw
 */
export function take(ring: BatchRing, into: Batch, idle: () => void): void {
  const control = controlOf(ring);
  const taken = control[words.taken]!;
  while (Atomics.load(control, words.written) === taken) {
    idle();
    Atomics.wait(control, words.written, taken, timeout);
  }
  copy(slotOf(ring, taken), into);
  Atomics.store(control, words.taken, taken + 1);
  Atomics.notify(control, words.taken);
}

/** Waits for what `look` finds, looking whenever the writer wakes the reader. `look` may throw. */
export function waitFor<T>(ring: BatchRing, look: () => T | undefined): T {
  const control = controlOf(ring);
  for (;;) {
    const written = Atomics.load(control, words.written);
    const found = look();
    if (found !== undefined) return found;
    Atomics.wait(control, words.written, written, timeout);
  }
}

/** The reader wants no more. */
export function closeRing(ring: BatchRing): void {
  const control = controlOf(ring);
  Atomics.store(control, words.closed, 1);
  Atomics.notify(control, words.taken);
}

/** A batch of zeros to copy into. */
export const emptyBatch = ({ image, probability, mask, distances }: BatchLengths): Batch => ({
  image: new Float32Array(image),
  probability: new Float32Array(probability),
  mask: new Float32Array(mask),
  distances: new Float32Array(distances),
});
