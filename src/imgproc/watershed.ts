/**
 * Watershed by flooding from markers. Pixels leave a queue in the order (level, age) and pass their label to their free neighbours (above,
 * left, right, below), whose level is their elevation or that of the pixel that reached them, whichever is higher: what lies behind a
 * ridge is no cheaper than the ridge. Between two basins a pixel goes to the one that reaches it first; there is no dividing line.
 *
 * Marker pixels all have age 0, so equal elevations among them leave their order to the heap. To give the very labels of scikit-image,
 * the heap moves its entries just as that one does; being fixed arithmetic, the order is the same everywhere.
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
  elevation: Float32Array, markers: Int32Array, mask: Uint8Array | undefined, height: number, width: number,
): Int32Array {
  // A frame of one closed pixel on all sides, so that the flood needs no test for the border.
  const stride = width + 2;
  const size = stride * (height + 2);
  const values = new Float32Array(size);
  const labels = new Int32Array(size);
  // 1 where a label may still be given.
  const free = new Uint8Array(size);
  let open = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = y * width + x;
      const to = (y + 1) * stride + x + 1;
      const value = elevation[from]!;
      if ((mask !== undefined && mask[from] === 0) || Number.isNaN(value)) continue;
      values[to] = value;
      labels[to] = markers[from]!;
      if (markers[from] === 0) free[to] = 1;
      open++;
    }
  }
  flood(values, labels, free, stride, open);
  const out = new Int32Array(height * width);
  for (let y = 0; y < height; y++) out.set(labels.subarray((y + 1) * stride + 1, (y + 1) * stride + 1 + width), y * width);
  return out;
}

/** Spreads `labels` over `free`. `open` bounds the number of pixels that are ever queued. */
function flood(values: Float32Array, labels: Int32Array, free: Uint8Array, stride: number, open: number): void {
  const heapValue = new Float32Array(open);
  const heapAge = new Int32Array(open);
  const heapIndex = new Int32Array(open);
  let items = 0;
  let age = 0;
  for (let index = 0; index < labels.length; index++) {
    if (labels[index] !== 0) push(heapValue, heapAge, heapIndex, items++, values[index]!, 0, index);
  }
  while (items > 0) {
    const index = heapIndex[0]!;
    const level = heapValue[0]!;
    pop(heapValue, heapAge, heapIndex, --items);
    const label = labels[index]!;
    for (let side = 0; side < 4; side++) {
      const next = side === 0 ? index - stride : side === 1 ? index - 1 : side === 2 ? index + 1 : index + stride;
      if (free[next] === 0) continue;
      free[next] = 0;
      labels[next] = label;
      push(heapValue, heapAge, heapIndex, items++, values[next]! < level ? level : values[next]!, ++age, next);
    }
  }
}

/** Adds an entry to a heap of `items`: up from the end while it is smaller than its parent. */
function push(
  values: Float32Array, ages: Int32Array, indices: Int32Array, items: number, value: number, age: number, index: number,
): void {
  let at = items;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const other = values[parent]!;
    if (!(value < other || (value === other && age < ages[parent]!))) break;
    values[at] = other;
    ages[at] = ages[parent]!;
    indices[at] = indices[parent]!;
    at = parent;
  }
  values[at] = value;
  ages[at] = age;
  indices[at] = index;
}

/** Removes the first entry: the last one takes its place and moves down, to the left child unless the right one is smaller. */
function pop(values: Float32Array, ages: Int32Array, indices: Int32Array, items: number): void {
  const value = values[items]!;
  const age = ages[items]!;
  const index = indices[items]!;
  let at = 0;
  for (let child = 1; child < items; child = 2 * at + 1) {
    const right = child + 1;
    if (right < items && (values[right]! < values[child]! || (values[right] === values[child] && ages[right]! < ages[child]!))) {
      child = right;
    }
    const other = values[child]!;
    if (!(other < value || (other === value && ages[child]! < age))) break;
    values[at] = other;
    ages[at] = ages[child]!;
    indices[at] = indices[child]!;
    at = child;
  }
  values[at] = value;
  ages[at] = age;
  indices[at] = index;
}
