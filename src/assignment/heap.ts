/**
 * A binary min-heap of (key, item) pairs; equal keys leave in the order of their items. Entries are never
 * changed, only outdated.
 */
export class PairHeap {
  private keys = new Float64Array(64);
  private items = new Int32Array(64);
  private length = 0;

  get size(): number {
    return this.length;
  }

  /** Key of the first pair; Infinity when empty. */
  get firstKey(): number {
    return this.length === 0 ? Infinity : this.keys[0]!;
  }

  clear(): void {
    this.length = 0;
  }

  push(key: number, item: number): void {
    if (this.length === this.keys.length) this.grow();
    const { keys, items } = this;
    let at = this.length++;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (keys[above]! < key || (keys[above] === key && items[above]! <= item)) break;
      keys[at] = keys[above]!;
      items[at] = items[above]!;
      at = above;
    }
    keys[at] = key;
    items[at] = item;
  }

  /** Removes the first pair and returns its item. The heap must not be empty. */
  pop(): number {
    const { keys, items } = this;
    const first = items[0]!;
    const n = --this.length;
    const key = keys[n]!;
    const item = items[n]!;
    let at = 0;
    for (let child = 1; child < n; child = 2 * at + 1) {
      const right = child + 1;
      if (
        right < n &&
        (keys[right]! < keys[child]! || (keys[right] === keys[child] && items[right]! < items[child]!))
      )
        child = right;
      if (key < keys[child]! || (key === keys[child] && item <= items[child]!)) break;
      keys[at] = keys[child]!;
      items[at] = items[child]!;
      at = child;
    }
    keys[at] = key;
    items[at] = item;
    return first;
  }

  private grow(): void {
    const [keys, items] = [this.keys, this.items];
    this.keys = new Float64Array(2 * keys.length);
    this.items = new Int32Array(2 * keys.length);
    this.keys.set(keys);
    this.items.set(items);
  }
}
