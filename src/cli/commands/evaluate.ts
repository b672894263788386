import { InvalidInput } from "../../core/errors.js";
import type { CommandSpec } from "../commandline/command.js";

/** `karyon evaluate`: scores against the truth. */
export const evaluateCommand: CommandSpec = {
  name: "evaluate",
  args: "<truth> <labels>",
  summary: "score label images, or tracks with --tracks, against the truth",
  flags: [
    ["--csv <file>", "also write the scores to a CSV file"],
    ["--save-json <file>", "also write the scores of each image to a JSON file"],
    ["--tracks", "compare tracks; both folders have the layout of the Cell Tracking Challenge"],
  ],
  examples: [
    "evaluate truth/ labels/",
    "evaluate truth/ labels/ --csv scores.csv",
    "evaluate --tracks 01_GT/TRA tracks/",
  ],
  async run({ args: [truth, labels], options, config, context }) {
    const { evaluateLabels, evaluateTracks, formatTrackCsv } =
      await import("../../pipeline/evaluate/evaluation.js");
    const { formatInstanceCsv, formatInstanceJson, formatInstanceTable } =
      await import("../../evaluate/format.js");
    const { formatTrackTable } = await import("../../evaluate/trackscores.js");
    const { writeFileAtomic } = await import("../../pipeline/store/files.js");
    const save = async (flag: string, content: () => string): Promise<void> => {
      if (typeof options[flag] === "string") await writeFileAtomic(options[flag], content());
    };
    if (options["tracks"] === true) {
      if (options["errors"] !== undefined)
        throw new InvalidInput(
          "evaluate.errors",
          "no value with --tracks, which lists no positions",
          JSON.stringify(options["errors"]),
        );
      const scores = await evaluateTracks(truth!, labels!, context);
      await save("csv", () => formatTrackCsv(scores));
      await save("saveJson", () => `${JSON.stringify(scores, null, 2)}\n`);
      return { text: formatTrackTable(scores), value: scores };
    }
    const { names, scores, errors } = await evaluateLabels(truth!, labels!, context);
    await save("csv", () => formatInstanceCsv(scores, names));
    await save("saveJson", () => formatInstanceJson(scores, names));
    const shown = config.evaluate.errors;
    const lists = Object.entries(errors).map(([kind, list]: [string, typeof errors.missed]) => {
      const places = list
        .slice(0, shown)
        .map(({ image, label, y, x }) => `${names[image]} #${label} at y ${y.toFixed(0)}, x ${x.toFixed(0)}`);
      return (
        `${kind}: ` +
        `${list.length}${places.length > 0 ? ` (${places.join("; ")}${list.length > shown ? "; ..." : ""})` : ""}`
      );
    });
    return {
      text: `${formatInstanceTable(scores)}\n${lists.join("\n")}`,
      value: { pooled: scores.pooled, errors },
    };
  },
};
