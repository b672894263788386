import type { LabelImage } from "../core/labels.js";

/**
 * Smooth outlines of all objects, for pictures: the edges between pixels are followed around every object and
 * every hole, their midpoints smoothed along the way and drawn in, so that the lines of two objects that
 * touch lie side by side. The border of the image is no outline.
 *
 * @param scale drawn px per px
 * @param inset how far inside of the object the line lies, drawn px
 * @returns y0, x0, y1, x1 of each piece, drawn px; the centre of the top left drawn pixel is (0, 0)
 */
export function contourLines(labels: LabelImage, scale: number, inset: number): number[] {
  const { height, width, data } = labels;
  const followed = new Uint8Array(data.length);
  const lines: number[] = [];
  for (let at = 0; at < data.length; at++) {
    // Every closed way has a piece along the upper side of a pixel.
    if (data[at]! <= 0 || followed[at] === 1 || (at >= width && data[at - width] === data[at])) continue;
    addLines(lines, smoothed(follow(labels, at, followed)), { height, width, scale, inset });
  }
  return lines;
}

/** Midpoints of pixel edges, y and x in turn, clockwise around the object. */
type Way = Float64Array;

/** Steps to the right, down, left and up: [dy, dx]. The object lies on the right hand. */
const steps = [
  [0, 1],
  [1, 0],
  [0, -1],
  [-1, 0],
] as const;

/**
 * The two pixels ahead of a corner on the way of each step, on the right hand and on the left: how far above
 * and left of the corner.
 */
const ahead = [
  [
    [0, 0],
    [1, 0],
  ],
  [
    [0, 1],
    [0, 0],
  ],
  [
    [1, 1],
    [0, 1],
  ],
  [
    [1, 0],
    [1, 1],
  ],
] as const;

/**
 * Follows the edge that begins along the upper side of pixel `start`, and marks the upper sides that it
 * passes.
 */
function follow({ height, width, data }: LabelImage, start: number, followed: Uint8Array): Way {
  const label = data[start]!;
  const inside = (y: number, x: number): boolean =>
    y >= 0 && y < height && x >= 0 && x < width && data[y * width + x] === label;
  const way: number[] = [];
  // The corner above and left of pixel (y, x) is (y, x).
  let [y, x, direction] = [Math.floor(start / width), start % width, 0];
  do {
    const [dy, dx] = steps[direction]!;
    if (direction === 0) followed[y * width + x] = 1;
    way.push(y + dy / 2 - 0.5, x + dx / 2 - 0.5);
    [y, x] = [y + dy, x + dx];
    // Objects are 4-connected: at a corner where two pixels touch, the way turns around its own.
    const [onRight, onLeft] = ahead[direction]!;
    const right = inside(y - onRight[0], x - onRight[1]);
    const left = inside(y - onLeft[0], x - onLeft[1]);
    if (!right) direction = (direction + 1) % 4;
    else if (left) direction = (direction + 3) % 4;
  } while (!(direction === 0 && y * width + x === start));
  return Float64Array.from(way);
}

/** Averages neighbours along a closed way, less often where it is short, or it would shrink to a point. */
function smoothed(way: Way): Way {
  const count = way.length / 2;
  let current = way;
  for (let pass = Math.min(4, Math.floor(count / 8)); pass > 0; pass--) {
    const before = current;
    current = before.map(
      (value, i) =>
        (before[(i + 2 * count - 2) % (2 * count)]! + 2 * value + before[(i + 2) % (2 * count)]!) / 4,
    );
  }
  return current;
}

interface Drawing {
  readonly height: number;
  readonly width: number;
  readonly scale: number;
  readonly inset: number;
}

function addLines(lines: number[], way: Way, { height, width, scale, inset }: Drawing): void {
  const count = way.length / 2;
  const at = (i: number, axis: 0 | 1): number => way[2 * ((i + count) % count) + axis]!;
  const onBorder = (i: number): boolean =>
    at(i, 0) < -0.3 || at(i, 0) > height - 0.7 || at(i, 1) < -0.3 || at(i, 1) > width - 0.7;
  const place = (i: number): [number, number] => {
    const [dy, dx] = [at(i + 1, 0) - at(i - 1, 0), at(i + 1, 1) - at(i - 1, 1)];
    const length = Math.hypot(dy, dx) || 1;
    return [
      (at(i, 0) + 0.5) * scale - 0.5 + (inset * dx) / length,
      (at(i, 1) + 0.5) * scale - 0.5 - (inset * dy) / length,
    ];
  };
  for (let i = 0; i < count; i++)
    if (!onBorder(i) || !onBorder(i + 1)) lines.push(...place(i), ...place(i + 1));
}
