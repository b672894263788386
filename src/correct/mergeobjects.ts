/** Merging objects that touch or nearly touch. */
import { boxOfLabels, chosen } from "./labelboxes.js";
import { type LabelWindow, type Outcome, patchesOf, type Sketch, sketchOf } from "./labelwindow.js";

/** Widest gap that is closed, px: annotations and networks leave a line of one or two between nuclei. */
const widestGap = 2;

/** Ways along which objects touch: to the right, down, and along both diagonals. */
const ways = [
  [0, 1],
  [1, 0],
  [1, 1],
  [1, -1],
] as const;

/**
 * Gives several objects the label of the first. Background (and unknown) pixels between them, where the gap is
 * at most 2 px along a row, a column or a diagonal, become part of the object. Refused when the objects do not
 * all hang together then.
 *
 * @param labels two or more
 */
export function merge(window: LabelWindow, labels: readonly number[]): Outcome {
  const first = labels[0];
  if (new Set(labels).size < 2 || first === undefined) return { why: "Merging needs two objects." };
  const isChosen = chosen(labels);
  const box = boxOfLabels(window, labels);
  if (box === undefined) return { why: "None of the objects is here." };
  const sketch = sketchOf(window, box);
  const near = nearPixels(sketch, isChosen);
  const missing = labels.find((label) => !near.seen.has(label));
  if (missing !== undefined) return { why: `Object ${missing} is not here.` };
  const joined = joinedWith(first, near.pairs);
  const alone = labels.find((label) => !joined.has(label));
  if (alone !== undefined)
    return {
      why: `Object ${alone} is more than ${widestGap} px from object ${first}; paint between them first.`,
    };
  const { after } = sketch;
  for (let i = 0; i < after.length; i++) if (isChosen[after[i]!] === 1) after[i] = first;
  for (const at of near.bridge) after[at] = first;
  return patchesOf(window, sketch) ?? [];
}

interface Near {
  /** Labels that have pixels. */
  readonly seen: ReadonlySet<number>;
  /** Pairs of labels that touch or nearly touch. */
  readonly pairs: readonly (readonly [number, number])[];
  /** Pixels between them. */
  readonly bridge: readonly number[];
}

function nearPixels({ width, after }: Sketch, isChosen: Uint8Array): Near {
  const seen = new Set<number>();
  const pairs = new Map<string, readonly [number, number]>();
  const bridge: number[] = [];
  const look = (at: number, dy: number, dx: number): void => {
    const [label, column, step] = [after[at]!, at % width, dy * width + dx];
    for (let k = 1; k <= widestGap + 1; k++) {
      const next = at + k * step;
      const isOutside = column + k * dx < 0 || column + k * dx >= width || next >= after.length;
      if (isOutside || after[next] === label) return;
      const other = after[next]!;
      if (other <= 0) continue;
      if (isChosen[other] !== 1) return;
      pairs.set(`${label} ${other}`, [label, other]);
      for (let between = 1; between < k; between++) bridge.push(at + between * step);
      return;
    }
  };
  for (let at = 0; at < after.length; at++) {
    if (isChosen[after[at]!] !== 1) continue;
    seen.add(after[at]!);
    for (const [dy, dx] of ways) look(at, dy, dx);
  }
  return { seen, pairs: [...pairs.values()], bridge };
}

/** Labels that hang together with the first. */
function joinedWith(first: number, pairs: Near["pairs"]): Set<number> {
  const joined = new Set([first]);
  for (let size = 0; size !== joined.size;) {
    size = joined.size;
    for (const [a, b] of pairs) if (joined.has(a) || joined.has(b)) joined.add(a).add(b);
  }
  return joined;
}
