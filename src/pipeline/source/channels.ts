import { basename } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import type { ImageFile } from "./imagefile.js";

/**
 * The place of a channel in a file, from 0.
 *
 * @param channel its name, in any case, or its place
 * @throws InvalidInput when a file has no such channel
 */
export function channelIn(file: ImageFile, channel: number | string = 0): number {
  const place =
    typeof channel === "number"
      ? channel
      : file.channelNames.findIndex((name) => name.toLowerCase() === channel.toLowerCase());
  if (Number.isInteger(place) && place >= 0 && place < file.channels) return place;
  const names = file.channelNames.some((name) => name !== "")
    ? ` (${file.channelNames.map((name, i) => `${i} ${name}`.trim()).join(", ")})`
    : "";
  throw new InvalidInput(
    "input.channel",
    `0 to ${file.channels - 1}, the channels of ${basename(file.path)}${names}`,
    JSON.stringify(channel),
  );
}
