/**
 * Watershed by flooding from markers. Pixels leave a queue in the order (level, age) and pass their label to
 * their free neighbours (above, left, right, below), whose level is their elevation or that of the pixel that
 * reached them, whichever is higher: what lies behind a ridge is no cheaper than the ridge. Between two
 * basins a pixel goes to the one that reaches it first; there is no dividing line.
 *
 * Marker pixels all have age 0, so equal elevations among them leave their order to the heap. To give the
 * very labels of scikit-image, the heap moves its entries just as that one does; being fixed arithmetic, the
 * order is the same everywhere.
 *
 * Source: equals skimage.segmentation.watershed (0.26: connectivity 1, no compactness, no line).
 */

/**
 * @param elevation height x width, flooded from low to high; a NaN pixel counts as outside the mask
 * @param markers height x width, 0 where free; any other value is a label to spread
 * @param mask height x width, 0 where nothing is flooded; undefined floods everything
 * @returns height x width labels; 0 outside the mask and where no marker leads
 */
export function watershed(
  elevation: Float32Array,
  markers: Int32Array,
  mask: Uint8Array | undefined,
  height: number,
  width: number,
): Int32Array {
  // A frame of one closed pixel on all sides, so that the flood needs no test for the border.
  const stride = width + 2;
  const levels = new Int32Array(stride * (height + 2));
  const labels = new Int32Array(levels.length);
  // 1 where a label may still be given.
  const free = new Uint8Array(levels.length);
  const bits = new Int32Array(elevation.slice().buffer);
  let open = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = y * width + x;
      const to = (y + 1) * stride + x + 1;
      if ((mask !== undefined && mask[from] === 0) || Number.isNaN(elevation[from]!)) continue;
      levels[to] = ordered(bits[from]!);
      labels[to] = markers[from]!;
      if (markers[from] === 0) free[to] = 1;
      open++;
    }
  }
  flood(levels, labels, free, stride, open);
  return withoutFrame(labels, height, width);
}

/**
 * The same flood over whole elevations 0..255, with one first-in first-out queue a level in place of a heap:
 * several times faster. Of equal elevation and age, the pixel with the lower index goes first.
 *
 * @param elevation height x width
 * @param markers, mask as for `watershed`
 */
export function watershedOfBytes(
  elevation: Uint8Array,
  markers: Int32Array,
  mask: Uint8Array,
  height: number,
  width: number,
): Int32Array {
  const stride = width + 2;
  const levels = new Uint8Array(stride * (height + 2));
  const labels = new Int32Array(levels.length);
  const free = new Uint8Array(levels.length);
  const queues = levelQueues(levels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0, from = y * width, to = (y + 1) * stride + 1; x < width; x++, from++, to++) {
      if (mask[from] === 0) continue;
      levels[to] = elevation[from]!;
      labels[to] = markers[from]!;
      if (markers[from] === 0) free[to] = 1;
    }
  }
  for (let index = 0; index < labels.length; index++)
    if (labels[index] !== 0) enqueue(queues, levels[index]!, index);
  const { head, next } = queues;
  const plane = { levels, labels, free, queues };
  for (let level = 0; level < 256; level++) {
    for (let index = head[level]!; index >= 0; index = next[index]!) {
      const label = labels[index]!;
      if (free[index - stride] === 1) take(plane, index - stride, level, label);
      if (free[index - 1] === 1) take(plane, index - 1, level, label);
      if (free[index + 1] === 1) take(plane, index + 1, level, label);
      if (free[index + stride] === 1) take(plane, index + stride, level, label);
    }
  }
  return withoutFrame(labels, height, width);
}

/** One linked list a level; a pixel is in one of them at most. */
interface LevelQueues {
  readonly head: Int32Array;
  readonly tail: Int32Array;
  readonly next: Int32Array;
}

const levelQueues = (pixels: number): LevelQueues => ({
  head: new Int32Array(256).fill(-1),
  tail: new Int32Array(256).fill(-1),
  next: new Int32Array(pixels).fill(-1),
});

