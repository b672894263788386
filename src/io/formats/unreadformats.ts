/** Formats that people have and Karyon does not read yet, with what to do about it. */
export interface UnreadFormat {
  /** As the subject of "... is not supported". */
  readonly name: string;
  /** Ends of names, in lower case and without the dot. */
  readonly extensions: readonly string[];
  /** First bytes of its files, for a file that has another name. */
  readonly signature?: readonly number[];
  /** True for a hierarchy, whose files lie in a folder of that name. */
  readonly folder?: boolean;
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
  { name: "Zeiss CZI", extensions: ["czi"], advice: throughFiji },
  { name: "Nikon ND2", extensions: ["nd2"], advice: throughFiji },
  { name: "Leica LIF", extensions: ["lif", "xlef", "lof"], advice: throughFiji },
  { name: "Olympus", extensions: ["oib", "oif", "vsi"], advice: throughFiji },
  { name: "this picture format", extensions: ["gif", "bmp", "webp", "jp2", "heic"], advice: throughFiji },
  { name: "video", extensions: ["avi", "mp4", "mov", "mkv"], advice: throughFiji },
  {
    name: "this format",
    extensions: ["ims", "h5", "hdf5", "npy", "npz", "dv", "r3d"],
    advice: throughFiji,
  },
];

/** The format of a file that is not read, by its name, else by its first bytes; undefined when unknown. */
export const unreadFormatOf = (name: string, head: Uint8Array): UnreadFormat | undefined =>
  unreadFormats.find(({ extensions }) =>
    extensions.some((extension) => name.toLowerCase().endsWith(`.${extension}`)),
  ) ?? unreadFormats.find(({ signature }) => signature?.every((byte, i) => head[i] === byte));

/** The format of a folder that is not read, by its name; undefined when it is no such hierarchy. */
export const unreadFolderOf = (name: string): UnreadFormat | undefined => {
  const format = unreadFormatOf(name, new Uint8Array(0));
  return format?.folder === true ? format : undefined;
};
