/** When the frames of a LIF image were taken. */
import { attribute, elements, textOf, type XmlElement } from "../xml.js";

/** Times of the frames. */
export interface FrameTimes {
  /** Seconds from the first, one a frame; NaN where unknown. */
  readonly times: readonly number[];
  /** Seconds, the median. */
  readonly interval: number;
  /** True when an interval differs from the median by more than 1 %. */
  readonly varies: boolean;
}

/**
 * The times of the frames, out of the stamps of all planes: a frame began at the earliest of its own.
 *
 * @param image with a `TimeStampList`: numbers in hexadecimal since LAS AF 3.1, else elements
 * @param frames at least 2
 * @returns undefined where there are no stamps, or they do not come frame after frame
 */
export function frameTimesOf(image: XmlElement, frames: number): FrameTimes | undefined {
  const stamps = elements(image, "TimeStampList").flatMap(stampsOf);
  if (stamps.length === 0 || stamps.length % frames !== 0) return undefined;
  const each = stamps.length / frames;
  const starts: (bigint | undefined)[] = [];
  let latest = 0n;
  for (let frame = 0; frame < frames; frame++) {
    const own = stamps.slice(frame * each, (frame + 1) * each).filter((stamp) => stamp !== 0n);
    const start = own.reduce<bigint | undefined>(
      (least, t) => (least === undefined || t < least ? t : least),
      undefined,
    );
    if (start !== undefined && start <= latest) return undefined;
    for (const stamp of own) if (stamp > latest) latest = stamp;
    starts.push(start);
  }
  return timesFrom(starts);
}

function timesFrom(starts: readonly (bigint | undefined)[]): FrameTimes | undefined {
  const zero = starts.find((start) => start !== undefined);
  if (zero === undefined) return undefined;
  // Stamps count 100 ns.
  const times = starts.map((start) => (start === undefined ? NaN : Number(start - zero) / 1e7));
  // Where frames have none, those about them share the time between.
  const known: number[] = [];
  let last = -1;
  for (const [frame, time] of times.entries()) {
    if (Number.isNaN(time)) continue;
    if (last >= 0) known.push((time - times[last]!) / (frame - last));
    last = frame;
  }
  known.sort((a, b) => a - b);
  if (known.length === 0) return undefined;
  const interval =
    (known[Math.floor((known.length - 1) / 2)]! + known[Math.ceil((known.length - 1) / 2)]!) / 2;
  const varies = known[0]! < 0.99 * interval || known.at(-1)! > 1.01 * interval;
  return { times, interval, varies };
}

/** Windows file times, 100 ns; 0 where a plane has none. */
function stampsOf(list: XmlElement): bigint[] {
  const texts = textOf(list)
    .split(/\s+/)
    .filter((text) => text !== "");
  if (texts.length > 0)
    return texts.map((text) => (/^[\da-f]{1,16}$/i.test(text) ? BigInt(`0x${text}`) : 0n));
  return elements(list, "TimeStamp").map(
    (stamp) => (half(stamp, "HighInteger") << 32n) | half(stamp, "LowInteger"),
  );
}

function half(stamp: XmlElement, name: string): bigint {
  const text = attribute(stamp, name);
  return /^\d{1,10}$/.test(text) ? BigInt(text) : 0n;
}
