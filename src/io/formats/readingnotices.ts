/** What the user should know of the way from a file's planes to grey frames. */
import { channelIn } from "./channelplace.js";
import type { GreyOptions } from "./greyframes.js";
import type { NamedImage } from "./imageformat.js";

interface NoticeOptions extends GreyOptions {
  /** Whether every channel is used, and not one that was chosen. */
  readonly everyChannel?: boolean | undefined;
  /** The same of slices. */
  readonly everySlice?: boolean | undefined;
}

/**
 * What is chosen and converted when an image is read as grey, as sentences without full stop.
 *
 * @param keys what stands before the names of options, such as "input."
 */
export const readingNotices = (file: NamedImage, options: NoticeOptions, keys = ""): string[] => [
  ...choices(file, options, keys),
  ...conversions(file),
];

function choices(
  file: NamedImage,
  { channel = 0, z = "max", everyChannel = false, everySlice = false }: NoticeOptions,
  keys: string,
): string[] {
  const texts: string[] = [];
  if (file.channels > 1)
    texts.push(
      everyChannel
        ? `All ${file.channels} channels are read`
        : `Of ${file.channels} channels, ${channelText(file, channel)} is read (${keys}channel chooses)`,
    );
  if (file.slices > 1 && !everySlice)
    texts.push(
      z === "max"
        ? `The maximum over ${file.slices} slices is read (${keys}z picks one)`
        : `Of ${file.slices} slices, number ${z} is read (${keys}z, from 0)`,
    );
  return texts;
}

function channelText(file: NamedImage, channel: number | string): string {
  const place = channelIn(file, channel);
  const name = file.channelNames[place] ?? "";
  return name === "" ? `number ${place}` : `number ${place}, ${name},`;
}

function conversions(file: NamedImage): string[] {
  const texts: string[] = [];
  if (file.colour === "rgb")
    texts.push("Colour becomes grey: the only colour in use, or else the mean of red, green and blue");
  if (file.colour === "palette")
    texts.push(
      "Palette colours become grey, by index where the palette rises from dark to bright; if these " +
        "are label images, they are not images to segment",
    );
  if (file.colour === "whiteIsZero")
    texts.push("White is stored as 0: the values are inverted, so that bright pixels have high values");
  if (file.bits === 1) texts.push("The pixels have 1 bit (0 or 1): this is a mask rather than an image");
  if (!["uint8", "uint16", "float32"].includes(file.type))
    texts.push(`Values of type ${file.type} become 32-bit floats`);
  return texts;
}
