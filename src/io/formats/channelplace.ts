import { InvalidInput } from "../../core/errors.js";
import { lastPart } from "./fileformat.js";
import type { NamedImage } from "./imageformat.js";

/**
 * The place of a channel in an image, from 0.
 *
 * @param channel its place; or its name, in any case, also one that is a number, such as a wavelength
 * @param key what messages call the option
 * @throws InvalidInput when the image has no such channel
 */
export function channelIn(file: NamedImage, channel: number | string = 0, key = "channel"): number {
  const isPlace = typeof channel === "number" && channel < file.channels;
  const called = String(channel).toLowerCase();
  const place = isPlace ? channel : file.channelNames.findIndex((name) => name.toLowerCase() === called);
  if (Number.isInteger(place) && place >= 0 && place < file.channels) return place;
  const names = file.channelNames.some((name) => name !== "")
    ? ` (${file.channelNames.map((name, i) => `${i} ${name}`.trim()).join(", ")})`
    : "";
  throw new InvalidInput(
    key,
    `0 to ${file.channels - 1}, the channels of ${lastPart(file.path)}${names}`,
    JSON.stringify(channel),
  );
}
