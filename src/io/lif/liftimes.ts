/** When the frames of a LIF image were taken. */
import { type FrameTiming, frameTiming } from "../image/frametiming.js";
import { attribute, elements, textOf, type XmlElement } from "../xml.js";

/**
 * The times of the frames, out of the stamps of all planes: a frame began at the earliest of its own.
 *
 * @param image with a `TimeStampList`: numbers in hexadecimal since LAS AF 3.1, else elements
 * @param frames at least 2
 * @returns undefined where there are no stamps, or they do not come frame after frame
 */
export function frameTimesOf(image: XmlElement, frames: number): FrameTiming | undefined {
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
  const zero = starts.find((start) => start !== undefined) ?? 0n;
  // Stamps count 100 ns.
  return frameTiming(starts.map((start) => (start === undefined ? NaN : Number(start - zero) / 1e7)));
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
