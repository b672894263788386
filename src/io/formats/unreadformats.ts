/** Formats that people have and Karyon does not read yet, with what to do about it. */
export interface UnreadFormat {
  /** As the subject of "... is not supported". */
  readonly name: string;
  /** Ends of names, in lower case and without the dot. */
  readonly extensions: readonly string[];
  /** First bytes of its files, for a file that has another name. */
  readonly signature?: readonly number[];
  /** What the user can do, as the end of a sentence. */
  readonly advice: string;
}

const throughFiji = "open it in Fiji and save it as TIFF";

/** All of them; the first that fits a name counts. */
export const unreadFormats: readonly UnreadFormat[] = [
  {
    name: "JPEG",
    extensions: ["jpg", "jpeg", "jfif"],
    signature: [0xff, 0xd8],
    advice: throughFiji,
  },
  {
    name: "a Leica project without pixels",
    extensions: ["xlef", "xlif", "xlcf", "lifext"],
    advice: "open the LOF, LIF or TIFF files that belong to it",
  },
  { name: "the format of Olympus", extensions: ["oib", "oif", "oir", "vsi"], advice: throughFiji },
  { name: "this picture format", extensions: ["gif", "bmp", "webp", "jp2", "heic"], advice: throughFiji },
  { name: "video", extensions: ["avi", "mp4", "mov", "mkv"], advice: throughFiji },
  { name: "the format of Imaris", extensions: ["ims"], advice: throughFiji },
  { name: "DeltaVision", extensions: ["dv", "r3d"], advice: throughFiji },
  { name: "the format of SlideBook", extensions: ["sld", "sldy"], advice: throughFiji },
  { name: "HDF5", extensions: ["h5", "hdf5"], advice: throughFiji },
  { name: "an image as a NumPy array", extensions: ["npy", "npz"], advice: "save it with tifffile as TIFF" },
];

/** The format of a file that is not read, by its name, else by its first bytes; undefined when unknown. */
export const unreadFormatOf = (name: string, head: Uint8Array): UnreadFormat | undefined =>
  unreadFormats.find(({ extensions }) =>
    extensions.some((extension) => name.toLowerCase().endsWith(`.${extension}`)),
  ) ?? unreadFormats.find(({ signature }) => signature?.every((byte, i) => head[i] === byte));
