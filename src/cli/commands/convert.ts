import { exporterNames } from "../../exchange/exporternames.js";
import type { CommandSpec } from "../commandline/command.js";

/** `karyon convert`: from one format into another. */
export const convertCommand: CommandSpec = {
  name: "convert",
  args: "<from> <to>",
  summary: "convert images, label images, outlines or tracks for other programs, or from them",
  flags: [
    ["--to <format>", `format, where the name does not say it: ${exporterNames}`],
    ["--labels <path>", "label images or outlines that belong to the images or tracks"],
    ["--images <path>", "images that belong to the labels or tracks"],
    ["--overwrite", "replace an earlier result"],
  ],
  examples: [
    "convert movie.lif#2 movie.ome.tif",
    "convert labels/ RoiSet.zip",
    "convert results tracks.xml --to trackmate",
    "convert RoiSet.zip labels.ome.tif --images frame.tif",
  ],
  async run({ args: [from, to], overwrite, options, config, context }) {
    const { convert } = await import("../../pipeline/exchange/convert.js");
    const { sourceOptions } = await import("../../pipeline/source/opening.js");
    const text = (flag: string): string | undefined =>
      typeof options[flag] === "string" ? options[flag] : undefined;
    const value = await convert(
      {
        from: from!,
        to: to!,
        format: text("to"),
        labels: text("labels"),
        images: text("images"),
        overwrite,
        source: { ...sourceOptions(config), everyChannel: true, everySlice: true },
      },
      context,
    );
    return { text: `Converted: ${value.path}`, value };
  },
};