/** What is flooded, with its frame. */
interface FloodedBytes {
  readonly levels: Uint8Array;
  readonly labels: Int32Array;
  /** 1 where a label may still be given. */
  readonly free: Uint8Array;
  readonly queues: LevelQueues;
}

/** Gives a free pixel the label of a neighbour at `level`. */
function take(
  { levels, labels, free, queues }: FloodedBytes,
  index: number,
  level: number,
  label: number,
): void {
  free[index] = 0;
  labels[index] = label;
  enqueue(queues, levels[index]! > level ? levels[index]! : level, index);
}

function enqueue({ head, tail, next }: LevelQueues, level: number, index: number): void {
  if (tail[level]! < 0) head[level] = index;
  else next[tail[level]!] = index;
  tail[level] = index;
}

/** Takes off the frame of one pixel. */
function withoutFrame(labels: Int32Array, height: number, width: number): Int32Array {
  const out = new Int32Array(height * width);
  for (let y = 0, from = width + 3; y < height; y++, from += width + 2)
    out.set(labels.subarray(from, from + width), y * width);
  return out;
}

/**
 * An integer that orders as the float of these bits does; -0 equals 0. Integers compare faster, and share an
 * array with the indices.
 */
const ordered = (bits: number): number => (bits >= 0 ? bits : -(bits & 0x7fffffff));

/**
 * Numbers per entry of the heap: level, age, index, and one unused, so that an entry starts at 4 times its
 * place.
 */
const entrySize = 4;

/** Spreads `labels` over `free`. `open` bounds the number of pixels that are ever queued. */
function flood(levels: Int32Array, labels: Int32Array, free: Uint8Array, stride: number, open: number): void {
  const heap = new Int32Array(entrySize * open);
  let items = 0;
  let age = 0;
  for (let index = 0; index < labels.length; index++) {
    if (labels[index] !== 0) push(heap, items++, levels[index]!, 0, index);
  }
  while (items > 0) {
    const level = heap[0]!;
    const index = heap[2]!;
    pop(heap, --items);
    const label = labels[index]!;
    for (let side = 0; side < 4; side++) {
      const next =
        side === 0 ? index - stride : side === 1 ? index - 1 : side === 2 ? index + 1 : index + stride;
      if (free[next] === 0) continue;
      free[next] = 0;
      labels[next] = label;
      push(heap, items++, Math.max(levels[next]!, level), ++age, next);
    }
  }
}

/** Adds an entry to a heap of `items`: up from the end while it is smaller than its parent. */
function push(heap: Int32Array, items: number, level: number, age: number, index: number): void {
  let at = items;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = entrySize * parent;
    const other = heap[above]!;
    if (level > other || (level === other && age >= heap[above + 1]!)) break;
    heap[entrySize * at] = other;
    heap[entrySize * at + 1] = heap[above + 1]!;
    heap[entrySize * at + 2] = heap[above + 2]!;
    at = parent;
  }
  heap[entrySize * at] = level;
  heap[entrySize * at + 1] = age;
  heap[entrySize * at + 2] = index;
}

/**
 * Removes the first entry: the last one takes its place and moves down, to the left child unless the right
 * one is smaller.
 */
function pop(heap: Int32Array, items: number): void {
  const level = heap[entrySize * items]!;
  const age = heap[entrySize * items + 1]!;
  const index = heap[entrySize * items + 2]!;
  let at = 0;
  for (let child = 1; child < items; child = 2 * at + 1) {
    let below = entrySize * child;
    let other = heap[below]!;
    if (child + 1 < items) {
      const right = heap[below + entrySize]!;
      if (right < other || (right === other && heap[below + entrySize + 1]! < heap[below + 1]!)) {
        child++;
        below += entrySize;
        other = right;
      }
    }
    if (other > level || (other === level && heap[below + 1]! >= age)) break;
    heap[entrySize * at] = other;
    heap[entrySize * at + 1] = heap[below + 1]!;
    heap[entrySize * at + 2] = heap[below + 2]!;
    at = child;
  }
  heap[entrySize * at] = level;
  heap[entrySize * at + 1] = age;
  heap[entrySize * at + 2] = index;
}
